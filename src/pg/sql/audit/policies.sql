-- Every policy. PostgreSQL 13 to 18. One JSON object per row. An empty role stands for PUBLIC.
-- Functions that are built in leave no dependency and are not told. The server writes expressions only once it has locked
-- their table: of one that somebody keeps locked against readers they are left out, and `locked` says so.
SELECT json_build_object(
  'name', p.polname,
  'relation', p.polrelid::int8,
  'permissive', p.polpermissive,
  'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                           WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
  'roles', ARRAY(SELECT CASE WHEN r = 0 THEN '' ELSE pg_get_userbyid(r)::text END FROM unnest(p.polroles) r ORDER BY 1),
  'locked', h.relation IS NOT NULL,
  'using', CASE WHEN h.relation IS NULL THEN pg_get_expr(p.polqual, p.polrelid) END,
  'check', CASE WHEN h.relation IS NULL THEN pg_get_expr(p.polwithcheck, p.polrelid) END,
  'functions', ARRAY(SELECT DISTINCT d.refobjid::int8 FROM pg_depend d
                     WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                       AND d.refclassid = 'pg_proc'::regclass ORDER BY 1),
  'columns', ARRAY(SELECT DISTINCT d.refobjsubid FROM pg_depend d
                   WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                     AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.polrelid AND d.refobjsubid > 0 ORDER BY 1)
)::text
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
  SELECT DISTINCT l.relation FROM pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
) h ON h.relation = c.oid
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", p.polname COLLATE "C"
