use super::*;

fn texts(text: &str) -> Vec<&str> {
    split(text).list.iter().map(|statement| statement.text(text)).collect()
}

fn lines(text: &str) -> Vec<usize> {
    split(text).list.iter().map(|statement| statement.line).collect()
}

#[test]
fn semicolons_within_strings_comments_and_names_end_nothing() {
    let text = "SELECT ';', E'\\';', $$;$$, \"a;b\" /* ; */ -- ;\n, 1;\n\n-- only a comment;\nSELECT 2";
    assert_eq!(texts(text).len(), 2);
    assert_eq!(texts(text)[1], "SELECT 2");
    assert_eq!(lines(text), [1, 5]);
}

#[test]
fn empty_statements_and_comments_are_none() {
    assert_eq!(texts(" ;; -- a\n ; /* b */"), Vec::<&str>::new());
    assert_eq!(split(""), Statements::default());
}

#[test]
fn a_function_with_a_dollar_quote_is_one_statement() {
    let text = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$\nBEGIN\n  RETURN 1;\nEND;\n$f$;\nSELECT f();";
    assert_eq!(texts(text).len(), 2);
    assert_eq!(lines(text), [1, 6]);
}

#[test]
fn a_body_that_begins_atomically_ends_with_its_end() {
    let text = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql\nBEGIN ATOMIC\n  SELECT CASE WHEN a > 1 THEN 2 \
                END;\n  SELECT 3;\nEND;\nSELECT 4;";
    assert_eq!(texts(text).len(), 2);
    assert_eq!(texts("BEGIN;\nSELECT 1;\nEND;").len(), 3, "a transaction is no body");
    assert_eq!(texts("CREATE TABLE \"function\" (a int); BEGIN; COMMIT;").len(), 3);
}

#[test]
fn a_rule_with_two_commands_is_one_statement() {
    assert_eq!(texts("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1").len(), 2);
}

#[test]
fn rows_of_a_copy_are_not_sql() {
    let text = "COPY t (a) FROM stdin;\nit's; a row\n$$\n\\.\nSELECT 1;\nCOPY t TO stdout;";
    let split = split(text);
    assert_eq!(split.unfinished, None);
    assert_eq!(
        split.list.iter().map(|one| one.text(text)).collect::<Vec<_>>(),
        ["COPY t (a) FROM stdin", "SELECT 1", "COPY t TO stdout"]
    );
    assert_eq!(&text[split.list[0].rows.clone().unwrap()], "it's; a row\n$$\n");
    assert_eq!(split.list[1].line, 5);
    assert_eq!(super::split("COPY t FROM STDIN;\n1\n").unfinished, Some((Open::Rows, 2)));
}

