use jiff::civil::date;

use super::*;
use crate::config::project::Project;

const HEAD: &str = "# The team's file.\n[project]\nname = \"x\"   # short\n\n[env.a]\nkind = \"staging\"\n";

fn entry() -> Entry {
    Entry { check: "FK03".into(), object: "public.plans".into(), part: None, reason: "ten rows".into(), until: None }
}

/// The text with `entry` in it, which is read back to be sure; nothing that was there is gone.
fn with(text: &str, entry: &Entry) -> String {
    let source = Source::new("pgdeck.toml", text);
    let new = written(&source, entry).expect("written");
    let rules = Project::parse(Source::new("pgdeck.toml", new.clone())).expect(&new).audit;
    let found = rules.accepted.iter().filter(|known| {
        known.check == entry.check
            && known.object == glob::literal(&entry.object)
            && (known.part == entry.part && known.reason == entry.reason && known.until == entry.until)
    });
    assert_eq!(found.count(), 1, "{new}");
    let mut old = new.lines();
    for line in text.lines().filter(|line| !line.contains("accept = [")) {
        let letters = |line: &str| line.replace([',', ' ', ']'], "");
        assert!(old.any(|kept| letters(kept).starts_with(&letters(line))), "{line:?} is gone:\n{new}");
    }
    new
}

#[test]
fn the_first_stands_at_the_end_with_a_blank_line_before_it() {
    let section = "[[accept]]\ncheck = \"FK03\"\nobject = \"public.plans\"\nreason = \"ten rows\"\n";
    assert_eq!(with(HEAD, &entry()), format!("{HEAD}\n{section}"));
    assert_eq!(with(&format!("{HEAD}\n"), &entry()), format!("{HEAD}\n{section}"), "no second blank line");
    assert_eq!(with(HEAD.trim_end(), &entry()), format!("{HEAD}\n{section}"), "a last line without an end");
    let until = Entry { until: Some(date(2027, 1, 31)), part: Some("plans_fk".into()), ..entry() };
    assert!(with(HEAD, &until).ends_with(
        "object = \"public.plans\"\nconstraint = \"plans_fk\"\nreason = \"ten rows\"\nuntil = 2027-01-31\n"
    ));
}

#[test]
fn the_next_stands_behind_the_last_and_before_what_is_said_of_the_next_section() {
    let one = "[[accept]]\ncheck = \"FK01\"\nobject = \"a\"\nreason = \"r\" # until the import is gone\n";
    let rest = "\n# What is never synced.\n[sync]\nnever = [\"auth.*\"]\n";
    let new = with(&format!("{HEAD}\n{one}{rest}"), &entry());
    assert_eq!(
        new,
        format!(
            "{HEAD}\n{one}\n[[accept]]\ncheck = \"FK03\"\nobject = \"public.plans\"\nreason = \"ten rows\"\n{rest}"
        )
    );
    // Right before a section without a blank line, and scattered ones.
    let tight = with(&format!("{HEAD}{one}[sync]\nnever = []\n{one}[purpose]\na = \"b\"\n"), &entry());
    assert!(tight.contains("ten rows\"\n\n[purpose]"), "{tight}");
}

#[test]
fn line_ends_of_windows_stay() {
    let windows = HEAD.replace('\n', "\r\n");
    let new = with(&windows, &entry());
    assert!(new.starts_with(&windows), "{new:?}");
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count(), "{new:?}");
}

#[test]
fn whatever_is_typed_and_whatever_an_object_is_called_is_read_back_as_it_was() {
    for reason in
        ["it's \"small\"", "größer als nötig – 日本語 👩‍🏫", "C:\\temp", "'''", "\"\"\"", "a\tb", "# no comment"]
    {
        with(HEAD, &Entry { reason: reason.into(), ..entry() });
    }
    for object in ["public.\"a*b\"", "public.\"what?\"", "public.f(integer[])", "public.\"tab\\*le\"", "ключ", "'"]
    {
        let text = with(HEAD, &Entry { object: object.into(), part: Some(object.into()), ..entry() });
        let rules = Project::parse(Source::new("pgdeck.toml", text)).expect("rules").audit;
        assert!(glob::text(&rules.accepted[0].object, object), "{object}");
        assert!(
            !glob::text(&rules.accepted[0].object, &object.replace(['*', '?'], "x")) || !object.contains(['*', '?'])
        );
    }
}

#[test]
fn a_list_of_inline_tables_grows() {
    let item = "{ check = \"FK01\", object = \"a\", reason = \"r\" }";
    let new = "{ check = \"FK03\", object = \"public.plans\", reason = \"ten rows\" }";
    for (list, grown) in [
        ("accept = []".to_owned(), format!("accept = [{new}]")),
        (format!("accept = [{item}]"), format!("accept = [{item}, {new}]")),
        (format!("accept = [\n  {item}, # why\n]"), format!("accept = [\n  {item}, # why\n  {new},\n]")),
        (format!("accept = [\n  {item} # why\n]"), format!("accept = [\n  {item}, # why\n  {new},\n]")),
        (format!("accept = [\n  {item}]"), format!("accept = [\n  {item}, {new}]")),
    ] {
        assert_eq!(with(&format!("{list}\n{HEAD}"), &entry()), format!("{grown}\n{HEAD}"));
    }
}

#[test]
fn a_text_that_is_no_toml_is_refused_with_its_line() {
    let error = written(&Source::new("pgdeck.toml", "[project\n"), &entry()).expect_err("broken");
    assert_eq!(error.place.as_deref(), Some("pgdeck.toml:1"));
}
