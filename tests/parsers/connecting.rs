//! Where to connect to, and with which password: addresses, variables, password files.

use std::collections::HashMap;

use pgdeck::{
    config::{project::Project, source::Source},
    pg::connect::{Conninfo, passfile},
};
use secrecy::ExposeSecret;

use crate::{
    fuzz::{self, Outcome, SECRET},
    mutate::replaced,
};

const PROJECT: &str = "[project]\nname = \"x\"\n[env.a]\nkind = \"staging\"\nurl = \"${URL}\"\n";
/// Variables by the first letters of a line of the input.
const VARIABLES: [&str; 11] = [
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGPASSWORD",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGCONNECT_TIMEOUT",
    "PGREQUIREAUTH",
    "PGPASSFILE",
    "HOME",
];

/// The first line is the address, each other one a variable.
fn resolved(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let mut variables: HashMap<String, String> =
        HashMap::from([("URL".into(), lines.next().unwrap_or_default().into())]);
    for line in lines {
        if let Some((name, value)) = line.split_once('=')
            && VARIABLES.contains(&name)
        {
            variables.insert(name.into(), value.into());
        }
    }
    let look = |name: &str| variables.get(name).cloned();
    let project = Project::parse(Source::new("pgdeck.toml", PROJECT)).unwrap();
    let found = Conninfo::resolve(&project.environment("a", &look)?, &look)?;
    // The password is where it belongs, and shown nowhere.
    let in_place = |part: &str| part.contains(SECRET);
    let (label, debug) = (found.label(), format!("{found:?}"));
    if !in_place(found.user()) && !in_place(found.dbname()) && !in_place(&found.host().to_string()) {
        assert!(!label.contains(SECRET), "{label}");
        let elsewhere = ["sslrootcert", "application_name", "passfile", "PGSSLROOTCERT", "PGPASSFILE", "HOME"];
        if !elsewhere.iter().any(|name| text.contains(name)) {
            assert!(!debug.contains(SECRET), "{debug}");
        }
    }
    assert!(found.port() > 0);
    Ok(())
}

#[test]
fn conninfo() {
    let samples: Vec<Vec<u8>> = [
        format!("postgresql://u%40x:{SECRET}@db.example:6000/a%20b?sslmode=require&connect_timeout=3"),
        format!(
            "postgres://u:{SECRET}@[::1]:6000/d?require_auth=!password,!md5&channel_binding=require\nPGPASSFILE=/x"
        ),
        format!("postgresql:///d?host=/tmp&port=5433&user=u&password={SECRET}&keepalives=1&keepalives_idle=9"),
        format!("postgresql://\nPGHOST=h\nPGPORT=5433\nPGUSER=u\nPGDATABASE=d\nPGPASSWORD={SECRET}\nPGSSLMODE=disable"),
        format!("postgresql://h/d?tcp_user_timeout=5000&application_name=a\nPGCONNECT_TIMEOUT=-1\nPGPASSWORD={SECRET}"),
    ]
    .map(String::into_bytes)
    .to_vec();
    fuzz::run("conninfo", &samples, resolved, |_, error| {
        // Whatever it was taken for: no piece of an address or of a variable is repeated.
        assert!(!error.to_string().contains(SECRET), "{error}");
        assert_eq!(error.environment.as_deref(), Some("a"), "it does not say where: {error}");
    });
}

#[test]
fn password_file() {
    let good = format!(
        "# comment\nother:5432:app:deploy:a\ndb.example:5433:app:deploy:b\r\n\\:\\:1:*:a\\\\b:*:c\n\
         db.example:5432:*:deploy:{SECRET}\n*:*:*:*:last\n"
    );
    let find = |text: &str| passfile::find(text, "db.example", 5432, "app", "deploy");
    let found = |text: &str| find(text).map(|found| found.expose_secret().to_owned());
    assert_eq!(found(&good).as_deref(), Some(SECRET));
    fuzz::any("password file", &[good.into_bytes()], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Some(password) = found(&text) else { return false };
        assert!(!format!("{:?}", find(&text)).contains(&*password) || password.len() < 8, "shown");
        if password.ends_with('\r') {
            return true;
        }
        // Written as the manual says, it is the same password.
        let escaped = replaced(&replaced(password.as_bytes(), b"\\", b"\\\\"), b":", b"\\:");
        let line = format!("db.example:5432:app:deploy:{}\n", String::from_utf8(escaped).unwrap());
        assert_eq!(found(&line).as_deref(), Some(password.as_str()), "written and read again: {line:?}");
        true
    });
}
