-- Enums with their labels in order, domains, composite types with their attributes in order (rows are written by it), and
-- ranges; members of extensions left out. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite-type' END,
  'path', json_build_array(n.nspname, t.typname), 'owner', pg_get_userbyid(t.typowner),
  'fields', json_build_object(
    'comment', coalesce(obj_description(t.oid, 'pg_type'), obj_description(c.oid, 'pg_class')),
    'labels', e.labels, 'attributes', a.attributes,
    'type', CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
                           WHEN 'r' THEN format_type(r.rngsubtype, NULL) END,
    'not_null', CASE t.typtype WHEN 'd' THEN t.typnotnull END,
    'collation', CASE t.typtype WHEN 'd' THEN (SELECT format('%I.%I', cn.nspname, l.collname)
      FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace
      WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation) END
  ),
  'texts', json_build_object('default', CASE t.typtype WHEN 'd' THEN t.typdefault END),
  'definition', CASE t.typtype
    WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname, e.labels)
    WHEN 'd' THEN format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod))
      || coalesce(' DEFAULT ' || t.typdefault, '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
    WHEN 'r' THEN format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s)', n.nspname, t.typname,
                         format_type(r.rngsubtype, NULL))
    ELSE format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname, a.attributes) END
)::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN (
  SELECT e.enumtypid, string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) AS labels
  FROM pg_enum e GROUP BY e.enumtypid
) e ON e.enumtypid = t.oid
LEFT JOIN LATERAL (
  SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) AS attributes
  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) a ON c.relkind = 'c'
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
