//! JSON values → texts that a server can cast, digit by digit as they were written.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::core::{
    error::{Error, Result},
    sync::row::Value,
};

/// A row: its keys in their order, each value as it stands there.
#[derive(Debug, Clone)]
pub(super) struct Object {
    keys: Vec<String>,
    values: BTreeMap<String, Box<RawValue>>,
}

struct Pairs(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
                let mut out = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    out.push(pair);
                }
                Ok(Pairs(out))
            }
        }
        from.deserialize_map(Reader)
    }
}

impl Object {
    pub(super) fn read(raw: &RawValue) -> Result<Object> {
        let pairs: Pairs =
            serde_json::from_str(raw.get()).map_err(|_| Error::usage("a list of rows holds something else"))?;
        let mut out = Object { keys: Vec::new(), values: BTreeMap::new() };
        for (key, value) in pairs.0 {
            if out.values.insert(key.clone(), value).is_some() {
                return Err(Error::usage(format!("a row has `{key}` twice"))
                    .hint("give one of the two another name in the query"));
            }
            out.keys.push(key);
        }
        Ok(out)
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn raw(&self, key: &str) -> &str {
        self.values.get(key).map_or("null", |raw| raw.get())
    }

    /// Whether the value is a list of objects.
    pub(super) fn is_list(&self, key: &str) -> bool {
        let list: Option<Vec<&RawValue>> = serde_json::from_str(self.raw(key)).ok();
        list.is_some_and(|list| !list.is_empty() && list.iter().all(|element| element.get().starts_with('{')))
    }

    /// The rows in a list; none where it is null.
    pub(super) fn list(&self, key: &str) -> Result<Vec<Object>> {
        let not_a_list =
            |_| Error::usage(format!("`{key}` is a list of rows in one row, and something else in another"));
        let list: Option<Vec<&RawValue>> = serde_json::from_str(self.raw(key)).map_err(not_a_list)?;
        list.unwrap_or_default().into_iter().map(Object::read).collect()
    }

    /// The value as the text to be cast to `cast`.
    pub(super) fn text(&self, key: &str, cast: &str) -> Result<Value, String> {
        text(self.raw(key), cast)
    }
}

fn text(raw: &str, cast: &str) -> Result<Value, String> {
    if raw == "null" {
        return Ok(None);
    }
    if matches!(cast, "json" | "jsonb") {
        return Ok(Some(raw.into()));
    }
    if raw.starts_with('"') {
        return serde_json::from_str(raw).map(Some).map_err(|error| error.to_string());
    }
    match cast.strip_suffix("[]") {
        Some(element) if raw.starts_with('[') => array(raw, element).map(|text| Some(text.into())),
        _ if raw.starts_with(['{', '[']) => Err(format!("a JSON object or list is no {cast}")),
        _ => Ok(Some(raw.into())),
    }
}

/// `{"a",NULL}`, as PostgreSQL reads arrays, at any depth.
fn array(raw: &str, element: &str) -> Result<String, String> {
    let list: Vec<&RawValue> = serde_json::from_str(raw).map_err(|error| error.to_string())?;
    let of_json = matches!(element, "json" | "jsonb");
    let written = |raw: &&RawValue| match raw.get() {
        inner if inner.starts_with('[') && !of_json => array(inner, element),
        inner => Ok(text(inner, element)?.map_or_else(
            || "NULL".to_owned(),
            |text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        )),
    };
    Ok(format!("{{{}}}", list.iter().map(written).collect::<Result<Vec<_>, _>>()?.join(",")))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_value_keeps_every_digit_and_every_quote() {
        let same = |raw: &str, cast: &str| text(raw, cast).expect(raw).expect("not null");
        assert_eq!(same("12345678901234567890.1234567890", "numeric"), "12345678901234567890.1234567890");
        assert_eq!(same("1.50", "numeric"), "1.50");
        assert_eq!(same("true", "boolean"), "true");
        assert_eq!(same(r#""a\"b\n""#, "text"), "a\"b\n");
        assert_eq!(same(r#"{"b": 1.0}"#, "json"), r#"{"b": 1.0}"#);
        assert_eq!(same(r#"["a", null, "q\"\\", ""]"#, "text[]"), r#"{"a",NULL,"q\"\\",""}"#);
        assert_eq!(same("[[1,2],[3,4]]", "integer[]"), r#"{{"1","2"},{"3","4"}}"#);
        assert_eq!(text("null", "jsonb"), Ok(None));
        assert!(text("{}", "point").is_err());
    }
}
