//! What the team declares and accepts, and what is said when that does not fit the database, or never did.

use jiff::{ToSpan, civil::Date};
use pgdeck::{
    config::{project::Project, source::Source},
    core::{audit::Severity, error::Error},
};

use crate::support::{Audited, Database, Server, majors};

const SHOP: &str = "CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int CONSTRAINT orders_customer REFERENCES customers,
                     payer_id int CONSTRAINT orders_payer REFERENCES customers);
CREATE TABLE order_lines (id int PRIMARY KEY, order_id int CONSTRAINT lines_order REFERENCES orders);
CREATE TABLE \"Odd.name\" (id int PRIMARY KEY, order_id int CONSTRAINT odd_order REFERENCES orders);
CREATE INDEX orders_created_idx ON orders (id, customer_id);
";

/// The line of `pgdeck.toml` on which what a test writes begins.
const FIRST: usize = 3;

fn place(line: usize) -> String {
    format!("pgdeck.toml:{}", FIRST + line)
}

fn today() -> Date {
    jiff::Zoned::now().date()
}

/// The server has to be kept as long as its database is used.
async fn shop(name: &str) -> (Server, Database) {
    let server = majors().next().unwrap();
    let database = Database::create(&server, name, false).await;
    database.run(SHOP).await.unwrap();
    (server, database)
}

