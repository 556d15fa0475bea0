-- Every schema that is not the system's. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'name', n.nspname,
  'owner', pg_get_userbyid(n.nspowner),
  'grants', coalesce((SELECT json_agg(json_build_object('grantee', coalesce(pg_get_userbyid(nullif(x.grantee, 0)), ''),
                                                        'privilege', x.privilege_type))
                      FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x
                      WHERE x.grantee <> n.nspowner), '[]')
)::text
FROM pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C"
