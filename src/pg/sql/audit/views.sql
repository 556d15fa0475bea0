-- What each view and materialized view reads: its id, and those of the relations that its own query names.
-- PostgreSQL 13 to 18. Two texts per row.
SELECT DISTINCT w.ev_class::int8::text, d.refobjid::int8::text
FROM pg_rewrite w
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
  AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
JOIN pg_class c ON c.oid = w.ev_class AND c.relkind IN ('v', 'm')
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