fn part<'a>(audited: &'a Audited, name: &str) -> &'a pgdeck::core::audit::Finding {
    let mut found = audited.audit.findings.iter().filter(|finding| finding.part.as_deref() == Some(name));
    let finding = found.next().unwrap_or_else(|| panic!("{name} of {:#?}", audited.audit.findings));
    assert!(found.next().is_none());
    finding
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_not_there_is_told_with_its_line_and_the_nearest_name() {
    let (_server, database) = shop("expected").await;
    let project = "[expect]\nindexes = [\n  \"orders_created_idx\",\n  \"orders_creatd_idx\",\n  \"orders\",\n  \
                   \"public.orders_created_indx\",\n  \"nothing_like_it_at_all\",\n  \"no..name\",\n]";
    let audited = database.audit("IX06", project).await;
    let told: Vec<_> = audited.audit.findings.iter().map(|f| (f.object.as_str(), f.detail.clone())).collect();
    let says = |line: usize, more: &str| format!("declared in {}, but there is no such index{more}", place(line));
    assert_eq!(
        told,
        [
            ("no..name", says(7, "")),
            ("nothing_like_it_at_all", says(6, "")),
            ("orders", says(4, "")),
            ("orders_creatd_idx", says(3, "; the nearest name is orders_created_idx")),
            ("public.orders_created_indx", says(5, "; the nearest name is public.orders_created_idx")),
        ]
    );
    assert!(audited.audit.findings.iter().all(|finding| finding.severity == Severity::Error));
    assert!(audited.audit.fails(Severity::Error));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_holds_for_its_check_its_objects_and_its_part() {
    let (_server, database) = shop("accepted").await;
    let project = "[[accept]]\ncheck = \"fk03\"\nobject = \"public.order*\"\nreason = \"small\"\n\
                   [[accept]]\ncheck = \"FK03\"\nobject = \"public.\\\"Odd*\"\nconstraint = \"odd_order\"\nreason = \"odd\"";
    let audited = database.audit("FK03", project).await;
    let accepted = |name: &str| part(&audited, name).accepted.clone();
    assert_eq!(accepted("orders_customer").unwrap().reason, "small");
    assert_eq!(accepted("orders_payer").unwrap().place, place(0));
    assert_eq!(accepted("lines_order").unwrap().until, None);
    assert_eq!(accepted("odd_order").unwrap().place, place(4));
    let summary = audited.audit.summary();
    assert_eq!((summary.warning, summary.accepted), (0, 4));
    assert!(!audited.audit.fails(Severity::Info));
    assert_eq!(audited.audit.notes, Vec::<String>::new());

    let project =
        "[[accept]]\ncheck = \"FK03\"\nobject = \"public.orders\"\nconstraint = \"orders_payer\"\nreason = \"rare\"";
    let audited = database.audit("FK03", project).await;
    assert!(part(&audited, "orders_payer").accepted.is_some());
    assert!(part(&audited, "orders_customer").accepted.is_none(), "another part of the same object");
    assert!(audited.audit.fails(Severity::Warning));
    // What is accepted comes last.
    assert_eq!(audited.audit.findings.last().unwrap().part.as_deref(), Some("orders_payer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_day_after_its_last_a_finding_is_back_and_says_so() {
    let (_server, database) = shop("expired").await;
    let until = |date: Date| {
        format!("[[accept]]\ncheck = \"FK03\"\nobject = \"public.order_lines\"\nreason = \"later\"\nuntil = {date}")
    };
    let last = database.audit("FK03", &until(today().checked_add(1.day()).unwrap())).await;
    assert!(part(&last, "lines_order").accepted.is_some());
    let gone = today().checked_sub(1.day()).unwrap();
    let over = database.audit("FK03", &until(gone)).await;
    let finding = part(&over, "lines_order");
    assert_eq!(finding.accepted, None);
    let note = format!("was accepted until {gone}: later ({})", place(0));
    assert!(finding.evidence.contains(&note), "{:?}", finding.evidence);
    assert!(over.audit.fails(Severity::Warning));
    assert_eq!(over.audit.notes, Vec::<String>::new(), "it is found, so there is nothing to remark");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_of_nothing_is_remarked_on_if_its_check_was_run_and_could_see() {
    let (_server, database) = shop("nothing").await;
    let project = "[[accept]]\ncheck = \"FK03\"\nobject = \"public.gone\"\nreason = \"once\"";
    let note = format!("{}: accepts FK03 of public.gone, which is not found here", place(0));
    assert_eq!(database.audit("FK03", project).await.audit.notes, [note]);
    assert_eq!(database.audit("IX01", project).await.audit.notes, Vec::<String>::new());
    let hide = "CREATE ROLE looker LOGIN;\nREVOKE SELECT ON pg_catalog.pg_index FROM PUBLIC;";
    database.run(hide).await.unwrap();
    let blind = database.audit_as("looker", &["FK03"], project).await;
    assert_eq!(blind.audit.unseen.len(), 1);
    assert_eq!(blind.audit.notes, Vec::<String>::new());
    database.run("GRANT SELECT ON pg_catalog.pg_index TO PUBLIC;").await.unwrap();
}

fn refused(section: &str) -> Error {
    let text = format!(
        "[project]\nname = \"audit\"\n{section}\n[env.here]\nkind = \"development\"\nurl = \"postgresql:///x\"\n"
    );
    Project::parse(Source::new("pgdeck.toml", text)).map(|_| ()).expect_err(section)
}

#[test]
fn mistakes_are_refused_with_their_line_and_what_was_meant() {
    let accept = |check: &str, more: &str| format!("[[accept]]\ncheck = \"{check}\"\nobject = \"public.t\"\n{more}");
    for (section, line, says) in [
        (accept("FK30", "reason = \"r\""), 1, "did you mean `FK03`"),
        (accept("IX60", "reason = \"r\""), 1, "did you mean `IX06`"),
        (accept("something else", "reason = \"r\""), 1, "docs/checks.md"),
        (accept("FK03", ""), 0, "missing field `reason`"),
        (accept("FK03", "reason = \" \""), 3, "needs a reason"),
        (accept("FK03", "reason = \"r\"\nuntil = 2027-02-30"), 4, ""),
        (accept("FK03", "reason = \"r\"\nuntil = 2027-02-03T10:00:00"), 4, "until = 2027-01-31"),
        (accept("FK03", "reason = \"r\"\nuntil = 10:00:00"), 4, "until = 2027-01-31"),
        (accept("FK03", "reason = \"r\"\nuntil = \"2027-02-03\""), 4, ""),
        (accept("FK03", "reason = \"r\"\nobjekt = 1"), 4, "objekt"),
        ("[expect]\nindexes = [\"a\", 1]".to_owned(), 1, ""),
        ("[expect]\nindices = []".to_owned(), 1, "did you mean `indexes`"),
    ] {
        let error = refused(&section);
        assert_eq!(error.place, Some(place(line)), "{section}\n{error}");
        assert!(error.to_string().contains(says), "{section}\n{error}");
    }
}
