-- The columns of every table outside the system schemas, in their order.
-- PostgreSQL 13 to 18. One JSON object per row. `cast` has no length and is a domain's base type: casting to it never
-- cuts a value, and what is too long for the column is refused when it is assigned.
-- A default names no column, so pg_get_expr needs no table; given one, it would wait for whoever locks that table.
WITH RECURSIVE bases AS (
  SELECT oid AS domain, typbasetype AS type FROM pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT b.domain, y.typbasetype FROM bases b JOIN pg_type y ON y.oid = b.type WHERE y.typtype = 'd'
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
         coalesce(l.collisdeterministic, true) AS deterministic
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN (bases base JOIN pg_type y ON y.oid = base.type AND y.typtype <> 'd') ON base.domain = a.atttypid
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
) t