#[test]
fn psql_lines_stand_alone_or_send_what_was_typed() {
    let text = "\\set ON_ERROR_STOP on\nSELECT 'CREATE TABLE x()' \\gexec\n\\echo it's; done\nSELECT 2;";
    let split = split(text);
    assert_eq!(split.unfinished, None);
    assert_eq!(split.list.iter().map(|one| one.psql).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(split.list[0].text(text), "\\set ON_ERROR_STOP on");
}

#[test]
fn what_does_not_end_is_told_with_its_line_and_the_rest_is_kept() {
    for (text, open, line) in [
        ("SELECT 1;\nSELECT 'a;\n", Open::Text, 2),
        ("SELECT 1;\n\nDO $a$ BEGIN; $b$;", Open::Dollar, 3),
        ("SELECT 1;\n/* a /* */ ;", Open::Comment, 2),
        ("SELECT 1;\nCREATE TABLE t (\n a int;\n", Open::Parenthesis, 2),
        ("SELECT 1;\nCREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1;", Open::Body, 3),
        ("SELECT 1;\nSELECT \"a;", Open::Quoted, 2),
    ] {
        assert_eq!(split(text).unfinished, Some((open, line)), "{text}");
        assert_eq!(texts(text)[0], "SELECT 1", "{text}");
    }
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{}{};", "/*".repeat(200_000), "*/".repeat(200_000));
    assert_eq!(split(&deep).unfinished, None);
    let deep = format!("SELECT {}1{};", "(".repeat(300_000), ")".repeat(300_000));
    assert_eq!(split(&deep).list.len(), 1);
}

/// Texts that make a naive search begin again at every sign.
#[test]
fn signs_that_look_like_beginnings_are_passed_once() {
    let many = 400_000;
    for text in
        ["$a".repeat(many), format!("$aaaaaaaa$ {}", "$aaaaaaa".repeat(many)), "E'a'\n".repeat(many), "$ ".repeat(many)]
    {
        assert_eq!(split(&text).list.len(), 1);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_split_without_a_fault(text in "[ -~\n\r\t$'\"\\\\;()/*-éCOPYfromstdin]{0,200}") {
        let split = split(&text);
        let mut last = 0;
        for statement in &split.list {
            proptest::prop_assert!(statement.range.start >= last && !statement.text(&text).is_empty());
            last = statement.range.end;
            let line = 1 + text[..statement.range.start].matches('\n').count();
            proptest::prop_assert_eq!(statement.line, line);
        }
    }
}

mod random {
    use proptest::prelude::*;

    use super::*;

    /// What SQL is made of, with all that could make a semicolon count, or not.
    const TOKENS: &[&str] = &[
        "a",
        "b2",
        "1.5",
        "'it''s;'",
        "'\\'",
        "E'a\\';\\\\'",
        "e'\\\\'",
        "\"odd\"\";\"",
        "$$;'$$",
        "$x$ ;$$; $y$ $x$",
        "/* ; /* ' */ $$ */",
        "-- ; ' $$\n",
        "(;)",
        "((';'))",
        "$1",
        "a$b$",
        ":=",
        "::text",
        "\n",
        "\t",
        "é",
        "U&'\\0061'",
    ];
    /// What may stand between two statements.
    const BETWEEN: &[&str] = &["", " ", "\n\n", "-- note; ' \n", "/* ; */", ";", " ; ;\n", "\r\n"];
    /// Whole statements that hold semicolons of their own, and the words that could end them too early.
    const WHOLE: &[&str] = &[
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
        "CREATE OR REPLACE PROCEDURE \"p;\"() LANGUAGE sql BEGIN ATOMIC INSERT INTO a VALUES ('END;'); END",
        "CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; DELETE FROM c)",
        "DO $do$ BEGIN PERFORM 1; END; $do$",
        "BEGIN",
        "END",
    ];

    fn statement() -> impl Strategy<Value = String> {
        let tokens = proptest::collection::vec(proptest::sample::select(TOKENS), 0..8);
        let made = tokens.prop_map(|tokens| format!("SELECT {} x", tokens.join(" ")));
        prop_oneof![4 => made, 1 => proptest::sample::select(WHOLE).prop_map(str::to_owned)]
    }

    fn between() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(BETWEEN), 0..4).prop_map(|parts| parts.concat())
    }

    /// Any mixture, whole or broken off.
    fn nonsense() -> impl Strategy<Value = String> {
        let odd =
            ["'", "\"", "$", "$$", "$x$", "/*", "*/", "--", "\n", ";", "(", ")", "\\", "E'", "begin", "atomic", "end"];
        let more = ["create function f()", "copy t from stdin;\n", "\\.\n", "case", "\\g\n", "\0", "ü", " "];
        let all: Vec<&str> = odd.into_iter().chain(more).chain(TOKENS.iter().copied()).collect();
        proptest::collection::vec(proptest::sample::select(all), 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_was_put_together_is_taken_apart_again(parts in proptest::collection::vec((between(), statement()), 0..6)) {
            let text: String = parts.iter().flat_map(|(between, statement)| [between.as_str(), statement, ";"]).collect();
            let split = split(&text);
            prop_assert_eq!(split.unfinished, None);
            let found: Vec<&str> = split.list.iter().map(|one| one.text(&text)).collect();
            let wanted: Vec<&str> = parts.iter().map(|(_, statement)| statement.as_str()).collect();
            prop_assert_eq!(found, wanted);
            for one in &split.list {
                prop_assert_eq!(one.line, 1 + text[..one.range.start].matches('\n').count());
            }
        }

        #[test]
        fn nothing_is_lost_or_told_twice(text in nonsense()) {
            let split = split(&text);
            let mut at = 0;
            for one in &split.list {
                prop_assert!(one.range.start >= at && one.range.end > one.range.start, "{:?}", split.list);
                at = one.rows.as_ref().map_or(one.range.end, |rows| rows.end);
                prop_assert!(at >= one.range.end && text.is_char_boundary(one.range.start) && text.is_char_boundary(at));
            }
            let pieces: String = Scanner::new(&text).map(|piece| &text[piece.range()]).collect();
            prop_assert_eq!(pieces, text);
        }
    }
}
