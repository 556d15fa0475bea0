use super::*;

fn shown<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<String> {
    objects.into_iter().map(ToString::to_string).collect()
}

/// A database in which these files were run.
fn after(texts: &[&str]) -> Listing {
    let mut objects: HashSet<Object> = HashSet::new();
    for text in texts {
        let trace = read(text);
        objects.retain(|object| !trace.drops.contains(object));
        objects.extend(trace.creates);
    }
    Listing { objects }
}

fn verdicts(files: &[&str], listing: &Listing) -> Vec<Verdict> {
    let traces: Vec<Trace> = files.iter().map(|text| read(text)).collect();
    judge(&traces, listing).iter().map(|look| look.verdict).collect()
}

#[test]
fn everything_that_a_file_creates_is_read() {
    let trace = read(
        r#"-- CREATE TABLE no ();
        CREATE TABLE IF NOT EXISTS plans (id uuid PRIMARY KEY DEFAULT f(1, 2), "Odd, one" numeric(10, 2),
            CONSTRAINT plans_odd CHECK (id IS NOT NULL), UNIQUE (id, "Odd, one"), like_this text);
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS plans_idx ON ONLY billing.plans (id);
        CREATE FUNCTION f(a int, b text DEFAULT 'x;') RETURNS int LANGUAGE sql AS $$ CREATE TABLE no (); $$;
        CREATE POLICY "own rows" ON plans FOR SELECT USING (true);
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON Plans FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TYPE mood AS ENUM ('a'); CREATE MATERIALIZED VIEW v AS SELECT 1; CREATE EXTENSION IF NOT EXISTS citext;
        ALTER TABLE plans ADD COLUMN a int, ADD b int CHECK (b > 0), ADD CONSTRAINT c CHECK (a > 0), ADD PRIMARY KEY (b);
        CREATE TEMP TABLE scratch (); INSERT INTO plans VALUES (1);"#,
    );
    assert_eq!(
        shown(&trace.creates),
        [
            "extension citext",
            "table public.plans",
            "column \"Odd, one\" of public.plans",
            "column a of public.plans",
            "column b of public.plans",
            "column id of public.plans",
            "column like_this of public.plans",
            "constraint c of public.plans",
            "constraint plans_odd of public.plans",
            "index billing.plans_idx",
            "view public.v",
            "type public.mood",
            "function public.f",
            "policy \"own rows\" of public.plans",
            "trigger touch of public.plans",
        ]
    );
    assert_eq!(trace.unread, 0);
}

#[test]
fn what_is_not_understood_is_counted_and_not_claimed() {
    let trace = read(
        "DO $$ BEGIN CREATE TABLE a (); END $$; SELECT make_tables(); CREATE INDEX ON plans (id);
        CREATE ROLE reader; CALL p(); \\i other.sql\nEXECUTE x; CREATE TABLE a.b.c (id int);",
    );
    assert!(trace.creates.is_empty(), "{trace:?}");
    assert_eq!(trace.unread, 8);
}

#[test]
fn a_name_goes_where_the_search_path_says() {
    let trace = read(
        "CREATE TABLE a (); SET search_path = billing, public; CREATE TABLE b ();
        SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE c (); CREATE TABLE x.d ();",
    );
    assert_eq!(shown(&trace.creates), ["table billing.b", "table public.a", "table x.d"]);
    assert_eq!(trace.unread, 1);
}

#[test]
fn a_file_looks_applied_by_what_only_it_leaves_behind() {
    let files =
        ["CREATE TABLE a (x int, y int)", "ALTER TABLE a ADD z int", "ALTER TABLE a DROP y", "CREATE TABLE b ()"];
    assert_eq!(verdicts(&files, &after(&files[..2]))[..2], [Verdict::All, Verdict::All]);
    assert_eq!(
        verdicts(&files, &after(&files[..2])),
        [Verdict::All, Verdict::All, Verdict::None, Verdict::None],
        "what is to be dropped is still there"
    );
    assert_eq!(
        verdicts(&files, &after(&files)),
        [Verdict::All, Verdict::All, Verdict::Unknown, Verdict::All],
        "what a later file drops is no trace, and that it is gone is no proof"
    );
    let half = Listing { objects: read("CREATE TABLE a (x int)").creates.into_iter().collect() };
    assert_eq!(verdicts(&files[..1], &half), [Verdict::Some]);
}

#[test]
fn what_several_files_make_shows_no_one_of_them() {
    let policy = "CREATE POLICY p ON t USING (true)";
    let again = "DROP POLICY IF EXISTS p ON t; CREATE POLICY p ON t USING (false)";
    let function = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'";
    let files = [policy, again, function];
    assert_eq!(verdicts(&files, &after(&files)), [Verdict::Unknown, Verdict::Unknown, Verdict::All]);
    assert_eq!(verdicts(&files, &Listing::default()), [Verdict::Unknown, Verdict::None, Verdict::None]);
    let twice = [function, function];
    assert_eq!(verdicts(&twice, &after(&twice)), [Verdict::Unknown; 2]);
    assert_eq!(verdicts(&twice, &Listing::default()), [Verdict::None; 2], "without the function neither ran");
}

#[test]
fn what_goes_with_its_table_is_no_trace() {
    let files = [
        "CREATE TABLE a (x int); CREATE INDEX i ON a (x); CREATE TABLE k ()",
        "ALTER TABLE a RENAME TO b",
        "CREATE SCHEMA s; CREATE TABLE s.t (x int); CREATE TABLE l ()",
        "DROP SCHEMA s CASCADE",
    ];
    let looks = judge(&files.map(read), &Listing::default());
    assert_eq!(shown(&looks[0].missing), ["table public.k"]);
    assert_eq!(shown(&looks[2].missing), ["table public.l"]);
}

#[test]
fn a_file_without_anything_to_look_for_is_unknown() {
    assert_eq!(verdicts(&["INSERT INTO a VALUES (1)", ""], &Listing::default()), [Verdict::Unknown; 2]);
}
