//! Statements between which unique values move, for an SQL editor: a block that tries them in their order. What the
//! server refuses because a value is taken waits until its holder has left it; where holders wait for each other, one of
//! them waits on another value.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::core::{
    name::literal,
    sync::{
        plan::{Assignment, NewValue},
        row::Value,
        script::tag,
        shape::{Role, Shape},
        sql::{self, Nulls},
    },
};

/// One statement that is tried.
#[derive(Debug, Clone, Default)]
pub(in crate::core::sync) struct Tried {
    /// The row, as people know it.
    pub name: String,
    /// The rows without which it cannot go.
    pub needs: Vec<String>,
    /// What runs.
    pub statement: String,
    /// The table as in FROM, where the row may wait on another value.
    pub table: String,
    /// The condition that finds the row `t` there.
    pub row: String,
    /// What runs once it waits; the same where this is empty.
    pub parked: String,
    /// The condition that finds the row once it waits; `row` where this is empty.
    pub waiting: String,
    /// What single columns of the row are to hold in the end.
    pub wanted: Vec<Piece>,
}

/// What one column of a row is to hold in the end.
#[derive(Debug, Clone)]
pub(in crate::core::sync) struct Piece {
    column: String,
    /// As SQL.
    value: String,
    /// Whether it is found by way of another row, which has to be there.
    parent: bool,
}

/// Longer values are not written a second time: a row that waits holds them back as a whole.
const MAX_PIECE: usize = 4_000;

/// What `assignments` say of each of `columns`.
pub(in crate::core::sync) fn pieces<'a>(
    shape: &Shape,
    assignments: impl Iterator<Item = &'a Assignment>,
    columns: &[&str],
    spelled: fn(&sql::Statement) -> String,
) -> Vec<Piece> {
    let written = assignments.flat_map(|assignment| sql::written(shape, assignment));
    let pieces = written.filter(|(_, _, name)| columns.contains(name)).map(|(assignment, at, name)| {
        let mut value = sql::Statement::default();
        sql::assigned(&mut value, shape, assignment, at);
        let parent = matches!(assignment.value, NewValue::Parent(_));
        Piece { column: name.to_owned(), value: spelled(&value), parent }
    });
    pieces.filter(|piece| piece.value.len() <= MAX_PIECE).collect()
}

/// A column on whose values rows may wait.
#[derive(Debug, Clone)]
pub(in crate::core::sync) struct Way {
    /// The index that a row makes room in.
    rule: String,
    table: String,
    column: String,
    /// What the column holds, as text.
    text: String,
    update: String,
    condition: String,
    candidates: [String; 2],
}

/// Stands for the condition that finds the row.
const ROW: &str = "pgdeck_this_row";

/// The columns of `shape` on whose values rows may wait: of `usable` those that one of its `rules` is about. `news` are values
/// that rows get there.
pub(in crate::core::sync) fn ways(
    shape: &Shape,
    (rules, usable): (&[usize], &[&str]),
    news: &BTreeMap<&str, Vec<Value>>,
    spelled: fn(&sql::Statement) -> String,
) -> Vec<Way> {
    let mut out: Vec<((bool, bool), Way)> = Vec::new();
    for unique in rules.iter().map(|rule| &shape.uniques[*rule]) {
        for column in unique.columns.iter().filter(|column| usable.contains(&column.name.as_str())) {
            let nulls = if unique.nulls_equal { Nulls::Last } else { Nulls::First };
            let given = news.get(column.name.as_str()).map_or(&[][..], Vec::as_slice);
            let own = if unique.columns.len() > 1 || column.predicate { given } else { &[] };
            let candidates = [true, false]
                .map(|typed| spelled(&sql::candidates(shape, column, own, (nulls, typed), &|out| _ = out.sql(ROW))));
            let (update, condition) = sql::parked_from(shape, &column.name, ROW);
            let foreign = shape.column(&column.name).is_some_and(|c| matches!(c.role, Role::Foreign | Role::Local));
            let (rule, table) = (unique.name.clone(), sql::only(shape));
            out.push((
                (foreign, column.predicate),
                Way {
                    rule,
                    table,
                    column: column.name.clone(),
                    text: sql::column_text(shape, "t", &column.name),
                    update,
                    condition: spelled(&condition),
                    candidates,
                },
            ));
        }
    }
    out.sort_by_key(|(order, _)| *order);
    out.into_iter().map(|(_, way)| way).collect()
}

