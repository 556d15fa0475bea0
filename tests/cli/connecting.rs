//! Environments that cannot be reached: exit 3, in words, without a secret.

use std::net::TcpListener;

use serde_json::Value as Json;

use crate::desk::{Desk, SECRET, Said};

/// All verbs that connect, to preprod at least.
const VERBS: [&str; 6] = [
    "counts -e preprod",
    "counts --exact",
    "sync export plans --from preprod --out x.bundle",
    "sync review plans --from production --to preprod",
    "sync review plans --from preprod --to production",
    "schema diff --from preprod --to production",
];

fn unreachable(address: &str, says: &str) {
    let desk = Desk::reading();
    for verb in VERBS {
        let said = desk.fails_with(3, verb, says, |command| command.env("PREPROD_DATABASE_URL", address));
        assert!(said.contains("preprod: "), "{said}");
    }
}

/// A port of this machine on which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_port_where_nothing_listens() {
    let address = format!("postgresql://me:{SECRET}@127.0.0.1:{}/app", closed_port());
    unreachable(&address, "connection refused: nothing listens there");
}

#[test]
fn a_host_that_does_not_exist() {
    unreachable(&format!("postgresql://me:{SECRET}@no-such-host.invalid/app"), "cannot be resolved");
}

#[test]
fn a_socket_that_is_not_there() {
    unreachable("postgresql:///app?host=/nowhere&user=me", "no server socket");
}

#[test]
fn a_database_that_does_not_exist() {
    let desk = Desk::reading();
    let address = desk.databases.preprod().replacen("shared", "nothing_of_the_kind", 1);
    unreachable(&address, "unknown database");
}

#[test]
fn something_that_is_not_postgresql() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop(std::io::Write::write_all(&mut &stream, b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    unreachable(&format!("postgresql://me:{SECRET}@127.0.0.1:{port}/app"), "preprod: ");
}

#[test]
fn env_shows_the_others_and_exits_with_3() {
    let desk = Desk::reading();
    let unreachable = format!("postgresql://me:{SECRET}@127.0.0.1:{}/app", closed_port());
    let said = |line: &str| {
        let said = Said::of(desk.command(line).env("PREPROD_DATABASE_URL", &unreachable));
        assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
        said.out
    };
    let table = said("env");
    assert!(table.contains("production   PROD     RO      1") && table.contains("not reached"), "{table}");
    assert!(table.contains("nothing listens there"), "{table}");
    let json: Json = serde_json::from_str(&said("env --format json")).unwrap();
    assert_eq!(json["environments"][0]["reachable"], true);
    assert_eq!(json["environments"][1]["error"]["code"], "connect", "{json}");
}

/// A role whose password the server wants to see; the others go on without one.
async fn guarded(desk: &Desk) -> String {
    let admin = desk.databases.admin().await;
    let role = format!("guarded_{}", desk.databases.name());
    let sql = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'the-right-one' IN ROLE operator;
         DO $$ BEGIN EXECUTE format('COPY (SELECT ''local all {role} scram-sha-256'' UNION ALL
            SELECT ''local all all trust'') TO %L', current_setting('hba_file')); END $$;
         SELECT pg_reload_conf();"
    );
    admin.batch_execute(&sql).await.unwrap();
    desk.databases.preprod().replace("user=operator", &format!("user={role}"))
}

#[tokio::test]
async fn passwords_right_wrong_missing_and_from_a_command() {
    let desk = Desk::writing().await;
    let address = guarded(&desk).await;
    let verb = "counts -e preprod plans";
    let set = |command: &mut assert_cmd::Command, password: Option<&str>| {
        command.env("PREPROD_DATABASE_URL", &address).env_remove("PGPASSWORD");
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
    };
    let mut right = desk.command(verb);
    set(&mut right, Some("the-right-one"));
    right.assert().success();
    desk.fails_with(3, verb, "wrong password", |command| {
        set(command, Some(SECRET));
        command
    });
    desk.fails_with(3, verb, "asks for a password and none was found", |command| {
        set(command, None);
        command
    });
    for (program, says) in [
        (format!("[\"sh\", \"-c\", \"echo {SECRET}; echo {SECRET} >&2; exit 3\"]"), "`sh` failed: exit status: 3"),
        (format!("[\"sh\", \"-c\", \"echo {SECRET}\"]"), "wrong password"),
        ("[\"true\"]".to_owned(), "`true` printed no password"),
        ("[\"/nowhere/pass\"]".to_owned(), "`/nowhere/pass` cannot be started"),
    ] {
        desk.project("writable = true", &format!("writable = true\npassword_command = {program}"));
        desk.trust();
        desk.fails_with(3, verb, says, |command| {
            set(command, None);
            command
        });
    }
    desk.project("writable = true", "writable = true\npassword_command = [\"echo\", \"the-right-one\"]");
    desk.trust();
    let mut right = desk.command(verb);
    set(&mut right, None);
    right.assert().success();
}

#[test]
fn what_the_server_refuses_while_it_is_read_has_its_sqlstate_and_its_cause() {
    let desk = Desk::reading();
    let declared = desk.read("pgdeck.toml");
    let plans = "[[sync.set]]\nname = \"plans\"\n";
    assert!(declared.contains(plans));
    let divides = "[[sync.set]]\nname = \"divides\"\ntables = [{ table = \"features\", key = [\"key\"], where = \"1 / (length(key) - length(key)) = 1\" }]\n\n";
    desk.write("pgdeck.toml", declared.replace(plans, &format!("{divides}{plans}")));
    let line = "sync export divides --from production --out x.bundle";
    let said = desk.fails(7, line, "division by zero");
    assert!(!said.contains("caused by"), "{said}");
    let json = Said::of(desk.command(line).args(["--format", "json"]));
    let json: Json = serde_json::from_str(&json.err).unwrap();
    assert_eq!((&json["error"]["code"], &json["error"]["sqlstate"]), (&"server".into(), &"22012".into()), "{json}");
    let said = Said::of(desk.command(line).arg("-v"));
    assert!(said.err.contains("\n  caused by: ERROR 22012 (int4div, int.c:"), "{}", said.err);
}
