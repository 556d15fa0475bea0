-- Every table, view, materialized view and foreign table outside the system schemas.
-- PostgreSQL 13 to 18. One JSON object per row. `foreign_code` is an index that calls a function of somebody whose code must
-- not run as the connected role: the server runs what it calls immutable when it plans any query of the table.
SELECT row_to_json(t)::text
FROM (
  SELECT n.nspname AS schema,
         c.relname AS name,
         CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view'
                        WHEN 'm' THEN 'materialized-view' ELSE 'foreign-table' END AS relation,
         c.relispartition AS partition,
         CASE WHEN c.reltuples >= 0 AND c.relkind IN ('r', 'p', 'm', 'f') THEN c.reltuples::bigint END AS estimate,
         has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS readable,
         has_table_privilege(c.oid, 'SELECT') AS lockable,
         c.relkind IN ('r', 'p') AND row_security_active(c.oid) AS rls_hides,
         c.relrowsecurity AS rls_enabled,
         (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
         (:foreign_index) AS foreign_code,
         obj_description(c.oid, 'pg_class') AS comment,
         ARRAY(SELECT json_build_object('schema', pn.nspname, 'name', p.relname) FROM pg_inherits i
               JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
               WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
) t
