-- Tables that may be a tool's history: those that have a column which some tool's history has and few other tables do,
-- or a history's usual name ($1). What they are is decided by their columns. PostgreSQL 13 to 18. One JSON object per
-- row. `beside` tells of the tables in the same schema without which some histories cannot be told or read as a whole.
SELECT json_build_object(
  'schema', n.nspname,
  'name', c.relname,
  'columns', (
    SELECT json_agg(json_build_array(a.attname, CASE WHEN t.typnamespace = b.oid THEN t.typname ELSE '?' END)
                    ORDER BY a.attnum)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_namespace b ON b.nspname = 'pg_catalog'
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ),
  'usage', has_schema_privilege(n.oid, 'USAGE'),
  'select', has_table_privilege(c.oid, 'SELECT'),
  'hides', row_security_active(c.oid),
  'foreign_code', (:foreign_index),
  'beside', (
    SELECT json_object_agg(o.relname, has_table_privilege(o.oid, 'SELECT') AND NOT row_security_active(o.oid))
    FROM pg_class o
    WHERE o.relnamespace = n.oid AND o.relkind IN ('r', 'p')
      AND (o.relname = 'ar_internal_metadata'
           OR o.relname = 'events' AND 5 = (
             SELECT count(*) FROM pg_attribute a
             -- A type of the application may have a cast of its own, which nothing here may call.
             JOIN pg_type t ON t.oid = a.atttypid AND t.typnamespace = 'pg_catalog'::regnamespace
             WHERE a.attrelid = o.oid AND NOT a.attisdropped
               AND a.attname IN ('event', 'change_id', 'change', 'project', 'committed_at')))
  ),
  'role', current_user,
  -- Its triggers and defaults run when a row is written.
  'stranger', (
    SELECT s.rolname FROM (:strangers) s WHERE s.oid = c.relowner)
)::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND (c.relname = ANY ($1::text[])
       OR c.oid IN (SELECT a.attrelid FROM pg_attribute a
                    WHERE a.attnum > 0 AND NOT a.attisdropped
                      AND a.attname IN ('version', 'version_id', 'version_num', 'migration_name', 'hash', 'change_id',
                                        'orderexecuted')))
  -- No tool's history has more columns; a wide table of the application is not read here.
  AND c.relnatts <= 32
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
