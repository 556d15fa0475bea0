//! What `ALTER` does to whom.

use super::{Reader, Rule, Words};

/// Defaults that differ from row to row, so that adding a column with one rewrites the table.
const VOLATILE: [&str; 7] =
    ["gen_random_uuid", "uuid_generate_v4", "uuidv7", "random", "clock_timestamp", "timeofday", "nextval"];
const SERIAL: [&str; 6] = ["serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"];

impl Reader {
    pub(super) fn alter(&mut self, words: Words, line: usize) {
        let kind = words.from(1).after(&["materialized", "foreign"]);
        let name = kind.from(1).after(&["if", "exists", "only"]);
        let object = name.name();
        // A name of n parts is 2n − 1 words long.
        let actions = name.from(object_words(&object)).after(&["*"]);
        if actions.is(0, "rename") {
            let column = ["to", "constraint"].iter().all(|word| !actions.is(1, word));
            let column = column.then(|| actions.from(1).after(&["column"]).name());
            return match column {
                Some(column) if kind.is(0, "table") => self.push_part(Rule::Rename, line, &object, &column),
                _ if actions.is(1, "constraint") => {}
                _ => self.push(Rule::Rename, line, &object),
            };
        }
        if kind.is(0, "table") {
            actions.parts().for_each(|action| self.action(action, line, &object));
        }
    }

    fn push_part(&mut self, rule: Rule, line: usize, table: &str, part: &str) {
        if !self.created.contains(&super::plain(table)) {
            self.found.push(super::Risk { rule, line, object: format!("{table}.{part}") });
        }
    }

    fn action(&mut self, action: Words, line: usize, table: &str) {
        if action.is(0, "drop") {
            self.drop_part(action.from(1), line, table);
        } else if action.is(0, "add") {
            self.add(action.from(1), line, table);
        } else if action.is(0, "alter") {
            let column = action.from(1).after(&["column"]);
            let (name, change) = (column.name(), column.from(1));
            if change.is(0, "type") || change.starts(&["set", "data", "type"]) {
                self.push_part(Rule::TypeChange, line, table, &name);
            } else if change.starts(&["set", "not", "null"]) {
                self.push_part(Rule::NotNull, line, table, &name);
            }
        } else if action.is(0, "set")
            && ["logged", "unlogged", "tablespace", "access"].iter().any(|word| action.is(1, word))
        {
            self.push(Rule::Rewrite, line, table);
        } else if action.starts(&["set", "schema"]) {
            self.push(Rule::Rename, line, table);
        }
    }

    fn drop_part(&mut self, words: Words, line: usize, table: &str) {
        let constraint = words.is(0, "constraint");
        let part = words.after(&["column", "constraint"]);
        let name = part.after(&["if", "exists"]).name();
        if !constraint {
            self.push_part(Rule::DropColumn, line, table, &name);
        }
        if !part.starts(&["if", "exists"]) {
            self.push_part(Rule::MissingIfExists, line, table, &name);
        }
    }

    fn add(&mut self, words: Words, line: usize, table: &str) {
        let body = if words.is(0, "constraint") { words.from(2) } else { words };
        let valid = !words.has(&["not", "valid"]);
        let existing = words.has(&["using", "index"]);
        if body.starts(&["foreign", "key"]) {
            if valid {
                self.push(Rule::ForeignKey, line, table);
            }
        } else if body.is(0, "check") {
            if valid {
                self.push(Rule::Check, line, table);
            }
        } else if body.is(0, "unique") || body.starts(&["primary", "key"]) || body.is(0, "exclude") {
            if !existing {
                self.push(Rule::Unique, line, table);
            }
        } else if !words.is(0, "constraint") && !body.starts(&["not", "null"]) {
            self.add_column(words.after(&["column", "if", "not", "exists"]), line, table);
        }
    }

    fn add_column(&mut self, column: Words, line: usize, table: &str) {
        let name = column.name();
        let serial = SERIAL.iter().any(|word| column.is(1, word));
        let default = column.find(&["default"]).map(|at| column.from(at + 1));
        let volatile = |value: Words| value.0.iter().any(|token| VOLATILE.iter().any(|name| token.is(name)));
        let generated = column.has(&["generated"]);
        if serial || generated && !column.has(&["virtual"]) || default.is_some_and(volatile) {
            self.push_part(Rule::Rewrite, line, table, &name);
        } else if column.has(&["not", "null"]) && default.is_none() && !generated {
            self.push_part(Rule::AddNotNull, line, table, &name);
        }
        // A reference of a column that is empty in every row is checked in no time; one with a default is not.
        if column.has(&["references"]) && default.is_some_and(|value| !value.is(0, "null")) {
            self.push_part(Rule::ForeignKey, line, table, &name);
        }
        if column.has(&["unique"]) || column.has(&["primary", "key"]) {
            self.push_part(Rule::Unique, line, table, &name);
        }
    }
}

/// How many words the name at the beginning of a statement takes up.
fn object_words(name: &str) -> usize {
    let mut inside = false;
    let dots = name.chars().filter(|c| {
        inside ^= *c == '"';
        *c == '.' && !inside
    });
    dots.count() * 2 + 1
}
