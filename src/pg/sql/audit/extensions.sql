-- Every extension that is installed, with the names of its functions and relations. PostgreSQL 13 to 18. One JSON object
-- per row.
SELECT json_build_object(
  'name', e.extname,
  'schema', n.nspname,
  'relocatable', e.extrelocatable,
  'version', e.extversion,
  'available', a.default_version,
  'members', ARRAY(SELECT DISTINCT split_part((pg_identify_object(d.classid, d.objid, 0)).identity, '(', 1)
                   FROM pg_depend d
                   WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
                     AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass) ORDER BY 1)
)::text
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_available_extensions a ON a.name = e.extname
ORDER BY e.extname COLLATE "C"
