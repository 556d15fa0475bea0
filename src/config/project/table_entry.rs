//! A table of a sync set, as a section or as its name alone.

use std::{fmt, result::Result};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, MapDeserializer, SeqAccessDeserializer},
    },
};

use super::TableSection;

/// A table of a set: `{ table = "x", … }`, or `"x"` where there is nothing else to say.
pub(super) struct TableEntry(pub(super) TableSection);

impl<'de> Deserialize<'de> for TableEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;
        impl<'de> Visitor<'de> for Entry {
            type Value = TableEntry;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the name of a table, or { table = \"…\" }")
            }

            fn visit_str<E: Error>(self, table: &str) -> Result<TableEntry, E> {
                let section = MapDeserializer::<_, E>::new([("table", table)].into_iter());
                TableSection::deserialize(section).map(TableEntry)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TableEntry, A::Error> {
                TableSection::deserialize(MapAccessDeserializer::new(map)).map(TableEntry)
            }
        }
        deserializer.deserialize_any(Entry)
    }
}

/// Several names. One that stands there without its brackets is answered with how to write it.
pub(super) fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a list of names")
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<Vec<String>, E> {
            Err(E::custom(format!("a list of names is expected here: write [{name:?}]")))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<String>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }
    deserializer.deserialize_any(Names)
}

#[cfg(test)]
mod tests {
    use crate::{
        config::{project::Project, source::Source},
        core::{error::Result, sync::set::SetTable},
    };

    const HEAD: &str = "[project]\nname = \"x\"\n[env.production]\nkind = \"production\"\nurl = \"${URL}\"\n";

    fn parse(text: &str) -> Result<Project> {
        Project::parse(Source::new("pgdeck.toml", text))
    }

    #[test]
    fn a_table_of_a_set_may_be_its_name_alone() {
        let text = format!(
            "{HEAD}[[sync.set]]\nname = \"s\"\ntables = [\"a\", {{ table = \"b\", key = [\"k\"] }},\n  'app.\"C d\"']\n"
        );
        let project = parse(&text).expect("project");
        let tables: Vec<_> =
            project.sets.all()[0].tables.iter().map(|table| (&*table.table, table.key.len())).collect();
        assert_eq!(tables, [("a", 0), ("b", 1), ("app.\"C d\"", 0)]);
        let place = project.sets.all()[0].tables[0].place.clone();
        assert_eq!(place.as_deref(), Some("pgdeck.toml:8"));
        assert_eq!(project.sets.all()[0].tables[0], SetTable { table: "a".into(), place, ..SetTable::default() });
        for (tables, place, says) in [
            ("[\"a\",\n1]", "pgdeck.toml:9", "expected the name of a table, or { table = \"…\" }"),
            ("[\"a\",\n{ table = \"b\", igonre = [] }]", "pgdeck.toml:9", "did you mean `ignore`"),
            ("[\"a\",\n{ table = \"b\", ids = \"kep\" }]", "pgdeck.toml:9", "did you mean `keep`"),
            ("[\"a\",\n{ tabel = \"b\" }]", "pgdeck.toml:9", "did you mean `table`"),
            ("[\"a\",\n{ key = [] }]", "pgdeck.toml:9", "missing field `table`"),
            ("[\"a\",\n{ table = \"b\", key = \"code\" }]", "pgdeck.toml:9", "write [\"code\"]"),
            ("[\"a\",\n{ table = \"b\", exclude = 1 }]", "pgdeck.toml:9", "expected a list of names"),
            ("[\"a\",\n\"auth.users\"]", "pgdeck.toml:9", "never synced"),
            ("[\"a\",\n\"b\",\n\"public.a\"]", "pgdeck.toml:10", "names the table twice"),
            ("[\"\"]", "pgdeck.toml:8", "not a table name"),
            ("\"a\"", "pgdeck.toml:8", "a sequence"),
        ] {
            let text = format!("{HEAD}[[sync.set]]\nname = \"s\"\ntables = {tables}\n");
            let error = parse(&text).expect_err(tables);
            assert_eq!(error.place.as_deref(), Some(place), "{tables}: {error}");
            assert!(error.to_string().contains(says), "{tables}: {error}");
        }
    }
}
