use super::*;
use crate::core::env::Kind;

fn environment(target: Target) -> Environment {
    Environment { name: "preprod".into(), kind: Kind::Staging, writable: true, target }
}

fn url(url: &str) -> Target {
    Target { url: Some(SecretString::from(url.to_owned())), ..Target::default() }
}

fn resolve(target: Target, vars: &[(&str, &str)]) -> Result<Conninfo> {
    let look_up = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Conninfo::resolve(&environment(target), &look_up)
}

fn label(target: Target, vars: &[(&str, &str)]) -> String {
    resolve(target, vars).expect("resolves").label()
}

#[test]
fn a_field_beats_the_url_the_url_beats_the_variable() {
    let vars = [("PGHOST", "var"), ("PGPORT", "1"), ("PGUSER", "vu"), ("PGDATABASE", "vd")];
    assert_eq!(label(Target::default(), &vars), "vu@var:1/vd");
    assert_eq!(label(url("postgres://uu@url:2/ud"), &vars), "uu@url:2/ud");
    assert_eq!(label(url("postgres://url"), &vars), "vu@url:1/vd");
    let target = Target {
        host: Some("field".into()),
        port: Some(3),
        user: Some("fu".into()),
        dbname: Some("fd".into()),
        ..url("postgres://uu@url:2/ud")
    };
    assert_eq!(label(target, &vars), "fu@field:3/fd");
}

#[test]
fn defaults_are_libpqs() {
    let conninfo = resolve(Target::default(), &[("HOME", "/home/ada")]).expect("resolves");
    let user = whoami::username().expect("a user");
    assert_eq!(conninfo.label(), format!("{user}@[local]:5432/{user}"));
    assert_eq!(conninfo.sslmode(), SslMode::Prefer);
    assert_eq!(conninfo.passfile.as_deref(), Some(Path::new("/home/ada/.pgpass")));
    assert_eq!(conninfo.connect_timeout, Some(Duration::from_secs(10)));
    assert_eq!(conninfo.application_name, "pgdeck");
    assert_eq!(label(Target { user: Some("app".into()), ..Target::default() }, &[]), "app@[local]:5432/app");
}

#[test]
fn socket_directories_and_addresses() {
    assert_eq!(label(url("postgres://u@/d?host=/run/pg&port=6000"), &[]), "u@[/run/pg]:6000/d");
    assert_eq!(label(url("postgres://u@[::1]/d"), &[]), "u@[::1]:5432/d");
    assert_eq!(resolve(url("postgres://u@/d"), &[("PGHOST", "/x")]).expect("ok").host, Host::Socket("/x".into()));
}

#[test]
fn mistakes_are_usage_errors_that_name_the_environment() {
    for (target, vars, needle) in [
        (url("postgres://h:x/d"), [("PGPORT", "1")], "port"),
        (url("postgres://h:0/d"), [("PGPORT", "1")], "port"),
        (Target::default(), [("PGPORT", "99999")], "PGPORT"),
        (Target::default(), [("PGHOST", "a,b")], "several hosts"),
        (Target::default(), [("PGSSLMODE", "requir")], "`require`"),
        (Target::default(), [("PGCONNECT_TIMEOUT", "soon")], "connect_timeout"),
        (url("postgres://h/d?sslrootcert=system&sslmode=require"), [("A", "")], "verify-full"),
        (url("postgres://h/d?channel_binding=requir"), [("A", "")], "`require`"),
    ] {
        let error = resolve(target, &vars).expect_err(needle);
        assert_eq!(error.code, crate::core::error::Code::Usage);
        let error = error.to_string();
        assert!(error.starts_with("preprod: ") && error.contains(needle), "{error}");
    }
}

#[test]
fn the_systems_certificates_mean_verify_full() {
    let conninfo = resolve(url("postgres://h/d?sslrootcert=system"), &[]).expect("resolves");
    assert_eq!((conninfo.sslmode, conninfo.roots), (SslMode::VerifyFull, Roots::System));
}

#[test]
fn timeouts() {
    let timeout =
        |seconds: &str| resolve(Target::default(), &[("PGCONNECT_TIMEOUT", seconds)]).map(|c| c.connect_timeout);
    assert_eq!(timeout("3"), Ok(Some(Duration::from_secs(3))));
    assert_eq!(timeout("0"), Ok(None));
    assert_eq!(timeout("-1"), Ok(None));
}

#[test]
fn no_secret_is_shown() {
    let conninfo = resolve(url("postgres://u:hunter2@h/d"), &[("PGPASSWORD", "hunter3")]).expect("resolves");
    let shown = format!("{conninfo:?} {conninfo} {:?}", environment(url("postgres://u:hunter2@h/d")));
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(conninfo.password.is_some());
}
