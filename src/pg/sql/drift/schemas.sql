-- Every schema of a team's, members of extensions left out. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'schema', 'path', json_build_array(n.nspname), 'owner', pg_get_userbyid(n.nspowner),
  'fields', json_build_object('comment', obj_description(n.oid, 'pg_namespace')),
  'definition', format('CREATE SCHEMA %I', n.nspname)
)::text
FROM pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
