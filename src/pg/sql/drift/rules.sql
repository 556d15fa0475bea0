-- Rules, but for those that make a view. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'rule', 'path', json_build_array(n.nspname, c.relname, r.rulename),
  'within', json_build_object('kind', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' ELSE 'table' END,
                              'path', json_build_array(n.nspname, c.relname)),
  'fields', json_build_object(
    'enabled', CASE r.ev_enabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'comment', obj_description(r.oid, 'pg_rewrite')),
  'texts', json_build_object('definition', pg_get_ruledef(r.oid)),
  'definition', pg_get_ruledef(r.oid)
)::text
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
