//! Names and values made to deceive a terminal, arguments made to break a program.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use crate::desk::{Desk, Said};

/// ESC, a C1 control, a direction override: what no output may hold raw. `Said` checks it for everything.
const EVIL: &str = "evil\u{1b}[31m\u{9b}32m\u{7}\u{202e}|`*";

#[tokio::test]
async fn escape_sequences_in_names_and_rows_are_made_visible() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    let (table, text) = (EVIL.replace('"', "\"\""), EVIL.replace('\'', "''"));
    admin
        .batch_execute(&format!(
            "CREATE TABLE public.\"{table}\" (id int);
             GRANT SELECT ON public.\"{table}\" TO operator;
             INSERT INTO public.plans SELECT * FROM
                jsonb_populate_record((SELECT p FROM public.plans p LIMIT 1),
                    jsonb_build_object('id', gen_random_uuid(), 'key', '{text}', 'name', '{text}'))"
        ))
        .await
        .unwrap();
    for format in ["table", "json", "markdown"] {
        let counts = desk.fine(&format!("counts -e preprod --format {format}"));
        assert!(counts.contains("evil"), "{counts}");
        desk.fine(&format!("sync review plans --from production --to preprod --deletes --format {format}"));
        desk.fine(&format!("sync export plans --from preprod --out evil.bundle --force --format {format}"));
        desk.fine(&format!("sync review --bundle evil.bundle --to production --format {format}"));
    }
    let json: serde_json::Value = desk.json("counts -e preprod");
    let shown = json["tables"].as_array().unwrap().iter().any(|row| row["table"].as_str().unwrap().contains(EVIL));
    assert!(shown, "JSON keeps the name as it is: {json}");
}

#[test]
fn escape_sequences_in_a_project_are_made_visible() {
    let desk = Desk::reading();
    desk.project("[env.preprod]", "[env.\"pre\\u001b[31m\\u009b|prod\"]");
    for format in ["table", "json", "markdown"] {
        desk.fine(&format!("config check --format {format}"));
        desk.fine(&format!("counts plans --format {format}"));
    }
    desk.fails(2, "counts -e nowhere", "there is no such environment");
    desk.project("name = \"innotrue\"", "name = \"inno\\u001b[31m/../true\"");
    desk.fine("config check");
    assert!(desk.fine("config path").ends_with("/inno_[31m_.._true\n".replace("[31m", "_31m").as_str()));
}

#[test]
fn escape_sequences_in_arguments_are_made_visible() {
    let desk = Desk::reading();
    desk.fails_with(2, "env", "evil␛", |command| command.arg(EVIL));
    desk.fails_with(2, "counts", "evil␛", |command| command.arg(EVIL));
    desk.fails_with(2, "counts --against", "evil␛", |command| command.arg(EVIL));
    desk.fails_with(2, "sync undo --confirm preprod", "evil␛", |command| command.arg(EVIL));
    desk.fails_with(2, "config check --config", "evil␛", |command| command.arg(EVIL));
}

#[test]
fn arguments_that_are_no_text_are_refused() {
    let desk = Desk::reading();
    let bytes = OsStr::from_bytes(b"pl\xffns");
    let said = Said::of(desk.command("counts").arg(bytes));
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("invalid UTF-8"), "{}", said.err);
    // A file may be called so.
    desk.command("sync export plans --from production --out").arg(bytes).assert().success();
    desk.command("sync review --to preprod --bundle").arg(bytes).assert().success();
    desk.fails_with(2, "env --config", "there is no such file", |command| command.arg(OsStr::from_bytes(b"\xff.toml")));
}

#[test]
fn arguments_of_any_length_are_answered_at_once() {
    let desk = Desk::reading();
    let long = "a*".repeat(60_000);
    for verb in ["env", "counts", "counts -e", "counts --against", "sync export --from production --out x"] {
        desk.fails_with(2, verb, "aaa*".get(..1).unwrap_or_default(), |command| command.arg(&long));
    }
    desk.fails_with(2, "counts --save", "", |command| command.arg("a".repeat(5000)));
    desk.fails_with(2, "sync export plans --from production --out", "File name too long", |command| {
        command.arg("a".repeat(5000))
    });
    let many = vec!["plans"; 5000];
    desk.command("counts").args(&many).assert().success();
}

#[test]
fn a_condition_that_is_no_sql_names_set_and_table() {
    let desk = Desk::reading();
    desk.project(
        "[[sync.set]]",
        "[[sync.set]]\nname = \"broken\"\ntables = [{ table = \"audit_topics\", key = [\"id\"] }]\n[[sync.set]]",
    );
    let text = desk.read("pgdeck.toml").replace("audit_topics", "tracks");
    let text = text
        .replace("key = [\"id\"] }]\n[[sync.set]]", "key = [\"key\"], where = \"is_active = = 1\" }]\n[[sync.set]]");
    desk.write("pgdeck.toml", text);
    let said = Said::of(&mut desk.command("sync export broken --from production --out x.bundle"));
    said.is_one_line_on_stderr("a broken condition");
    assert!(said.err.contains("the `where` of sync set `broken` does not work: syntax error"), "{}", said.err);
    assert_eq!(said.code, 2);
}
