-- Every sequence outside the system schemas, with the columns that it fills: the one that owns it, which comes first, and
-- those whose defaults call it. PostgreSQL 13 to 18. One JSON object per row.
WITH RECURSIVE base(domain, type, modifier) AS (
  -- What lies below each domain; the last step of each is no domain any more.
  SELECT t.oid, t.typbasetype, t.typtypmod FROM pg_type t WHERE t.typtype = 'd'
  UNION ALL
  SELECT b.domain, t.typbasetype, t.typtypmod FROM base b JOIN pg_type t ON t.oid = b.type AND t.typtype = 'd'
), filled AS (
  SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number, true AS owns
  FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    AND d.deptype IN ('a', 'i')
  UNION ALL
  SELECT d.refobjid, f.adrelid, f.adnum, false
  FROM pg_depend d
  JOIN pg_attrdef f ON f.oid = d.objid
  WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
), columns AS (
  SELECT f.sequence, json_agg(json_build_array(f.relation::int8, f.number) ORDER BY f.owns DESC, f.relation, f.number) -> 0
           AS first,
         json_agg(json_build_object('relation', f.relation::int8, 'number', f.number, 'type', f.type)
                  ORDER BY f.owns DESC, f.relation, f.number) FILTER (WHERE NOT f.partition) AS all
  FROM (
    SELECT f.sequence, f.relation, f.number, c.relispartition AS partition, bool_or(f.owns) AS owns,
           format_type(coalesce(b.type, a.atttypid), coalesce(b.modifier, a.atttypmod)) AS type
    FROM filled f
    JOIN pg_class s ON s.oid = f.sequence AND s.relkind = 'S'
    JOIN pg_class c ON c.oid = f.relation
    JOIN pg_attribute a ON a.attrelid = f.relation AND a.attnum = f.number
    LEFT JOIN (base b JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd') ON b.domain = a.atttypid
    GROUP BY 1, 2, 3, 4, 6
  ) f
  GROUP BY f.sequence
)
SELECT json_build_object(
  'oid', c.oid::int8,
  'name', format('%I.%I', n.nspname, c.relname),
  'column', f.first,
  'fills', coalesce(f.all, '[]'),
  'type', format_type(s.seqtypid, NULL),
  'start', s.seqstart,
  'last', CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT') THEN pg_sequence_last_value(c.oid) END,
  'readable', has_sequence_privilege(c.oid, 'USAGE, SELECT'),
  'origin', CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END,
  'limit', CASE WHEN s.seqincrement > 0 THEN s.seqmax ELSE s.seqmin END,
  'increment', s.seqincrement,
  'cycle', s.seqcycle
)::text
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN columns f ON f.sequence = c.oid
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
