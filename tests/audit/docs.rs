//! `docs/checks.md` is made from the table of checks.

use pgdeck::core::audit::{checks, report};

/// `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_page_of_checks_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let page = report::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == page, "docs/checks.md is stale: UPDATE_DOCS=1 cargo test --test audit");
}

#[test]
fn every_check_says_what_why_and_how_in_whole_sentences() {
    for check in checks() {
        let id = check.id;
        assert!(!check.title.is_empty() && !check.title.ends_with('.'), "{id}: {}", check.title);
        for text in [check.why, check.how] {
            assert!(
                text.ends_with('.') && text.starts_with(|c: char| c.is_uppercase() || !c.is_alphabetic()),
                "{id}: {text}"
            );
            assert!(!text.contains("  "), "{id}: {text}");
        }
        assert!(id.len() == 4 && id.chars().take(2).all(|c| c.is_ascii_uppercase()), "{id}");
    }
}
