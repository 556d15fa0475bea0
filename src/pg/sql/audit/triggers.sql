-- Every trigger that was declared, and those disabled that the server made to enforce a constraint. PostgreSQL 13 to 18
-- (before 15 the triggers of partitions count as the server's). One JSON object per row.
SELECT json_build_object(
  'name', g.tgname,
  'relation', g.tgrelid::int8,
  'enabled', g.tgenabled <> 'D',
  'copied', p.oid IS NOT NULL,
  'enforces', CASE WHEN g.tgisinternal THEN k.conname END
)::text
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_trigger p ON p.oid = g.tgparentid AND (p.tgenabled = 'D') = (g.tgenabled = 'D')
LEFT JOIN pg_constraint k ON k.oid = g.tgconstraint
WHERE (NOT g.tgisinternal OR g.tgparentid <> 0 AND k.oid IS NULL OR g.tgenabled = 'D' AND k.oid IS NOT NULL)
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", g.tgname COLLATE "C"
