-- Primary keys, unique indexes and exclusion constraints. `columns` is empty where equal columns are not what decides:
-- over expressions, and in exclusion constraints. `involved` are all columns that decide, those of the predicate and what
-- generated columns are made of too,
-- with the type that stands behind their domains in `types`; with `plain` two rows that it is about meet if and only if
-- these are equal and not NULL. `deferrable` where SET CONSTRAINTS can name the constraint, which it cannot where another constraint of
-- the schema has its name and is not deferrable.
-- PostgreSQL 13 to 18 (`indnullsnotdistinct` came with 15 and is read through to_jsonb). One JSON object per row.
SELECT row_to_json(t)::text
FROM (
  SELECT n.nspname AS schema,
         c.relname AS "table",
         x.relname AS name,
         i.indisprimary AS "primary",
         i.indpred IS NULL AS total,
         coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_equal,
         i.indisunique AND i.indexprs IS NULL
           AND NOT EXISTS (SELECT FROM unnest(i.indcollation::oid[]) k(id) JOIN pg_collation l ON l.oid = k.id
                           WHERE NOT l.collisdeterministic) AS plain,
         i.indisexclusion AS exclusion,
         EXISTS (SELECT FROM pg_constraint k
                 WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
                   AND k.condeferrable
                   AND NOT EXISTS (SELECT FROM pg_constraint o
                                   WHERE o.conname = k.conname AND o.connamespace = k.connamespace
                                     AND NOT o.condeferrable)) AS "deferrable",
         v.involved,
         v.types,
         CASE WHEN i.indexprs IS NULL AND i.indisunique THEN
           ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, pos)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num
                 WHERE u.pos <= i.indnkeyatts ORDER BY u.pos)
         ELSE '{}' END AS columns
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') AS involved,
           coalesce(json_agg(json_build_object('name', format_type(b.oid, -1), 'kind', b.typtype,
                                               'array', b.typelem <> 0 AND b.typlen = -1) ORDER BY a.attnum), '[]') AS types
    FROM pg_attribute a
    CROSS JOIN LATERAL (
      WITH RECURSIVE d(id, depth) AS (
        SELECT a.atttypid, 0
        UNION ALL SELECT y.typbasetype, d.depth + 1 FROM d JOIN pg_type y ON y.oid = d.id WHERE y.typtype = 'd')
      SELECT y.oid, y.typtype, y.typelem, y.typlen FROM d JOIN pg_type y ON y.oid = d.id ORDER BY d.depth DESC LIMIT 1) b
    WHERE a.attrelid = i.indrelid AND a.attnum > 0
      AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
           OR (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND EXISTS (
             SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
               AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)
           OR EXISTS (
             -- What a generated column of it is made of.
             SELECT FROM pg_attribute g
             JOIN pg_attrdef f ON f.adrelid = g.attrelid AND f.adnum = g.attnum
             JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
               AND d.refobjsubid = a.attnum
               AND (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                    OR d.classid = 'pg_class'::regclass AND d.objid = i.indrelid AND d.objsubid = g.attnum)
             WHERE g.attrelid = i.indrelid AND g.attgenerated <> '' AND a.attnum <> g.attnum
               AND g.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])))) v
  WHERE (i.indisunique OR i.indisexclusion) AND i.indislive AND i.indisvalid
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", NOT i.indisprimary, x.relname COLLATE "C"
) t
