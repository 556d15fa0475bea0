-- What a row of each table of 10 MB or more takes: its header (24 bytes) and pointer (4), a third of its columns' number
-- times 8 for alignment, and the mean width of its columns; more where a fillfactor keeps room free. PostgreSQL 13 to 18.
-- Two texts per row: the relation's id, and bytes. The view asks for a right to each column that it is to tell of: the
-- list of names goes into it, so that it does so for big tables only.
WITH big AS MATERIALIZED (
  SELECT c.oid, c.relname, n.nspname, c.reloptions
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND c.relpages >= 1280
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
)
SELECT b.oid::int8::text,
       ceil((28 + 8 * ceil(count(*) / 3.0) + sum(s.avg_width * (1 - s.null_frac))) * 100.0 / coalesce((
         SELECT o.option_value::int FROM pg_options_to_table(b.reloptions) o WHERE o.option_name = 'fillfactor'), 100)
       )::int8::text
FROM big b
JOIN pg_stats s ON s.schemaname = b.nspname AND s.tablename = b.relname AND NOT s.inherited
WHERE s.tablename = ANY (ARRAY(SELECT relname FROM big))
GROUP BY b.oid, b.reloptions
