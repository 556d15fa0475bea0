-- Tables, partitions, foreign tables, views and materialized views, members of extensions left out. What a view's columns
-- have of their own, comments and defaults, is told with the view. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' ELSE 'table' END,
  'path', json_build_array(n.nspname, c.relname), 'owner', pg_get_userbyid(c.relowner),
  'fields', CASE WHEN c.relkind IN ('v', 'm') THEN json_build_object(
    'comment', obj_description(c.oid, 'pg_class'),
    'security_invoker', CASE c.relkind WHEN 'v' THEN o.invoker END,
    'security_barrier', CASE c.relkind WHEN 'v' THEN o.barrier END,
    'options', o.options,
    'populated', CASE c.relkind WHEN 'm' THEN c.relispopulated END,
    'column_comments', (SELECT string_agg(format('%I: %s', a.attname, s.description), E'\n' ORDER BY a.attname)
                        FROM pg_description s JOIN pg_attribute a ON a.attrelid = s.objoid AND a.attnum = s.objsubid
                        WHERE s.classoid = 'pg_class'::regclass AND s.objoid = c.oid AND s.objsubid > 0)
  ) ELSE json_build_object(
    'comment', obj_description(c.oid, 'pg_class'),
    'form', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' ELSE 'foreign table' END,
    'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
    'row_security', c.relrowsecurity,
    'force_row_security', c.relforcerowsecurity,
    'replica_identity', CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
                                            ELSE 'index' END,
    'inherits', CASE WHEN NOT c.relispartition THEN i.parents END,
    'partition_of', CASE WHEN c.relispartition THEN i.parents END,
    'options', o.options,
    'access_method', nullif(m.amname, 'heap'),
    'of_type', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
    'server', s.srvname,
    'server_options', (SELECT string_agg(f.option_name || '=' || f.option_value, ', ' ORDER BY f.option_name COLLATE "C")
                       FROM pg_options_to_table(t.ftoptions) f)
  ) END,
  'texts', CASE WHEN c.relkind IN ('v', 'm') THEN json_build_object(
    'definition', pg_get_viewdef(c.oid),
    'column_defaults', (SELECT string_agg(format('%I: %s', a.attname, pg_get_expr(x.adbin, c.oid)), E'\n' ORDER BY a.attname)
                        FROM pg_attrdef x JOIN pg_attribute a ON a.attrelid = x.adrelid AND a.attnum = x.adnum
                        WHERE x.adrelid = c.oid)
  ) ELSE json_build_object(
    'bounds', CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
    'partition_key', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END
  ) END,
  'definition', CASE c.relkind
    WHEN 'v' THEN format(E'CREATE VIEW %I.%I AS\n%s', n.nspname, c.relname, pg_get_viewdef(c.oid))
    WHEN 'm' THEN format(E'CREATE MATERIALIZED VIEW %I.%I AS\n%s', n.nspname, c.relname, pg_get_viewdef(c.oid)) END
)::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_foreign_table t ON t.ftrelid = c.oid
LEFT JOIN pg_foreign_server s ON s.oid = t.ftserver
LEFT JOIN LATERAL (
  SELECT coalesce(bool_or(o.option_value::boolean) FILTER (WHERE o.option_name = 'security_invoker'), false) AS invoker,
         coalesce(bool_or(o.option_value::boolean) FILTER (WHERE o.option_name = 'security_barrier'), false) AS barrier,
         string_agg(o.option_name || '=' || o.option_value, ', ' ORDER BY o.option_name COLLATE "C")
           FILTER (WHERE o.option_name NOT IN ('security_invoker', 'security_barrier')) AS options
  FROM pg_options_to_table(c.reloptions) o
) o ON true
LEFT JOIN (
  SELECT i.inhrelid, string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY pn.nspname, p.relname) AS parents
  FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
  GROUP BY i.inhrelid
) i ON i.inhrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
