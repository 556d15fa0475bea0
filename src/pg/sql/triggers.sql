-- Enabled triggers and rules of every table outside the system schemas: what runs for rows that are written through that
-- table's name. A row trigger of a partition runs for its partitioned parent, too; that of a partitioned table runs by
-- its copies on the partitions, each of which may be disabled. Not those of the server's own, such as of foreign keys.
-- PostgreSQL 13 to 18. One JSON object per row.
WITH enabled AS (
  SELECT CASE current_setting('session_replication_role') WHEN 'replica' THEN 'AR' ELSE 'AO' END AS letters
), found AS (
  SELECT c.oid AS relid,
         CASE WHEN c.relispartition AND g.tgtype & 1 > 0 THEN pg_partition_root(c.oid) END AS root,
         g.tgname AS name,
         CASE WHEN g.tgtype & 2 > 0 THEN 'before' ELSE 'after' END AS kind,
         g.tgtype & 1 > 0 AS row,
         array_remove(ARRAY[CASE WHEN g.tgtype & 4 > 0 THEN 'insert' END,
                            CASE WHEN g.tgtype & 16 > 0 THEN 'update' END,
                            CASE WHEN g.tgtype & 8 > 0 THEN 'delete' END], NULL) AS events,
         -- A generated column follows columns that the list does not name.
         CASE WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = g.tgrelid AND a.attgenerated <> ''
                             AND a.attnum = ANY (g.tgattr::int2[])) THEN '{}'
              ELSE ARRAY(SELECT a.attname::text FROM pg_attribute a
                         WHERE a.attrelid = g.tgrelid AND a.attnum = ANY (g.tgattr::int2[]) ORDER BY a.attnum)
         END AS columns,
         g.tgqual IS NOT NULL AS conditional,
         format('%s.%s', pn.nspname, p.proname) AS function
  FROM pg_trigger g
  JOIN pg_class c ON c.oid = g.tgrelid
  JOIN pg_proc p ON p.oid = g.tgfoid
  JOIN pg_namespace pn ON pn.oid = p.pronamespace
  WHERE strpos((SELECT letters FROM enabled), g.tgenabled::text) > 0
    AND (NOT g.tgisinternal OR g.tgparentid <> 0)
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.oid = g.tgconstraint AND k.contype <> 't')
    AND NOT (c.relkind = 'p' AND g.tgtype & 1 > 0)
  UNION ALL
  SELECT c.oid, NULL, r.rulename, CASE WHEN r.is_instead THEN 'instead' ELSE 'also' END, true,
         ARRAY[CASE r.ev_type WHEN '2' THEN 'update' WHEN '3' THEN 'insert' ELSE 'delete' END], '{}',
         r.ev_qual::text <> '<>', ''
  FROM pg_rewrite r
  JOIN pg_class c ON c.oid = r.ev_class
  WHERE c.relkind IN ('r', 'p') AND r.ev_type IN ('2', '3', '4')
    AND strpos((SELECT letters FROM enabled), r.ev_enabled::text) > 0
)
SELECT row_to_json(t)::text
FROM (
  SELECT DISTINCT n.nspname AS schema, c.relname AS "table", f.name, f.kind, f.row, f.events, f.columns,
         f.conditional, f.function
  FROM found f
  JOIN pg_class c ON c.oid IN (f.relid, f.root)
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY 1, 2, f.name, f.kind, f.events
) t
