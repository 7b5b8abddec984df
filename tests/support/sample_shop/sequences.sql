-- Sequences: not called, called, set to either, descending, small, cycling, cached, at their end, owned by a column.

CREATE SEQUENCE stock.never_called;
CREATE SEQUENCE stock.never_called_from_9 START 9;
CREATE SEQUENCE stock.called_three_times INCREMENT 5;
SELECT nextval('stock.called_three_times'), nextval('stock.called_three_times'), nextval('stock.called_three_times');
CREATE SEQUENCE stock.set_but_not_called;
SELECT setval('stock.set_but_not_called', 77, false);
CREATE SEQUENCE stock.set_and_called;
SELECT setval('stock.set_and_called', 9223372036854775807);
CREATE SEQUENCE stock.descending INCREMENT -3 MINVALUE -1000 MAXVALUE -1 START -5;
SELECT nextval('stock.descending'), nextval('stock.descending');
CREATE SEQUENCE stock.small AS smallint MAXVALUE 12 CYCLE CACHE 4;
SELECT nextval('stock.small');
CREATE SEQUENCE stock.owned;
ALTER SEQUENCE stock.owned OWNER TO shop_owner;
ALTER SEQUENCE stock.owned OWNED BY stock.places.id;
SELECT setval('stock.owned', 500);
ALTER SEQUENCE shop.categories_id_seq RESTART WITH 1000;
COMMENT ON SEQUENCE stock.owned IS 'Goes with its column.';
CREATE TABLE stock.borrows_a_sequence (id integer DEFAULT nextval('stock.called_three_times'), t text);
INSERT INTO stock.borrows_a_sequence (t) VALUES ('one'), ('two');
