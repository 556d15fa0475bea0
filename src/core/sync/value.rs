//! The text of a value, held once however many places know it.

use std::{
    borrow::Borrow,
    cell::RefCell,
    cmp::Ordering,
    collections::HashSet,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

/// A text that is never changed. A value may be hundreds of megabytes, and a row, what is to be written, what was
/// reviewed and the image for an undo all hold it: a clone costs nothing.
#[derive(Clone)]
pub struct SharedText(Arc<str>);

impl Default for SharedText {
    fn default() -> Self {
        "".into()
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for SharedText {
    fn borrow(&self) -> &str {
        self
    }
}

impl AsRef<str> for SharedText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        SharedText(text.into())
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        SharedText(text.into())
    }
}

impl PartialEq for SharedText {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for SharedText {}

impl PartialEq<str> for SharedText {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for SharedText {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl PartialOrd for SharedText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SharedText {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl Hash for SharedText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl Serialize for SharedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for SharedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Read)
    }
}

/// Shorter texts are not looked for among those that were read.
const MIN_ONCE_BYTES: usize = 1 << 16;

thread_local! {
    static READ: RefCell<Option<HashSet<SharedText>>> = const { RefCell::new(None) };
}

/// Runs `read`, in which equal long texts become one: a record holds what a step wrote and found, and the images with the
/// same values.
pub(super) fn reading_once<T>(read: impl FnOnce() -> T) -> T {
    READ.set(Some(HashSet::new()));
    let out = read();
    READ.set(None);
    out
}

fn once(text: &str) -> SharedText {
    if text.len() < MIN_ONCE_BYTES {
        return text.into();
    }
    READ.with_borrow_mut(|known| {
        let Some(known) = known else { return text.into() };
        if let Some(same) = known.get(text) {
            return same.clone();
        }
        let new = SharedText::from(text);
        known.insert(new.clone());
        new
    })
}

/// Takes the text from wherever the parser has it: without a `String` in between there is one copy less of it.
struct Read;

impl Visitor<'_> for Read {
    type Value = SharedText;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<SharedText, E> {
        Ok(once(text))
    }

    fn visit_string<E>(self, text: String) -> Result<SharedText, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_long_texts_are_one_while_they_are_read_together() {
        let long = "x".repeat(MIN_ONCE_BYTES);
        let json = serde_json::to_string(&[&long, &long, "short", "short"]).expect("json");
        let read = || serde_json::from_str::<Vec<SharedText>>(&json).expect("texts");
        let (together, apart) = (reading_once(read), read());
        assert_eq!(together, apart);
        let same = |texts: &[SharedText]| Arc::ptr_eq(&texts[0].0, &texts[1].0);
        assert_eq!((same(&together), same(&apart)), (true, false));
    }
}
