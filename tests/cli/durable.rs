//! What must be on disk before COMMIT is: the before-images, their name in the folder, and the journal's line.

use std::process::Command;

use crate::desk::{Desk, program};

/// The system calls of `pgdeck LINE`, one a line; `None`, said aloud, where strace is not installed or nobody may trace.
fn traced(desk: &Desk, line: &str) -> Option<Vec<String>> {
    let trace = desk.path("trace");
    let calls = "trace=fsync,fdatasync,rename,renameat,renameat2,write,sendto,sendmsg,writev";
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "100000", "-e", calls, "-o"]).arg(&trace).arg(program());
    command.args(line.split(' ')).current_dir(desk.path("."));
    command.env_clear().envs(std::env::vars().filter(|(name, _)| name == "PATH")).envs(desk.variables());
    match command.output() {
        Ok(done) if done.status.success() => {}
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(said.contains("ptrace") && said.contains("not permitted"), "{said}");
            println!("left out: nobody may trace here ({})", said.trim());
            return None;
        }
        Err(error) => {
            println!("left out: strace is not installed ({error})");
            return None;
        }
    }
    Some(std::fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect())
}

/// The place of the first of `calls` that has `word`.
fn position(calls: &[String], word: &str) -> usize {
    calls.iter().position(|call| call.contains(word)).unwrap_or_else(|| panic!("nothing with {word}: {calls:#?}"))
}

#[tokio::test]
async fn the_images_are_on_disk_before_commit() {
    let desk = Desk::writing().await;
    desk.fine("sync review plans --from production --to preprod --plan the.plan");
    let Some(calls) = traced(&desk, "sync apply --plan the.plan --confirm preprod") else { return };
    // Other threads' calls may end later than they began: what counts is where they end.
    let calls: Vec<_> = calls.into_iter().filter(|call| !call.contains("<unfinished ...>")).collect();
    let commit = position(&calls, "; COMMIT\\0");
    let before = &calls[..commit];
    let renamed = before
        .iter()
        .rposition(|call| call.contains("rename") && call.contains(".json\""))
        .unwrap_or_else(|| panic!("{before:#?}"));
    let name = calls[renamed].rsplit('"').nth(1).unwrap().to_owned();
    let temporary = calls[renamed].split('"').nth(1).unwrap().to_owned();
    let folder = format!("<{}>", std::path::Path::new(&name).parent().unwrap().display());
    let synced = |call: &&String| call.contains("sync(") || call.contains("sync resumed");
    let at = |place: &dyn Fn(&str) -> bool| before.iter().position(|call| synced(&call) && place(call));
    let images =
        at(&|call| call.contains(&format!("<{temporary}>"))).expect("the images are synced under their first name");
    assert!(images < renamed, "synced before they have their name: {calls:#?}");
    let last = before.iter().rposition(|call| synced(&call) && call.contains(&folder)).expect("the folder is synced");
    assert!(last > renamed, "their name is synced after they have it: {calls:#?}");
    // The journal says that a run has begun before it may be there, and that it is there before anybody hears of it.
    let journal = |calls: &[String]| calls.iter().filter(|call| synced(call) && call.contains("journal")).count();
    assert!(journal(before) >= 1 && journal(&calls[commit..]) >= 1, "{calls:#?}");
}
