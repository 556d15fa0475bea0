-- Every sequence outside the system schemas, with the column that it fills: the one that owns it, else the one whose
-- default calls it. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'oid', c.oid::int8,
  'name', format('%I.%I', n.nspname, c.relname),
  'column', coalesce(
    (SELECT json_build_array(d.refobjid::int8, d.refobjsubid) FROM pg_depend d
     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
       AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1),
    (SELECT json_build_array(f.adrelid::int8, f.adnum) FROM pg_depend d
     JOIN pg_attrdef f ON f.oid = d.objid
     WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
     ORDER BY f.adrelid, f.adnum LIMIT 1)),
  'last', CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT') THEN pg_sequence_last_value(c.oid) END,
  'readable', has_sequence_privilege(c.oid, 'USAGE, SELECT'),
  'limit', CASE WHEN s.seqincrement > 0 THEN s.seqmax ELSE s.seqmin END,
  'increment', s.seqincrement,
  'cycle', s.seqcycle
)::text
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
