-- Columns of tables, in their order, which is for showing them only. One that is inherited names the columns it comes
-- from. PostgreSQL 13 to 18 (a NOT NULL that is not valid came with 18). One JSON object per row.
SELECT json_build_object(
  'kind', 'column', 'path', json_build_array(n.nspname, c.relname, a.attname),
  'within', json_build_object('kind', 'table', 'path', json_build_array(n.nspname, c.relname)),
  'like', CASE WHEN a.attinhcount > 0 THEN (
    SELECT json_agg(json_build_object('kind', 'column', 'path', json_build_array(pn.nspname, p.relname, a.attname)))
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE i.inhrelid = c.oid) END,
  'fields', json_build_object(
    'type', f.type,
    'not_null', CASE WHEN v.conrelid IS NOT NULL THEN 'not valid' ELSE a.attnotnull::text END,
    'identity', f.identity, 'generated', f.generated, 'collation', f.collation,
    'storage', CASE WHEN a.attstorage <> t.typstorage THEN
      CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END,
    'comment', col_description(c.oid, a.attnum)
  ),
  'texts', json_build_object('default', f.expression),
  'definition', format('%I %s', a.attname, f.type) || coalesce(' COLLATE ' || f.collation, '')
    || CASE WHEN f.generated IS NOT NULL THEN format(' GENERATED ALWAYS AS (%s) %s', f.expression, upper(f.generated))
            WHEN f.identity IS NOT NULL THEN format(' GENERATED %s AS IDENTITY', upper(f.identity))
            ELSE coalesce(' DEFAULT ' || f.expression, '') END
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
)::text
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef x ON x.adrelid = a.attrelid AND x.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_constraint v ON v.contype = 'n' AND NOT v.convalidated AND v.conrelid = a.attrelid AND v.conkey[1] = a.attnum
CROSS JOIN LATERAL (
  SELECT format_type(a.atttypid, a.atttypmod) AS type,
         CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
         CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generated,
         CASE WHEN l.oid IS NOT NULL THEN format('%I.%I', ln.nspname, l.collname) END AS collation,
         pg_get_expr(x.adbin, x.adrelid) AS expression
) f
WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY a.attrelid, a.attnum
