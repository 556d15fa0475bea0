-- Constraints of tables and domains as declared: not the copies of partitions, nor those that are inherited, nor NOT NULL,
-- which is told with its column. Constraint triggers are triggers. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'constraint', 'path', json_build_array(n.nspname, coalesce(c.relname, t.typname), k.conname),
  'arguments', CASE WHEN t.oid IS NOT NULL THEN 'domain' END,
  'within', json_build_object('kind', CASE WHEN t.oid IS NULL THEN 'table' ELSE 'domain' END,
                              'path', json_build_array(n.nspname, coalesce(c.relname, t.typname))),
  'fields', json_build_object(
    'type', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
                           WHEN 'c' THEN 'check' ELSE 'exclusion' END,
    'validated', k.convalidated,
    'options', (SELECT string_agg(o.option_name || '=' || o.option_value, ', ' ORDER BY o.option_name COLLATE "C")
                FROM pg_class x, pg_options_to_table(x.reloptions) o WHERE x.oid = k.conindid AND k.contype <> 'f'),
    'clustered', i.indisclustered, 'replica_identity', i.indisreplident,
    'index_comment', obj_description(i.indexrelid, 'pg_class'),
    'comment', obj_description(k.oid, 'pg_constraint')
  ),
  'texts', json_build_object('definition', regexp_replace(f.text, ' NOT VALID$', '')),
  'definition', format('ALTER %s %I.%I ADD CONSTRAINT %I %s', CASE WHEN t.oid IS NULL THEN 'TABLE' ELSE 'DOMAIN' END,
                       n.nspname, coalesce(c.relname, t.typname), k.conname, f.text)
)::text
FROM pg_constraint k
LEFT JOIN pg_class c ON c.oid = k.conrelid AND k.conrelid <> 0
LEFT JOIN pg_type t ON t.oid = k.contypid AND k.contypid <> 0
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
CROSS JOIN LATERAL (SELECT pg_get_constraintdef(k.oid) AS text) f
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND k.conislocal AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'e'
                  AND (d.classid = 'pg_class'::regclass AND d.objid = c.oid
                       OR d.classid = 'pg_type'::regclass AND d.objid = t.oid))
