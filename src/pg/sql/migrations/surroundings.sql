-- The names of all roles but the server's own, and who runs migrations: the owner of the table $1.$2, else of the database.
-- PostgreSQL 13 to 18. One JSON object.
SELECT json_build_object(
  'roles', coalesce((SELECT json_agg(r.rolname ORDER BY r.rolname) FROM pg_roles r WHERE r.rolname !~ '^pg_'), '[]'::json),
  'runner', coalesce(
    (SELECT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2),
    (SELECT pg_get_userbyid(d.datdba) FROM pg_database d WHERE d.datname = current_database()))
)::text
