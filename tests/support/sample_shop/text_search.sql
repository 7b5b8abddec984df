-- Text search: parser, template, dictionary, configuration, and a column that uses them.

CREATE TEXT SEARCH PARSER shop.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE shop.simple_words (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY shop.words_of_the_shop (TEMPLATE = shop.simple_words, ACCEPT = false);
ALTER TEXT SEARCH DICTIONARY shop.words_of_the_shop (ACCEPT = true);
CREATE TEXT SEARCH CONFIGURATION shop.search (PARSER = shop.words);
ALTER TEXT SEARCH CONFIGURATION shop.search ADD MAPPING FOR asciiword, word WITH shop.words_of_the_shop, simple;
ALTER TEXT SEARCH CONFIGURATION shop.search ADD MAPPING FOR email, url WITH simple;
CREATE TEXT SEARCH CONFIGURATION shop.german (COPY = pg_catalog.german);
COMMENT ON TEXT SEARCH CONFIGURATION shop.search IS 'For product names.';
COMMENT ON TEXT SEARCH DICTIONARY shop.words_of_the_shop IS 'Every word counts.';

ALTER TABLE shop.products ADD COLUMN search tsvector
    GENERATED ALWAYS AS (to_tsvector('shop.search'::regconfig, name)) STORED;
CREATE INDEX products_search ON shop.products USING gin (search);
