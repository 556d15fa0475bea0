//! A fixture: `fixtures/ID.sql` makes a database in which one check finds exactly what the first lines say.
//!
//! ```text
//! --! finds public.orders (orders_customer_id_fkey)   what must be found, a line each; nothing else may be
//! --! since 15                                        nothing can be found on older servers
//! --! keeps                                           the fix is advice for a person: it is not run
//! --! counters                                        rests on counters of usage, which the server brings in late
//! --! alone                                           other databases of the server would disturb it
//! --! keeps public.orders (orders_total_idx)          the same for one finding: the others are mended, this one stays
//! --! fails                                           before a statement: it has to fail, for what that leaves behind
//! --! supabase                                        with the schemas and functions of a Supabase project
//! --| [expect]                                        lines of pgdeck.toml
//! ```
//! What follows is SQL, for a superuser: first what triggers, then what looks alike and must not.

use std::path::Path;

/// What a fixture says.
pub struct Fixture {
    /// The check's id.
    pub id: String,
    /// `object` or `object (part)`, sorted.
    pub finds: Vec<String>,
    /// The first major version on which it is found.
    pub since: u32,
    /// Whether no fix is run.
    pub keeps: bool,
    /// Whether it rests on counters that the server brings in late.
    pub counters: bool,
    /// Whether nothing else may happen on the server meanwhile.
    pub alone: bool,
    /// What stays when all fixes have been run, sorted.
    pub stays: Vec<String>,
    /// Whether it wants a Supabase project's schemas.
    pub supabase: bool,
    /// Sections for `pgdeck.toml`.
    pub project: String,
    /// What makes the database.
    pub sql: String,
}

impl Fixture {
    fn read(path: &Path) -> Fixture {
        let text = std::fs::read_to_string(path).unwrap();
        let directives: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("--! ")).collect();
        let of = |word: &'static str| directives.iter().filter_map(move |line| line.strip_prefix(word)).map(str::trim);
        for directive in &directives {
            let known = ["finds", "since", "keeps", "supabase", "fails", "counters", "alone"]
                .contains(&directive.split(' ').next().unwrap());
            assert!(known, "{}: {directive}?", path.display());
        }
        let sorted = |word| {
            let mut objects: Vec<String> = of(word).filter(|object| !object.is_empty()).map(str::to_owned).collect();
            objects.sort();
            objects
        };
        let finds = sorted("finds");
        assert!(!finds.is_empty(), "{}: finds nothing", path.display());
        Fixture {
            id: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            finds,
            since: of("since").next().map_or(0, |since| since.parse().unwrap()),
            keeps: of("keeps").any(str::is_empty),
            stays: sorted("keeps"),
            counters: of("counters").next().is_some(),
            alone: of("alone").next().is_some(),
            supabase: of("supabase").next().is_some(),
            project: text.lines().filter_map(|line| line.strip_prefix("--| ")).collect::<Vec<_>>().join("\n"),
            sql: text,
        }
    }

    /// All of them, in the order of their ids.
    pub fn all() -> Vec<Fixture> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/fixtures");
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| Fixture::read(path)).collect()
    }
}
