//! The PL/pgSQL of a block that tries rows: what is the same in all of them.

/// What the block declares, up to where its ways and rows are given.
pub(super) const DECLARED: &str = "\
  pgdeck_ways pg_catalog.text[];
  pgdeck_rows pg_catalog.text[];
  pgdeck_waiting pg_catalog.int4[];
  pgdeck_still pg_catalog.int4[];
  pgdeck_names pg_catalog.text[];
  pgdeck_parked pg_catalog.int4[] := '{}';
  pgdeck_places pg_catalog.text[] := '{}';
  pgdeck_values pg_catalog.text[];
  pgdeck_found pg_catalog.text;
  pgdeck_own_path pg_catalog.text := pg_catalog.current_setting('search_path');
  pgdeck_refused pg_catalog.int4[];
  pgdeck_rules pg_catalog.text[];
  pgdeck_details pg_catalog.text[];
  pgdeck_rule pg_catalog.text;
  pgdeck_detail pg_catalog.text;
  pgdeck_why pg_catalog.text;
  pgdeck_row pg_catalog.int4;
  pgdeck_next pg_catalog.int4;
  pgdeck_idle pg_catalog.int4;
  pgdeck_way pg_catalog.int4;
  pgdeck_kind pg_catalog.int4;
  pgdeck_place pg_catalog.text;
  pgdeck_count pg_catalog.int8;
  pgdeck_moved pg_catalog.bool;
  pgdeck_schema pg_catalog.text;
  pgdeck_schemas pg_catalog.text[];
  pgdeck_whys pg_catalog.text[];
  pgdeck_ids pg_catalog.text[];
  pgdeck_holders pg_catalog.text[];
  pgdeck_id pg_catalog.text;
  pgdeck_query pg_catalog.text;
  pgdeck_tries pg_catalog.int4 := 0;
  pgdeck_careful pg_catalog.bool := false;
  pgdeck_settled pg_catalog.text[] := '{}';
  pgdeck_wanted pg_catalog.text[];
  pgdeck_more pg_catalog.bool;
BEGIN
-- What the rows run is run under the path of the session; nothing else of its schemas is called.
PERFORM pg_catalog.set_config('search_path', '', true);
-- Where a row may wait: table, what is written there, which of its rows, which values are tried.
";

