-- What a migration may have created and the catalogue has, outside the system schemas: the kind, the schema, the table
-- that it is a part of, the name. PostgreSQL 13 to 18. What an extension brought is not left out: a file that creates
-- the same finds it there. Indexes that are not valid are left out, they are what a failed run leaves.
WITH
spaces AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
),
relations AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind
  FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')
)
SELECT 'schema', '', NULL, nspname::text FROM spaces
UNION ALL
SELECT 'extension', '', NULL, extname::text FROM pg_extension
UNION ALL
SELECT CASE WHEN relkind IN ('r', 'p', 'f') THEN 'table' WHEN relkind IN ('v', 'm') THEN 'view' ELSE 'sequence' END,
       nspname::text, NULL, relname::text
FROM relations WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
UNION ALL
SELECT 'index', r.nspname::text, NULL, r.relname::text
FROM relations r JOIN pg_index i ON i.indexrelid = r.oid WHERE i.indisvalid OR r.relkind = 'I'
UNION ALL
SELECT 'column', r.nspname::text, r.relname::text, a.attname::text
FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid
WHERE r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', r.nspname::text, r.relname::text, k.conname::text
FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid
UNION ALL
SELECT 'policy', r.nspname::text, r.relname::text, p.polname::text
FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
UNION ALL
SELECT 'trigger', r.nspname::text, r.relname::text, g.tgname::text
FROM relations r JOIN pg_trigger g ON g.tgrelid = r.oid WHERE NOT g.tgisinternal
UNION ALL
SELECT 'function', n.nspname::text, NULL, p.proname::text FROM pg_proc p JOIN spaces n ON n.oid = p.pronamespace
UNION ALL
-- Every table has a type of its row and of its array, which nobody created.
SELECT 'type', n.nspname::text, NULL, t.typname::text
FROM pg_type t JOIN spaces n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd', 'r', 'm') OR t.typtype = 'b' AND t.typcategory <> 'A'
   OR t.typrelid IN (SELECT r.oid FROM relations r WHERE r.relkind = 'c')
