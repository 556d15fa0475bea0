//! Cases out of a seed, and a count of what occurred in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Mutex,
};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// What a case was about, and how it ended.
pub struct Told {
    pub end: &'static str,
    pub kinds: BTreeSet<&'static str>,
}

/// Cases of all tests together; 500 unless told.
fn wanted() -> u64 {
    number("PGDECK_CASES").unwrap_or(500)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn clock() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64
}

/// Runs `share` of a hundred cases. Over the whole number each of `kinds` must have occurred, and `enough` besides.
pub fn run<C: std::fmt::Debug, F: Future<Output = Told>>(
    share: u64,
    cases: impl Strategy<Value = C>,
    kinds: &[&'static str],
    enough: impl Fn(&BTreeSet<&'static str>) -> bool,
    check: impl Fn(C) -> F,
) {
    let seed = number("PGDECK_SEED").unwrap_or_else(|| (u64::from(std::process::id()) ^ clock()) % 1_000_000_000);
    let all = wanted();
    println!("PGDECK_SEED={seed} PGDECK_CASES={all}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tally: Mutex<BTreeMap<&'static str, BTreeMap<&str, usize>>> = Mutex::default();
    let mut failures = Vec::new();
    for seed in (seed..).take((all * share).div_ceil(100) as usize) {
        let outcome = runner(seed).run(&cases, |case| {
            let Told { end, kinds } = runtime.block_on(Box::pin(check(case)));
            let mut tally = tally.lock().unwrap();
            for kind in kinds.iter().chain(&["any"]) {
                *tally.entry(kind).or_default().entry(end).or_default() += 1;
            }
            Ok(())
        });
        let Err(error) = outcome else { continue };
        println!("PGDECK_SEED={seed} PGDECK_CASES=1 failed");
        failures.push(format!("PGDECK_SEED={seed} PGDECK_CASES=1\n{error}"));
        if number("PGDECK_GO_ON").is_none() {
            break;
        }
    }
    let tally = tally.into_inner().unwrap();
    for (kind, ends) in &tally {
        println!("{kind:32} {ends:?}");
    }
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
    let never: Vec<_> = kinds.iter().filter(|kind| !tally.contains_key(*kind)).collect();
    let enough = never.is_empty() && enough(&tally.keys().copied().collect());
    assert!(all < 500 || enough, "PGDECK_SEED={seed} PGDECK_CASES={all}: too little was made, and never {never:?}");
}

/// One case, that of a seed alone, so that it can be run again without those before it.
fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let max_shrink_iters = number("PGDECK_SHRINK").unwrap_or(400) as u32;
    let config = Config { cases: 1, failure_persistence: None, max_shrink_iters, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
