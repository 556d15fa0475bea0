//! An environment against its migrations: these are replayed on a server of their own, and nothing but what somebody did
//! by hand is found.

use std::{fmt::Write as _, fs, sync::Arc};

use pgdeck::{
    app::{
        deck::Deck,
        demo::{self, Demo, Options},
        drift::{
            Compared,
            replay::{Asked, compare},
        },
        job::Job,
        trust,
    },
    config::project::Project,
    core::error::{Code, Error},
    pg::server::Programs,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::{Server, majors, told};

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn differences(compared: &Compared) -> Vec<String> {
    compared.drift.differences.iter().map(told).collect()
}

async fn introalignment() -> Demo {
    let options = Options { example: Some("introalignment".into()), ..Options::default() };
    demo::start(&options, &Job::quiet(), &env).await.unwrap()
}

async fn of(demo: &Demo, environment: &str, all: bool) -> Compared {
    let asked = Asked { all, ..Asked::default() };
    compare(&demo.deck, &Job::quiet(), &asked, environment).await.unwrap()
}

#[tokio::test]
async fn each_environment_of_the_example_is_what_its_migrations_make_but_for_what_is_known() {
    let demo = introalignment().await;
    let staging = of(&demo, "staging", false).await;
    assert!(staging.drift.is_none(), "{:#?}", differences(&staging));
    assert_eq!(staging.replayed.as_ref().unwrap().files.len(), 19);
    // An edited file and an index made by hand. The two files that are pending are no drift.
    let production = of(&demo, "production", false).await;
    let expected = [
        "changed constraint public.match_feedback.match_feedback_match_id_fkey definition: FOREIGN KEY (match_id) \
         REFERENCES public.matches(id) ON DELETE CASCADE → FOREIGN KEY (match_id) REFERENCES public.matches(id)",
        "removed index public.matches_status_idx",
        "added index public.profiles_city_idx",
    ];
    assert_eq!(differences(&production), expected);
    let replayed = production.replayed.as_ref().unwrap();
    assert_eq!(replayed.pending, ["018_subscription_billing_system.sql", "019_seed_subscription_plans.sql"]);
    assert_eq!(replayed.edited, ["011_match_generation_system.sql"]);
    assert_eq!(replayed.bookkeeping, ["supabase_migrations.schema_migrations"]);
    let notes = production.notes();
    assert!(notes[0].contains("replayed 17 files") && notes[0].contains("by its history (Supabase"), "{notes:#?}");
    let all = of(&demo, "production", true).await;
    assert!(
        differences(&all).contains(&"removed table public.user_subscriptions".to_owned()),
        "{:#?}",
        differences(&all)
    );
    assert_eq!((all.replayed.as_ref().unwrap().pending.len(), all.replayed.as_ref().unwrap().files.len()), (0, 19));
    // Where there is no history, all files are.
    let local = of(&demo, "local", false).await;
    assert_eq!(differences(&local), ["added column public.profiles.pronouns"]);
    assert_eq!(local.replayed.as_ref().unwrap().history, None);
}

/// A folder of migrations beside a project's file, and an environment that ran them.
pub struct Team {
    pub folder: TempDir,
    pub deck: Arc<Deck>,
}

const HISTORY: &str = "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (
    version text PRIMARY KEY, statements text[], name text)";

impl Team {
    /// The environment `there` of the database `database`, with `files`, (name, SQL) each.
    pub fn new(url: String, section: &str, files: &[(&str, &str)]) -> Team {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[project]\nname = \"replay\"\n[env.there]\nkind = \"staging\"\nurl = \"${{URL}}\"\n[migrations]\n\
             dir = \"migrations\"\nstyle = \"supabase\"\n{section}"
        );
        fs::write(folder.path().join("pgdeck.toml"), text).unwrap();
        fs::create_dir(folder.path().join("migrations")).unwrap();
        for (name, sql) in files {
            fs::write(folder.path().join(name), sql).unwrap();
        }
        let project = Project::load(&folder.path().join("pgdeck.toml")).unwrap();
        let state = folder.path().join("state").display().to_string();
        let vars = move |name: &str| match name {
            "URL" => Some(url.clone()),
            "PGDECK_STATE_DIR" | "XDG_STATE_HOME" => Some(state.clone()),
            name => env(name),
        };
        let team = Team { deck: Arc::new(Deck::new(project, vars).unwrap()), folder };
        team.trust(&trust::Asked::default());
        team
    }

    /// Agrees to what the project runs, as its user does.
    pub fn trust(&self, asked: &trust::Asked) {
        trust::agree(&self.deck, &trust::items(&self.deck, asked).unwrap()).unwrap();
    }

    pub async fn compared(&self, asked: &Asked) -> Result<Compared, Error> {
        compare(&self.deck, &Job::quiet(), asked, "there").await
    }
}

