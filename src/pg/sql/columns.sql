-- The columns of every table outside the system schemas, in their order.
-- PostgreSQL 13 to 18. One JSON object per row. `cast` has no length and is a domain's base type: casting to it never
-- cuts a value, and what is too long for the column is refused when it is assigned.
-- A default names no column, so pg_get_expr needs no table; given one, it would wait for whoever locks that table.
-- `counters` are the sequences that number a column. A default names its sequence by a dependency, or by a text that is
-- looked up at each insert, `nextval('s'::text)`; 1574 is nextval(regclass) in every version.
WITH RECURSIVE bases AS (
  SELECT oid AS domain, typbasetype AS type FROM pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT b.domain, y.typbasetype FROM bases b JOIN pg_type y ON y.oid = b.type WHERE y.typtype = 'd'
),
late AS (
  SELECT adrelid, adnum,
         substring(pg_get_expr(adbin, 0) FROM $re$nextval\(\('((?:[^']|'')+)'::text\)::regclass\)$re$) AS name
  FROM pg_attrdef WHERE adbin::text LIKE '%:funcid 1574 %'
),
supplies AS (
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
),
counters AS (
  SELECT p.relation, p."column", s.oid, n.nspname AS schema, s.relname AS name, bool_or(p.in_default) AS in_default,
         has_sequence_privilege(s.oid, 'UPDATE') AND has_sequence_privilege(s.oid, 'SELECT, USAGE') AS settable
  FROM supplies p JOIN pg_class s ON s.oid = p.sequence AND s.relkind = 'S'
  JOIN pg_namespace n ON n.oid = s.relnamespace
  GROUP BY p.relation, p."column", s.oid, n.nspname, s.relname
)
SELECT row_to_json(t)::text
FROM (
  SELECT n.nspname AS schema,
         c.relname AS "table",
         a.attname AS name,
         format_type(coalesce(base.type, a.atttypid), -1) AS "cast",
         format_type(a.atttypid, a.atttypmod) AS declared,
         a.attnotnull AS not_null,
         CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS "default",
         CASE WHEN a.attgenerated <> '' THEN 'generated'
              WHEN a.attidentity = 'a' THEN 'identity-always'
              WHEN a.attidentity = 'd' THEN 'identity-by-default'
              ELSE 'plain' END AS origin,
         coalesce(l.collisdeterministic, true) AS deterministic,
         coalesce(numbers.all, '[]'::json) AS counters
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN (bases base JOIN pg_type y ON y.oid = base.type AND y.typtype <> 'd') ON base.domain = a.atttypid
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN (
    SELECT relation, "column", json_agg(json_build_object('schema', schema, 'name', name, 'in_default', in_default,
           'settable', settable) ORDER BY schema COLLATE "C", name COLLATE "C") AS all
    FROM counters GROUP BY relation, "column"
  ) numbers ON numbers.relation = a.attrelid AND numbers."column" = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
) t
