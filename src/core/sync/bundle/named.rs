//! The columns of a row's line: names with what they hold, in the order of the header.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::core::sync::{row::Value, value::SharedText};

/// An object of JSON whose order counts.
pub(super) struct Named<T>(pub(super) Vec<(String, T)>);

impl<T> Named<T> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, held)| held)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(Vec::new())
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, held)| (name, held)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Named<T>, M::Error> {
                let mut out = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    out.push(pair);
                }
                Ok(Named(out))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// What a column holds; `None` for what a bundle never holds, so that the error can name the column.
pub(super) struct Held(pub(super) Option<Value>);

impl Serialize for Held {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeldReader)
    }
}

struct HeldReader;

impl<'de> Visitor<'de> for HeldReader {
    type Value = Held;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<Held, E> {
        Ok(Held(Some(Some(SharedText::from(text)))))
    }

    fn visit_unit<E>(self) -> Result<Held, E> {
        Ok(Held(Some(None)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Held, E> {
        Ok(Held(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Held, E> {
        Ok(Held(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Held, E> {
        Ok(Held(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Held, E> {
        Ok(Held(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Held, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Held(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Held, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Held(None))
    }
}