/// A database in which `ran` was run, by the role `runner`, and is recorded as `versions`.
pub async fn database(server: &Server, name: &str, runner: &str, ran: &str, versions: &[&str]) -> String {
    server.database(name, "").await;
    let mut sql = format!("SET ROLE {runner}; {HISTORY};");
    for version in versions {
        write!(sql, "INSERT INTO supabase_migrations.schema_migrations VALUES ('{version}');").unwrap();
    }
    server.run("postgres", &format!("GRANT CREATE ON DATABASE {name} TO {runner}")).await;
    server.run(name, &format!("GRANT ALL ON SCHEMA public TO {runner}; {sql}")).await;
    server.run(name, &format!("REVOKE ALL ON SCHEMA public FROM {runner}; RESET ROLE; {ran}")).await;
    server.url(name, "postgres")
}

const FIRST: &str = "CREATE TABLE public.plans (id int PRIMARY KEY, name text NOT NULL, price int);
GRANT SELECT ON public.plans TO reader;
ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.plans FOR SELECT TO editor USING (true);";

#[tokio::test]
async fn what_somebody_did_by_hand_is_found_on_every_version() {
    for server in &majors().await {
        let url = database(server, "by_hand", "postgres", FIRST, &["1"]).await;
        let team = Team::new(url, "", &[("migrations/1_plans.sql", FIRST)]);
        let compared = team.compared(&Asked::default()).await.unwrap();
        let version = server.version();
        assert!(compared.drift.is_none(), "{version}: {:#?}", differences(&compared));
        assert_eq!(compared.drift.versions.0, compared.drift.versions.1, "replayed on a server of the same version");
        let planted =
            "ALTER TABLE public.plans ALTER price TYPE bigint; GRANT UPDATE (price) ON public.plans TO reader";
        server.run("by_hand", planted).await;
        let compared = team.compared(&Asked::default()).await.unwrap();
        let expected = [
            "changed column public.plans.price type: integer → bigint",
            "added grant column public.plans.price to reader",
        ];
        assert_eq!(differences(&compared), expected, "{version}");
    }
}

#[tokio::test]
async fn on_programs_of_another_version_that_is_said() {
    let local = Programs::find(None, &env, &|_| {}).unwrap();
    for server in &majors().await {
        let url = database(server, "other", "postgres", FIRST, &["1"]).await;
        let team = Team::new(url, "", &[("migrations/1_plans.sql", FIRST)]);
        let asked = Asked { pg_bin: Some(local.bin().to_path_buf()), ..Asked::default() };
        let compared = team.compared(&asked).await.unwrap();
        let other = compared.drift.versions.0 != compared.drift.versions.1;
        let notes = compared.notes();
        let said = format!("replayed on {}, there is {}", local.version(), compared.drift.versions.1);
        assert_eq!(notes.iter().any(|note| note.starts_with(&said)), other, "{notes:#?}");
        // That every role may create in a `public` from before 15 is told as what it is.
        let real = differences(&compared).into_iter().filter(|line| !line.contains("schema public"));
        assert_eq!(real.collect::<Vec<_>>(), [""; 0]);
    }
}

