use super::*;

/// What is said of `text` where only `id` is never NULL.
fn truth(text: &str) -> Truth {
    let read = Expression::read(text).expect(text);
    read.truth(Given { filled: &|name| name == "id", equal: None })
}

fn always(open: &[&str]) -> Truth {
    Truth::Always(open.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn always_true_is_seen_through() {
    for text in [
        "true",
        "(id = id)",
        "(2 > 1)",
        "(1 = 1)",
        "(true OR (owner = 'x'::text))",
        "((owner = 'x'::text) OR (1 = 1))",
        "(NOT false)",
        "(NOT (1 = 2))",
        "('a'::text = 'a'::text)",
        "((id)::text = (id)::text)",
        "(id IS NOT NULL)",
        "(NOT (owner IS DISTINCT FROM owner))",
        "((id = id) AND true)",
        "( SELECT true AS bool)",
        "(( SELECT (1 = 1)))",
        "((1 = 1) IS TRUE)",
        "('-1'::integer < 0)",
        "(10 > 9)",
        "(t.id >= t.id)",
    ] {
        assert_eq!(truth(text), always(&[]), "{text}");
    }
}

#[test]
fn null_keeps_a_row_out() {
    assert_eq!(truth("(owner = owner)"), always(&["owner"]));
    assert_eq!(truth("((owner = owner) OR (id = id))"), always(&[]));
    assert_eq!(truth("((owner = owner) AND (\"Team\" = \"Team\"))"), always(&["Team", "owner"]));
    // A cast may make a NULL of what is none.
    assert_eq!(truth("((id)::integer = (id)::integer)"), always(&["id"]));
    assert_eq!(truth("(NOT (owner = owner))"), Truth::Unknown);
    assert_eq!(truth("((owner = owner) IS NOT FALSE)"), always(&[]));
}

#[test]
fn what_is_not_understood_is_not_claimed() {
    for text in [
        "(owner IS NOT NULL)",
        "(id = owner)",
        "(auth.uid() = auth.uid())",
        "(CURRENT_USER = CURRENT_USER)",
        "(random() = random())",
        "\"true\"",
        "(is_public OR (owner = auth.uid()))",
        "(a.id = b.id)",
        "(1.00000000000000000001 = 1.0)",
        "('1'::text = '1'::citext)",
        "(id OPERATOR(public.=) id)",
        "CASE WHEN true THEN true ELSE false END",
        "(CASE WHEN a THEN true END OR false)",
        "( SELECT true FROM members)",
        "( SELECT true FROM members WHERE (members.a = 1) LIMIT 1)",
        "( SELECT true, false)",
        "(EXISTS ( SELECT 1 FROM members WHERE (members.id = members.id)))",
        "(id = ANY (ARRAY[id]))",
        "(t.* = t.*)",
        "((1 + 1) = 2)",
        "(true AND (owner = auth.uid()))",
        "f(true)",
        "((10)::text < (9)::text)",
        "('1.55'::numeric(3,1) = 1.6)",
        "((id)::character varying(3) = (id)::character varying(3))",
        "((id)::integer IS NOT NULL)",
        "",
    ] {
        assert_eq!(truth(text), Truth::Unknown, "{text}");
    }
}

#[test]
fn never_true_is_seen_too() {
    for text in ["false", "(1 = 2)", "(NOT true)", "((owner = 'x'::text) AND false)", "(id IS NULL)", "(id <> id)"] {
        assert_eq!(truth(text), Truth::Never, "{text}");
    }
}

#[test]
fn a_given_value_decides() {
    let given = |text: &str| {
        let read = Expression::read(text).expect(text);
        read.truth(Given { filled: &|_| false, equal: Some(("bucket_id", "avatars")) })
    };
    for text in [
        "(bucket_id = 'avatars'::text)",
        "('avatars'::text = bucket_id)",
        "(bucket_id = ANY (ARRAY['docs'::text, 'avatars'::text]))",
        "(bucket_id <> 'docs'::text)",
        "((bucket_id = 'docs'::text) OR (bucket_id = 'avatars'::text))",
    ] {
        assert_eq!(given(text), always(&[]), "{text}");
    }
    for text in ["(bucket_id = 'docs'::text)", "(bucket_id <> ALL (ARRAY['avatars'::text]))"] {
        assert_eq!(given(text), Truth::Never, "{text}");
    }
    for text in [
        "((bucket_id = 'avatars'::text) AND (owner = auth.uid()))",
        "(bucket_id = ANY (ARRAY[name]))",
        "((bucket_id)::\"char\" = 'avatars'::\"char\")",
    ] {
        assert_eq!(given(text), Truth::Unknown, "{text}");
    }
}

#[test]
fn equalities_that_an_index_can_serve() {
    let of = |text: &str| Expression::read(text).expect(text).equalities();
    assert_eq!(of("(auth.uid() = user_id)"), ["user_id"]);
    assert_eq!(
        of("((user_id = ( SELECT auth.uid() AS uid)) AND (tenant = current_setting('x'::text)))"),
        ["user_id", "tenant"]
    );
    assert_eq!(of("((user_id = auth.uid()) OR is_admin())"), [""; 0]);
    assert_eq!(of("(user_id = owner_id)"), [""; 0]);
    assert_eq!(of("(status = 'open'::text)"), [""; 0]);
    assert_eq!(of("(user_id = f(team_id))"), [""; 0]);
}

#[test]
fn no_claim_is_made_about_what_is_nested_without_end() {
    let nested = |times: usize| format!("{}a{}", "(NOT ".repeat(times), ")".repeat(times));
    let given = Given { filled: &|_| true, equal: None };
    assert_eq!(Expression::read(&nested(100)).map(|read| read.truth(given)), Some(Truth::Unknown));
    assert!(Expression::read(&nested(100_000)).is_none());
    assert!(Expression::read(&format!("{}a", "NOT ".repeat(100_000))).is_none());
}
