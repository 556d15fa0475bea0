-- The columns of every relation outside the system schemas, with the relation's id first.
-- PostgreSQL 13 to 18. One JSON object per row.
SELECT a.attrelid::int8::text, json_build_object(
  'number', a.attnum,
  'name', a.attname,
  'type', format_type(a.atttypid, a.atttypmod),
  'base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
  'not_null', a.attnotnull,
  'comment', d.objoid IS NOT NULL
)::text
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY a.attrelid, a.attnum
