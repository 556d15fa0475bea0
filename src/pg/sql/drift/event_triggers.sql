-- Event triggers, members of extensions left out. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'event-trigger', 'path', json_build_array(e.evtname),
  'fields', json_build_object(
    'event', e.evtevent, 'tags', (SELECT string_agg(t, ', ' ORDER BY t COLLATE "C") FROM unnest(e.evttags) t),
    'function', format('%I.%I', n.nspname, p.proname),
    'enabled', CASE e.evtenabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'comment', obj_description(e.oid, 'pg_event_trigger'))
)::text
FROM pg_event_trigger e
JOIN pg_proc p ON p.oid = e.evtfoid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
