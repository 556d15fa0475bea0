//! The statements that make a schema, and the sync set over it.

use std::fmt::Write as _;

use crate::{
    schema::{Column, Generated, Id, Kind, Layout, Table},
    types::TYPES,
};

/// `CREATE TABLE` for all of them, and for what is never synced, as one side has it.
pub fn ddl(tables: &[Table], source: bool) -> String {
    let mut out = "CREATE TABLE never_parent (id uuid PRIMARY KEY, note text);
        CREATE FUNCTION makes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          NEW.made := md5((to_jsonb(NEW) - 'made' - 'id' - 'g')::text); RETURN NEW; END $$;"
        .to_owned();
    if has_citext(tables) {
        out.push_str("CREATE EXTENSION citext;");
    }
    for (at, table) in tables.iter().enumerate() {
        let _ = write!(out, "CREATE TABLE {} ({}", table.sql, columns(tables, table, source).join(", "));
        let over = if table.id == Id::None { table.columns[0].name } else { "id" };
        out.push_str(&if table.is_parted() { format!(") PARTITION BY HASH ({over});") } else { ");".to_owned() });
        for part in 0..if table.is_parted() { 3 } else { 0 } {
            let _ = write!(
                out,
                "CREATE TABLE part_{at}_{part} PARTITION OF {} FOR VALUES WITH (MODULUS 3, REMAINDER {part});",
                table.sql
            );
        }
        if table.layout == Layout::Inherited {
            let _ = write!(out, "CREATE TABLE heir_{at} () INHERITS ({});", table.sql);
        }
        out.push_str(&foreign_keys(tables, at, "back", false));
        if table.trigger {
            let _ = write!(
                out,
                "CREATE TRIGGER makes BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION makes();",
                table.sql
            );
        }
    }
    // The table that it leads to comes last.
    out.push_str(&foreign_keys(tables, 0, "back", true));
    out
}

fn has_citext(tables: &[Table]) -> bool {
    let citext = |column: &Column| match column.kind {
        Kind::Value(kind) => TYPES[kind].0 == "citext",
        _ => column.word == "citext",
    };
    tables.iter().flat_map(|table| &table.columns).any(citext)
}

fn columns(tables: &[Table], table: &Table, source: bool) -> Vec<String> {
    let key = table.columns[..table.key].iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let nulls = if table.nulls_equal { "NULLS NOT DISTINCT " } else { "" };
    let mut out = match table.id {
        Id::None => vec![format!("PRIMARY KEY ({key})")],
        Id::Uuid => vec!["id uuid PRIMARY KEY DEFAULT gen_random_uuid()".to_owned()],
        Id::Identity => vec!["id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY".to_owned()],
    };
    if table.id != Id::None && !table.is_parted() {
        out.push(format!("UNIQUE {nulls}({key})"));
    }
    for column in &table.columns {
        let kind = match column.kind {
            Kind::Word | Kind::Part(_, 0) => column.word,
            Kind::Number | Kind::Part(..) | Kind::Tenant(_) => "int",
            Kind::Value(kind) => TYPES[kind].0,
            Kind::Never => "uuid",
            Kind::Parent(to) => id_name(tables[to].id),
        };
        out.push(format!("{} {kind}{}", column.name, if column.null { "" } else { " NOT NULL" }));
    }
    let uniques = table.uniques.iter();
    out.extend(uniques.map(|unique| format!("UNIQUE {nulls}({}){}", unique.join(", "), table.deferrable)));
    if table.has_tenants() {
        out.push("UNIQUE (n, id)".to_owned());
    }
    let by = ["pos", "code", table.columns[0].name];
    let by = by.into_iter().find(|name| table.columns.iter().any(|column| column.name == *name));
    match (table.generated, source) {
        (Generated::Nowhere, _) => {}
        (Generated::Everywhere, _) | (Generated::InSource, true) | (Generated::InTarget, false) => {
            out.push(format!("g text GENERATED ALWAYS AS ('made of ' || {}::text) STORED", by.unwrap_or_default()));
        }
        _ => out.push("g text".to_owned()),
    }
    if table.trigger {
        out.push("made text".to_owned());
    }
    out
}

/// The foreign keys of the table at `at`, those of the column `name` or those of all others.
fn foreign_keys(tables: &[Table], at: usize, name: &str, only: bool) -> String {
    let table = &tables[at];
    let on: Vec<String> = match table.layout {
        Layout::KeysOnEach => (0..3).map(|part| format!("part_{at}_{part}")).collect(),
        Layout::KeysOnSome => vec![format!("part_{at}_1")],
        _ => vec![table.sql.to_owned()],
    };
    let mut out = String::new();
    for column in table.columns.iter().filter(|column| (column.name == name) == only) {
        let (columns, to, referenced) = match column.kind {
            Kind::Parent(to) if column.name == "cid" => ("cn, cid", tables[to].sql, "n, id"),
            Kind::Parent(to) => (column.name, tables[to].sql, "id"),
            Kind::Never => (column.name, "never_parent", "id"),
            Kind::Part(to, 0) => ("c0, c1", tables[to].sql, "k, n"),
            _ => continue,
        };
        for table_sql in &on {
            let _ = write!(
                out,
                "ALTER TABLE {table_sql} ADD FOREIGN KEY ({columns}) REFERENCES {to} ({referenced}){}{};",
                column.on_delete, table.deferrable
            );
        }
    }
    out
}

fn id_name(id: Id) -> &'static str {
    if id == Id::Uuid { "uuid" } else { "int" }
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
