//! Schemas out of numbers: whatever the numbers are, the schema is one that PostgreSQL accepts.

use std::fmt::Write as _;

/// A type of a value column: its name, and texts as PostgreSQL writes them, each with the number of its value.
/// Texts of one number are the same value written differently.
pub type Type = (&'static str, &'static [(&'static str, u8)]);

pub const TYPES: &[Type] = &[
    ("text", &[("", 0), ("a", 1), ("it's", 2), ("back\\slash", 3), ("two\nlines \"and\" $1 é 🦀", 4), ("NULL", 5)]),
    ("int", &[("0", 0), ("1", 1), ("-7", 2), ("2147483647", 3)]),
    ("numeric", &[("1", 0), ("1.0", 0), ("1.00", 0), ("2.5", 1), ("NaN", 2), ("-0.001", 3)]),
    ("boolean", &[("true", 0), ("false", 1)]),
    ("jsonb", &[("{\"a\": 1}", 0), ("{\"a\": 1.0}", 0), ("[]", 1), ("null", 2), ("\"it's \\\\ $1\"", 3)]),
    ("timestamptz", &[("2024-02-29 12:00:00+00", 0), ("2024-02-29 12:00:00.000001+00", 1), ("infinity", 2)]),
    ("uuid", &[("00000000-0000-0000-0000-000000000000", 0), ("8f000000-0000-4000-8000-00000000000a", 1)]),
    ("text[]", &[("{}", 0), ("{a,NULL}", 1), ("{\"a,b\",\"NULL\"}", 2), ("{it's,\"q\\\"q\\\\\"}", 3)]),
];

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
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub null: bool,
    pub on_delete: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Id {
    Uuid,
    Identity,
    /// The key is the primary key.
    None,
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
}

impl Table {
    /// Whether other tables can point to the two columns of its key.
    fn has_plain_pair(&self) -> bool {
        let plain = |column: &Column| matches!(column.kind, Kind::Word | Kind::Number);
        self.key == 2 && !self.null_key && self.columns[..2].iter().all(plain)
    }

    pub fn position(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap()
    }
}

/// The numbers that make a table.
#[derive(Debug, Clone)]
pub struct RawTable {
    pub shape: [u8; 6],
    pub fks: Vec<[u8; 2]>,
    pub values: Vec<[u8; 2]>,
}

/// The tables, parents first.
pub fn tables(raws: &[&RawTable]) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    for (at, raw) in raws.iter().enumerate() {
        let table = table(&out, at, raw);
        out.push(table);
    }
    // Now and then the first table points to the last one, so that circles lead through several tables.
    let last = out.len() - 1;
    if raws[0].shape[1].is_multiple_of(2) && last > 0 && out[0].id != Id::None && out[last].id != Id::None {
        let on_delete = on_delete(raws[0].shape[2], true);
        out[0].columns.push(Column { on_delete, ..column("back", Kind::Parent(last), true) });
    }
    out
}

fn column(name: &'static str, kind: Kind, null: bool) -> Column {
    Column { name, kind, null, on_delete: "" }
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
    let [kind, a, b, id, pos, code] = raw.shape;
    let usable: Vec<usize> = (0..at).filter(|&to| known[to].id != Id::None && depth(known, to) < 3).collect();
    let parent = |name, pick: u8| Column {
        on_delete: on_delete(pick / 16, false),
        ..column(name, Kind::Parent(usable[usize::from(pick) % usable.len()]), false)
    };
    let word = || column("k", Kind::Word, false);
    let mut columns = match kind % 5 {
        2 | 3 if !usable.is_empty() => vec![parent("pa", a), word()],
        4 if usable.len() > 1 => vec![parent("pa", a), parent("pb", b)],
        1 => vec![word(), column("n", Kind::Number, false)],
        _ => vec![word()],
    };
    let key = columns.len();
    let id = match id % 5 {
        0 | 1 => Id::Uuid,
        2 | 3 => Id::Identity,
        _ => Id::None,
    };
    for (number, [to, flags]) in raw.fks.iter().enumerate().take(2) {
        let mut targets: Vec<usize> = (0..at).filter(|&to| known[to].id != Id::None).collect();
        if id != Id::None {
            targets.push(at);
        }
        let Some(&to) = targets.get(usize::from(*to) % targets.len().max(1)) else { continue };
        let null = to == at || flags % 2 == 0;
        let fk = column(["f0", "f1"][number], Kind::Parent(to), null);
        columns.push(Column { on_delete: on_delete(flags / 2, null), ..fk });
    }
    let mut uniques = Vec::new();
    let pairs: Vec<usize> = (0..at).filter(|&to| known[to].has_plain_pair()).collect();
    if b % 2 == 0 && !pairs.is_empty() {
        let to = pairs[usize::from(a) % pairs.len()];
        let on_delete = on_delete(b / 2, true);
        columns.push(Column { on_delete, ..column("c0", Kind::Part(to, 0), true) });
        columns.push(Column { on_delete, ..column("c1", Kind::Part(to, 1), true) });
    }
    if pos % 8 != 0 {
        let of = |name: &str| columns.iter().any(|c| c.name == name && c.kind != Kind::Parent(at));
        uniques.push(match pos % 4 {
            1 if of("pa") => vec!["pa", "pos"],
            2 if of("f0") => vec!["f0", "pos"],
            _ => vec!["pos"],
        });
        columns.push(column("pos", Kind::Number, pos > 127));
    }
    if code % 3 == 0 {
        uniques.push(if code % 2 == 0 && pos % 8 != 0 { vec!["code", "pos"] } else { vec!["code"] });
        columns.push(column("code", Kind::Word, code > 127));
    }
    for (number, [kind, null]) in raw.values.iter().enumerate().take(3) {
        let kind = Kind::Value(usize::from(*kind) % TYPES.len());
        columns.push(column(["v0", "v1", "v2"][number], kind, null % 2 == 0));
    }
    if a % 2 == 1 {
        columns.push(column("nev", Kind::Never, true));
    }
    let (name, sql) = NAMES[at];
    let null_key = kind % 5 == 1 && id != Id::None && kind > 127;
    columns[key - 1].null |= null_key;
    Table { name, sql, id, columns, key, uniques, null_key, trigger: code % 5 == 1 }
}

/// `CREATE TABLE` for all of them, and for what is never synced.
pub fn ddl(tables: &[Table]) -> String {
    let mut out = "CREATE TABLE never_parent (id uuid PRIMARY KEY, note text);
        CREATE FUNCTION makes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          NEW.made := md5((to_jsonb(NEW) - 'made' - 'id')::text); RETURN NEW; END $$;"
        .to_owned();
    for table in tables {
        let key: Vec<_> = table.columns[..table.key].iter().map(|column| column.name).collect();
        let (key, id) = (key.join(", "), id_type(table.id));
        let _ = match table.id {
            Id::None => write!(out, "CREATE TABLE {} (PRIMARY KEY ({key})", table.sql),
            _ => write!(out, "CREATE TABLE {} (id {id}, UNIQUE ({key})", table.sql),
        };
        for column in &table.columns {
            let kind = match column.kind {
                Kind::Word => "text".to_owned(),
                Kind::Number => "int".to_owned(),
                Kind::Part(_, part) => ["text", "int"][part].to_owned(),
                Kind::Value(kind) => TYPES[kind].0.to_owned(),
                Kind::Never => "uuid REFERENCES never_parent".to_owned(),
                Kind::Parent(to) if column.name == "back" => id_name(tables[to].id).to_owned(),
                Kind::Parent(to) => {
                    format!("{} REFERENCES {} (id){}", id_name(tables[to].id), tables[to].sql, column.on_delete)
                }
            };
            let _ = write!(out, ", {} {kind}{}", column.name, if column.null { "" } else { " NOT NULL" });
        }
        for unique in &table.uniques {
            let _ = write!(out, ", UNIQUE ({})", unique.join(", "));
        }
        if let Some((to, on_delete)) = table.columns.iter().find_map(|column| match column.kind {
            Kind::Part(to, 0) => Some((to, column.on_delete)),
            _ => None,
        }) {
            let _ = write!(out, ", FOREIGN KEY (c0, c1) REFERENCES {} (k, n){on_delete}", tables[to].sql);
        }
        out.push_str(if table.trigger { ", made text);" } else { ");" });
        if table.trigger {
            let _ = write!(
                out,
                "CREATE TRIGGER makes BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION makes();",
                table.sql
            );
        }
    }
    if let Some(back) = tables[0].columns.iter().find(|column| column.name == "back")
        && let Kind::Parent(to) = back.kind
    {
        let (table, to, on_delete) = (tables[0].sql, tables[to].sql, back.on_delete);
        let _ = write!(out, "ALTER TABLE {table} ADD FOREIGN KEY (back) REFERENCES {to} (id){on_delete};");
    }
    out
}

fn id_name(id: Id) -> &'static str {
    if id == Id::Uuid { "uuid" } else { "int" }
}

fn id_type(id: Id) -> &'static str {
    match id {
        Id::Uuid => "uuid PRIMARY KEY DEFAULT gen_random_uuid()",
        Id::Identity => "int GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        Id::None => "",
    }
}

/// The set `s` over all tables, children first, so that the order comes from the foreign keys and not from here.
pub fn set(tables: &[Table]) -> String {
    let table = |table: &Table| {
        let key: Vec<_> = table.columns[..table.key].iter().map(|column| format!("\"{}\"", column.name)).collect();
        let exclude = if table.trigger { ", exclude = [\"made\"]" } else { "" };
        format!("{{ table = '{}', key = [{}]{exclude} }}", table.sql, key.join(", "))
    };
    let all: Vec<_> = tables.iter().rev().map(table).collect();
    format!("[sync]\nnever = [\"never_*\"]\n[[sync.set]]\nname = \"s\"\ntables = [{}]\n", all.join(",\n  "))
}
