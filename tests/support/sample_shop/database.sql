-- What belongs to the database itself: comment, settings for all and for one role. Those for all are such as would
-- change the text of a dump whose sessions do not pin them; pg_dump does pin these, and not the ones of the role.

SELECT current_database() AS shop_database \gset

COMMENT ON DATABASE :"shop_database" IS E'The sample shop: it''s "all" made up.\nSecond line, back\\slash.';
ALTER DATABASE :"shop_database" SET datestyle = 'SQL, DMY';
ALTER DATABASE :"shop_database" SET intervalstyle = 'iso_8601';
ALTER DATABASE :"shop_database" SET extra_float_digits = 0;
ALTER DATABASE :"shop_database" SET search_path = shop, "a.b", "$user", public;
ALTER DATABASE :"shop_database" SET shop.note = 'it''s "quoted", \ and
a second line';
ALTER ROLE shop_clerk SET work_mem = '5MB';
ALTER ROLE shop_reader IN DATABASE :"shop_database" SET statement_timeout = '10min';
ALTER ROLE "shop we""ird / röle's \ name" IN DATABASE :"shop_database" SET timezone = 'Asia/Kathmandu';
ALTER ROLE "shop we""ird / röle's \ name" IN DATABASE :"shop_database" SET bytea_output = 'escape';
GRANT CONNECT ON DATABASE :"shop_database" TO shop_reader WITH GRANT OPTION;
REVOKE CONNECT ON DATABASE :"shop_database" FROM PUBLIC;
ALTER DATABASE :"shop_database" CONNECTION LIMIT 50;
