use std::cell::Cell;

use super::*;
use crate::{
    config::key::{Code as KeyCode, Key},
    core::env::Kind,
    tui::{
        model::{EnvState, EnvStatus},
        msg::Tone,
    },
};

fn model() -> Model {
    let environment =
        EnvStatus { name: "preprod".into(), kind: Kind::Staging, writable: true, state: EnvState::Connecting };
    Model::built_in("innotrue", vec![environment]).expect("built in")
}

/// Drives `console` until it is idle and says how often it was painted.
async fn until_idle<F, Fut>(console: &mut Console<F>) -> u32
where
    F: Fn(Work, Handle) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let (paints, mut idle) = (Cell::new(0), console.idle());
    let paint = |_: &Model| {
        paints.set(paints.get() + 1);
        Ok(())
    };
    tokio::select! {
        pause = console.until_pause(paint) => panic!("paused: {pause:?}"),
        idle = idle.wait_for(|idle| *idle) => assert!(idle.is_ok()),
    }
    paints.get()
}

async fn connects(work: Work, handle: Handle) {
    let Work::Connect(_) = work else { return };
    let ready = EnvState::Ready { version: "15.8".into(), latency: Duration::from_millis(2) };
    handle.tell(Msg::Environment("preprod".into(), ready));
}

#[tokio::test]
async fn it_opens_connects_and_comes_to_rest() {
    let mut console = Console::new(model(), connects);
    until_idle(&mut console).await;
    assert!(matches!(&console.model.environments[0].state, EnvState::Ready { version, .. } if version == "15.8"));
    assert!(!console.model.busy(), "the job ended when its work returned");
}

#[tokio::test]
async fn many_messages_are_one_frame() {
    let mut console = Console::new(model(), connects);
    until_idle(&mut console).await;
    for key in "?jjjjjjjjjjkkkk".repeat(50).chars() {
        console.outbox().send(Msg::Key(Key::char(key))).expect("open");
    }
    // The first of them wakes the loop, the rest is there already; the frame may still be too early.
    console.idle.send_replace(false);
    assert_eq!(until_idle(&mut console).await, 1);
}

#[tokio::test]
async fn escape_reaches_the_work_and_the_job_ends_when_it_has_returned() {
    let mut console = Console::new(model(), async |work, handle: Handle| {
        let Work::Connect(_) = work else { return };
        handle.done(1, Some(2));
        handle.cancelled.cancelled().await;
        handle.tell(Msg::Said(Tone::Note, "cancelled".into()));
    });
    // What was recorded, the journal and the migrations are read beside it, and are newer jobs.
    for _ in 0..4 {
        console.outbox().send(Msg::Key(Key::plain(KeyCode::Esc))).expect("open");
    }
    until_idle(&mut console).await;
    assert_eq!(console.model.messages.shown().map(|message| message.text.as_str()), Some("cancelled"));
}

#[tokio::test]
async fn work_that_panics_is_reported_and_its_job_ends() {
    let mut console = Console::new(model(), async |work, _| {
        assert!(!matches!(work, Work::Connect(_)), "on purpose");
    });
    until_idle(&mut console).await;
    let shown = console.model.messages.shown().map(|message| message.tone);
    assert_eq!((shown, console.model.busy()), (Some(Tone::Failed), false));
}

#[tokio::test]
async fn quitting_hands_back_control() {
    let mut console = Console::new(model(), connects);
    console.outbox().send(Msg::Key(Key::char('q'))).expect("open");
    let pause = console.until_pause(|_| Ok(())).await.expect("no terminal, no failure");
    assert_eq!(pause, Pause::Quit);
}

/// How often `console` is painted while a key is held down for a second that repeats every millisecond, and how long
/// after the first key that is, all of it in time that does not really pass.
async fn painted_in_a_second(frame: Duration) -> (u32, Duration) {
    let mut console = Console::new(model(), connects);
    console.frame = frame;
    until_idle(&mut console).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (paints, first, outbox) = (Cell::new(0), Cell::new(None), console.outbox());
    let begin = Instant::now();
    let paint = |_: &Model| {
        paints.set(paints.get() + u32::from(begin.elapsed() < Duration::from_secs(1)));
        first.set(first.get().or(Some(begin.elapsed())));
        Ok(())
    };
    let held = async {
        for _ in 0..1000 {
            outbox.send(Msg::Key(Key::char('j'))).expect("open");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        pause = console.until_pause(paint) => panic!("paused: {pause:?}"),
        () = held => {}
    }
    (paints.get(), first.get().expect("painted"))
}

#[tokio::test(start_paused = true)]
async fn the_first_key_draws_at_once_and_the_rest_at_the_pace_of_the_terminal() {
    let (frames, first) = painted_in_a_second(frame_time(false)).await;
    assert!((50..=60).contains(&frames), "{frames} frames a second");
    assert_eq!(first, Duration::ZERO);
    let (frames, first) = painted_in_a_second(frame_time(true)).await;
    assert!((20..=25).contains(&frames), "{frames} frames a second over SSH");
    assert_eq!(first, Duration::ZERO);
}

#[tokio::test]
async fn an_attempt_that_fails_is_made_again_without_a_key() {
    let attempts = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&attempts);
    let mut console = Console::new(model(), move |work, handle: Handle| {
        let attempts = std::sync::Arc::clone(&counted);
        async move {
            let Work::Connect(name) = work else { return };
            let nth = attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let state = if nth == 0 {
                EnvState::Failed(Error::connect("connection refused").env(&name))
            } else {
                EnvState::Ready { version: "15.8".into(), latency: Duration::from_millis(2) }
            };
            handle.tell(Msg::Environment(name, state));
        }
    });
    until_idle(&mut console).await;
    assert!(matches!(console.model.environments[0].state, EnvState::Failed(_)));
    // As if a second had passed.
    console.outbox().send(Msg::Now(console.model.now + Duration::from_secs(1))).expect("open");
    console.idle.send_replace(false);
    until_idle(&mut console).await;
    assert!(matches!(console.model.environments[0].state, EnvState::Ready { .. }));
    assert_eq!(attempts.load(std::sync::atomic::Ordering::Relaxed), 2);
}
