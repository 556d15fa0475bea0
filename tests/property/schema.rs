//! Schemas out of numbers: whatever the numbers are, the schema is one that PostgreSQL accepts.

use crate::types::TYPES;

/// As SQL writes them: plain, reserved, mixed case, with a space, with a quote.
pub const NAMES: &[(&str, &str)] =
    &[("t0", "t0"), ("select", "\"select\""), ("Order", "\"Order\""), ("a b", "\"a b\""), ("q\"t", "\"q\"\"t\"")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text of a few letters.
    Word,
    /// A small number.
    Number,
    /// A value of [`TYPES`].
    Value(usize),
    /// A row of another table, or of this one.
    Parent(usize),
    /// A row of the table `never_parent`.
    Never,
    /// A part, by its number, of a foreign key to the two plain columns that are another table's key.
    Part(usize, usize),
    /// The number in the key of another table's row; a foreign key of two columns with the id after it.
    Tenant(usize),
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub null: bool,
    pub on_delete: &'static str,
    /// The type of a word.
    pub word: &'static str,
}

impl Column {
    /// The columns of the foreign key that it is a part of, where those are several: one thing to choose. Columns that
    /// mean the same everywhere are chosen one by one.
    pub fn together(&self) -> &'static str {
        match (self.kind, self.name) {
            (Kind::Tenant(_), _) | (_, "cid") => "cn,cid",
            (_, name) => name,
        }
    }

    fn is_foreign(&self) -> bool {
        matches!(self.kind, Kind::Parent(_) | Kind::Never | Kind::Part(..))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Id {
    Uuid,
    Identity,
    /// The key is the primary key.
    None,
}

/// How a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Plain,
    /// In partitions; foreign keys stand on the parent.
    Parted,
    /// In partitions; the same foreign keys stand on each of them.
    KeysOnEach,
    /// In partitions; foreign keys stand on one of them only.
    KeysOnSome,
    /// Another table inherits from it.
    Inherited,
}

/// Where the column `g` is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// There is none.
    Nowhere,
    Everywhere,
    InSource,
    InTarget,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub name: &'static str,
    pub sql: &'static str,
    pub id: Id,
    /// The key's columns, then the others.
    pub columns: Vec<Column>,
    pub key: usize,
    pub uniques: Vec<Vec<&'static str>>,
    /// Whether the key's second column may be NULL.
    pub null_key: bool,
    /// Whether a trigger works out a column of its own from the others.
    pub trigger: bool,
    pub layout: Layout,
    pub generated: Generated,
    /// What is said of its constraints.
    pub deferrable: &'static str,
    /// Whether its unique constraints take two NULLs for the same.
    pub nulls_equal: bool,
}

impl Table {
    /// Whether other tables can point to the two columns of its key.
    fn has_plain_pair(&self) -> bool {
        let plain = |column: &Column| matches!(column.kind, Kind::Word | Kind::Number);
        let unique = !self.is_parted() || self.id == Id::None;
        self.key == 2 && !self.null_key && unique && self.columns[..2].iter().all(plain)
    }

    /// Whether other tables can point to the number in its key together with its id.
    pub fn has_tenants(&self) -> bool {
        self.has_plain_pair() && self.id != Id::None && !self.is_mixed()
    }

    pub fn is_parted(&self) -> bool {
        matches!(self.layout, Layout::Parted | Layout::KeysOnEach | Layout::KeysOnSome)
    }

    /// Whether nobody can say what its values mean.
    pub fn is_mixed(&self) -> bool {
        self.layout == Layout::KeysOnSome
    }

    pub fn position(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap()
    }
}

/// The numbers that make a table.
#[derive(Debug, Clone)]
pub struct RawTable {
    pub shape: [u8; 6],
    /// Layout, generated column, constraints, type of the key.
    pub more: [u8; 4],
    pub fks: Vec<[u8; 2]>,
    pub values: Vec<[u8; 2]>,
}

/// The tables, parents first. `nulls` tells whether the server knows NULLS NOT DISTINCT.
pub fn tables(raws: &[&RawTable], nulls: bool) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    for (at, raw) in raws.iter().enumerate() {
        let mut table = table(&out, at, raw);
        table.nulls_equal &= nulls;
        out.push(table);
    }
    // Now and then the first table points to the last one, so that circles lead through several tables.
    let last = out.len() - 1;
    let pointed = last > 0 && out[0].id != Id::None && out[last].id != Id::None && !out[last].is_mixed();
    if raws[0].shape[1] % 2 == 1 && pointed {
        let on_delete = on_delete(raws[0].shape[2], true);
        out[0].columns.push(Column { on_delete, ..column("back", Kind::Parent(last), true) });
    }
    out
}

fn column(name: &'static str, kind: Kind, null: bool) -> Column {
    Column { name, kind, null, on_delete: "", word: "text" }
}

fn on_delete(pick: u8, null: bool) -> &'static str {
    match pick % 4 {
        1 => " ON DELETE CASCADE",
        2 => " ON DELETE RESTRICT",
        3 if null => " ON DELETE SET NULL",
        _ => "",
    }
}

fn depth(known: &[Table], at: usize) -> usize {
    let parents = known[at].columns[..known[at].key].iter();
    parents.map(|column| if let Kind::Parent(to) = column.kind { 1 + depth(known, to) } else { 0 }).max().unwrap_or(0)
}

