-- Every trigger that was declared. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object('name', g.tgname, 'relation', g.tgrelid::int8, 'enabled', g.tgenabled <> 'D')::text
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", g.tgname COLLATE "C"
