//! The two environments of a case, and what the model says that they hold.

use std::collections::{BTreeMap, BTreeSet};

use pgdeck::core::sync::diff::{Review, TableReview};

use crate::{
    data::{self, RawRow, Side},
    ddl,
    expect::{self, At, Differences},
    fill, read,
    schema::{self, Generated, Layout, RawTable, Table},
    support::{Pair, server, show},
};

pub struct World {
    pub tables: Vec<Table>,
    pub source: Side,
    pub target: Side,
    pub pair: Pair,
    /// The key of the row that a table points to which is never synced.
    pub watched: Option<String>,
}

/// Whether the server knows NULLS NOT DISTINCT.
pub fn knows_nulls() -> bool {
    let major = server().version().split(|c: char| !c.is_ascii_digit()).next().and_then(|text| text.parse().ok());
    major.is_none_or(|major: u32| major >= 15)
}

impl World {
    pub async fn of(raws: &[(RawTable, Vec<RawRow>)], watched: u8) -> Self {
        let (shapes, data): (Vec<_>, Vec<_>) = raws.iter().map(|(raw, rows)| (raw, rows.as_slice())).unzip();
        let tables = schema::tables(&shapes, knows_nulls());
        let (source, target) = (data::side(&tables, &data, true), data::side(&tables, &data, false));
        let here = ddl::ddl(&tables, false) + &fill::inserts(&tables, &target, false, watched);
        let there = ddl::ddl(&tables, true) + &fill::inserts(&tables, &source, true, watched);
        let pair = Pair::new(&ddl::set(&tables), "", &there, &here).await;
        assert_eq!(read::read(&tables, &pair.source).await, source, "the generator knows what it wrote");
        assert_eq!(read::read(&tables, &pair.target).await, target, "the generator knows what it wrote");
        let watched = fill::watched(&tables, &target, watched);
        World { tables, source, target, pair, watched }
    }

    fn at(&self, review: &Review, (t, r): (usize, usize)) -> At {
        let table = &review.tables[t];
        let number = self.tables.iter().position(|known| known.name == table.table.name).unwrap();
        let parts = table.rows[r].key.0.iter().map(|part| part.as_deref().unwrap_or("null").trim_end_matches(' '));
        (number, parts.collect::<Vec<_>>().join("/").to_ascii_lowercase())
    }

    /// The rows of a review by their place in the model, after a look at each of them.
    pub fn rows(&self, review: &Review) -> BTreeMap<At, (usize, usize)> {
        let all = review.tables.iter().enumerate().flat_map(|(t, table)| (0..table.rows.len()).map(move |r| (t, r)));
        all.map(|at| (self.at(review, at), at)).collect()
    }

    /// A review must tell exactly what the model tells, and block exactly what must not go.
    pub fn reviewed(&self, review: &Review, found: &Differences, target: &Side) -> bool {
        for (at, table) in self.tables.iter().enumerate() {
            let told = review.tables.iter().find(|told| told.table.name == table.name).unwrap();
            self.said(at, told);
        }
        let rows = self.rows(review);
        let row = |at: &(usize, usize)| &review.tables[at.0].rows[at.1];
        let told: Differences = rows.iter().map(|(key, at)| (key.clone(), row(at).change)).collect();
        assert_eq!(&told, found, "{}", show(review));
        let blocked: BTreeSet<At> =
            rows.iter().filter(|(_, at)| row(at).blocked.is_some()).map(|(key, _)| key.clone()).collect();
        let of = |doubtful| expect::blocked(&self.tables, &self.source, target, found, self.watched.as_ref(), doubtful);
        let (least, most) = (of(false), of(true));
        assert!(least.is_subset(&blocked) && blocked.is_subset(&most), "{least:?}\n{blocked:?}\n{}", show(review));
        blocked.is_empty() && self.tables.iter().all(|table| !table.is_mixed())
    }

    /// What nobody compares, or nobody can, is said of its table.
    fn said(&self, at: usize, told: &TableReview) {
        let table = &self.tables[at];
        assert_eq!(told.blocked.is_some(), table.is_mixed(), "{:?}", told.blocked);
        let warned = |word: &str| told.warnings.iter().any(|warning| warning.contains(word));
        if table.layout == Layout::Inherited && !(self.source[at].is_empty() && self.target[at].is_empty()) {
            assert!(warned(&format!("heir_{at}")), "{} {:?}", table.name, told.warnings);
        }
        if matches!(table.generated, Generated::InSource | Generated::InTarget) && !table.is_mixed() {
            assert!(warned("`g`"), "{} {:?}", table.name, told.warnings);
        }
    }
}
