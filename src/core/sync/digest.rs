//! Which parts of two tables differ, by the digests of their rows.

use std::collections::{BTreeMap, BTreeSet};

/// A table of fewer rows is one bucket: it is as quickly read as told apart.
const SMALL: u64 = 2_000;
/// Rows in a bucket, about.
const ROWS: u64 = 128;
/// The most buckets of a table.
const MOST: u64 = 1 << 14;
/// With more than one bucket in so many different, the whole table is read in one stream.
const FEW: usize = 4;

/// The rows of one bucket, as numbers. XOR alone would not see a row that is there twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// How many rows.
    pub rows: u64,
    /// `bit_xor` of their hashes.
    pub xor: String,
    /// `sum` of their hashes.
    pub sum: String,
}

/// The buckets of one table that hold any rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digest(pub BTreeMap<i64, Sum>);

/// What has to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Differ {
    /// Nothing.
    Nowhere,
    /// The rows of these buckets.
    In(Vec<i64>),
    /// The whole table.
    Everywhere,
}

/// Into how many buckets two tables are divided, by the estimates of their rows.
pub fn buckets(source: Option<u64>, target: Option<u64>) -> u32 {
    let rows = match (source, target) {
        (Some(source), Some(target)) => source.max(target),
        // Never analyzed: nothing is known, and empty buckets cost nothing.
        _ => return 1 << 10,
    };
    if rows < SMALL { 1 } else { u32::try_from((rows / ROWS).next_power_of_two().clamp(2, MOST)).unwrap_or(1) }
}

impl Digest {
    /// How many rows of buckets that are the same on both sides there are, and where the others are.
    pub fn compare(&self, other: &Digest, buckets: u32) -> (u64, Differ) {
        let all: BTreeSet<_> = self.0.keys().chain(other.0.keys()).collect();
        let (same, differ): (Vec<i64>, Vec<i64>) = all.into_iter().partition(|at| self.0.get(at) == other.0.get(at));
        if differ.is_empty() {
            return (self.0.values().map(|sum| sum.rows).sum(), Differ::Nowhere);
        }
        if buckets == 1 || differ.len() > same.len() / FEW {
            return (0, Differ::Everywhere);
        }
        (same.iter().filter_map(|at| self.0.get(at)).map(|sum| sum.rows).sum(), Differ::In(differ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(sums: &[(i64, u64, &str)]) -> Digest {
        let sum = |&(at, rows, text): &(i64, u64, &str)| (at, Sum { rows, xor: text.into(), sum: text.into() });
        Digest(sums.iter().map(sum).collect())
    }

    #[test]
    fn only_buckets_that_differ_are_read_and_the_others_counted() {
        let many: Vec<_> = (0..20).map(|at| (at, 5, "x")).collect();
        let (one, mut two) = (digest(&many), digest(&many));
        assert_eq!(one.compare(&two, 32), (100, Differ::Nowhere));
        two.0.remove(&3);
        two.0.insert(7, Sum { rows: 5, xor: "x".into(), sum: "y".into() });
        assert_eq!(one.compare(&two, 32), (90, Differ::In(vec![3, 7])));
        assert_eq!(one.compare(&digest(&[(0, 5, "x")]), 32), (0, Differ::Everywhere));
    }

    #[test]
    fn a_small_table_is_one_bucket() {
        assert_eq!(buckets(Some(10), Some(1_999)), 1);
        assert_eq!(buckets(Some(2_000_000), Some(3)), 1 << 14);
        assert_eq!(buckets(None, Some(3)), 1 << 10);
    }
}
