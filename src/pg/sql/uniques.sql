-- Primary keys, unique indexes and exclusion constraints. `columns` is empty where equal columns are not what decides:
-- over expressions, and in exclusion constraints. `involved` are all columns that decide, those of the predicate too;
-- with `exact` two rows meet if and only if these are equal and not NULL.
-- PostgreSQL 13 to 18 (`indnullsnotdistinct` came with 15 and is read through to_jsonb). One JSON object per row.
SELECT row_to_json(t)::text
FROM (
  SELECT n.nspname AS schema,
         c.relname AS "table",
         x.relname AS name,
         i.indisprimary AS "primary",
         i.indpred IS NULL AS total,
         coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_equal,
         i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
           AND NOT coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS exact,
         ARRAY(SELECT a.attname::text FROM pg_attribute a
               WHERE a.attrelid = i.indrelid AND a.attnum > 0
                 AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                      OR (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND EXISTS (
                        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
                          AND d.refobjsubid = a.attnum))
               ORDER BY a.attnum) AS involved,
         CASE WHEN i.indexprs IS NULL AND i.indisunique THEN
           ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, pos)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num
                 WHERE u.pos <= i.indnkeyatts ORDER BY u.pos)
         ELSE '{}' END AS columns
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (i.indisunique OR i.indisexclusion) AND i.indislive AND i.indisvalid
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", NOT i.indisprimary, x.relname COLLATE "C"
) t
