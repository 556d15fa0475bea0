-- How many objects of each kind the database holds outside the system schemas, and its size.
-- PostgreSQL 13 to 18. One JSON object.
SELECT row_to_json(t)::text
FROM (
  WITH spaces AS (
    SELECT oid FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
  )
  SELECT current_database() AS database,
         CASE WHEN has_database_privilege(current_database(), 'CONNECT')
              THEN pg_database_size(current_database()) END AS bytes,
         (SELECT count(*) FROM pg_class WHERE relnamespace IN (SELECT oid FROM spaces)
            AND relkind IN ('r', 'p') AND NOT relispartition) AS tables,
         (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace IN (SELECT oid FROM spaces) AND c.relkind IN ('r', 'p')
              AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
         (SELECT count(*) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM spaces)) AS functions,
         (SELECT count(*) FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
            WHERE c.relnamespace IN (SELECT oid FROM spaces) AND NOT g.tgisinternal) AS triggers,
         (SELECT count(*) FROM pg_class WHERE relnamespace IN (SELECT oid FROM spaces)
            AND relkind IN ('i', 'I') AND NOT relispartition) AS indexes,
         (SELECT count(*) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
            WHERE c.relnamespace IN (SELECT oid FROM spaces)) AS policies
) t
