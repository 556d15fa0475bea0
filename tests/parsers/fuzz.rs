//! Runs one parser on inputs out of a seed, for a time, and holds it to what every parser owes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use pgdeck::core::{error::Error, text::is_printable};
use rustix::time::{ClockId, clock_gettime};

use crate::{
    dice::{Dice, number, say, seed},
    mutate,
};

/// The name that files have here.
pub const FILE: &str = "input-file";
/// What must not be repeated.
pub const SECRET: &str = "hunter2-geheim";
/// The longest error, whatever was typed.
const LONGEST: usize = 12_000;

/// What a parser made of an input.
pub type Outcome = Result<(), Error>;

/// How long each target runs.
pub fn budget() -> Duration {
    Duration::from_secs(number("PGDECK_FUZZ_SECONDS").unwrap_or(2))
}

/// `samples` have to be read; what is made of them may be refused. `owed` says what else an error owes.
pub fn run(name: &str, samples: &[Vec<u8>], check: impl Fn(&[u8]) -> Outcome, owed: impl Fn(&[u8], &Error)) {
    for sample in samples {
        if let Err(error) = check(sample) {
            panic!("{name}: a good sample is refused: {error}\n{}", shown(sample));
        }
    }
    any(name, samples, |bytes| {
        let outcome = check(bytes);
        if let Err(error) = &outcome {
            is_one_line(error);
            owed(bytes, error);
        }
        outcome.is_ok()
    });
}

/// The same for what refuses nothing, or says so in its own way. `check` says whether the input was read.
pub fn any(name: &str, samples: &[Vec<u8>], check: impl Fn(&[u8]) -> bool) {
    let (seed, until) = (seed(), Instant::now() + budget());
    say(&format!("{name}: PGDECK_SEED={seed}"));
    let (mut tried, mut read) = (0, 0);
    loop {
        let input = mutate::input(&mut Dice::new(seed.wrapping_add(tried)), samples);
        keep(name, &input);
        if let Ok(done) = catch_unwind(AssertUnwindSafe(|| check(&input))) {
            read += u64::from(done);
        } else {
            let least = least(input, &|bytes| catch_unwind(AssertUnwindSafe(|| check(bytes))).is_err());
            let again = format!("PGDECK_SEED={} PGDECK_FUZZ_SECONDS=0", seed.wrapping_add(tried));
            say(&format!("{name}: fails: {again}"));
            say(&shown(&least));
            // Once more, for its own words.
            check(&least);
            panic!("{name}: {again}");
        }
        tried += 1;
        if Instant::now() >= until {
            break;
        }
    }
    say(&format!("{name}: {tried} tried, {read} read, none against the rules"));
}

/// Leaves the input in the folder `PGDECK_FUZZ_KEEP`, where there is one: what ends the process is found there.
pub fn keep(name: &str, input: &[u8]) {
    if let Some(folder) = std::env::var_os("PGDECK_FUZZ_KEEP") {
        std::fs::write(std::path::Path::new(&folder).join(name), input).unwrap();
    }
}

/// The input with as much taken away as leaves the fault in it.
fn least(mut input: Vec<u8>, fails: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut length = input.len() / 2;
    let mut left = 2000;
    while length > 0 {
        let mut at = 0;
        while at < input.len() && left > 0 {
            left -= 1;
            let mut shorter = input.clone();
            shorter.drain(at..input.len().min(at + length));
            if fails(&shorter) {
                input = shorter;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    input
}

/// What an error of any file owes: it names the file.
pub fn names_the_file(_: &[u8], error: &Error) {
    let place = error.place.as_deref().unwrap_or_default();
    assert!(place == FILE || place.starts_with(&format!("{FILE}:")), "it does not say where: {error}");
}

pub fn is_one_line(error: &Error) {
    let text = error.to_string();
    assert!(!error.message.trim().is_empty(), "it says nothing: {text:?}");
    assert!(text.chars().all(is_printable), "not for a terminal: {text:?}");
    assert!(text.chars().count() <= LONGEST, "{} characters: {}…", text.chars().count(), &text[..200]);
}

fn shown(input: &[u8]) -> String {
    let start = &input[..input.len().min(3000)];
    format!("{} bytes: {}", input.len(), start.escape_ascii())
}

fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

fn once(work: &dyn Fn()) -> Duration {
    let before = cpu();
    work();
    cpu().saturating_sub(before)
}

/// What `work` costs of the processor: the least of some tries, for others disturb.
fn cost(work: &dyn Fn()) -> Duration {
    (0..3).map(|_| once(work)).min().unwrap_or_default()
}

/// Eight times as much input may be about eight times the work, and is no matter below a hundredth of a second. It is
/// work of the processor that is compared, not time. Says what grew faster.
pub fn grows_evenly(name: &str, grown: impl Fn(usize) -> Vec<u8>, check: impl Fn(&[u8])) -> Option<String> {
    const TIMES: usize = 8;
    let size = 1 << 12;
    let (small, large) = (grown(size), grown(size * TIMES));
    if once(&|| check(&large)) < Duration::from_millis(10) {
        return None;
    }
    let mut factor = f64::MAX;
    for _ in 0..3 {
        factor = factor.min(cost(&|| check(&large)).as_secs_f64() / cost(&|| check(&small)).as_secs_f64());
        if factor < 3.0 * TIMES as f64 {
            return None;
        }
    }
    let sizes = format!("{} bytes cost {factor:.0} times as much as {}", large.len(), small.len());
    Some(format!("{name}: {sizes}: {:?}", cost(&|| check(&large))))
}