/// What runs once they are given.
pub(super) const DRIVER: &str = "pgdeck_waiting := ARRAY(SELECT n FROM pg_catalog.generate_series(1, pg_catalog.cardinality(pgdeck_rows) / 8) AS n);
WHILE pg_catalog.cardinality(pgdeck_waiting) > 0 LOOP
  pgdeck_still := '{}';
  pgdeck_names := '{}';
  pgdeck_refused := '{}';
  pgdeck_rules := '{}';
  pgdeck_details := '{}';
  pgdeck_schemas := '{}';
  pgdeck_whys := '{}';
  pgdeck_why := NULL;
  FOREACH pgdeck_row IN ARRAY pgdeck_waiting LOOP
    IF pgdeck_rows[pgdeck_row][2]::text[] && pgdeck_names THEN
      pgdeck_still := pgdeck_still || pgdeck_row;
      pgdeck_names := pgdeck_names || pgdeck_rows[pgdeck_row][1];
      CONTINUE;
    END IF;
    BEGIN
      PERFORM pg_catalog.set_config('search_path', pgdeck_own_path, true);
      EXECUTE pgdeck_rows[pgdeck_row][CASE WHEN pgdeck_row = ANY (pgdeck_parked) AND pgdeck_rows[pgdeck_row][6] <> '' THEN 6 ELSE 3 END];
      PERFORM pg_catalog.set_config('search_path', '', true);
    EXCEPTION WHEN unique_violation OR exclusion_violation THEN
      -- Another row still holds the value.
      GET STACKED DIAGNOSTICS pgdeck_rule = CONSTRAINT_NAME, pgdeck_detail = PG_EXCEPTION_DETAIL, pgdeck_schema = SCHEMA_NAME;
      pgdeck_why := coalesce(pgdeck_why, pgdeck_rows[pgdeck_row][1] || ': ' || SQLERRM);
      pgdeck_still := pgdeck_still || pgdeck_row;
      pgdeck_names := pgdeck_names || pgdeck_rows[pgdeck_row][1];
      pgdeck_refused := pgdeck_refused || pgdeck_row;
      pgdeck_rules := pgdeck_rules || pgdeck_rule;
      pgdeck_details := pgdeck_details || pgdeck_detail;
      pgdeck_schemas := pgdeck_schemas || pgdeck_schema;
      pgdeck_whys := pgdeck_whys || pg_catalog.concat(pgdeck_rows[pgdeck_row][1], ': ', SQLERRM);
    END;
  END LOOP;
  pgdeck_moved := pg_catalog.cardinality(pgdeck_still) < pg_catalog.cardinality(pgdeck_waiting);
  pgdeck_waiting := pgdeck_still;
  IF pgdeck_moved THEN
    pgdeck_tries := 0;
    IF pgdeck_careful THEN
      pgdeck_places := pgdeck_settled;
    END IF;
    CONTINUE;
  END IF;
  -- Who holds the values: the server says which ones they are. Where that is a row that no statement here moves, nothing helps.
  FOR pgdeck_look IN 1 .. 2 LOOP
    IF pgdeck_ids IS NULL THEN
      pgdeck_ids := '{}';
      FOR pgdeck_row IN 1 .. pg_catalog.cardinality(pgdeck_rows) / 8 LOOP
        pgdeck_id := NULL;
        IF pgdeck_rows[pgdeck_row][7] <> '' THEN
          EXECUTE pg_catalog.concat('SELECT pg_catalog.concat(t.tableoid, t.ctid) FROM ', pgdeck_rows[pgdeck_row][4], ' AS t WHERE ', pgdeck_rows[pgdeck_row][7])
            INTO pgdeck_id;
        END IF;
        pgdeck_ids := pg_catalog.array_append(pgdeck_ids, pgdeck_id);
      END LOOP;
    END IF;
    pgdeck_holders := pg_catalog.array_fill(NULL::pg_catalog.text, ARRAY[pg_catalog.cardinality(pgdeck_refused)]);
    FOR pgdeck_query IN
      SELECT pg_catalog.format(
        'SELECT w.at, t.id FROM (SELECT pg_catalog.concat(tableoid, ctid) AS id, pg_catalog.md5(pg_catalog.concat_ws('', '', %s)) AS key FROM ONLY %s%s) AS t'
        || ' JOIN unnest($1, $2, $3) WITH ORDINALITY AS w(schema, rule, key, at)'
        || ' ON pg_catalog.md5(pg_catalog.substring(w.key, ''^.*[)]=[(](.*)[)]'')) = t.key AND w.schema = %L AND w.rule = %L',
        (SELECT pg_catalog.string_agg(pg_catalog.format('CASE WHEN (%1$s) IS NULL THEN ''null'' ELSE pg_catalog.format(''%%s'', (%1$s)) END',
           pg_catalog.pg_get_indexdef(i.indexrelid, k, false)), ', ' ORDER BY k) FROM pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) AS k),
        i.indrelid::pg_catalog.regclass,
        ' WHERE ' || pg_catalog.pg_get_expr(i.indpred, i.indrelid),
        n.nspname, c.relname)
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
      WHERE (n.nspname::pg_catalog.text, c.relname::pg_catalog.text) IN (SELECT s, r FROM unnest(pgdeck_schemas, pgdeck_rules) AS u(s, r))
    LOOP
      FOR pgdeck_row, pgdeck_id IN EXECUTE pgdeck_query USING pgdeck_schemas, pgdeck_rules, pgdeck_details LOOP
        pgdeck_holders[pgdeck_row] := pgdeck_id;
      END LOOP;
    END LOOP;
    SELECT min(n) INTO pgdeck_row FROM pg_catalog.unnest(pgdeck_holders) WITH ORDINALITY AS h(id, n)
      WHERE id IS NOT NULL AND pg_catalog.array_position(pgdeck_ids, id) IS NULL;
    EXIT WHEN pgdeck_row IS NULL;
    IF pgdeck_look = 2 AND pgdeck_whole THEN
      RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = pgdeck_whys[pgdeck_row], DETAIL = pgdeck_details[pgdeck_row],
        HINT = 'Another row holds this value, and no row of this script can make room for it.';
    END IF;
    -- Rows that were written stand elsewhere by now.
    pgdeck_ids := NULL;
  END LOOP;
  IF pgdeck_careful THEN
    -- Column by column: what is free goes to the row that is to hold it, although the rest of the row has to wait.
    LOOP
      pgdeck_more := false;
      FOREACH pgdeck_row IN ARRAY pgdeck_waiting LOOP
        CONTINUE WHEN pgdeck_rows[pgdeck_row][8] = '';
        EXECUTE 'SELECT ' || pgdeck_rows[pgdeck_row][8] INTO pgdeck_wanted;
        FOR pgdeck_at IN 0 .. pg_catalog.cardinality(pgdeck_wanted) / 3 - 1 LOOP
          pgdeck_way := pgdeck_wanted[3 * pgdeck_at + 1];
          CONTINUE WHEN pg_catalog.concat(pgdeck_row, ' ', pgdeck_ways[pgdeck_way][2]) = ANY (pgdeck_settled)
            OR pgdeck_wanted[3 * pgdeck_at + 3] = '1' AND pgdeck_rows[pgdeck_row][2]::text[] && pgdeck_names;
          BEGIN
            PERFORM pg_catalog.set_config('search_path', pgdeck_own_path, true);
            EXECUTE pgdeck_ways[pgdeck_way][2] || pgdeck_wanted[3 * pgdeck_at + 2]
              || pg_catalog.replace(pgdeck_ways[pgdeck_way][3], 'pgdeck_this_row', pg_catalog.concat(
                pgdeck_rows[pgdeck_row][CASE WHEN pgdeck_row = ANY (pgdeck_parked) THEN 7 ELSE 5 END],
                ' AND ', pgdeck_ways[pgdeck_way][7], ' IS DISTINCT FROM (', pgdeck_wanted[3 * pgdeck_at + 2], ')::pg_catalog.text'));
            GET DIAGNOSTICS pgdeck_count = ROW_COUNT;
            PERFORM pg_catalog.set_config('search_path', '', true);
            IF pgdeck_count > 0 THEN
              pgdeck_more := true;
              pgdeck_moved := true;
              pgdeck_settled := pgdeck_settled || pg_catalog.concat(pgdeck_row, ' ', pgdeck_ways[pgdeck_way][2]);
              pgdeck_parked := pgdeck_parked || pgdeck_row;
            END IF;
          EXCEPTION WHEN integrity_constraint_violation OR data_exception OR raise_exception THEN
            NULL;
          END;
        END LOOP;
      END LOOP;
      EXIT WHEN NOT pgdeck_more;
    END LOOP;
    IF pgdeck_moved THEN
      pgdeck_tries := 0;
      pgdeck_places := pgdeck_settled;
      pgdeck_ids := NULL;
      CONTINUE;
    END IF;
  END IF;
  -- All wait for each other: one of them waits on a value that is free and allowed, and that makes room for another.
  <<parking>>
  FOR pgdeck_at IN 1 .. pg_catalog.cardinality(pgdeck_refused) LOOP
    pgdeck_next := pgdeck_refused[pgdeck_at];
    FOREACH pgdeck_row IN ARRAY pgdeck_waiting LOOP
      CONTINUE WHEN pgdeck_row = pgdeck_next OR pgdeck_rows[pgdeck_row][5] = ''
        OR pgdeck_whole AND pgdeck_holders[pgdeck_at] IS NOT NULL AND pgdeck_ids[pgdeck_row] IS DISTINCT FROM pgdeck_holders[pgdeck_at];
      pgdeck_found := pgdeck_rows[pgdeck_row][CASE WHEN pgdeck_row = ANY (pgdeck_parked) THEN 7 ELSE 5 END];
      FOR pgdeck_way IN 1 .. pg_catalog.cardinality(pgdeck_ways) / 7 LOOP
        CONTINUE WHEN pgdeck_ways[pgdeck_way][1] <> pgdeck_rows[pgdeck_row][4]
          OR pg_catalog.concat(pgdeck_row, ' ', pgdeck_ways[pgdeck_way][2]) = ANY (pgdeck_places)
          -- A partition's index has a name of its own.
          OR pgdeck_rules[pgdeck_at] <> pgdeck_ways[pgdeck_way][6] AND pgdeck_rules[pgdeck_at] = ANY (pgdeck_ways);
        <<kinds>>
        FOR pgdeck_kind IN 4 .. 5 LOOP
          pgdeck_idle := 0;
          BEGIN
            EXECUTE pg_catalog.concat('SELECT ARRAY(', pg_catalog.replace(pgdeck_ways[pgdeck_way][pgdeck_kind], 'pgdeck_this_row', pgdeck_found), ')')
              INTO pgdeck_values;
            FOREACH pgdeck_place IN ARRAY pgdeck_values LOOP
              pgdeck_tries := pgdeck_tries + 1;
              EXIT parking WHEN pgdeck_tries > pgdeck_limit;
              BEGIN
                PERFORM pg_catalog.set_config('search_path', pgdeck_own_path, true);
                EXECUTE pgdeck_ways[pgdeck_way][2] || pg_catalog.quote_nullable(pgdeck_place)
                  || pg_catalog.replace(pgdeck_ways[pgdeck_way][3], 'pgdeck_this_row', pgdeck_found);
                GET DIAGNOSTICS pgdeck_count = ROW_COUNT;
                PERFORM pg_catalog.set_config('search_path', '', true);
                EXIT kinds WHEN pgdeck_count = 0;
                pgdeck_idle := pgdeck_idle + 1;
                BEGIN
                  PERFORM pg_catalog.set_config('search_path', pgdeck_own_path, true);
                  EXECUTE pgdeck_rows[pgdeck_next][CASE WHEN pgdeck_next = ANY (pgdeck_parked) AND pgdeck_rows[pgdeck_next][6] <> '' THEN 6 ELSE 3 END];
                  PERFORM pg_catalog.set_config('search_path', '', true);
                  pgdeck_waiting := pg_catalog.array_remove(pgdeck_waiting, pgdeck_next);
                EXCEPTION WHEN unique_violation OR exclusion_violation THEN
                  GET STACKED DIAGNOSTICS pgdeck_detail = PG_EXCEPTION_DETAIL;
                  pgdeck_id := NULL;
                  IF SQLSTATE = '23P01' THEN
                    -- An exclusion constraint names what it found in the way: this may be the row that waits.
                    EXECUTE pg_catalog.concat('SELECT ', pgdeck_ways[pgdeck_way][7], ' FROM ', pgdeck_rows[pgdeck_row][4], ' AS t WHERE ', pgdeck_rows[pgdeck_row][7])
                      INTO pgdeck_id;
                  END IF;
                  IF pgdeck_detail = pgdeck_details[pgdeck_at] OR pg_catalog.strpos(
                      pg_catalog.concat(', ', pg_catalog.substring(pgdeck_detail, '^.*[)]=[(](.*)[)]'), ', '), ', ' || pgdeck_id || ', ') > 0 THEN
                    RAISE unique_violation;
                  END IF;
                END;
                pgdeck_moved := true;
                pgdeck_parked := pgdeck_parked || pgdeck_row;
                pgdeck_places := pgdeck_places || pg_catalog.concat(pgdeck_row, ' ', pgdeck_ways[pgdeck_way][2]);
                EXECUTE pg_catalog.concat('SELECT pg_catalog.concat(t.tableoid, t.ctid) FROM ', pgdeck_rows[pgdeck_row][4], ' AS t WHERE ', pgdeck_rows[pgdeck_row][7])
                  INTO pgdeck_id;
                pgdeck_ids[pgdeck_row] := pgdeck_id;
                EXIT parking;
              EXCEPTION WHEN integrity_constraint_violation OR data_exception OR raise_exception THEN
                EXIT kinds WHEN pgdeck_idle = 8;
              END;
            END LOOP;
            EXIT kinds;
          EXCEPTION WHEN data_exception THEN
            -- A value near those of the column is out of range; others are tried.
            NULL;
          END;
        END LOOP;
      END LOOP;
    END LOOP;
  END LOOP;
  IF NOT pgdeck_moved AND NOT pgdeck_careful THEN
    -- Rows may wait on the only values that are free: from here on, one at a time.
    pgdeck_careful := true;
    pgdeck_places := '{}';
  ELSIF NOT pgdeck_moved THEN
    RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = coalesce(pgdeck_why, 'rows wait for each other'),
      HINT = 'Another row holds this value, and no row of this script can make room for it.';
  END IF;
END LOOP;
PERFORM pg_catalog.set_config('search_path', pgdeck_own_path, true);
END;
";