/// A block of PL/pgSQL that tries `rows`, each of which comes after what it needs.
///
/// `whole` says that each of them that changes or removes rows says where these are, so that any other row stays.
pub(in crate::core::sync) fn block(rows: &[Tried], ways: &[Way], whole: bool) -> String {
    let mut out = format!(
        "DECLARE\n  pgdeck_whole pg_catalog.bool := {whole};\n  pgdeck_limit pg_catalog.int4 := {};\n",
        TRIES + TRIES_EACH * rows.len()
    );
    out.push_str(DECLARED);
    out.push_str("pgdeck_ways := ARRAY[\n");
    // Writing to a string does not fail.
    for (at, way) in ways.iter().enumerate() {
        let comma = if at + 1 < ways.len() { "," } else { "" };
        let [typed, plain] = &way.candidates;
        // Names are compared to the letter, statements are read.
        let (table, rule, text) = (literal(&way.table), literal(&way.rule), literal(&way.text));
        let texts = [way.update.as_str(), &way.condition, typed, plain].map(quoted);
        let _ = writeln!(out, "ARRAY[{table}, {}, {rule}, {text}]{comma}", texts.join(", "));
    }
    out.push_str("]::text[];\npgdeck_rows := ARRAY[\n");
    for (at, row) in rows.iter().enumerate() {
        let comma = if at + 1 < rows.len() { "," } else { "" };
        let needs: Vec<_> = row.needs.iter().map(|name| element(name)).collect();
        let needs = format!("{{{}}}", needs.join(","));
        let head = [row.name.as_str(), &needs].map(literal);
        let waiting = if row.waiting.is_empty() { &row.row } else { &row.waiting };
        let tail = [row.row.as_str(), &row.parked, waiting].map(quoted);
        let _ = write!(out, "-- {}\nARRAY[{}, ", row.name, head.join(", "));
        let wanted = quoted(&wanted(row, ways));
        let _ =
            writeln!(out, "{}, {}, {}, {wanted}]{comma}", quoted(&row.statement), literal(&row.table), tail.join(", "));
    }
    out.push_str("]::text[];\n");
    out.push_str(DRIVER);
    out
}

/// A text between dollars, on lines of its own where it has several.
fn quoted(text: &str) -> String {
    if !text.contains('\n') && !text.contains('\'') && !text.contains('\\') {
        return literal(text);
    }
    let tag = tag(text);
    format!("{tag}\n{text}\n{tag}")
}

/// What columns of `row` are to hold, as SQL for an array: the number of a way, the value as SQL, and whether it is found by
/// way of another row.
fn wanted(row: &Tried, ways: &[Way]) -> String {
    let pieces = row.wanted.iter().filter_map(|piece| {
        let way = ways.iter().position(|way| way.table == row.table && way.column == piece.column)?;
        Some(format!("'{}', {}, '{}'", way + 1, quoted(&piece.value), u8::from(piece.parent)))
    });
    let pieces: Vec<_> = pieces.collect();
    if pieces.is_empty() { String::new() } else { format!("ARRAY[{}]", pieces.join(", ")) }
}

fn element(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// How many values are tried until a row goes through, or all is given up: some, and more for each row.
const TRIES: usize = 5_000;
const TRIES_EACH: usize = 10;

const DECLARED: &str = "\
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

const DRIVER: &str = "pgdeck_waiting := ARRAY(SELECT n FROM pg_catalog.generate_series(1, pg_catalog.cardinality(pgdeck_rows) / 8) AS n);
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
