-- Every role of the server but the built-in ones. `inherits` are the roles whose rights it has without SET ROLE: since
-- PostgreSQL 16 each membership says so for itself, before the role does for all (read through to_jsonb).
-- PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'name', r.rolname,
  'superuser', r.rolsuper,
  'bypass_rls', r.rolbypassrls,
  'login', r.rolcanlogin,
  'inherits', ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                    WHERE m.member = r.oid
                      AND coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit) ORDER BY 1)
)::text
FROM pg_roles r
WHERE r.rolname !~ '^pg_'
ORDER BY r.rolname COLLATE "C"
