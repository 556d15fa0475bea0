-- Row security policies. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'policy', 'path', json_build_array(n.nspname, c.relname, p.polname),
  'within', json_build_object('kind', 'table', 'path', json_build_array(n.nspname, c.relname)),
  'fields', json_build_object('permissive', p.polpermissive, 'command', f.command, 'roles', f.roles,
                              'comment', obj_description(p.oid, 'pg_policy')),
  'texts', json_build_object('using', f.qual, 'check', f.checked),
  'definition', format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, n.nspname, c.relname,
                       CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, f.command, f.roles)
    || coalesce(format(E'\n  USING (%s)', f.qual), '') || coalesce(format(E'\n  WITH CHECK (%s)', f.checked), '')
)::text
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                       ELSE 'ALL' END AS command,
         (SELECT string_agg(r.name, ', ' ORDER BY r.name COLLATE "C")
          FROM (SELECT CASE WHEN o = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o)) END AS name
                FROM unnest(p.polroles) o) r) AS roles,
         pg_get_expr(p.polqual, p.polrelid) AS qual,
         pg_get_expr(p.polwithcheck, p.polrelid) AS checked
) f
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
