-- Triggers as declared: neither the copies that partitions carry nor those that enforce a constraint.
-- PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'trigger', 'path', json_build_array(n.nspname, c.relname, t.tgname),
  'within', json_build_object('kind', CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END,
                              'path', json_build_array(n.nspname, c.relname)),
  'fields', json_build_object(
    'enabled', CASE t.tgenabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'comment', obj_description(t.oid, 'pg_trigger')),
  'texts', json_build_object('definition', pg_get_triggerdef(t.oid)),
  'definition', pg_get_triggerdef(t.oid)
)::text
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
