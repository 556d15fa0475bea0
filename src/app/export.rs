//! Lists written to files.

use std::path::Path;

use super::store;
use crate::core::{
    error::{Error, Result},
    sheet::{Format, Sheet},
};

/// Writes `sheet` to the new file `file`, in the format that the ending of its name asks for. What exists already
/// stays as it is.
pub fn write(file: &str, sheet: &Sheet) -> Result<()> {
    let format = Format::of(file)
        .ok_or_else(|| Error::usage("unsupported file extension").object(file).hint("use .csv, .json or .md"))?;
    store::write_new(Path::new(file), sheet.render(format).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_its_owners_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("counts.csv");
        let file = path.display().to_string();
        let sheet = Sheet::new("counts", ["table"], [vec!["plans".into()]]);
        write(&file, &sheet).expect("new");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), "table\nplans\n");
        assert_eq!(path.metadata().expect("facts").permissions().mode() & 0o777, 0o600);
        let error = write(&file, &Sheet::default()).expect_err("exists").to_string();
        assert!(error.contains("exists already") && error.contains("counts.csv"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), "table\nplans\n");
    }
}
