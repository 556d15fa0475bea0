-- What the enabled triggers and rules of the tables $1 (schemas) and $2 (names), and of their partitions, consist of: the
-- text of a trigger's function, the definition of a rule. A function in a compiled language has no text to look at.
-- PostgreSQL 13 to 18. One JSON object per row.
WITH members AS (
  SELECT n.nspname, c.relname, coalesce(p.relid, c.oid) AS oid
  FROM unnest($1::text[], $2::text[]) AS w(schema, name)
  JOIN pg_namespace n ON n.nspname = w.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
  LEFT JOIN LATERAL pg_partition_tree(c.oid) p ON c.relkind = 'p'
)
SELECT DISTINCT row_to_json(t)::text
FROM (
  SELECT m.nspname AS schema, m.relname AS "table", format('trigger `%s`', g.tgname) AS name, f.prosrc AS text
  FROM members m
  JOIN pg_trigger g ON g.tgrelid = m.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D'
  JOIN pg_proc f ON f.oid = g.tgfoid
  UNION
  SELECT m.nspname, m.relname, format('rule `%s`', r.rulename), pg_get_ruledef(r.oid)
  FROM members m
  JOIN pg_rewrite r ON r.ev_class = m.oid AND r.ev_type IN ('2', '3', '4') AND r.ev_enabled <> 'D'
) t
