-- Primary keys and unique indexes. `columns` is empty where the index is over expressions.
-- PostgreSQL 13 to 18 (`indnullsnotdistinct` came with 15 and is read through to_jsonb). One JSON object per row.
SELECT row_to_json(t)::text
FROM (
  SELECT n.nspname AS schema,
         c.relname AS "table",
         x.relname AS name,
         i.indisprimary AS "primary",
         i.indpred IS NULL AS total,
         coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_equal,
         CASE WHEN i.indexprs IS NULL THEN
           ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, pos)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num
                 WHERE u.pos <= i.indnkeyatts ORDER BY u.pos)
         ELSE '{}' END AS columns
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indisunique AND i.indislive AND i.indisvalid
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", NOT i.indisprimary, x.relname COLLATE "C"
) t
