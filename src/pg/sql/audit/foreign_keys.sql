-- Every foreign key that was declared (not the copies that partitions carry).
-- PostgreSQL 13 to 18 (`confdelsetcols` came with 15 and is read through to_jsonb). One JSON object per row.
SELECT json_build_object(
  'name', k.conname,
  'relation', k.conrelid::int8,
  'columns', k.conkey,
  'references', k.confrelid::int8,
  'referenced', k.confkey,
  'on_delete', CASE k.confdeltype WHEN 'a' THEN 'no-action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
                                  WHEN 'n' THEN 'set-null' ELSE 'set-default' END,
  'on_update', CASE k.confupdtype WHEN 'a' THEN 'no-action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
                                  WHEN 'n' THEN 'set-null' ELSE 'set-default' END,
  'validated', k.convalidated,
  'set_columns', coalesce(nullif(to_jsonb(k) -> 'confdelsetcols', 'null'), '[]'),
  'definition', pg_get_constraintdef(k.oid)
)::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", k.conname COLLATE "C"
