//! What a file creates and takes away: a small reader that says nothing of what it does not know.

use super::{Kind, Object, Trace, cursor::Cursor};
use crate::core::{migrations::statements::split, name::QName};

/// Statements that create nothing one could look for, whatever they hold.
const HARMLESS: [&str; 27] = [
    "insert",
    "update",
    "delete",
    "merge",
    "truncate",
    "copy",
    "comment",
    "grant",
    "revoke",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "savepoint",
    "release",
    "reset",
    "analyze",
    "vacuum",
    "reindex",
    "refresh",
    "lock",
    "notify",
    "cluster",
    "show",
    "abort",
    "checkpoint",
];

/// The words that begin a constraint in a table's parentheses.
const CONSTRAINTS: [&str; 6] = ["primary", "unique", "check", "foreign", "exclude", "like"];

/// What `text` does, read as what runs with `public` in front of the search path until it says otherwise.
pub fn read(text: &str) -> Trace {
    let mut reader = Reader { trace: Trace::default(), schema: Some("public".to_owned()) };
    for statement in split(text).list {
        if statement.psql || reader.statement(&mut Cursor::new(statement.text(text))).is_none() {
            reader.trace.unread += 1;
        }
    }
    reader.trace
}

struct Reader {
    trace: Trace,
    /// Where a name without a schema goes; `None` once that cannot be known.
    schema: Option<String>,
}

impl Reader {
    /// Reads one statement; `None` where it may create something that is not understood.
    fn statement(&mut self, words: &mut Cursor) -> Option<()> {
        if words.eat(&["create"]) {
            self.create(words)
        } else if words.eat(&["drop"]) {
            self.drop_objects(words)
        } else if words.eat(&["alter"]) {
            self.alter(words)
        } else if words.eat(&["set"]) {
            self.set(words);
            Some(())
        } else if words.eat(&["select"]) {
            self.select(words)
        } else {
            HARMLESS.iter().any(|word| words.sees(&[word])).then_some(())
        }
    }

    fn set(&mut self, words: &mut Cursor) {
        let _ = words.eat(&["local"]) || words.eat(&["session"]);
        if words.eat(&["search_path"]) {
            let _ = words.eat(&["to"]) || words.symbol(b'=');
            let first = words.text().or_else(|| words.name());
            self.schema = first.filter(|name| !matches!(name.as_str(), "" | "default" | "pg_catalog" | "$user"));
        }
    }

    /// A function may do anything; the one that sets the search path is known.
    fn select(&mut self, words: &mut Cursor) -> Option<()> {
        let _ = words.eat(&["pg_catalog"]) && words.symbol(b'.');
        let path = words.eat(&["set_config"]) && words.symbol(b'(') && words.text()? == "search_path";
        if path && words.symbol(b',') {
            self.schema = words.text().filter(|path| !path.is_empty() && !path.contains([',', '"', '$']));
            return Some(());
        }
        None
    }

    fn qname(&self, words: &mut Cursor) -> Option<QName> {
        words.qname(self.schema.as_deref())
    }

    fn create(&mut self, words: &mut Cursor) -> Option<()> {
        let _ = words.eat(&["or", "replace"]);
        if ["temp", "temporary", "local", "global"].iter().any(|word| words.sees(&[word])) {
            return Some(());
        }
        words.skip_any(&[
            "unlogged",
            "foreign",
            "unique",
            "recursive",
            "materialized",
            "constraint",
            "trusted",
            "procedural",
        ]);
        let object = match () {
            () if words.eat(&["table"]) => return self.table(words),
            () if words.eat(&["index"]) => return self.index(words),
            () if words.eat(&["schema"]) => return self.schema(words),
            () if words.eat(&["policy"]) => part(Kind::Policy, words, self.schema.as_deref())?,
            () if words.eat(&["trigger"]) => part(Kind::Trigger, words, self.schema.as_deref())?,
            () if words.eat(&["extension"]) => {
                exists(words);
                Object::new(Kind::Extension, QName::new("", words.name()?))
            }
            () if words.sees(&["role"]) || words.sees(&["user"]) || words.sees(&["group"]) => return None,
            () => {
                let kind = whole(words)?;
                exists(words);
                Object::new(kind, self.qname(words)?)
            }
        };
        self.made(object);
        Some(())
    }