#[tokio::test]
async fn roles_are_there_whether_migrations_make_them_or_not() {
    let server = &majors().await[0];
    server.run("postgres", "CREATE ROLE \"Odd \"\"one\" LOGIN PASSWORD 'secret'; CREATE ROLE made_by_file").await;
    let file = "CREATE TABLE public.a (id int); GRANT SELECT ON public.a TO \"Odd \"\"one\", builder;";
    let url = database(server, "roles", "builder", file, &["1", "2"]).await;
    let files = [
        ("migrations/1_a.sql", file),
        ("migrations/2_role.sql", "CREATE ROLE made_by_file; GRANT made_by_file TO builder;"),
    ];
    let compared = Team::new(url.clone(), "", &files).compared(&Asked::default()).await.unwrap();
    assert!(compared.drift.is_none(), "{:#?}", differences(&compared));
    // A role that neither has is the file's own mistake.
    let files =
        [("migrations/1_a.sql", "CREATE TABLE public.a (id int);\n\nGRANT SELECT ON public.a TO nobody_there;")];
    let error = Team::new(url, "", &files).compared(&Asked::default()).await.unwrap_err();
    assert_eq!((error.code, error.place.as_deref()), (Code::Server, Some("1_a.sql:3")), "{error}");
    let text = error.to_string();
    assert!(text.contains("statement 2 of 2") && text.contains("nobody_there") && text.contains("`before`"), "{text}");
}

const PLATFORM: &str = "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY);
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;";
const REAL_PLATFORM: &str = "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY, email text);
CREATE TABLE auth.sessions (id int); ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;";
const ON_PLATFORM: &str = "CREATE TABLE public.members (id int REFERENCES auth.users);
CREATE FUNCTION public.welcome() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER welcome AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.welcome();";

#[tokio::test]
async fn what_a_platform_brings_along_is_made_first_and_is_its_own_business() {
    let server = &majors().await[0];
    let url = database(server, "platform", "postgres", &format!("{REAL_PLATFORM}{ON_PLATFORM}"), &["1"]).await;
    let migration = ("migrations/1_members.sql", ON_PLATFORM);
    let error = Team::new(url.clone(), "", &[migration]).compared(&Asked::default()).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("1_members.sql:1") && text.contains("schema \"auth\"") && text.contains("`before`"),
        "{text}"
    );
    let before = "before = \"platform.sql\"";
    let team = Team::new(url.clone(), before, &[("platform.sql", PLATFORM), migration]);
    let compared = team.compared(&Asked::default()).await.unwrap();
    assert!(compared.drift.is_none(), "{:#?}", differences(&compared));
    assert_eq!(compared.replayed.as_ref().unwrap().platform, ["auth"]);
    // What migrations made there is compared all the same.
    server.run("platform", "DROP TRIGGER welcome ON auth.users").await;
    let compared = team.compared(&Asked::default()).await.unwrap();
    assert_eq!(differences(&compared), ["removed trigger auth.users.welcome"]);
    fs::write(team.folder.path().join("platform.sql"), "CREATE SCHEMA auth;\nCREATE TABLE auth.users (id int,);")
        .unwrap();
    let error = team.compared(&Asked::default()).await.unwrap_err();
    assert_eq!(error.place.as_deref(), Some("platform.sql:2:33"), "{error}");
    fs::remove_file(team.folder.path().join("platform.sql")).unwrap();
    let error = team.compared(&Asked::default()).await.unwrap_err();
    assert!(error.code == Code::Usage && error.to_string().contains("correct `before`"), "{error}");
}

