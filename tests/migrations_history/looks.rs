//! Where no history says so: what a team's files look like in a database in which some of them were run.

use std::{fs, path::Path};

use pgdeck::core::migrations::trace::{Listing, Object, Verdict, judge, read};

use crate::support::{Server, majors};

/// The example's migrations, in order.
fn example(name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).join("migrations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn verdicts(files: &[String], listing: &Listing) -> Vec<Verdict> {
    let traces: Vec<_> = files.iter().map(|text| read(text)).collect();
    let looks = judge(&traces, listing);
    for look in &looks {
        let shown: Vec<String> = look.missing.iter().map(ToString::to_string).collect();
        eprintln!(
            "{:?}: {} there, {} unread, missing {}",
            look.verdict,
            look.there.len(),
            look.unread,
            shown.join(", ")
        );
    }
    looks.iter().map(|look| look.verdict).collect()
}

/// What the reader says of a text is what the server makes of it: nothing more, and of the kinds it knows nothing less.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_of_a_file_is_what_the_server_makes_of_it() {
    let sql = r#"CREATE SCHEMA billing; CREATE SCHEMA old; ALTER SCHEMA old RENAME TO "New one";
        CREATE TABLE billing.plans (id int PRIMARY KEY, "Odd, one" numeric(10, 2) DEFAULT 1,
            CONSTRAINT odd CHECK (id > 0), dropped text, old_name text);
        ALTER TABLE billing.plans DROP COLUMN dropped, ADD COLUMN added int, ADD CONSTRAINT sure UNIQUE (added);
        ALTER TABLE billing.plans RENAME old_name TO new_name;
        CREATE TABLE gone (id int); CREATE INDEX gone_idx ON gone (id); DROP TABLE gone;
        CREATE TABLE before (id int); ALTER TABLE before RENAME TO behind; ALTER TABLE behind ADD x int;
        CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE INDEX parts_idx ON parts (id);
        CREATE TABLE part PARTITION OF parts DEFAULT;
        CREATE TABLE copy AS SELECT 1 AS one;
        CREATE INDEX plans_idx ON billing.plans (added); ALTER INDEX billing.plans_idx RENAME TO plans_index;
        CREATE VIEW seen AS SELECT 1 AS x; CREATE OR REPLACE VIEW seen AS SELECT 1 AS x;
        CREATE MATERIALIZED VIEW kept AS SELECT 1 AS x; CREATE SEQUENCE counter; ALTER SEQUENCE counter SET SCHEMA billing;
        CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE 'b'; CREATE DOMAIN short AS text; CREATE TYPE pair AS (a int);
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE never (); RETURN new; END $$;
        CREATE PROCEDURE act(a int, b int) LANGUAGE sql AS 'SELECT 1'; ALTER PROCEDURE act(int, int) RENAME TO acted;
        CREATE TRIGGER touched BEFORE UPDATE OF added ON billing.plans FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE POLICY own ON billing.plans USING (true); ALTER POLICY own ON billing.plans RENAME TO "their own";
        CREATE POLICY away ON billing.plans USING (true); DROP POLICY away ON billing.plans;
        CREATE TEMP TABLE scratch (id int);"#;
    for server in majors() {
        let listing = server.database("read", sql).await.listing().await;
        let trace = read(sql);
        assert_eq!(trace.unread, 0);
        let invented: Vec<_> = trace.creates.iter().filter(|object| !listing.objects.contains(object)).collect();
        assert!(invented.is_empty(), "{invented:?}");
        let mut unseen: Vec<String> =
            listing.objects.iter().filter(|object| !trace.creates.contains(object)).map(Object::to_string).collect();
        // Names that the server made up; columns of what was copied, inherited or renamed as a whole; NOT NULL, which
        // is a constraint with a name from 18 on.
        unseen.retain(|object| !object.contains("_not_null"));
        unseen.sort();
        assert_eq!(
            unseen,
            [
                "column id of public.behind",
                "column id of public.part",
                "column one of public.copy",
                "constraint plans_pkey of billing.plans",
                "extension plpgsql",
                "index billing.plans_pkey",
                "index billing.sure",
                "index public.part_id_idx",
                "schema public",
            ],
            "{}",
            server.version()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_files_look_applied_as_far_as_they_were_run() {
    for server in majors() {
        for name in ["innotrue", "trackpay"] {
            eprintln!("{name} on {}", server.version());
            whole_and_half(&server, name).await;
        }
    }
}

async fn whole_and_half(server: &Server, name: &str) {
    let files = example(name);
    let half = files.len() / 2;
    let listing = server.database(&format!("{name}_half"), &files[..half].join("\n")).await.listing().await;
    let looks = verdicts(&files, &listing);
    assert!(looks[..half].iter().all(|look| *look == Verdict::All), "{looks:?}");
    assert!(looks[half..].iter().all(|look| matches!(look, Verdict::None | Verdict::Unknown)), "{looks:?}");
    let listing = server.database(&format!("{name}_whole"), &files.join("\n")).await.listing().await;
    let looks = verdicts(&files, &listing);
    assert!(looks.iter().all(|look| matches!(look, Verdict::All | Verdict::Unknown)), "{looks:?}");
    let empty = verdicts(&files, &server.database(&format!("{name}_empty"), "").await.listing().await);
    assert!(empty.iter().all(|look| matches!(look, Verdict::None | Verdict::Unknown)), "{empty:?}");
}
