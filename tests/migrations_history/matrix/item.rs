//! What a case is made of: files of a folder, and runs that a tool recorded.

/// A migration, as a file or as it was when it ran.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: &'static str,
    /// The table that it creates; what is in a file does not depend on the file's name.
    pub table: &'static str,
    /// Whether its number is written with another width than the rest.
    pub odd: bool,
}

impl Item {
    /// Number `number`, by its usual name.
    pub fn new(number: u64) -> Item {
        let name = ["", "plans", "prices", "orders", "refunds", "audit"].get(usize::try_from(number).unwrap());
        let name = name.copied().unwrap_or("another");
        Item { number, name, table: name, odd: false }
    }

    /// Numbers 1 to `last`.
    pub fn upto(last: u64) -> Vec<Item> {
        (1..=last).map(Item::new).collect()
    }

    /// The same under another name.
    pub fn called(self, name: &'static str) -> Item {
        Item { name, ..self }
    }

    /// The same with another number.
    pub fn numbered(self, number: u64) -> Item {
        Item { number, ..self }
    }

    /// The same with its number written otherwise.
    pub fn oddly(self) -> Item {
        Item { odd: true, ..self }
    }

    /// Its statements, cut as Supabase's CLI cuts them: comments stay, the last semicolon goes.
    pub fn statements(&self) -> [String; 2] {
        let table = self.table;
        [
            format!("-- {table}; the first of two\nCREATE TABLE {table} (\n  id bigint PRIMARY KEY\n)"),
            format!("COMMENT ON TABLE {table} IS 'a; b'"),
        ]
    }

    /// What is run.
    pub fn sql(&self) -> String {
        self.statements().map(|statement| format!("{statement};\n")).concat()
    }

    /// When Drizzle's kit made it, in milliseconds: a renamed file keeps it, a generated one has its own.
    pub fn stamp(&self) -> u64 {
        1_772_000_000_000 + self.number * 1000 + self.table.bytes().map(u64::from).sum::<u64>() % 1000
    }
}

/// One run of a migration, as a tool would remember it.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// What ran.
    pub item: Item,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it was taken back afterwards.
    pub reverted: bool,
}

impl Run {
    /// It ran.
    pub fn of(item: Item) -> Run {
        Run { item, failed: false, reverted: false }
    }
}
