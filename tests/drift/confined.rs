//! Replays run as a role that can neither start programs nor touch files nor load code, unless that was agreed to.

use std::{fs, path::Path};

use pgdeck::{
    app::{drift::replay::Asked, trust},
    core::error::{Code, Error},
};

use crate::{
    replay::{Team, database},
    support::{Server, majors},
};

fn as_superuser() -> Asked {
    Asked { as_superuser: true, ..Asked::default() }
}

/// A folder in which the server, whoever it runs as, may write.
fn open_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

async fn replayed(server: &Server, sql: &str, asked: &Asked) -> Result<(), Error> {
    let name = format!("confined_{:x}", sql.len() * 131 + sql.bytes().map(usize::from).sum::<usize>());
    server.run("postgres", &format!("DROP DATABASE IF EXISTS {name}")).await;
    let url = database(server, &name, "postgres", "", &["1", "2"]).await;
    let team = Team::new(url, "", &[("migrations/1_a.sql", "SELECT 1;"), ("migrations/2_b.sql", sql)]);
    if asked.as_superuser {
        team.trust(&trust::Asked { as_superuser: true, ..trust::Asked::default() });
    }
    team.compared(asked).await.map(drop)
}

async fn is_refused(server: &Server, sql: &str) {
    let version = server.version();
    let error = replayed(server, &format!("SELECT 1;\n{sql}"), &Asked::default()).await.expect_err(sql);
    assert_eq!((error.code, error.place.as_deref()), (Code::Refused, Some("2_b.sql:2")), "{version}: {sql}: {error}");
    let text = error.to_string();
    assert!(text.contains("superuser rights") && text.contains("pgdeck trust --as-superuser"), "{version}: {text}");
}

#[tokio::test]
async fn programs_files_and_code_are_out_of_reach_on_every_version() {
    for server in &majors().await {
        let folder = open_folder();
        let canary = folder.path().join("canary").display().to_string();
        for sql in [
            &format!("  COPY (SELECT 1) TO PROGRAM 'touch {canary}';"),
            &format!("  COPY (SELECT 1) TO '{canary}';"),
            "  CREATE TABLE public.t (a text); COPY public.t FROM '/etc/hostname';",
            "  SELECT pg_read_file('/etc/hostname');",
            "  SELECT pg_ls_dir('/');",
            "  SELECT lo_import('/etc/hostname');",
            &format!("  SELECT lo_export(lo_create(0), '{canary}');"),
            "  CREATE EXTENSION file_fdw;",
            "  CREATE EXTENSION IF NOT EXISTS dblink;",
            "  CREATE EXTENSION plpython3u;",
            "  CREATE FUNCTION public.f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$;",
            "  CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS '/tmp/evil.so', 'f';",
            "  CREATE FUNCTION public.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all';",
            "  LOAD '/tmp/evil.so';",
            "  SET session_preload_libraries = '/tmp/evil.so';",
            "  ALTER SYSTEM SET archive_command = 'touch /tmp/evil';",
            "  GRANT pg_execute_server_program TO CURRENT_USER;",
            "  CREATE ROLE helper IN ROLE pg_write_server_files;",
            "  CREATE ROLE helper SUPERUSER;",
            "  ALTER ROLE CURRENT_USER SUPERUSER;",
            "  SET SESSION AUTHORIZATION \"pgdeck replay\";",
            "  SET ROLE \"pgdeck initdb\";",
            "  GRANT \"pgdeck replay\" TO CURRENT_USER;",
            "  ALTER ROLE \"pgdeck replay\" LOGIN;",
            "  CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION pg_catalog.trigger_in();",
            &format!("  DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {canary}'''; END $$;"),
        ] {
            is_refused(server, sql).await;
        }
        assert!(!Path::new(&canary).exists(), "nothing ran on {}", server.version());
    }
}

