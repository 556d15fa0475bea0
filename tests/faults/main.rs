//! Whatever breaks, wherever it breaks: each try does one thing with the real program against a real server, and one
//! fault hits it at a byte out of the seed. What was done is done as a whole or not at all, and what is told is true.
//!
//! `PGDECK_FAULTS` tries (60 unless told) from `PGDECK_SEED`; without one, from a new seed, which a failure tells. Every
//! night: `PGDECK_FAULTS=500 cargo test --locked --test faults`.
#![cfg(target_os = "linux")] // for pidfds
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code, reason = "shared with the tests of parsers")]
#[path = "../support/dice.rs"]
mod dice;
mod doing;
mod fault;
mod place;
mod proxy;
mod running;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "../sync/support.rs"]
mod support;
#[allow(dead_code, reason = "shared with the tests of the terminal")]
#[path = "../support/tty.rs"]
mod tty;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use dice::{Dice, number, say, seed};
use doing::Doing;
use fault::Fault;
use place::Place;

#[test]
fn tried_and_held() {
    let (seed, wanted) = (seed(), number("PGDECK_FAULTS").unwrap_or(60));
    say(&format!("faults: PGDECK_SEED={seed} PGDECK_FAULTS={wanted}"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut place = runtime.block_on(Place::new());
    let weights = Doing::ALL.map(|doing| place.weigh(&runtime, doing));
    let (mut held, mut hits, mut counts, mut failed) = (0, 0, BTreeMap::<String, [usize; 2]>::new(), Vec::new());
    for at in 0..wanted {
        let seed = seed.wrapping_add(at);
        let mut dice = Dice::new(seed);
        let which = seed as usize % (Doing::ALL.len() * Fault::ALL.len());
        let (doing, fault) = (Doing::ALL[which % Doing::ALL.len()], Fault::ALL[which / Doing::ALL.len()]);
        let point = weights[doing as usize].point(&mut dice);
        let tried = catch_unwind(AssertUnwindSafe(|| place.try_one(&runtime, doing, fault, point)));
        let ends = counts.entry(format!("{doing:?}, {fault:?}")).or_default();
        if let Ok((hit, done)) = tried {
            held += 1;
            hits += usize::from(hit);
            ends[usize::from(done)] += 1;
        } else {
            failed.push(format!("PGDECK_SEED={seed} PGDECK_FAULTS=1: {doing:?}, {fault:?} at {point:?}"));
            say(failed.last().unwrap());
            place = runtime.block_on(Place::new());
        }
    }
    for (what, [not, done]) in &counts {
        say(&format!("{what:24} {done:4} done {not:4} not"));
    }
    say(&format!("{hits} of them hit before the end"));
    say(&format!("{wanted} tried, {held} held"));
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
