-- What ALTER DEFAULT PRIVILEGES has set, by role, schema (empty for all) and what it is about; the role's own privileges
-- left out. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'default-privileges',
  'path', json_build_array(pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''),
    CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
                         WHEN 'n' THEN 'schemas' ELSE 'large objects' END),
  'within', CASE WHEN n.oid IS NOT NULL THEN json_build_object('kind', 'schema', 'path', json_build_array(n.nspname)) END,
  'fields', json_build_object('privileges', coalesce((
    SELECT string_agg(g.grantee || ': ' || g.privileges, '; ' ORDER BY g.grantee COLLATE "C")
    FROM (
      SELECT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee,
             string_agg(x.privilege_type || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
                        ORDER BY x.privilege_type) AS privileges
      FROM aclexplode(d.defaclacl) x
      WHERE x.grantee <> d.defaclrole
      GROUP BY x.grantee
    ) g), 'none'))
)::text
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