    fn made(&mut self, object: Object) {
        self.trace.creates.insert(object);
    }

    fn table(&mut self, words: &mut Cursor) -> Option<()> {
        exists(words);
        let table = self.qname(words)?;
        self.made(Object::new(Kind::Table, table.clone()));
        if !words.symbol(b'(') || words.symbol(b')') {
            return Some(());
        }
        loop {
            if words.eat(&["constraint"]) {
                let name = words.name()?;
                self.made(Object::part(Kind::Constraint, &table, name));
            } else if !CONSTRAINTS.iter().any(|word| words.sees(&[word])) {
                let column = words.name()?;
                self.made(Object::part(Kind::Column, &table, column));
            }
            if !words.next_part() {
                return Some(());
            }
        }
    }

    /// An index without a name is not looked for: the server makes one up.
    fn index(&mut self, words: &mut Cursor) -> Option<()> {
        words.skip_any(&["concurrently"]);
        exists(words);
        if words.eat(&["on"]) {
            return None;
        }
        let name = words.name()?;
        if !words.eat(&["on"]) {
            return None;
        }
        words.skip_any(&["only"]);
        let table = self.qname(words)?;
        let index = Object::new(Kind::Index, QName::new(table.schema, name));
        self.trace.indexes.insert(index.clone(), table.name);
        self.made(index);
        Some(())
    }

    /// One with elements in it holds more than is read here.
    fn schema(&mut self, words: &mut Cursor) -> Option<()> {
        exists(words);
        if words.sees(&["authorization"]) {
            return None;
        }
        let name = words.name()?;
        self.made(Object::new(Kind::Schema, QName::new("", name)));
        (!words.seek("create")).then_some(())
    }

    fn drop_objects(&mut self, words: &mut Cursor) -> Option<()> {
        if words.eat(&["policy"]) || words.sees(&["trigger"]) {
            let kind = if words.eat(&["trigger"]) { Kind::Trigger } else { Kind::Policy };
            let object = part(kind, words, self.schema.as_deref())?;
            self.gone(&object);
            return Some(());
        }
        words.skip_any(&["foreign", "materialized"]);
        let bare = words.sees(&["schema"]) || words.sees(&["extension"]);
        let kind = match () {
            () if words.eat(&["table"]) => Kind::Table,
            () if words.eat(&["index"]) => Kind::Index,
            () if words.eat(&["schema"]) => Kind::Schema,
            () if words.eat(&["extension"]) => Kind::Extension,
            () if words.sees(&["role"]) || words.sees(&["user"]) || words.sees(&["owned"]) => return Some(()),
            () => whole(words)?,
        };
        words.skip_any(&["concurrently"]);
        exists(words);
        loop {
            let name = if bare { QName::new("", words.name()?) } else { self.qname(words)? };
            self.gone(&Object::new(kind, name));
            if !words.next_part() {
                return Some(());
            }
        }
    }

    /// Takes an object away, from what the file made before too.
    fn gone(&mut self, object: &Object) {
        let relation = |kind| matches!(kind, Kind::Table | Kind::View | Kind::Sequence);
        let kinds: &[Kind] =
            if relation(object.kind) { &[Kind::Table, Kind::View, Kind::Sequence] } else { &[object.kind] };
        let trace = &mut self.trace;
        for kind in kinds {
            let object = Object { kind: *kind, ..object.clone() };
            let stays = |made: &Object| {
                let table = made.table.as_ref().or_else(|| trace.indexes.get(made));
                *made != object
                    && !(relation(object.kind) && made.schema == object.schema && table == Some(&object.name))
                    && !(object.kind == Kind::Schema && made.schema == object.name)
            };
            trace.creates.retain(stays);
            trace.drops.insert(object);
        }
    }

