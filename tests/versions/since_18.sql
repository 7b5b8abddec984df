-- What version 18 brought, beside what the sample shop has of it.
SET ROLE shop_owner;
CREATE TABLE shop.since_18_parent (id integer, during daterange, v text GENERATED ALWAYS AS ('v' || id) VIRTUAL,
    s text GENERATED ALWAYS AS ('s' || id) STORED, CONSTRAINT id_is_there NOT NULL id, must text CONSTRAINT must_here NOT NULL NO INHERIT,
    CONSTRAINT since_18_parent_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
COMMENT ON CONSTRAINT must_here ON shop.since_18_parent IS 'Not for children.';
CREATE TABLE shop.since_18_child (id integer, during daterange, note text,
    CONSTRAINT since_18_period FOREIGN KEY (id, PERIOD during) REFERENCES shop.since_18_parent (id, PERIOD during),
    CONSTRAINT since_18_nobody FOREIGN KEY (id) REFERENCES shop.customers NOT ENFORCED);
INSERT INTO shop.since_18_parent (id, during, must) SELECT -n, daterange(date '2025-01-01', date '2025-01-01' + n), 'm' FROM generate_series(1, 300) AS n;
INSERT INTO shop.since_18_child SELECT -n, daterange(date '2025-01-01', date '2025-01-02'), 'c' FROM generate_series(1, 300) AS n;
CREATE TABLE shop.since_18_virtual (id integer, v integer GENERATED ALWAYS AS (id + 1) VIRTUAL) PARTITION BY RANGE (id);
CREATE TABLE shop.since_18_virtual_1 PARTITION OF shop.since_18_virtual (v GENERATED ALWAYS AS (id + 2) VIRTUAL) FOR VALUES FROM (0) TO (1000);
INSERT INTO shop.since_18_virtual SELECT n FROM generate_series(1, 999) AS n;
CREATE TABLE shop.since_18_only_virtual (v integer GENERATED ALWAYS AS (1) VIRTUAL);
INSERT INTO shop.since_18_only_virtual DEFAULT VALUES;
INSERT INTO shop.since_18_only_virtual DEFAULT VALUES;
CREATE TABLE shop.since_18_uuid (id uuid DEFAULT uuidv7() PRIMARY KEY);
CREATE DOMAIN shop.since_18_domain AS integer CONSTRAINT never_null NOT NULL;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO shop_reader;
RESET ROLE;
SET client_min_messages = error; -- the server may not be set up to publish anything
CREATE PUBLICATION since_18_generated FOR TABLE shop.since_18_parent (id, during, s) WITH (publish_generated_columns = stored);