#[tokio::test]
async fn what_was_agreed_to_runs_as_a_superuser_and_an_edited_file_does_not() {
    let server = &majors().await[0];
    let folder = open_folder();
    let canary = folder.path().join("canary").display().to_string();
    let url = database(server, "as_superuser", "postgres", "", &["1"]).await;
    // A program that ends before it has read its input would break the pipe now and then.
    let program = format!("COPY (SELECT 'one') TO PROGRAM 'cat >> {canary}';");
    let team = Team::new(url, "", &[("migrations/1_a.sql", &program)]);
    // The agreement to a replay is none to this.
    let error = team.compared(&as_superuser()).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "{error}");
    assert!(error.to_string().contains("run `pgdeck trust --as-superuser` to see and agree"), "{error}");
    team.trust(&trust::Asked { as_superuser: true, ..trust::Asked::default() });
    let compared = team.compared(&as_superuser()).await.unwrap();
    assert!(compared.notes().contains(&"replayed as a superuser".to_owned()), "{:?}", compared.notes());
    assert_eq!(fs::read_to_string(&canary).unwrap(), "one\n");
    fs::write(team.folder.path().join("migrations/1_a.sql"), format!("{program}\n-- edited")).unwrap();
    let error = team.compared(&as_superuser()).await.unwrap_err();
    assert_eq!((error.code, fs::read_to_string(&canary).unwrap().as_str()), (Code::Refused, "one\n"), "{error}");
}

#[tokio::test]
async fn a_replay_needs_an_agreement_that_new_files_do_not_end() {
    let server = &majors().await[0];
    let url = database(server, "agreed", "postgres", "", &["1"]).await;
    let team = Team::new(url, "", &[("migrations/1_a.sql", "SELECT 1;")]);
    fs::write(team.folder.path().join("migrations/2_b.sql"), "SELECT 1;").unwrap();
    team.compared(&Asked::default()).await.unwrap();
    let other = team.folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("1_a.sql"), "SELECT 1;").unwrap();
    let elsewhere = Asked { dir: Some(other), ..Asked::default() };
    let error = team.compared(&elsewhere).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "another folder was not agreed to: {error}");
    let path = team.folder.path().join("pgdeck.toml");
    trust::revoke(&path, &|name: &str| team.deck.var(name)).unwrap();
    let error = team.compared(&Asked::default()).await.unwrap_err();
    assert_eq!(error.code, Code::Refused);
    assert!(error.place.as_deref().is_some_and(|place| place.ends_with("pgdeck.toml:7")), "{error}");
}

/// What real folders of migrations do, and what needs no superuser.
#[tokio::test]
async fn what_migrations_usually_do_still_runs_on_every_version() {
    for server in &majors().await {
        let version = server.version();
        for sql in [
            "CREATE SCHEMA extensions; CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA extensions;
             CREATE EXTENSION pgcrypto SCHEMA extensions; CREATE EXTENSION citext; CREATE EXTENSION IF NOT EXISTS pg_trgm;
             CREATE EXTENSION moddatetime SCHEMA extensions; CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
             CREATE TABLE public.t (id uuid DEFAULT extensions.uuid_generate_v4(), name citext);
             CREATE TRIGGER t BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION extensions.moddatetime(id);",
            "CREATE ROLE anon NOLOGIN; CREATE ROLE service_role NOLOGIN BYPASSRLS; CREATE USER app PASSWORD 'x' IN ROLE anon;
             CREATE SCHEMA auth AUTHORIZATION service_role; CREATE TABLE public.t (a int); GRANT CREATE ON SCHEMA public TO app;
             ALTER TABLE public.t OWNER TO app;
             GRANT USAGE ON SCHEMA public TO anon; SET ROLE app; SELECT * FROM public.t; RESET ROLE;",
            "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY); GRANT SELECT ON auth.users TO reader;
             ALTER DEFAULT PRIVILEGES FOR ROLE editor IN SCHEMA public GRANT SELECT ON TABLES TO reader;
             COMMENT ON SCHEMA public IS 'x'; REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER ROLE reader SET search_path = '';
             CREATE PUBLICATION p FOR TABLE auth.users; ALTER DATABASE replay SET statement_timeout = 0;",
            // Nobody could lie in wait for the script of such an extension.
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'moddatetime') THEN RAISE 'late'; END IF; END $$;
             CREATE EXTENSION moddatetime;",
            "DO $$ BEGIN
                IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RAISE 'a superuser'; END IF;
                IF EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
                    WHERE r.rolname ~ '^pg_' AND u.rolname = current_user) THEN RAISE 'a predefined role'; END IF;
             END $$;",
            "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
             DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader; END IF; END $$;
             CREATE FUNCTION public.g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
             CREATE TABLE public.t (a int); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY; ALTER TABLE public.t DISABLE TRIGGER ALL;",
        ] {
            let done = replayed(server, sql, &Asked::default()).await;
            assert!(done.is_ok(), "{version}: {sql}: {}", done.unwrap_err());
        }
    }
}
