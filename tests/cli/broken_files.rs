//! Bundles and plans that are not what they were, and places that cannot be written.

use std::{
    fs,
    os::unix::{
        fs::{FileTypeExt, symlink},
        process::CommandExt,
    },
};

use crate::desk::{Desk, Said, program};

#[test]
fn a_damaged_bundle_is_refused_with_the_reason() {
    let desk = Desk::reading();
    desk.fine("sync export plans --from production --out good.bundle");
    let good = desk.read("good.bundle");
    let half = &good[..good.len() / 2];
    let lines: Vec<_> = good.lines().collect();
    let headless = lines[1..].join("\n") + "\n";
    let footless = lines[..lines.len() - 1].join("\n") + "\n";
    let edited = good.replacen("\"name\":\"", "\"name\":\"X", 1);
    for (bytes, says) in [
        (edited.as_bytes(), "edited or damaged"),
        (half.as_bytes(), "cut off"),
        (footless.as_bytes(), "cut off"),
        (headless.as_bytes(), "not a header of a bundle"),
        (b"".as_slice(), "nothing in it"),
        (b"\x00\xff\xfe\x1b[31m\n".as_slice(), "UTF-8"),
        (b"\x1b]0;title\x07\n".as_slice(), "neither a bundle"),
        (b"[1,2]\n".as_slice(), "neither a bundle"),
    ] {
        desk.write("bad.bundle", bytes);
        let said = desk.fails(2, "sync review --bundle bad.bundle --to preprod", says);
        assert!(said.contains("bad.bundle"), "{said}");
    }
    desk.fails(2, "sync review --bundle none.bundle --to preprod", "No such file");
    desk.fails(2, "sync review --bundle . --to preprod", "folder");
}

#[test]
fn a_damaged_plan_is_refused_with_the_reason() {
    let desk = Desk::reading();
    desk.fine("sync review plans --from production --to preprod --plan good.plan");
    let good = desk.read("good.plan");
    let later = good.replacen("\"format\": 3", "\"format\": 99", 1);
    assert_ne!(later, good);
    for (bytes, says) in [
        (&good.as_bytes()[..good.len() / 2], "cut off"),
        (b"".as_slice(), "cut off"),
        (b"{}".as_slice(), "not a plan"),
        (b"\x00\xff\xfe".as_slice(), "not a plan"),
        (later.as_bytes(), "format 99"),
    ] {
        desk.write("bad.plan", bytes);
        let said = desk.fails(2, "sync apply --plan bad.plan --confirm preprod", says);
        assert!(said.contains("bad.plan"), "{said}");
    }
    desk.fails(2, "sync apply --plan none.plan --confirm preprod", "there is no such plan");
    desk.fails(2, "sync apply --plan . --confirm preprod", "cannot read this file");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let desk = Desk::reading();
    fs::create_dir(desk.path("folder")).unwrap();
    for (place, says) in [
        ("folder", "this is a folder"),
        ("none/such.file", "No such file"),
        ("pgdeck.toml/under", "Not a directory"),
        ("/proc/1/pgdeck.out", "/proc/1/pgdeck.out"),
    ] {
        let said = desk.fails(2, &format!("sync export plans --from production --out {place}"), says);
        assert!(said.contains(place), "{said}");
    }
    for option in ["--plan", "--sql"] {
        desk.fails(2, &format!("sync review plans --from production --to preprod {option} folder"), "this is a folder");
    }
    assert!(fs::read_dir(desk.path("folder")).unwrap().next().is_none(), "nothing is left there");
}

#[test]
fn a_link_stays_a_link_and_a_pipe_a_pipe() {
    let desk = Desk::reading();
    let real = desk.write("real.bundle", "old");
    symlink(&real, desk.path("link.bundle")).unwrap();
    desk.fails(2, "sync export plans --from production --out link.bundle", "exists already and is not overwritten");
    assert_eq!(desk.read("real.bundle"), "old");
    desk.fine("sync export plans --from production --out link.bundle --force");
    assert!(desk.path("link.bundle").is_symlink());
    assert!(desk.read("real.bundle").starts_with("{\"pgdeck\":\"bundle\""));
    desk.fine("sync export plans --from production --out /dev/null");
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device(), "the device is still one");
}

