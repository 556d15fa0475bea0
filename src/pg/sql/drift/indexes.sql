-- Indexes, but for those that belong to a constraint, which tells them, and those of partitions that belong to an index
-- of the parent. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'index', 'path', json_build_array(n.nspname, x.relname),
  'within', json_build_object('kind', CASE c.relkind WHEN 'm' THEN 'materialized-view' ELSE 'table' END,
                              'path', json_build_array(n.nspname, c.relname)),
  'fields', json_build_object('valid', i.indisvalid, 'clustered', i.indisclustered, 'replica_identity', i.indisreplident,
                              'comment', obj_description(x.oid, 'pg_class')),
  'texts', json_build_object('definition', pg_get_indexdef(x.oid)),
  'definition', pg_get_indexdef(x.oid)
)::text
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT x.relispartition AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
