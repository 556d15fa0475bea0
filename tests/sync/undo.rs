//! Undo brings back what was there, refuses what has changed since, and can be undone itself.

use std::fs;

use pgdeck::{
    app::sync,
    core::{error::Code, gate::RunId, sync::script},
};

use crate::support::{Pair, set};

const SCHEMA: &str = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, stamp timestamptz DEFAULT now());
    CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE, v text, pos int UNIQUE, p_id int REFERENCES p ON DELETE CASCADE)";

/// A target to which one run was applied: the pair, the dump before, the run.
async fn applied() -> (Pair, String, RunId) {
    let source = "INSERT INTO p (k) VALUES ('new parent'), ('both'); INSERT INTO t (k, v, pos, p_id) VALUES ('a', 'new', 2, 1), ('b', 'new', 1, 2), ('new', 'x', 3, 1)";
    let target = "INSERT INTO p (k) VALUES ('both'), ('gone parent'); INSERT INTO t (k, v, pos, p_id) VALUES ('a', 'old', 1, 1), ('b', NULL, 2, 1), ('gone', 'x', 3, 2)";
    let sets = set(r#"{ table = "p", key = ["k"], ignore = ["stamp"] }, { table = "t", key = ["k"] }"#);
    let pair = Pair::new(&sets, SCHEMA, source, target).await;
    let before = pair.target.dump().await;
    let run = pair.sync_deletes().await.run.unwrap();
    assert_ne!(pair.target.dump().await, before);
    (pair, before, run)
}

#[tokio::test]
async fn undo_restores_every_row_with_its_id() {
    let (pair, before, run) = applied().await;
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn undo_as_a_script_does_the_same() {
    let (pair, before, run) = applied().await;
    let script = script::script(&sync::undo_plan(&pair.deck, &run).unwrap()).unwrap();
    for _ in 0..2 {
        pair.target.script(&script).await.unwrap();
        assert_eq!(pair.target.dump().await, before);
    }
}

#[tokio::test]
async fn undo_refuses_every_row_that_changed_since() {
    for (since, row) in [
        ("UPDATE t SET v = 'since' WHERE k = 'a'", "public.t a"),
        ("UPDATE t SET v = 'since' WHERE k = 'new'", "public.t new"),
        ("DELETE FROM t WHERE k = 'b'", "public.t b"),
        ("DELETE FROM t WHERE k = 'new'", "public.t new"),
        ("INSERT INTO t (k) VALUES ('gone')", "public.t gone"),
    ] {
        let (pair, _, run) = applied().await;
        pair.target.run(since).await;
        let error = pair.refused(&sync::undo_plan(&pair.deck, &run).unwrap()).await;
        assert_eq!(error.code, Code::Stale, "{since}: {error}");
        assert_eq!(error.object.as_deref(), Some(row.replace('"', "").as_str()), "{since}: {error}");
        assert_eq!(pair.journal()[0].last.outcome.word(), "rolled back");
        // It was not undone, so it still can be.
        sync::undo_plan(&pair.deck, &run).unwrap();
    }
}

#[tokio::test]
async fn undo_refuses_a_new_row_that_others_point_to_by_now() {
    let (pair, _, run) = applied().await;
    pair.target.run("INSERT INTO t (k, p_id) SELECT 'since', id FROM p WHERE k = 'new parent'").await;
    let error = pair.refused(&sync::undo_plan(&pair.deck, &run).unwrap()).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.p new parent")), "{error}");
}

#[tokio::test]
async fn a_run_is_undone_once_and_the_undo_can_be_undone() {
    let (pair, before, run) = applied().await;
    let after = pair.target.dump().await;
    let undone = pair.undo(&run).await.unwrap().run.unwrap();
    let error = sync::undo_plan(&pair.deck, &run).unwrap_err();
    assert_eq!(error.code, Code::Refused);
    assert!(error.to_string().contains(&format!("undone already, by {undone}")), "{error}");
    let again = pair.undo(&undone).await.unwrap().run.unwrap();
    assert_eq!(pair.target.dump().await, after, "the undo of the undo is the run");
    pair.undo(&again).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn an_unknown_run_names_the_nearest() {
    let (pair, _, run) = applied().await;
    let error = sync::undo_plan(&pair.deck, &format!("{run}0").into()).unwrap_err();
    assert_eq!(error.code, Code::Usage);
    assert!(error.to_string().contains(&format!("did you mean `{run}`?")), "{error}");
}

#[tokio::test]
async fn before_images_of_another_run_are_refused() {
    let (pair, _, run) = applied().await;
    let path = |run: &str| pair.deck.state.join(format!("runs/{run}.json"));
    let undone = pair.undo(&run).await.unwrap().run.unwrap();
    let own = fs::read(path(&undone)).unwrap();
    fs::copy(path(&run), path(&undone)).unwrap();
    let error = sync::undo_plan(&pair.deck, &undone).unwrap_err();
    assert_eq!(error.code, Code::Usage, "{error}");
    assert!(error.to_string().contains(&format!("they are those of `{run}`")), "{error}");
    fs::write(path(&undone), own).unwrap();
    pair.undo(&undone).await.unwrap();
}

#[tokio::test]
async fn before_images_that_were_lost_or_damaged_are_refused() {
    let (pair, before, run) = applied().await;
    let path = pair.deck.state.join(format!("runs/{run}.json"));
    let whole = fs::read_to_string(&path).unwrap();
    let images = whole.rfind("\"images\"").unwrap();
    let damaged = [
        String::new(),
        "{}".to_owned(),
        whole[..whole.len() / 2].to_owned(),
        whole[..whole.len() - 1].to_owned(),
        // The first in the plan, the last among the images.
        whole.replacen("\"new\"", "\"forged\"", 1),
        whole.rsplitn(2, "\"old\"").collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\"forged\""),
        format!("{}\"images\":[]{}", &whole[..images], &whole[whole.rfind(",\"xid\"").unwrap()..]),
        whole.replacen(&format!("\"run\":\"{run}\""), "\"run\":\"another\"", 1),
    ];
    let target = pair.target.dump().await;
    assert!(damaged.iter().all(|text| *text != whole));
    for text in damaged {
        fs::write(&path, &text).unwrap();
        let error = sync::undo_plan(&pair.deck, &run).unwrap_err();
        assert!(matches!(error.code, Code::Usage | Code::Refused), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(sync::undo_plan(&pair.deck, &run).unwrap_err().code, Code::Usage);
    assert_eq!(pair.target.dump().await, target);
    fs::write(&path, whole).unwrap();
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}