    fn alter(&mut self, words: &mut Cursor) -> Option<()> {
        if words.eat(&["policy"]) || words.sees(&["trigger"]) {
            let kind = if words.eat(&["trigger"]) { Kind::Trigger } else { Kind::Policy };
            let object = part(kind, words, self.schema.as_deref())?;
            if words.eat(&["rename", "to"]) {
                let name = words.name()?;
                self.gone(&object);
                self.made(Object { name, ..object });
            }
            return Some(());
        }
        words.skip_any(&["foreign", "materialized"]);
        let table = words.sees(&["table"]) || words.sees(&["view"]);
        let kind = match () {
            () if words.eat(&["table"]) => Kind::Table,
            () if words.eat(&["index"]) => Kind::Index,
            () if words.eat(&["schema"]) => return self.alter_schema(words),
            () => match whole(words) {
                Some(kind) => kind,
                // Settings, roles, rights, publications: nothing that is looked for.
                None => return Some(()),
            },
        };
        exists(words);
        words.skip_any(&["only"]);
        let name = self.qname(words)?;
        if table { self.alter_table(kind, &name, words) } else { self.renamed(kind, &name, words) }
    }

    fn alter_schema(&mut self, words: &mut Cursor) -> Option<()> {
        let name = words.name()?;
        if words.eat(&["rename", "to"]) {
            self.gone(&Object::new(Kind::Schema, QName::new("", name)));
            let name = words.name()?;
            self.made(Object::new(Kind::Schema, QName::new("", name)));
        }
        Some(())
    }

    /// `RENAME TO` and `SET SCHEMA`, wherever the arguments of a function end.
    fn renamed(&mut self, kind: Kind, name: &QName, words: &mut Cursor) -> Option<()> {
        while !words.ended() {
            let other = if words.eat(&["rename", "to"]) {
                QName::new(&name.schema, words.name()?)
            } else if words.eat(&["set", "schema"]) {
                QName::new(words.name()?, &name.name)
            } else {
                words.step();
                continue;
            };
            self.gone(&Object::new(kind, name.clone()));
            self.made(Object::new(kind, other));
        }
        Some(())
    }

    fn alter_table(&mut self, kind: Kind, table: &QName, words: &mut Cursor) -> Option<()> {
        if words.sees(&["rename", "to"]) || words.sees(&["set", "schema"]) {
            return self.renamed(kind, table, words);
        }
        if words.eat(&["rename"]) {
            let part = if words.eat(&["constraint"]) { Kind::Constraint } else { Kind::Column };
            words.skip_any(&["column"]);
            let (old, _, new) = (words.name()?, words.eat(&["to"]), words.name()?);
            self.gone(&Object::part(part, table, old));
            self.made(Object::part(part, table, new));
            return Some(());
        }
        loop {
            self.alter_part(table, words)?;
            if !words.next_part() {
                return Some(());
            }
        }
    }

    /// One of the changes that an `ALTER TABLE` lists.
    fn alter_part(&mut self, table: &QName, words: &mut Cursor) -> Option<()> {
        let (add, drop) = (words.eat(&["add"]), words.eat(&["drop"]));
        if !add && !drop {
            return Some(());
        }
        let kind = if words.eat(&["constraint"]) { Kind::Constraint } else { Kind::Column };
        if kind == Kind::Column && CONSTRAINTS.iter().any(|word| words.sees(&[word])) {
            return Some(());
        }
        words.skip_any(&["column"]);
        exists(words);
        let part = Object::part(kind, table, words.name()?);
        if add {
            self.made(part);
        } else {
            self.gone(&part);
        }
        Some(())
    }
}

/// `IF EXISTS` or `IF NOT EXISTS`.
fn exists(words: &mut Cursor) {
    let _ = words.eat(&["if", "not", "exists"]) || words.eat(&["if", "exists"]);
}

/// The kind of an object with a name in a schema.
fn whole(words: &mut Cursor) -> Option<Kind> {
    let kinds = [
        ("view", Kind::View),
        ("sequence", Kind::Sequence),
        ("type", Kind::Type),
        ("domain", Kind::Type),
        ("function", Kind::Function),
        ("procedure", Kind::Function),
        ("routine", Kind::Function),
        ("aggregate", Kind::Function),
    ];
    kinds.into_iter().find(|(word, _)| words.eat(&[word])).map(|(_, kind)| kind)
}

/// `NAME … ON TABLE`.
fn part(kind: Kind, words: &mut Cursor, schema: Option<&str>) -> Option<Object> {
    exists(words);
    let name = words.name()?;
    if !words.seek("on") {
        return None;
    }
    let table = words.qname(schema)?;
    Some(Object::part(kind, &table, name))
}
