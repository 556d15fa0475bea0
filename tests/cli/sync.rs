//! Export, review, apply, verify, undo: the main job, from files and from environments.

use std::os::unix::fs::PermissionsExt;

use crate::desk::{Desk, Said};

#[tokio::test]
async fn the_whole_way_and_back() {
    let desk = Desk::writing().await;
    let exported = desk.json("sync export --from production --out all.bundle");
    assert_eq!(exported["from"], "production");
    assert_eq!(desk.path("all.bundle").metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let review = desk.json("sync review --bundle all.bundle --to preprod --plan all.plan --sql all.sql");
    for key in ["digest", "from", "to", "tables", "blocked", "warnings"] {
        assert!(review.get(key).is_some(), "{key} is missing");
    }
    let plans = review["tables"].as_array().unwrap().iter().find(|row| row["table"] == "public.plans").unwrap();
    for key in ["insert", "update", "delete", "unchanged", "blocked", "representation_only"] {
        assert!(plans[key].is_u64(), "{key} in {plans}");
    }
    assert_eq!(plans["set"], "plans");
    for file in ["all.plan", "all.sql"] {
        assert_eq!(desk.path(file).metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }

    let dry = desk.json("sync apply --plan all.plan --confirm preprod --dry-run");
    assert_eq!((&dry["run"], &dry["dry_run"]), (&serde_json::Value::Null, &true.into()));
    let applied = desk.json("sync apply --plan all.plan --confirm preprod");
    assert_eq!((&applied["digest"], &applied["verified"]), (&review["digest"], &true.into()));
    for key in ["insert", "update", "delete"] {
        assert_eq!(applied["applied"][key], dry["applied"][key], "{key}");
    }
    let again = desk.json("sync review --bundle all.bundle --to preprod --fail-on difference");
    assert_ne!(again["digest"], review["digest"]);

    let run = applied["run"].as_str().unwrap();
    assert_eq!(applied["undo"], format!("pgdeck sync undo {run} --confirm preprod"));
    desk.fails(4, &format!("sync undo {run}"), "not confirmed");
    desk.fails(4, &format!("sync undo {run} --confirm production"), "not the environment's name");
    desk.fine(&format!("sync undo {run} --confirm preprod"));
    desk.fails(4, &format!("sync undo {run} --confirm preprod"), "undone already");
    let back = desk.json("sync review --bundle all.bundle --to preprod");
    assert_eq!(back["digest"], review["digest"], "as it was");

    let journal = desk.json("journal --since 2026-01-01 -e preprod");
    assert_eq!(journal["runs"].as_array().unwrap().len(), 2, "{journal}");
    assert!(desk.fine("journal").contains(run));
    assert!(desk.fine("journal --since 9999-01-01").contains("nothing"));
    assert!(desk.fine("journal -e production").contains("nothing"));
}

#[test]
fn a_review_is_a_table_and_a_document_too() {
    let desk = Desk::reading();
    let table = desk.fine("sync review plans features --from production --to preprod");
    assert!(table.contains("production → preprod: "), "{table}");
    let markdown = desk.fine("sync review plans --from production --to preprod --format markdown");
    assert!(markdown.contains("| set "), "{markdown}");
    // The source of the example is not writable: reviewed it can be, not applied to.
    let closed = "production (PROD) is not writable in pgdeck.toml: this can be reviewed, and not be applied";
    assert!(desk.fine("sync review plans --from preprod --to production").contains(closed));
    let record = desk.json("sync review plans --from preprod --to production");
    assert!(record["warnings"].as_array().unwrap().contains(&closed.into()), "{record}");
    assert!(!table.contains("is not writable"), "{table}");
    let kept = desk.fine("sync review plans --from production --to preprod");
    assert!(kept.contains("public.plans: 1 row is only in preprod and kept (--deletes removes it)"), "{kept}");
    let differs = desk.exits(1, "sync review plans --from production --to preprod --fail-on difference");
    assert_eq!(differs.matches("public.plans ").count(), 1, "{differs}");
}

#[test]
fn a_review_of_one_set_in_a_bundle_leaves_the_others_alone() {
    let desk = Desk::reading();
    desk.fine("sync export plans features --from production --out two.bundle");
    let review = desk.json("sync review plans --bundle two.bundle --to preprod");
    assert!(review["tables"].as_array().unwrap().iter().all(|table| table["set"] == "plans"), "{review}");
    desk.fails(2, "sync review skills --bundle two.bundle --to preprod", "the bundle holds none of these sets");
}

#[test]
fn source_and_target_are_two() {
    let desk = Desk::reading();
    desk.fails(2, "sync review --from preprod --to preprod", "source and target are the same");
    desk.fine("sync export plans --from production --out p.bundle");
    desk.fails(2, "sync review --bundle p.bundle --to production", "source and target are the same");
}

#[test]
fn a_seed_stands_between_its_lines_and_says_whether_it_changed() {
    let desk = Desk::reading();
    desk.write("seed.sql", "SELECT 1;\n");
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(desk.path("seed.sql"), mode(0o640)).unwrap();
    let seed = "sync seed plans features --from production --out seed.sql";
    let first = desk.json(seed);
    assert_eq!((&first["changed"], &first["region"]), (&true.into(), &"features, plans".into()), "{first}");
    assert_eq!(first["sets"], serde_json::json!(["features", "plans"]));
    let tables = first["tables"].as_array().unwrap();
    assert_eq!(
        tables.iter().map(|table| table["rows"].as_u64().unwrap()).sum::<u64>(),
        first["rows"].as_u64().unwrap()
    );
    let text = desk.read("seed.sql");
    assert!(text.starts_with("SELECT 1;\n\n-- pgdeck:begin features, plans\n"), "{text}");
    assert!(text.ends_with("\n-- pgdeck:end features, plans\n"), "{text}");
    assert!(desk.fine(seed).ends_with("rows of production → seed.sql, nothing changed\n"));
    assert_eq!(desk.json("sync seed features plans --from production --out seed.sql")["changed"], false);
    desk.write("seed.sql", format!("{}SELECT 2;", text.replacen('\'', "'edited ", 1)));
    assert!(desk.fine(seed).ends_with("→ seed.sql, written\n"));
    assert_eq!(desk.read("seed.sql"), format!("{text}SELECT 2;"));
    assert_eq!(desk.path("seed.sql").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(desk.json("sync seed --from production --out all.sql")["region"], "*");
}

#[test]
fn a_report_tells_the_review_as_a_document() {
    let desk = Desk::reading();
    let review = "sync review plans features --from production --to preprod --deletes";
    let json = desk.json(&format!("{review} --report report.json"));
    desk.fine(&format!("{review} --report report.md"));
    let (document, markdown) = (desk.read("report.json"), desk.read("report.md"));
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    for key in ["digest", "from", "to", "blocked", "warnings"] {
        assert_eq!(document[key], json[key], "{key}");
    }
    assert!(markdown.starts_with("# Sync of innotrue: production → preprod\n"), "{markdown}");
    assert!(markdown.contains(json["digest"].as_str().unwrap()), "{markdown}");
    for (told, table) in document["tables"].as_array().unwrap().iter().zip(json["tables"].as_array().unwrap()) {
        for (key, value) in table.as_object().unwrap() {
            assert_eq!(&told[key], value, "{key}");
        }
        let rows = told["rows"].as_array().unwrap();
        let count =
            |change: &str| rows.iter().filter(|r| r["change"] == change && r["blocked"].is_null()).count() as u64;
        assert_eq!(
            ["insert", "update", "delete"].map(count),
            ["insert", "update", "delete"].map(|k| table[k].as_u64().unwrap())
        );
        assert!(rows.is_empty() || markdown.contains(&format!("\n## {}\n", told["table"].as_str().unwrap())));
    }
    for file in ["report.json", "report.md"] {
        assert_eq!(desk.path(file).metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    desk.fine(&format!("{review} --report again.md"));
    assert_eq!(desk.read("again.md"), markdown);
}

#[tokio::test]
async fn a_source_without_a_connection_is_read_by_hand() {
    let desk = Desk::reading();
    let said = Said::of(&mut desk.command("sync query plans features"));
    assert_eq!((said.code, said.out.ends_with(";\n")), (0, true), "{}", said.err);
    assert!(said.err.starts_with("tables and columns as in preprod;") && said.err.lines().count() == 1, "{}", said.err);
    let json = Said::of(&mut desk.command("sync query plans features -e preprod --format json"));
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["sql"], said.out);
    let elsewhere = Said::of(&mut desk.command("sync query plans features --env production"));
    assert_eq!(elsewhere.out, said.out, "both environments have the same tables");

    let variable = desk.variables().into_iter().find(|(name, _)| *name == "PRODUCTION_DATABASE_URL").unwrap();
    let (client, connection) = tokio_postgres::connect(&variable.1, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let value = async |sql: &str| -> String {
        let messages = client.simple_query(sql).await.unwrap();
        let row = messages.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        row.unwrap().to_owned()
    };
    let paste = value(&said.out).await;
    desk.write("paste.json", serde_json::json!([{ "pgdeck": paste }]).to_string());
    let review = desk.json("sync review plans features --bundle paste.json --to preprod --plan paste.plan");
    let live = desk.json("sync review plans features --from production --to preprod");
    assert_eq!((&review["tables"], &review["from"]), (&live["tables"], &"pasted".into()));
    desk.write("cut.json", &paste[..paste.len() / 2]);
    desk.fails(2, "sync review --bundle cut.json --to preprod", "cut off");

    let by_hand =
        value("SELECT json_agg(to_json(t)) FROM (SELECT key, name, is_active, category_id FROM features) t").await;
    desk.write("hand.json", by_hand);
    let review = desk.json("sync review features --bundle hand.json --to preprod");
    let warnings = review["warnings"].to_string();
    assert!(warnings.contains("no checksum") && warnings.contains("add `category_name` to the query"), "{warnings}");
    desk.fails(2, "sync review --bundle hand.json --to preprod", "name one set");
    desk.fails(2, "sync query plan", "did you mean `plans`");
    desk.fails(2, "sync query -e nowhere", "no such environment");
}
