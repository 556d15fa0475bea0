//! Bundles, plans, before-images and the journal: exact, closed to others, refused when damaged, and telling the truth.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use pgdeck::{
    app::{job::Job, journal, store, sync},
    core::{
        error::{Code, Error},
        journal::Outcome,
        sync::{
            bundle::Bundle,
            fires::Also,
            plan::{Operation, Plan},
        },
    },
};

use crate::support::{Pair, deck, set};

const SCHEMA: &str = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
    CREATE TABLE t (k text PRIMARY KEY, v text, p_id int REFERENCES p)";

async fn pair() -> Pair {
    let source = "INSERT INTO p (k) VALUES ('one'), ('two');
        INSERT INTO t VALUES ('a', E'new ä\\n\"q\"', 1), ('b', NULL, NULL), ('c', 'same', 2), ('new', 'x', 2)";
    let target = "INSERT INTO p (k) VALUES ('two'), ('one'); INSERT INTO t VALUES ('a', 'old', 1), ('b', 'old', 1), ('c', 'same', 1), ('gone', 'x', 1)";
    Pair::new(&set(r#"{ table = "p", key = ["k"] }, { table = "t" }"#), SCHEMA, source, target).await
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn two_exports_of_the_same_data_are_the_same_bytes() {
    // Also when the rows lie elsewhere on disk, and when two of them have one key.
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, k text, v text)";
    let source = "INSERT INTO t (k, v) VALUES ('b', '1'), ('twice', '2'), ('twice', '1'), ('ä', 'x'), ('B', 'x')";
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"], exclude = ["id"] }"#), schema, source, "").await;
    let (one, two) = (pair.state.path().join("one"), pair.state.path().join("two"));
    sync::save_bundle(&pair.export().await.unwrap(), &one).unwrap();
    let rows = "SELECT k, v FROM t";
    let lie = pair.source.rows(rows).await;
    pair.source.run("UPDATE t SET v = v WHERE k = 'twice' AND v = '2'; UPDATE t SET v = v WHERE k = 'b'").await;
    assert_ne!(pair.source.rows(rows).await, lie);
    sync::save_bundle(&pair.export().await.unwrap(), &two).unwrap();
    let (one, two) = (fs::read_to_string(one).unwrap(), fs::read_to_string(two).unwrap());
    assert_eq!(one, two);
    assert_eq!(one.lines().count(), 7, "a header, a line per row, a footer");
    assert!(!one.contains(&format!("{}", pair.state.path().display())));
}

#[tokio::test]
async fn a_bundle_that_was_saved_is_the_bundle_that_was_exported() {
    let pair = pair().await;
    let path = pair.state.path().join("bundle");
    let exported = pair.export().await.unwrap();
    sync::save_bundle(&exported, &path).unwrap();
    assert_eq!(sync::load_bundle(&path).unwrap(), exported);
    assert_eq!(mode(&path), 0o600);
    let review = sync::review(&pair.deck, &Job::quiet(), &exported, "target", false).await.unwrap();
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(
        pair.target.rows("SELECT t.k, v, p.k FROM t LEFT JOIN p ON p.id = p_id WHERE t.k IN ('b', 'new')").await,
        ["b|∅|∅", "new|x|two"]
    );
}

fn one_usage_line(error: &Error, path: &Path) {
    assert_eq!(error.code, Code::Usage, "{error}");
    let line = error.to_string();
    assert!(line.starts_with(&path.display().to_string()) && line.chars().all(|c| !c.is_control()), "{line:?}");
}

#[tokio::test]
async fn a_bundle_cut_anywhere_is_refused() {
    let pair = pair().await;
    let path = pair.state.path().join("bundle");
    sync::save_bundle(&pair.export().await.unwrap(), &path).unwrap();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        let error = Bundle::read(&path.display().to_string(), &whole[..length]).unwrap_err();
        one_usage_line(&error, &path);
    }
    let lines = whole.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>();
    for left_out in 0..lines.len() {
        let rest: Vec<u8> =
            lines.iter().enumerate().filter(|(at, _)| *at != left_out).flat_map(|(_, line)| line.to_vec()).collect();
        one_usage_line(&Bundle::read(&path.display().to_string(), rest.as_slice()).unwrap_err(), &path);
        let doubled: Vec<u8> = [&whole[..], lines[left_out]].concat();
        one_usage_line(&Bundle::read(&path.display().to_string(), doubled.as_slice()).unwrap_err(), &path);
    }
}

#[tokio::test]
async fn a_bundle_of_which_one_byte_was_changed_is_refused() {
    let pair = pair().await;
    let path = pair.state.path().join("bundle");
    let bundle = pair.export().await.unwrap();
    sync::save_bundle(&bundle, &path).unwrap();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for byte in [whole[at] ^ 1, whole[at] ^ 0x20, b' ', 0xff, 0] {
            let mut changed = whole.clone();
            changed[at] = byte;
            if changed != whole {
                let error = Bundle::read(&path.display().to_string(), changed.as_slice()).unwrap_err();
                one_usage_line(&error, &path);
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_bundle_or_plan_at_all_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let path = state.path().join("file");
    let garbage: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let huge = format!("{{\"pgdeck\":\"bundle\",\"x\":\"{}\"}}\n", "y".repeat(20_000_000));
    let deep = "[".repeat(1_000_000) + "\n";
    for bytes in [&b""[..], b"\n", b"{}\n", b"null\n", b"\xef\xbb\xbf{}\n", &garbage, huge.as_bytes(), deep.as_bytes()]
    {
        fs::write(&path, bytes).unwrap();
        let error = sync::load_bundle(&path).unwrap_err();
        one_usage_line(&error, &path);
        assert!(error.to_string().len() < 500, "{}", error.to_string().len());
        if let Ok(text) = store::read(&path) {
            let error = Plan::read(&path.display().to_string(), &text.unwrap()).unwrap_err();
            one_usage_line(&error, &path);
            assert!(error.to_string().len() < 500, "{}", error.to_string().len());
        }
    }
    fs::remove_file(&path).unwrap();
    one_usage_line(&sync::load_bundle(&path).unwrap_err(), &path);
    fs::create_dir(&path).unwrap();
    one_usage_line(&sync::load_bundle(&path).unwrap_err(), &path);
    one_usage_line(&store::read(&path).unwrap_err(), &path);
}

#[tokio::test]
async fn a_row_with_a_huge_value_travels_whole() {
    let source = "INSERT INTO p (k) VALUES (NULL); INSERT INTO t VALUES ('a', repeat(E'ä\\n', 3000000), NULL)";
    let pair = Pair::new(&set(r#"{ table = "t", exclude = ["p_id"] }"#), SCHEMA, source, "").await;
    let path = pair.state.path().join("bundle");
    sync::save_bundle(&pair.export().await.unwrap(), &path).unwrap();
    let bundle = sync::load_bundle(&path).unwrap();
    let review = sync::review(&pair.deck, &Job::quiet(), &bundle, "target", false).await.unwrap();
    pair.apply(&pair.all(&review)).await.unwrap();
    let sum = "SELECT length(v), md5(v) FROM t";
    assert_eq!(pair.target.one(sum).await, pair.source.one(sum).await);
}

#[tokio::test]
async fn a_plan_cut_or_changed_anywhere_is_refused_or_still_the_same_plan() {
    let pair = pair().await;
    let plan = pair.all(&pair.review_deletes().await);
    let text = plan.text();
    let path = Path::new("plan.json");
    for length in 0..text.trim_end().len() {
        if text.is_char_boundary(length) {
            one_usage_line(&Plan::read("plan.json", &text[..length]).unwrap_err(), path);
        }
    }
    let mut refused = 0;
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        let (before, after) = text.split_at(at);
        let mut rest = after.chars();
        let old = rest.next().unwrap();
        for new in ['x', '7', ' ', '"', 'ä'].into_iter().filter(|new| *new != old) {
            match Plan::read("plan.json", &format!("{before}{new}{}", rest.as_str())) {
                // White space between the words is not part of what was reviewed.
                Ok(read) => assert_eq!(read, plan, "{at}: {new:?}"),
                Err(error) => {
                    assert!(matches!(error.code, Code::Usage | Code::Refused), "{error}");
                    assert!(error.to_string().starts_with("plan.json") && !error.to_string().contains('\n'), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > text.len());
}

/// Changes one thing of a plan.
type Flip = fn(&mut Plan);

#[tokio::test]
async fn the_digest_covers_everything() {
    let pair = pair().await;
    let plan = pair.all(&pair.review_deletes().await);
    let before = pair.target.dump().await;
    let flips: &[Flip] = &[
        |plan| plan.project.push('x'),
        |plan| plan.from.push('x'),
        |plan| plan.to = "other".into(),
        |plan| plan.undoes = Some("run".into()),
        |plan| plan.format += 1,
        |plan| plan.steps.reverse(),
        |plan| drop(plan.steps.pop()),
        |plan| plan.steps[0].operation = Operation::Delete,
        |plan| plan.steps[0].table.name.push('x'),
        |plan| plan.steps[0].key.0[0] = None,
        |plan| plan.steps[1].locator[0] = Some("x".into()),
        |plan| plan.steps[1].guard.clear(),
        |plan| drop(plan.steps[1].set.pop()),
        |plan| plan.shapes[0].filter = Some("false".into()),
        |plan| plan.shapes[0].columns[0].cast = "xml".into(),
        |plan| plan.also.push(Also::default()),
        |plan| plan.shapes[0].uniques.clear(),
    ];
    for (number, flip) in flips.iter().enumerate() {
        let mut flipped = plan.clone();
        flip(&mut flipped);
        assert_ne!(flipped, plan, "{number} changes something");
        assert_ne!(flipped.clone().sealed().digest, plan.digest, "{number}");
        let error = Plan::read("plan", &flipped.text()).unwrap_err();
        assert!(matches!(error.code, Code::Refused | Code::Usage), "{error}");
        let error = sync::apply(&pair.deck, &Job::quiet(), &flipped, &pair.permit(&plan), false).await.unwrap_err();
        assert!(matches!(error.code, Code::Refused | Code::Usage), "{number}: {error}");
        assert_eq!(pair.target.dump().await, before, "{number}");
    }
}

#[tokio::test]
async fn what_holds_data_is_closed_to_others() {
    let pair = pair().await;
    let plan = pair.all(&pair.review_deletes().await);
    let path = pair.state.path().join("plan");
    store::write(&path, plan.text().as_bytes()).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(Plan::read("plan", &store::read(&path).unwrap().unwrap()).unwrap(), plan);
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    let state = &pair.deck.state;
    assert_eq!((mode(state), mode(&state.join("runs"))), (0o700, 0o700));
    assert_eq!((mode(&state.join(format!("runs/{run}.json"))), mode(&state.join("journal.jsonl"))), (0o600, 0o600));
}

#[tokio::test]
async fn without_a_place_for_state_nothing_is_written() {
    let pair = pair().await;
    let plan = pair.all(&pair.review().await);
    // A file where the folder should be: as good as no permission, also for root.
    fs::write(&pair.deck.state, "in the way").unwrap();
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::Usage, "{error}");
    assert!(error.to_string().contains(&pair.deck.state.display().to_string()), "{error}");
}

#[tokio::test]
async fn without_before_images_nothing_is_written_and_the_journal_says_so() {
    let pair = pair().await;
    let plan = pair.all(&pair.review().await);
    let before = pair.target.dump().await;
    let runs = pair.deck.state.join("runs");
    let elsewhere = pair.state.path().join("elsewhere");
    let moves = (runs.clone(), elsewhere.clone());
    let job = Job::new(tokio_util::sync::CancellationToken::new(), move |progress| {
        if progress.total > 0 && progress.done == progress.total {
            fs::rename(&moves.0, &moves.1).unwrap();
        }
    });
    let error = pair.apply_as(&job, &plan).await.unwrap_err();
    assert_eq!(error.code, Code::RolledBack, "{error}");
    let said = error.to_string();
    assert!(said.contains("the before-images cannot be kept") && said.ends_with("; nothing was written"), "{said}");
    assert_eq!(pair.target.dump().await, before);
    let last = pair.journal().remove(0).last;
    assert_eq!((last.outcome, last.error), (Outcome::RolledBack, Some(error.to_string())));
    fs::rename(elsewhere, runs).unwrap();
    assert!(sync::undo_plan(&pair.deck, &last.run).unwrap_err().to_string().contains("nothing to undo"));
}

#[tokio::test]
async fn a_journal_that_cannot_be_ended_does_not_hide_that_it_was_applied() {
    let pair = pair().await;
    let plan = pair.all(&pair.review().await);
    let journal = pair.deck.state.join("journal.jsonl");
    let (path, away) = (journal.clone(), pair.state.path().join("away"));
    let moved = away.clone();
    let job = Job::new(tokio_util::sync::CancellationToken::new(), move |progress| {
        if progress.total > 0 && progress.done == progress.total {
            fs::rename(&path, &moved).unwrap();
            fs::create_dir(&path).unwrap();
        }
    });
    let error = pair.apply_as(&job, &plan).await.unwrap_err();
    assert_eq!(error.code, Code::Unrecorded, "{error}");
    let said = error.to_string();
    assert!(said.contains("the plan was applied and committed, but the journal could not be written"), "{said}");
    assert!(said.contains("do not run it again") && said.contains("journal.jsonl"), "{said}");
    assert_eq!(pair.target.rows("SELECT v FROM t WHERE k = 'new'").await, ["x"], "it was");
    fs::remove_dir(&journal).unwrap();
    fs::rename(away, &journal).unwrap();
    let last = pair.journal().remove(0).last;
    assert_eq!(last.outcome, Outcome::Started, "cut off, for all the journal knows");
    pair.undo(&last.run).await.unwrap();
    assert_eq!(pair.target.rows("SELECT v FROM t WHERE k = 'a'").await, ["old"], "and the before-images are there");
}

#[tokio::test]
async fn the_journal_tells_who_did_what_and_how_it_ended() {
    let pair = pair().await;
    let plan = pair.all(&pair.review().await);
    let applied = pair.apply(&plan).await.unwrap();
    let run = applied.run.unwrap();
    pair.undo(&run).await.unwrap();
    let runs = pair.journal();
    let facts: Vec<_> =
        runs.iter().map(|run| (run.last.action.word(), run.last.from.as_str(), run.last.outcome.word())).collect();
    assert_eq!(facts, [("undo", format!("undo {run}").as_str(), "applied"), ("apply", "source", "applied")]);
    let last = &runs[1].last;
    assert_eq!((last.environment.as_str(), last.operator.as_str(), &last.digest), ("target", "tester", &plan.digest));
    assert_eq!(last.rows, plan.tally());
    let xid = last.xid.as_ref().unwrap();
    assert_eq!(pair.target.one(&format!("SELECT pg_xact_status('{xid}')")).await, "committed");
    let lines = fs::read_to_string(pair.deck.state.join("journal.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 4, "a line at the start and one at the end of each");
}

#[tokio::test]
async fn nothing_is_reviewed_against_itself() {
    let pair = pair().await;
    let bundle = pair.export().await.unwrap();
    let error = sync::review(&pair.deck, &Job::quiet(), &bundle, "source", false).await.unwrap_err();
    assert_eq!(error.code, Code::Usage);
    let error = sync::review(&pair.deck, &Job::quiet(), &bundle, "tagret", false).await.unwrap_err();
    assert!(error.to_string().contains("did you mean `target`?"), "{error}");
}

#[tokio::test]
async fn a_production_that_is_not_declared_writable_is_refused_by_the_guard() {
    let pair = pair().await;
    let project = "[project]\nname = \"pair\"\n[env.source]\nkind = \"staging\"\nurl = \"${SOURCE}\"\n[env.target]\nkind = \"production\"\nurl = \"${TARGET}\"\n";
    let deck = deck(project, "postgres", &pair.source, &pair.target, pair.state.path().to_str().unwrap()).unwrap();
    let plan = pair.all(&pair.review().await);
    let environment = deck.environment("target").unwrap();
    let error = pgdeck::core::guard::permit(&environment, &plan.digest, &plan.to, &"target".into()).unwrap_err();
    assert_eq!(error.code, Code::Refused);
    assert!(error.to_string().contains("`writable = true`"), "{error}");
}

#[tokio::test]
async fn a_line_of_the_journal_that_a_crash_tore_leaves_the_other_runs_to_be_undone() {
    let pair = pair().await;
    let before = pair.target.dump().await;
    let plan = pair.all(&pair.review().await);
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    let path = pair.deck.state.join("journal.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}{{\"at\":\"2026-11-20T10:0")).unwrap();
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    assert_eq!(pair.journal().len(), 2, "the torn line is no run, and swallows none");
}

#[tokio::test]
async fn damage_to_other_lines_of_the_journal_keeps_no_run_from_being_undone() {
    let pair = pair().await;
    let before = pair.target.dump().await;
    let run = pair.apply(&pair.all(&pair.review().await)).await.unwrap().run.unwrap();
    let path = pair.deck.state.join("journal.jsonl");
    let whole = fs::read(&path).unwrap();
    for damaged in [b"\xff\xfe".as_slice(), b"\0\0\0\0", b"{\"at\":\"2026-1", b"{}", b"noise", &vec![0xc3; 100_000]] {
        // Before, between and after its lines.
        let lines: Vec<_> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        let damaged = [damaged, b"\n"].concat();
        fs::write(&path, [&damaged, lines[0], &damaged, lines[1], &damaged].concat()).unwrap();
        let known = journal::read_whole(&pair.deck).unwrap();
        let told: Vec<_> = known.damage.iter().map(|damage| damage.line).collect();
        assert_eq!((known.runs.len(), told, known.damaged), (1, vec![1, 3, 5], 3));
        assert_eq!(known.runs[0].last.outcome, Outcome::Applied);
        let undone = pair.undo(&run).await.unwrap().run.unwrap();
        assert_eq!(pair.target.dump().await, before);
        pair.undo(&undone).await.unwrap();
        fs::write(&path, &whole).unwrap();
    }
    // Where the line of its end is the one that is lost, the server is asked.
    let lines: Vec<_> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    fs::write(&path, [lines[0], b"{\"at\":\n"].concat()).unwrap();
    assert_eq!(pair.journal()[0].last.outcome, Outcome::Started);
    assert_eq!(sync::settle(&pair.deck, &Job::quiet()).await.unwrap(), []);
    assert_eq!(pair.journal()[0].last.outcome, Outcome::Applied);
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}
