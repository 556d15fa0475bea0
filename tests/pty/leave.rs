//! However it ends, the terminal is as it was before.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    time::{Duration, Instant},
};

use pgdeck::tui::{self, model::Model};
use rustix::process::Signal;

use crate::{
    console::{console, variables},
    desk::{Desk, SOON, program},
    frozen::Frozen,
    processes::Family,
    tty::Tty,
};

#[test]
fn quitting_gives_the_terminal_back() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees_all();
    tty.types("q");
    assert_eq!(tty.exit(), 0);
    tty.is_given_back();
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back_and_is_130() {
    let desk = Desk::reading();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut tty = console(&desk);
        tty.sees_all();
        tty.signal(signal);
        assert_eq!(tty.exit(), 130, "{signal:?}");
        tty.is_given_back();
    }
}

/// Its work waits for a server whose backends are stopped, and it leaves all the same.
#[test]
fn a_signal_ends_it_although_the_server_does_not_answer() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let desk = runtime.block_on(Desk::writing());
    let admin = runtime.block_on(desk.databases.admin());
    runtime
        .block_on(admin.batch_execute("BEGIN; LOCK TABLE pg_catalog.pg_constraint IN ACCESS EXCLUSIVE MODE"))
        .unwrap();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut tty = console(&desk);
        let frozen = runtime.block_on(Frozen::waiting(&admin, 1));
        let told = Instant::now();
        tty.signal(signal);
        assert_eq!(tty.exit(), 130, "{signal:?}");
        // Three seconds, and some more for a machine that is busy with other tests.
        assert!(told.elapsed() < Duration::from_secs(6), "{signal:?} took {:?}", told.elapsed());
        tty.is_given_back();
        drop(frozen);
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_going_on_paints_everything_again() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees_all();
    tty.types("j");
    tty.sees("2 of ");
    tty.types("\x1a");
    tty.has_stopped();
    tty.until("the shell's screen", |screen| !screen.alternate_screen());
    tty.is_given_back();
    tty.signal(Signal::CONT);
    tty.until("the console's screen", |screen| screen.alternate_screen() && screen.contents().contains("2 of "));
    tty.types("j");
    tty.sees("3 of ");
    // The same from outside, as `kill -TSTP` sends it.
    tty.signal(Signal::TSTP);
    tty.has_stopped();
    tty.signal(Signal::CONT);
    tty.until("the console's screen", |screen| screen.alternate_screen() && screen.contents().contains("3 of "));
    tty.types("q");
    assert_eq!(tty.exit(), 0);
    tty.is_given_back();
}

const PANICS: &str = "PGDECK_TEST_PANICS";

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let desk = Desk::reading();
    let variables = variables(&desk, &[(PANICS, "1")]);
    let arguments = ["--exact", "leave::the_console_panics", "--nocapture"];
    let mut tty = Tty::start(&std::env::current_exe().unwrap(), &arguments, &variables, &desk.path(""));
    assert_ne!(tty.exit(), 0);
    tty.is_given_back();
    let said = String::from_utf8_lossy(&tty.bytes).into_owned();
    let (left, told) = (said.rfind("\x1b[?1049l"), said.find("a mistake on purpose"));
    assert!(left.is_some() && left < told, "{said:?}");
}

/// Not a test by itself: a console that panics, in the process that the story above makes.
#[test]
fn the_console_panics() {
    if std::env::var_os(PANICS).is_none() {
        return;
    }
    let model = Model::built_in("innotrue", Vec::new()).unwrap();
    let panics = |_, _| -> std::future::Ready<()> { panic!("a mistake on purpose") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tui::run(model, panics)).unwrap();
}

/// `pgdeck demo` in a folder for temporary files of its own, once it shows everything.
fn demo(folder: &tempfile::TempDir) -> (Tty, Family) {
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().display().to_string();
    let mut variables = variables(&Desk::reading(), &[("HOME", &path), ("TMPDIR", &path)]);
    variables.retain(|(name, _)| !name.ends_with("_URL"));
    let mut tty = Tty::start(program(), &["demo"], &variables, folder.path());
    tty.sees_all();
    let family = Family::of(tty.pid());
    assert_eq!(family.len(), 3, "the program and its two servers");
    (tty, family)
}

fn leaves_nothing(folder: &tempfile::TempDir, family: &Family) {
    assert_eq!(family.wait_ended(Duration::from_secs(1)), Ok(()), "alive");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_demo_leaves_no_process_and_no_folder_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut tty, family) = demo(&folder);
    tty.types("q");
    assert_eq!(tty.exit(), 0);
    tty.is_given_back();
    leaves_nothing(&folder, &family);
}

#[test]
fn the_demo_whose_window_is_closed_leaves_nothing_either() {
    let folder = tempfile::tempdir().unwrap();
    let (tty, family) = demo(&folder);
    assert_eq!(tty.close().exit(), 130);
    family.wait_ended(SOON).unwrap();
    leaves_nothing(&folder, &family);
}
