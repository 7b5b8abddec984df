-- What version 19 brings.
SET client_min_messages = error; -- the server may not be set up to publish anything
CREATE PUBLICATION since_19_sequences FOR ALL SEQUENCES;
