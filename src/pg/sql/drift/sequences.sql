-- Sequences with the column that owns them. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'sequence', 'path', json_build_array(n.nspname, c.relname), 'owner', pg_get_userbyid(c.relowner),
  'within', CASE WHEN o.objid IS NOT NULL THEN
    json_build_object('kind', 'column', 'path', json_build_array(o.nspname, o.relname, o.attname)) END,
  'fields', json_build_object(
    'type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
    'minimum', s.seqmin::text, 'maximum', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle,
    'owned_by', CASE WHEN o.objid IS NOT NULL THEN format('%I.%I.%I', o.nspname, o.relname, o.attname) END,
    'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
    'comment', obj_description(c.oid, 'pg_class')),
  'definition', format('CREATE SEQUENCE %I.%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s CYCLE',
                       n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart,
                       s.seqcache, CASE WHEN s.seqcycle THEN '' ELSE ' NO' END)
)::text
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
  SELECT d.objid, tn.nspname, t.relname, a.attname
  FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    AND d.refobjsubid > 0
) o ON o.objid = c.oid
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
