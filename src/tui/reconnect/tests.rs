use super::*;
use crate::{
    core::env::Kind,
    tui::{
        model::EnvStatus,
        msg::Msg,
        update::{perform, update},
    },
};

fn at(seconds: f64) -> Msg {
    Msg::Now(Duration::from_secs_f64(seconds))
}

fn model() -> Model {
    let environment =
        |name: &str| EnvStatus { name: name.into(), kind: Kind::Staging, writable: true, state: EnvState::Connecting };
    Model::built_in("innotrue", vec![environment("preprod")]).expect("built in")
}

fn tell(model: &mut Model, state: EnvState) -> Vec<Effect> {
    update(model, Msg::Environment("preprod".into(), state))
}

fn refused() -> EnvState {
    EnvState::Failed(Error::connect("connection refused").env("preprod"))
}

fn ready() -> EnvState {
    EnvState::Ready { version: "17.6".into(), latency: Duration::from_millis(2) }
}

fn is_connect(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Run(_, Work::Connect(name))] if name == "preprod")
}

#[test]
fn each_failure_doubles_the_pause_up_to_half_a_minute() {
    assert_eq!((1..9).map(|n| pause(n).as_secs()).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 30, 30, 30]);
    assert_eq!(pause(u32::MAX), LONGEST);
}

#[test]
fn it_counts_down_and_tries_again_by_itself() {
    let mut model = model();
    tell(&mut model, refused());
    assert_eq!((countdown(&model, "preprod"), next_change(&model)), (Some(1), Some(Duration::from_secs(1))));
    assert!(update(&mut model, at(0.9)).is_empty());
    assert!(is_connect(&update(&mut model, at(1.0))));
    assert_eq!((countdown(&model, "preprod"), next_change(&model)), (None, None), "while it is tried nothing counts");
    tell(&mut model, refused());
    assert_eq!((countdown(&model, "preprod"), model.next_change()), (Some(2), Some(Duration::from_millis(1125))));
    update(&mut model, at(2.5));
    assert_eq!(countdown(&model, "preprod"), Some(1));
    assert!(is_connect(&update(&mut model, at(3.0))));
}

#[test]
fn a_countdown_wakes_once_a_second_and_only_who_looks() {
    let mut model = model();
    (0..4).for_each(|_| drop(tell(&mut model, refused())));
    assert_eq!((countdown(&model, "preprod"), next_change(&model)), (Some(8), Some(Duration::from_secs(1))));
    update(&mut model, Msg::Focus(false));
    assert_eq!(next_change(&model), Some(Duration::from_secs(8)));
}

#[test]
fn the_same_failure_is_said_once_and_goes_when_it_is_mended() {
    let mut model = model();
    (0..3).for_each(|_| drop(tell(&mut model, refused())));
    assert_eq!(model.messages.log().len(), 1);
    assert!(!tell(&mut model, ready()).is_empty(), "its tables are read");
    assert_eq!(model.messages.shown().map(|said| said.text.as_str()), Some("preprod answers again"));
    assert_eq!((countdown(&model, "preprod"), next_change(&model)), (None, None));
}

#[test]
fn a_connection_that_is_lost_is_told_once_and_begins_the_countdown() {
    let mut model = model();
    tell(&mut model, ready());
    let error = Error::connect("the server ended the connection").env("preprod");
    update(&mut model, Msg::Lost("preprod".into(), error.clone()));
    update(&mut model, Msg::Failed(error));
    assert_eq!(countdown(&model, "preprod"), Some(1), "lost once, though told twice");
    assert!(matches!(model.environments[0].state, EnvState::Failed(_)));
}

#[test]
fn what_trying_cannot_mend_is_not_tried_until_asked_for() {
    for error in [
        Error::connect("wrong password").lasting(),
        Error::usage("no such file"),
        Error::new(Code::Interrupted, "stopped by the operator"),
    ] {
        let mut model = model();
        tell(&mut model, EnvState::Failed(error));
        assert_eq!((countdown(&model, "preprod"), next_change(&model)), (None, None));
        assert!(is_connect(&perform(&mut model, crate::tui::action::Action::Refresh)));
    }
}

#[test]
fn trying_at_once_ends_the_countdown() {
    let mut model = model();
    tell(&mut model, refused());
    assert!(is_connect(&perform(&mut model, crate::tui::action::Action::Refresh)));
    assert_eq!(countdown(&model, "preprod"), None);
    assert!(
        perform(&mut model, crate::tui::action::Action::Refresh)
            .iter()
            .all(|effect| { !matches!(effect, Effect::Run(_, Work::Connect(_))) }),
        "it is being tried already"
    );
}
