-- The columns of every table outside the system schemas, in their order.
-- PostgreSQL 13 to 18. One JSON object per row. `cast` has no length and is a domain's base type: casting to it never
-- cuts a value, and what is too long for the column is refused when it is assigned.
-- A default names no column, so pg_get_expr needs no table; given one, it would wait for whoever locks that table. The
-- expression of a generated column needs it, and is left out (NULL) while somebody does.
-- `within` are the types that a type with parts is made of, through domains, arrays, ranges and row types. `tied` is one
-- among them whose values mean something in this database alone. `output` is the function that writes a value where
-- `::text` gives another text than it.
WITH RECURSIVE bases AS (
  SELECT oid AS domain, typbasetype AS type FROM pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT b.domain, y.typbasetype FROM bases b JOIN pg_type y ON y.oid = b.type WHERE y.typtype = 'd'
), shown AS (
  SELECT c.oid, n.nspname, c.relname, a.attname, a.attnum, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull,
         a.attgenerated, a.attidentity
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
), inside (root, type, collid, parts, row_type) AS (
  SELECT DISTINCT atttypid, atttypid, 0::oid, false, false FROM shown
  UNION
  SELECT i.root, p.type, p.collid, i.parts OR p.parts, i.row_type OR p.row_type
  FROM inside i
  JOIN pg_type y ON y.oid = i.type
  CROSS JOIN LATERAL (
    SELECT y.typbasetype, 0::oid, false, false WHERE y.typtype = 'd'
    UNION ALL SELECT y.typelem, 0, true, false WHERE y.typelem <> 0 AND y.typcategory = 'A'
    UNION ALL SELECT r.rngsubtype, r.rngcollation, true, false FROM pg_range r
      WHERE y.oid IN (r.rngtypid, (to_jsonb(r) ->> 'rngmultitypid')::oid)
    UNION ALL SELECT b.atttypid, b.attcollation, true, true FROM pg_attribute b
      WHERE y.typtype = 'c' AND b.attrelid = y.typrelid AND b.attnum > 0 AND NOT b.attisdropped
  ) AS p (type, collid, parts, row_type)
), types AS (
  SELECT i.root,
         bool_or(i.parts) AS parts,
         bool_or(i.row_type) AS row_type,
         bool_and(coalesce(l.collisdeterministic, true)) AS deterministic,
         array_agg(DISTINCT format_type(y.oid, -1))
           FILTER (WHERE y.typtype NOT IN ('d', 'c', 'r', 'm') AND y.typcategory <> 'A') AS within,
         min(y.typname::text) FILTER (
           WHERE y.typnamespace = 'pg_catalog'::regnamespace AND y.typtype = 'b' AND y.typelem = 0
             AND (y.typname ~ '^(pg_|reg)'
                  OR y.typname IN ('oid', 'xid', 'xid8', 'cid', 'tid', 'txid_snapshot', 'gtsvector', 'aclitem'))) AS tied
  FROM inside i
  JOIN pg_type y ON y.oid = i.type
  LEFT JOIN pg_collation l ON l.oid = i.collid
  GROUP BY i.root
)
SELECT json_strip_nulls(row_to_json(t))::text
FROM (
  SELECT a.nspname AS schema,
         a.relname AS "table",
         a.attname AS name,
         format_type(y.oid, -1) AS "cast",
         format_type(a.atttypid, a.atttypmod) AS declared,
         a.attnotnull AS not_null,
         CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS "default",
         CASE WHEN a.attgenerated <> '' THEN 'generated'
              WHEN a.attidentity = 'a' THEN 'identity-always'
              WHEN a.attidentity = 'd' THEN 'identity-by-default'
              ELSE 'plain' END AS origin,
         coalesce(l.collisdeterministic, true) AND s.deterministic AS deterministic,
         CASE WHEN a.attcollation <> t.typcollation THEN format('%I.%I', ln.nspname, l.collname) END AS collation,
         CASE WHEN a.attgenerated <> '' AND NOT EXISTS (
                SELECT FROM pg_locks k
                WHERE k.locktype = 'relation' AND k.relation = a.oid AND k.mode = 'AccessExclusiveLock'
                  AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
              THEN concat(pg_get_expr(d.adbin, a.oid), CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END)
              END AS expression,
         s.tied,
         (SELECT format('%I.%I', pn.nspname, p.proname)
          FROM pg_cast k
          JOIN pg_proc p ON p.oid = y.typoutput
          JOIN pg_namespace pn ON pn.oid = p.pronamespace
          WHERE k.castsource = y.oid AND k.casttarget = 'text'::regtype
            AND CASE WHEN y.typnamespace = 'pg_catalog'::regnamespace THEN y.typname = 'bpchar'
                     ELSE k.castmethod = 'f' OR k.castmethod = 'b' AND p.prosrc <> 'textout' END) AS output,
         CASE WHEN s.parts THEN s.within END AS within,
         s.row_type
  FROM shown a
  JOIN types s ON s.root = a.atttypid
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN (bases base JOIN pg_type b ON b.oid = base.type AND b.typtype <> 'd') ON base.domain = a.atttypid
  JOIN pg_type y ON y.oid = coalesce(base.type, a.atttypid)
  LEFT JOIN (pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace) ON l.oid = a.attcollation
  LEFT JOIN pg_attrdef d ON d.adrelid = a.oid AND d.adnum = a.attnum
  ORDER BY a.nspname COLLATE "C", a.relname COLLATE "C", a.attnum
) t
