//! The layers of `src/lib.rs`, held: reads the sources and names every path that a layer must not know.
//!
//! The sources are taken apart into paths, `use` trees included; comments, texts and `#[cfg(test)]` items do not count.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "layering/circles.rs"]
mod circles;
#[path = "layering/paths.rs"]
mod paths;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const DRIVER: [&str; 7] = [
    "tokio_postgres",
    "deadpool",
    "deadpool_postgres",
    "rustls",
    "rustls_native_certs",
    "tokio_postgres_rustls",
    "x509_cert",
];
const TERMINAL: [&str; 4] = ["ratatui", "crossterm", "tui_input", "comfy_table"];
/// What makes a rule impure: files, variables, clocks, processes, the network.
const WORLD: [&[&str]; 10] = [
    &["std", "fs"],
    &["std", "env"],
    &["std", "net"],
    &["std", "process"],
    &["SystemTime"],
    &["Instant"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["tokio"],
    &["rustix"],
];

/// What `layer` must not know, as the beginnings of paths; the world's as any part of one.
struct Rule {
    layer: &'static str,
    crates: &'static [&'static [&'static str]],
    modules: &'static [&'static str],
    pure: bool,
}

const RULES: [Rule; 6] = [
    Rule { layer: "core", crates: &[&DRIVER, &TERMINAL], modules: &["app", "pg", "config", "cli", "tui"], pure: true },
    Rule { layer: "config", crates: &[&DRIVER, &TERMINAL], modules: &["app", "pg", "cli", "tui"], pure: false },
    Rule { layer: "pg", crates: &[&TERMINAL], modules: &["app", "cli", "tui", "config"], pure: false },
    Rule { layer: "app", crates: &[&DRIVER, &TERMINAL], modules: &["cli", "tui"], pure: false },
    Rule { layer: "cli", crates: &[&DRIVER], modules: &["tui"], pure: false },
    Rule { layer: "tui", crates: &[&DRIVER], modules: &["cli"], pure: false },
];

/// The doors from the command line to the console: open it, leave it because of a signal, set it up before, check what it
/// would be set up with, and its first page where there is no project.
const DOORS: [[&str; 3]; 6] = [
    ["crate", "tui", "open"],
    ["crate", "tui", "abandon"],
    ["crate", "tui", "setup"],
    ["crate", "tui", "check"],
    ["crate", "tui", "welcome"],
    ["crate", "tui", "Choice"],
];

impl Rule {
    fn forbids(&self, path: &[String]) -> bool {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if DOORS.iter().any(|door| path == door) && self.layer == "cli" {
            return false;
        }
        let module = path[0] == "crate" && path.get(1).is_some_and(|module| self.modules.contains(module));
        let part = |part: &[&str]| path.windows(part.len()).any(|window| window == part);
        module
            || self.crates.iter().any(|crates| crates.contains(&path[0]))
            || self.pure && WORLD.iter().any(|words| part(words))
    }
}

#[test]
fn no_layer_names_what_it_must_not_know() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = String::new();
    for rule in &RULES {
        let files = sources(&src.join(rule.layer));
        assert!(!files.is_empty(), "there is no layer {}", rule.layer);
        for file in files {
            let name = file.strip_prefix(&src).unwrap();
            for (line, path) in violations(rule, &module(name), &fs::read_to_string(&file).unwrap()) {
                writeln!(found, "src/{}:{line}: {} names {path}", name.display(), rule.layer).unwrap();
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn no_modules_import_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: BTreeMap<_, _> = sources(&src)
        .iter()
        .map(|file| {
            let module = module(file.strip_prefix(&src).unwrap());
            let paths = paths::of(&fs::read_to_string(file).unwrap());
            let paths = paths.into_iter().map(|(_, path)| absolute(&module, path)).collect();
            (module, paths)
        })
        .collect();
    let imports = circles::imports(&modules);
    let found: Vec<Vec<String>> = circles::circles(&imports)
        .iter()
        .map(|circle| circle.iter().map(|module| module[1..].join("::")).collect())
        .collect();
    let known: Vec<Vec<String>> =
        KNOWN_CIRCLES.iter().map(|circle| circle.split_whitespace().map(str::to_owned).collect()).collect();
    for circle in &found {
        let known = known.iter().any(|known| circle.iter().all(|module| known.contains(module)));
        assert!(known, "these import each other: {}", circle.join(", "));
    }
    for circle in &known {
        assert!(found.contains(circle), "this circle is gone or smaller, so shorten the list: {}", circle.join(" "));
    }
}

/// Circles from before this rule. The list only becomes shorter.
const KNOWN_CIRCLES: [&str; 7] = [
    "tui::action tui::chrome::tabs tui::keys tui::model tui::overlay tui::pane tui::pane::audit tui::pane::counts tui::pane::drift tui::pane::journal tui::pane::list tui::pane::migrations tui::pane::overview tui::pane::split tui::pane::sync tui::reconnect tui::trust tui::update",
    "pg::apply::execute pg::apply::explain pg::apply::moves pg::apply::park pg::apply::settle pg::apply::together",
    "core::sync::sql::fields core::sync::sql::hash core::sync::sql::read",
    "core::sync::row core::sync::shape",
    "core::sync::basis core::sync::diff core::sync::fires core::sync::plan core::sync::select",
    "app::sync::compare app::sync::filed app::sync::offline app::sync::review",
    "app::deck app::migrations::standing app::trust",
];

/// The files of a layer but for those that hold only tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")))
        .collect();
    files.sort();
    files
}

/// `core/audit/mod.rs` → `crate::core::audit`.
fn module(file: &Path) -> Vec<String> {
    let parts =
        file.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let mut module: Vec<String> = parts;
    module.insert(0, "crate".into());
    module.retain(|part| part != "mod");
    module
}

fn violations(rule: &Rule, module: &[String], source: &str) -> Vec<(usize, String)> {
    let paths = paths::of(source).into_iter().map(|(line, path)| (line, absolute(module, path)));
    paths.filter(|(_, path)| rule.forbids(path)).map(|(line, path)| (line, path.join("::"))).collect()
}

/// `super::…` and `self::…` from the root of the crate.
fn absolute(module: &[String], path: Vec<String>) -> Vec<String> {
    let up = path.iter().take_while(|part| *part == "super" || *part == "self").count();
    let levels = path.iter().take(up).filter(|part| *part == "super").count();
    if up == 0 || levels >= module.len() {
        return path;
    }
    module[..module.len() - levels].iter().chain(&path[up..]).cloned().collect()
}

/// The paths that the layer `layer` is blamed for in `source`.
fn blamed(layer: &str, source: &str) -> Vec<String> {
    let rule = RULES.iter().find(|rule| rule.layer == layer).unwrap();
    let module = ["crate", layer, "made_up"].map(str::to_owned);
    violations(rule, &module, source).into_iter().map(|(line, path)| format!("{line} {path}")).collect()
}

#[test]
fn a_forbidden_path_is_found_wherever_it_stands() {
    assert_eq!(
        blamed("core", "use std::{\n    fmt,\n    fs::{self, File},\n};"),
        ["3 std::fs::self", "3 std::fs::File"]
    );
    assert_eq!(blamed("core", "fn f() { let t = std::time::Instant::now(); }"), ["1 std::time::Instant::now"]);
    assert_eq!(blamed("core", "let a = jiff::Timestamp::now();"), ["1 jiff::Timestamp::now"]);
    assert_eq!(
        blamed("core", "use crate::{core::name, pg::connect as c, app};"),
        ["1 crate::pg::connect", "1 crate::app"]
    );
    assert_eq!(blamed("core", "use super::super::config::place;"), ["1 crate::config::place"]);
    assert_eq!(blamed("core", "fn f(x: &tokio_postgres::Row) {}"), ["1 tokio_postgres::Row"]);
    assert_eq!(blamed("app", "use ratatui;"), ["1 ratatui"]);
    assert_eq!(blamed("app", "use ::rustls::Error;"), ["1 rustls::Error"]);
    assert_eq!(blamed("pg", "\n\nuse crate::config;"), ["3 crate::config"]);
    assert_eq!(blamed("cli", "use crate::tui::run;"), ["1 crate::tui::run"]);
    assert_eq!(blamed("cli", "use crate::{app, tui::{open, run}};"), ["1 crate::tui::run"]);
    assert_eq!(blamed("tui", "deadpool::managed::Pool"), ["1 deadpool::managed::Pool"]);
}

#[test]
fn what_is_allowed_or_only_said_is_not() {
    for (layer, source) in [
        ("core", "use super::env; use crate::core::{env::Kind, name}; fn env(fs: u8) { fs; }"),
        ("core", "// std::fs\n/* use crate::pg; */ /// [`crate::app`]\nlet a = \"std::fs::read\";"),
        (
            "core",
            "let a = r#\"use \"crate::pg\";\"#; let b = b\"crate::pg\"; let c = '\"'; let d = 'c'; let e: &'static str;",
        ),
        ("core", "#[cfg(test)]\nmod tests { use std::fs; mod deeper { use crate::pg; } }\n"),
        ("core", "#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;"),
        ("core", "use std::io::{BufRead, Write}; use std::collections::BTreeMap;"),
        ("cli", "crate::tui::open(deck).await; EnvFilter::new(\"tokio_postgres=info\");"),
        ("config", "use std::fs; use crate::core::error;"),
        ("app", "use crate::{pg::connect, config::place, core::guard}; use std::fs;"),
        ("pg", "use tokio_postgres::Client; use crate::core::name;"),
    ] {
        assert_eq!(blamed(layer, source), Vec::<String>::new(), "{layer}: {source}");
    }
    assert_eq!(
        blamed("core", "#[cfg(test)] mod t {}\nuse crate::pg;"),
        ["2 crate::pg"],
        "after the tests it counts again"
    );
}
