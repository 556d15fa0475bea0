-- The sequences that number columns of tables outside the system schemas. A default names its sequence by a dependency,
-- or by a text that is looked up at each insert, `nextval('s'::text)`; 1574 is nextval(regclass) in every version.
-- PostgreSQL 13 to 18. One JSON object per column and sequence.
WITH late AS (
  SELECT adrelid, adnum,
         substring(pg_get_expr(adbin, 0) FROM $re$nextval\(\('((?:[^']|'')+)'::text\)::regclass\)$re$) AS name
  FROM pg_attrdef WHERE adbin::text LIKE '%:funcid 1574 %'
), supplies AS (
  SELECT d.adrelid AS relation, d.adnum AS "column", p.refobjid AS sequence, true AS in_default
  FROM pg_attrdef d
  JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
  UNION ALL
  SELECT p.refobjid, p.refobjsubid, p.objid, false
  FROM pg_depend p
  WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
    AND p.refobjsubid > 0 AND p.deptype IN ('a', 'i')
  UNION ALL
  -- A name without its schema is looked up by the session's path; where there is one sequence of the name it is that.
  SELECT l.adrelid, l.adnum, min(s.oid), true
  FROM late l JOIN pg_class s ON s.relkind = 'S'
  JOIN pg_namespace n ON n.oid = s.relnamespace
  WHERE replace(l.name, $$''$$, $$'$$) IN (format('%I.%I', n.nspname, s.relname), format('%I', s.relname))
  GROUP BY l.adrelid, l.adnum HAVING count(*) = 1
)
SELECT row_to_json(t)::text
FROM (
  SELECT rn.nspname AS schema,
         r.relname AS "table",
         a.attname AS "column",
         n.nspname AS sequence_schema,
         s.relname AS sequence,
         bool_or(p.in_default) AS in_default,
         has_sequence_privilege(s.oid, 'UPDATE') AND has_sequence_privilege(s.oid, 'SELECT, USAGE') AS settable
  FROM supplies p
  JOIN pg_class s ON s.oid = p.sequence AND s.relkind = 'S'
  JOIN pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_class r ON r.oid = p.relation AND r.relkind IN ('r', 'p')
  JOIN pg_namespace rn ON rn.oid = r.relnamespace AND rn.nspname <> 'information_schema' AND rn.nspname !~ '^pg_'
  JOIN pg_attribute a ON a.attrelid = p.relation AND a.attnum = p."column" AND NOT a.attisdropped
  GROUP BY rn.nspname, r.relname, a.attname, s.oid, n.nspname, s.relname
  ORDER BY 1, 2, 3, n.nspname COLLATE "C", s.relname COLLATE "C"
) t