#[test]
fn an_ordinary_user_cannot_write_everywhere_and_is_told_so() {
    if !rustix::process::geteuid().is_root() {
        return; // then the test cannot become another user
    }
    let desk = Desk::reading();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("pgdeck");
    // Copied by another process: a thread of ours that forks meanwhile would hold it open for writing.
    assert!(std::process::Command::new("cp").arg(program()).arg(&copy).status().unwrap().success());
    for open in [folder.path(), desk.path("").as_path()] {
        fs::set_permissions(open, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let mut command = std::process::Command::new(copy);
    command.env_clear().envs(desk.variables()).uid(65_534).gid(65_534).current_dir(desk.path(""));
    // A working folder that cannot be written is no obstacle by itself.
    let said = Said::from(command.args(["config", "check"]).output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let said = Said::from(command.args(["--config", "/root/pgdeck.toml"]).output().unwrap());
    said.is_one_line_on_stderr("a closed file");
    assert!(said.code == 2 && said.err.contains("/root/pgdeck.toml"), "{}", said.err);
}

#[test]
fn an_sql_file_whose_regions_are_broken_is_left_as_it_is() {
    let desk = Desk::reading();
    let seed = "sync seed plans features --from production --out seed.sql";
    for (bytes, line, says) in [
        (b"a\n-- pgdeck:begin s\n".as_slice(), 2, "begins without an end"),
        (b"-- pgdeck:end features, plans\n".as_slice(), 1, "ends without a beginning"),
        (b"-- pgdeck:begin s\n-- pgdeck:end s\n-- pgdeck:begin s\n-- pgdeck:end s\n".as_slice(), 3, "a second time"),
        (b"-- pgdeck:begin s\n-- pgdeck:begin t\n-- pgdeck:end t\n".as_slice(), 2, "begins inside of `s`"),
        (b"-- pgdeck:begin s\n-- pgdeck:end t\n".as_slice(), 2, "it is `s` that begins in line 1"),
        (b"fine\n\xff\xfe\n".as_slice(), 2, "not UTF-8"),
    ] {
        desk.write("seed.sql", bytes);
        let said = desk.fails(2, seed, says);
        assert!(said.contains(&format!("seed.sql:{line}: ")), "{said}");
        assert_eq!(fs::read(desk.path("seed.sql")).unwrap(), bytes);
    }
    fs::create_dir(desk.path("folder")).unwrap();
    for (place, says) in [
        ("folder", "this is a folder"),
        ("none/such.sql", "No such file"),
        ("pgdeck.toml/under", "Not a directory"),
        ("/dev/null", "not a regular file"),
        ("/proc/1/pgdeck.sql", "/proc/1/pgdeck.sql"),
    ] {
        desk.fails(2, &format!("sync seed plans --from production --out {place}"), says);
    }
    desk.fails(2, "sync seed plan --from production --out new.sql", "did you mean `plans`");
    desk.fails(2, "sync seed plans --from prod --out new.sql", "prod");
    desk.misused("sync seed plans --from production", "--out");
    assert!(!desk.path("new.sql").exists());
}

#[test]
fn a_report_has_one_of_two_endings_and_a_place() {
    let desk = Desk::reading();
    let review = "sync review plans --from production --to preprod --report";
    for file in ["report", "report.csv", "report.html", ".md"] {
        let said = desk.fails(2, &format!("{review} {file}"), "unsupported file extension for a report");
        assert!(said.contains(".md") && said.contains(".json") && said.contains(file), "{said}");
    }
    fs::create_dir(desk.path("folder.md")).unwrap();
    desk.fails(2, &format!("{review} folder.md"), "this is a folder");
    desk.fails(2, &format!("{review} none/such.json"), "No such file");
}

#[test]
fn nothing_is_overwritten_unless_it_is_said() {
    let desk = Desk::reading();
    for (verb, file) in [
        ("sync review plans --from production --to preprod --plan", "kept.plan"),
        ("sync review plans --from production --to preprod --sql", "kept.sql"),
        ("sync review plans --from production --to preprod --report", "kept.md"),
        ("sync export plans --from production --out", "kept.bundle"),
        ("audit -e preprod --fail-on never --sql", "fixes.sql"),
    ] {
        desk.fine(&format!("{verb} {file}"));
        desk.fails(2, &format!("{verb} {file}"), "exists already and is not overwritten");
        desk.write(file, "kept");
        desk.fails(2, &format!("{verb} {file}"), "exists already and is not overwritten");
        assert_eq!(desk.read(file), "kept", "{verb}");
        desk.fine(&format!("{verb} {file} --force"));
        assert_ne!(desk.read(file), "kept", "{verb}");
    }
    let both = "sync review plans --from production --to preprod --plan both.json --report both.json";
    desk.fails(2, both, "both.json: two results would be written to this file");
    assert!(!desk.path("both.json").exists());
}
