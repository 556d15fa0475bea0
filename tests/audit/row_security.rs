//! What the fixtures of the RL checks cannot say: the matrix, words, and what a merged policy lets through.

use pgdeck::core::audit::{
    Finding,
    check::Context,
    lookup::Lookup,
    matrix::{Access, Cell, Row, matrix},
};

use crate::support::{Audited, Database, Server, majors};

async fn database(name: &str, sql: &str) -> (Server, Database) {
    let server = majors().next().unwrap();
    let database = Database::create(&server, name, true).await;
    database.run(sql).await.unwrap();
    (server, database)
}

fn rows(audited: &Audited, table: &str) -> Vec<Row> {
    let (lookup, rules) = (Lookup::new(&audited.facts), pgdeck::core::audit::Rules::default());
    let context = Context { facts: &audited.facts, lookup: &lookup, rules: &rules };
    matrix(&context, lookup.named(table).unwrap())
}

fn of<'a>(rows: &'a [Row], role: &str) -> &'a [Cell; 4] {
    &rows.iter().find(|row| row.role == role).unwrap().cells
}

fn accesses(rows: &[Row], role: &str) -> [Access; 4] {
    of(rows, role).each_ref().map(|cell| cell.access)
}

fn one(audited: &Audited) -> &Finding {
    let [finding] = audited.audit.findings.as_slice() else { panic!("{:#?}", audited.audit) };
    finding
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_says_who_may_do_what() {
    let sql = "CREATE ROLE matrix_above NOLOGIN BYPASSRLS;
CREATE ROLE matrix_owner NOLOGIN;
CREATE ROLE matrix_member NOLOGIN;
GRANT authenticated TO matrix_member;
GRANT CREATE ON SCHEMA public TO matrix_owner;
CREATE TABLE notes (id int, body text, secret text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes OWNER TO matrix_owner;
GRANT SELECT (id, body), INSERT, DELETE ON notes TO authenticated;
GRANT ALL ON notes TO matrix_above;
GRANT UPDATE ON notes TO matrix_member;
CREATE POLICY read ON notes FOR SELECT USING (true);
CREATE POLICY own ON notes TO authenticated USING (true);
CREATE POLICY less ON notes AS RESTRICTIVE FOR SELECT TO authenticated USING (true);
CREATE POLICY owns ON notes FOR DELETE TO matrix_owner USING (true);
CREATE TABLE off (id int);
GRANT SELECT ON off TO PUBLIC;
CREATE SCHEMA closed;
CREATE TABLE closed.notes (id int);
GRANT SELECT ON closed.notes TO anon;";
    let (_server, database) = database("matrix", sql).await;
    let audited = database.audit("RL05", "").await;
    let notes = rows(&audited, "notes");
    let names: Vec<&str> = notes.iter().map(|row| row.role.as_str()).collect();
    assert_eq!(names, ["anon", "authenticated", "matrix_above", "matrix_member", "matrix_owner"]);
    assert_eq!(accesses(&notes, "anon"), [Access::NotGranted; 4]);
    let [select, insert, update, _] = of(&notes, "authenticated");
    assert_eq!((select.access, select.columns.join(" ").as_str()), (Access::Policies, "id body"));
    assert_eq!((select.permissive.join(" ").as_str(), select.restrictive.join(" ").as_str()), ("own read", "less"));
    assert_eq!((insert.access, insert.permissive.join(" ").as_str()), (Access::Policies, "own"));
    assert_eq!((update.access, update.permissive.join(" ").as_str()), (Access::NotGranted, "own"));
    assert_eq!(accesses(&notes, "matrix_above"), [Access::Bypasses; 4]);
    assert_eq!(accesses(&notes, "matrix_member"), [Access::Policies; 4]);
    assert_eq!(accesses(&notes, "matrix_owner"), [Access::Bypasses; 4]);
    let off = rows(&audited, "off");
    assert_eq!(accesses(&off, ""), [Access::Open, Access::NotGranted, Access::NotGranted, Access::NotGranted]);
    assert_eq!(accesses(&off, "anon")[0], Access::Open);
    assert_eq!(accesses(&rows(&audited, "closed.notes"), "anon"), [Access::NotGranted; 4]);

    database.run("ALTER TABLE notes FORCE ROW LEVEL SECURITY;").await.unwrap();
    let forced = rows(&database.audit("RL05", "").await, "notes");
    assert_eq!(
        accesses(&forced, "matrix_owner"),
        [Access::Policies, Access::NoPolicy, Access::NoPolicy, Access::Policies]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expectation_of_no_table_says_where_and_what_is_nearest() {
    let sql = "CREATE TABLE invoices (id int) PARTITION BY LIST (id);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE TABLE invoices_1 PARTITION OF invoices FOR VALUES IN (1);
CREATE VIEW seen AS SELECT 1 AS id;";
    let (_server, database) = database("expected", sql).await;
    // The glob meets the partition as well, which is its parent's matter.
    let audited = database.audit("RL01", "[expect]\nrls = [\"public.*\", \"invoice\"]").await;
    let finding = one(&audited);
    assert_eq!((finding.object.as_str(), finding.relation), ("invoice", None));
    assert!(finding.detail.contains("nearest is invoices"), "{finding:#?}");
    assert_eq!(finding.evidence, ["declared: pgdeck.toml:4"]);
    assert!(finding.fix.starts_with("-- "), "{finding:#?}");
    assert_eq!(one(&database.audit("RL01", "[expect]\nrls = [\"seen\"]").await).object, "seen");
    assert_eq!(one(&database.audit("RL01", "[expect]\nrls = [\"invoices_1\"]").await).object, "public.invoices_1");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_usual_roles_anybody_else_is_a_stranger() {
    let sql = "CREATE ROLE strangers_app NOLOGIN;
CREATE TABLE notes (id int);
GRANT SELECT ON notes TO strangers_app;";
    let (_server, database) = database("strangers", sql).await;
    assert_eq!(database.audit("RL01", "").await.audit.findings, []);
    let finding = database.audit("RL01", "exposed_roles = [\"web_anon\"]").await.audit.findings.remove(0);
    assert_eq!(finding.detail, "row security is off, and every row is open to strangers_app");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_policy_for_several_lets_the_same_rows_through() {
    let sql = "CREATE TABLE notes (id int, owner text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO anon;
INSERT INTO notes SELECT n, CASE WHEN n % 2 = 0 THEN 'anon' ELSE 'other' END FROM generate_series(1, 12) n;
CREATE POLICY own ON notes TO anon USING (owner = CURRENT_USER) WITH CHECK (owner = CURRENT_USER AND id < 50);
CREATE POLICY first ON notes FOR SELECT TO anon USING (id <= 3);
CREATE POLICY changed ON notes FOR UPDATE TO anon USING (id = 3);
CREATE POLICY nothing ON notes FOR INSERT TO anon;";
    let (_server, database) = database("merged", sql).await;
    let before = behaviour(&database).await;
    let audited = database.audit("RL12", "").await;
    database.run(&one(&audited).fix).await.unwrap();
    assert_eq!(behaviour(&database).await, before);
    assert_eq!(before[0], "1 2 3 4 6 8 10 12");
}

/// What `anon` sees, changes, deletes and may write.
async fn behaviour(database: &Database) -> Vec<String> {
    let mut client = database.connect().await;
    let mut out = Vec::new();
    for statement in [
        "SELECT id FROM notes ORDER BY id",
        "UPDATE notes SET id = id RETURNING id",
        "DELETE FROM notes RETURNING id",
        "INSERT INTO notes VALUES (20, 'anon') RETURNING id",
        "INSERT INTO notes VALUES (60, 'anon') RETURNING id",
        "INSERT INTO notes VALUES (3, 'other') RETURNING id",
        "UPDATE notes SET id = 4 WHERE id = 3 RETURNING id",
        "UPDATE notes SET owner = 'third' WHERE id = 3 RETURNING id",
    ] {
        let tx = client.transaction().await.unwrap();
        tx.batch_execute("SET LOCAL ROLE anon").await.unwrap();
        out.push(match tx.query(statement, &[]).await {
            Ok(rows) => {
                let mut ids: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
                ids.sort_unstable();
                ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.as_db_error().unwrap().message().to_owned(),
        });
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_for_different_roles_are_left_to_a_person() {
    let sql = "CREATE TABLE notes (id int);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON notes TO anon, authenticated;
CREATE POLICY a ON notes USING (id = 1);
CREATE POLICY b ON notes FOR SELECT TO authenticated USING (id = 2);";
    let (_server, database) = database("different", sql).await;
    let audited = database.audit("RL12", "").await;
    let finding = one(&audited);
    assert_eq!(finding.detail, "several permissive policies for SELECT (authenticated)");
    assert_eq!(finding.evidence[0], "SELECT for authenticated: a, b");
    assert!(finding.fix.lines().all(|line| line.starts_with("-- ")), "{}", finding.fix);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_always_true_is_said_exactly() {
    let sql = "CREATE TABLE notes (id int PRIMARY KEY, owner text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON notes TO anon;
CREATE POLICY p ON notes USING (owner = owner);";
    let (_server, database) = database("exactly", sql).await;
    let audited = database.audit("RL06", "").await;
    let finding = one(&audited);
    let detail = "USING (owner = owner) for SELECT, UPDATE is always true where owner is not NULL, for anon";
    assert_eq!(finding.detail, detail);
    assert_eq!(finding.evidence, ["policy p: FOR ALL TO PUBLIC USING (owner = owner)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_that_may_not_be_read_are_not_clean() {
    let sql = "CREATE ROLE unseen_reader LOGIN;
CREATE SCHEMA storage;
CREATE TABLE storage.buckets (id text, name text, public boolean);
CREATE TABLE storage.objects (id int, bucket_id text);";
    let (_server, database) = database("unseen_buckets", sql).await;
    let audited = database.audit_as("unseen_reader", &["RL17"], "").await;
    assert_eq!(audited.audit.findings, []);
    let unseen: Vec<_> =
        audited.audit.unseen.iter().map(|unseen| (unseen.object.as_deref(), unseen.reason.as_str())).collect();
    assert_eq!(unseen, [(Some("storage.objects"), "unseen_reader may not read storage.buckets")]);
    // A right is not enough where row security keeps rows back.
    let granted = "GRANT USAGE ON SCHEMA storage TO unseen_reader;
GRANT SELECT ON storage.buckets TO unseen_reader;";
    database.run(granted).await.unwrap();
    let unseen = async || database.audit_as("unseen_reader", &["RL17"], "").await.audit.unseen.len();
    assert_eq!(unseen().await, 0);
    database.run("ALTER TABLE storage.buckets ENABLE ROW LEVEL SECURITY;").await.unwrap();
    assert_eq!(unseen().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_a_remark_is_no_statement() {
    let sql = "CREATE TABLE \"x\nDROP TABLE notes;\" (id int);
ALTER TABLE \"x\nDROP TABLE notes;\" ENABLE ROW LEVEL SECURITY;";
    let server = majors().next().unwrap();
    let database = Database::create(&server, "remark", false).await;
    database.connect().await.batch_execute(sql).await.unwrap();
    let audited = database.audit("RL04", "").await;
    assert!(one(&audited).fix.lines().all(|line| line.starts_with("-- ")), "{:#?}", one(&audited));
}
