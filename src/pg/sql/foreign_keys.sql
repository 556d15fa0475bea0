-- Every foreign key that was declared (not the copies that partitions carry), also where it stands on a partition. With
-- `enforced` the server checks what is written: it is not NOT ENFORCED, and its triggers are not disabled.
-- PostgreSQL 13 to 18 (`conenforced` and `conperiod` came with 18 and are read through to_jsonb). One JSON object per row.
SELECT row_to_json(t)::text
FROM (
  SELECT n.nspname AS schema,
         c.relname AS "table",
         k.conname AS name,
         rn.nspname AS ref_schema,
         r.relname AS ref_table,
         ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, pos)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.pos) AS columns,
         ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, pos)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.pos) AS referenced,
         CASE k.confdeltype WHEN 'a' THEN 'no-action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
                            WHEN 'n' THEN 'set-null' ELSE 'set-default' END AS on_delete,
         CASE k.confupdtype WHEN 'a' THEN 'no-action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
                            WHEN 'n' THEN 'set-null' ELSE 'set-default' END AS on_update,
         k.confmatchtype = 'f' AS match_full,
         coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) AS period,
         coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AND NOT EXISTS (
           SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgrelid = k.conrelid AND g.tgenabled = 'D'
         ) AS enforced
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class r ON r.oid = k.confrelid
  JOIN pg_namespace rn ON rn.oid = r.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", k.conname COLLATE "C"
) t