fn table(known: &[Table], at: usize, raw: &RawTable) -> Table {
    let [kind, a, _, id, pos, code] = raw.shape;
    let [layout, generated, constraints, _] = raw.more;
    let id = match id % 5 {
        0 | 1 => Id::Identity,
        2 | 3 => Id::Uuid,
        _ => Id::None,
    };
    let mut columns = key_columns(known, raw);
    let key = columns.len();
    let null_key = kind % 6 == 1 && id != Id::None && kind > 127;
    columns[key - 1].null |= null_key;
    columns.extend(references(known, at, id, raw));
    let mut uniques = Vec::new();
    if pos % 8 != 0 {
        let of = |name: &str| columns.iter().any(|c| c.name == name && c.kind != Kind::Parent(at));
        uniques.push(match pos % 4 {
            1 if of("pa") => vec!["pa", "pos"],
            2 if of("f0") => vec!["f0", "pos"],
            _ => vec!["pos"],
        });
        columns.push(column("pos", Kind::Number, pos > 127));
    }
    if code % 3 == 1 {
        uniques.push(if code % 2 == 0 && pos % 8 != 0 { vec!["code", "pos"] } else { vec!["code"] });
        columns.push(column("code", Kind::Word, code > 127));
    }
    for (number, [kind, null]) in raw.values.iter().enumerate().take(3) {
        let kind = Kind::Value(usize::from(*kind) % TYPES.len());
        columns.push(column(["v0", "v1", "v2"][number], kind, null % 2 == 0));
    }
    if a % 4 > 1 {
        columns.push(column("nev", Kind::Never, true));
    }
    let (name, sql) = NAMES[at];
    let layout = match layout % 9 {
        1 => Layout::Parted,
        2 => Layout::KeysOnEach,
        3 if columns.iter().any(Column::is_foreign) => Layout::KeysOnSome,
        4 => Layout::Inherited,
        _ => Layout::Plain,
    };
    let generated = [Generated::Nowhere, Generated::Everywhere, Generated::InSource, Generated::InTarget]
        .get(usize::from(generated % 12))
        .copied()
        .unwrap_or(Generated::Nowhere);
    let deferrable = match constraints % 6 {
        1 => " DEFERRABLE",
        2 => " DEFERRABLE INITIALLY DEFERRED",
        _ => "",
    };
    let nulls_equal = constraints % 4 == 1;
    let trigger = code % 5 == 1;
    let mut table =
        Table { name, sql, id, columns, key, uniques, null_key, trigger, layout, generated, deferrable, nulls_equal };
    fit(&mut table);
    table
}

/// A unique constraint of a table in partitions must hold what it is divided by: its id, or the first column of its key.
fn fit(table: &mut Table) {
    let first = table.columns[0].name;
    match table.id {
        _ if !table.is_parted() => {}
        Id::None => table.uniques.iter_mut().filter(|unique| !unique.contains(&first)).for_each(|u| u.insert(0, first)),
        _ => table.uniques.clear(),
    }
}

fn key_columns(known: &[Table], raw: &RawTable) -> Vec<Column> {
    let [kind, a, b, ..] = raw.shape;
    let usable: Vec<usize> = (0..known.len())
        .filter(|&to| known[to].id != Id::None && !known[to].is_mixed() && depth(known, to) < 3)
        .collect();
    let parent = |name, pick: u8| Column {
        on_delete: on_delete(pick / 16, false),
        ..column(name, Kind::Parent(usable[usize::from(pick) % usable.len()]), false)
    };
    let of = ["text", "citext", "char(6)", "varchar(9)"].get(usize::from(raw.more[3] % 10)).unwrap_or(&"text");
    let word = || Column { word: of, ..column("k", Kind::Word, false) };
    match kind % 6 {
        2 | 3 if !usable.is_empty() => vec![parent("pa", a), word()],
        4 if usable.len() > 1 => vec![parent("pa", a), parent("pb", b)],
        1 | 5 => vec![word(), column("n", Kind::Number, false)],
        _ => vec![word()],
    }
}

fn references(known: &[Table], at: usize, id: Id, raw: &RawTable) -> Vec<Column> {
    let [_, a, b, ..] = raw.shape;
    let mut columns = Vec::new();
    for (number, [to, flags]) in raw.fks.iter().enumerate().take(2) {
        let mut targets: Vec<usize> = (0..at).filter(|&to| known[to].id != Id::None && !known[to].is_mixed()).collect();
        if id != Id::None && raw.more[0] % 9 != 3 {
            targets.push(at);
        }
        let Some(&to) = targets.get(usize::from(*to) % targets.len().max(1)) else { continue };
        let null = to == at || flags % 2 == 0;
        let fk = column(["f0", "f1"][number], Kind::Parent(to), null);
        columns.push(Column { on_delete: on_delete(flags / 2, null), ..fk });
    }
    let pairs: Vec<usize> = (0..at).filter(|&to| known[to].has_plain_pair() && !known[to].is_mixed()).collect();
    if b % 2 == 0 && !pairs.is_empty() {
        let to = pairs[usize::from(a) % pairs.len()];
        let part = |name, part| Column {
            on_delete: on_delete(b / 2, true),
            word: known[to].columns[0].word,
            ..column(name, Kind::Part(to, part), true)
        };
        columns.extend([part("c0", 0), part("c1", 1)]);
    }
    let tenants: Vec<usize> = (0..at).filter(|&to| known[to].has_tenants()).collect();
    if b % 3 == 0 && !tenants.is_empty() {
        let to = tenants[usize::from(a) % tenants.len()];
        columns.push(column("cn", Kind::Tenant(to), false));
        columns.push(Column { on_delete: on_delete(b / 4, false), ..column("cid", Kind::Parent(to), true) });
    }
    columns
}
