//! JSON that is taken apart only as far as it has to be.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// An object: its keys, each with its value as it stands there.
pub(super) type Object<'a> = BTreeMap<String, &'a RawValue>;

/// `raw`, if it is an object.
pub(super) fn object(raw: &RawValue) -> Option<Object<'_>> {
    serde_json::from_str(raw.get()).ok()
}