#[tokio::test]
async fn a_file_runs_as_some_tool_has_run_it() {
    let server = &majors().await[0];
    let files = [
        ("migrations/1_type.sql", "CREATE TYPE public.state AS ENUM ('new'); CREATE TABLE public.t (s public.state);"),
        // One after the other, as psql sends them: in one transaction neither could be.
        ("migrations/2_value.sql", "ALTER TYPE public.state ADD VALUE 'done'; INSERT INTO public.t VALUES ('done');"),
        ("migrations/3_index.sql", "SELECT 1; CREATE INDEX CONCURRENTLY t_s ON public.t (s);"),
        (
            "migrations/4_own.sql",
            "BEGIN; ALTER TABLE public.t ADD a int; COMMIT; BEGIN; ALTER TABLE public.t ADD b int; COMMIT;",
        ),
        ("migrations/5_asks.sql", "-- no transaction\nCREATE INDEX CONCURRENTLY t_a ON public.t (a);"),
        ("migrations/6_rows.sql", "SET search_path = public; COPY t (a, b) FROM stdin;\n1\t2\n\\.\n"),
        ("migrations/7_path.sql", "CREATE TABLE here (id int);"),
    ];
    let ran = "CREATE TYPE public.state AS ENUM ('new', 'done'); CREATE TABLE public.t (s public.state, a int, b int);
        CREATE INDEX t_s ON public.t (s); CREATE INDEX t_a ON public.t (a); CREATE TABLE public.here (id int);";
    let url = database(server, "tools", "postgres", ran, &["1", "2", "3", "4", "5", "6", "7"]).await;
    let compared = Team::new(url.clone(), "", &files).compared(&Asked::default()).await.unwrap();
    assert!(compared.drift.is_none(), "{:#?}", differences(&compared));
    for (sql, code, says) in [
        ("\\connect other\nSELECT 1;", Code::Usage, "psql's own"),
        ("SELECT 1;\nSELECT 'a;", Code::Usage, "does not end"),
        ("CREATE TABLE public.x (id int);\nCREATE TABLE public.x (id int);", Code::Server, "already exists"),
    ] {
        let error =
            Team::new(url.clone(), "", &[("migrations/1_bad.sql", sql)]).compared(&Asked::default()).await.unwrap_err();
        assert!(error.code == code && error.to_string().contains(says), "{error}");
        assert!(error.place.as_deref().is_some_and(|place| place.starts_with("1_bad.sql:")), "{error}");
    }
    let team = Team::new(url.clone(), "", &[("migrations/1_text.sql", "")]);
    fs::write(team.folder.path().join("migrations/1_text.sql"), b"SELECT '\xff';").unwrap();
    let error = team.compared(&Asked::default()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be read as UTF-8"), "{error}");
}

#[tokio::test]
async fn nothing_to_replay_is_said() {
    let server = &majors().await[0];
    let url = database(server, "nothing", "postgres", "", &[]).await;
    let team = Team::new(url.clone(), "", &[("migrations/1_a.sql", "CREATE TABLE public.a (id int);")]);
    let error = team.compared(&Asked::default()).await.unwrap_err().to_string();
    assert!(error.contains("no file ran there") && error.contains("--all"), "{error}");
    let all = team.compared(&Asked { all: true, ..Asked::default() }).await.unwrap();
    assert_eq!(differences(&all), ["removed table public.a"]);
    let error = Team::new(url.clone(), "", &[]).compared(&Asked::default()).await.unwrap_err();
    assert_eq!(error.code, Code::Usage, "{error}");
    let asked = Asked { dir: Some("/nowhere/at/all".into()), ..Asked::default() };
    assert!(team.compared(&asked).await.unwrap_err().to_string().contains("there is no such folder"));
    // What ran there and is no file any more.
    server.run("nothing", "INSERT INTO supabase_migrations.schema_migrations VALUES ('1'), ('7')").await;
    server.run("nothing", "CREATE TABLE public.a (id int); CREATE TABLE public.gone (id int)").await;
    let compared = team.compared(&Asked::default()).await.unwrap();
    assert_eq!(
        (differences(&compared), &compared.replayed.as_ref().unwrap().missing),
        (vec!["added table public.gone".into()], &vec!["7".to_owned()])
    );
}

#[tokio::test]
async fn a_replay_that_is_stopped_leaves_nothing() {
    let server = &majors().await[0];
    let url = database(server, "stopped", "postgres", "", &["1", "2"]).await;
    let files = [("migrations/1_a.sql", "SELECT 1;"), ("migrations/2_b.sql", "SELECT pg_sleep(3600);")];
    let team = Team::new(url, "", &files);
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let job = Job::new(cancel, move |progress| {
        if progress.what.contains("2_b.sql") {
            stop.cancel();
        }
    });
    let error = compare(&team.deck, &job, &Asked::default(), "there").await.unwrap_err();
    assert_eq!(error.code, Code::Interrupted, "{error}");
}

/// Where a role may read less than everything, that is said as it is between two environments.
#[tokio::test]
async fn what_the_role_cannot_see_is_not_taken_for_the_same() {
    let server = &majors().await[0];
    database(server, "dim", "postgres", FIRST, &["1"]).await;
    server.run("dim", "REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC; GRANT USAGE ON SCHEMA supabase_migrations TO watcher; GRANT SELECT ON ALL TABLES IN SCHEMA supabase_migrations TO watcher").await;
    let team = Team::new(server.url("dim", "watcher"), "", &[("migrations/1_plans.sql", FIRST)]);
    let compared = team.compared(&Asked::default()).await.unwrap();
    assert_eq!((differences(&compared).len(), compared.drift.unseen.len()), (0, 1));
    assert!(!compared.drift.is_none());
}
