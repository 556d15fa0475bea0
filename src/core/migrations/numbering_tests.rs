use super::*;

fn file(style: Style, path: &str) -> File {
    let says = super::super::file::named(style, path).unwrap();
    File {
        path: path.into(),
        style,
        version: says.version,
        stamp: None,
        name: says.name,
        kind: says.kind,
        text: "SELECT 1;".into(),
        exact: true,
    }
}

fn found(style: Style, paths: &[&str]) -> Vec<(Class, Vec<String>)> {
    let files: Vec<_> = paths.iter().map(|path| file(style, path)).collect();
    problems(style, &files).into_iter().map(|problem| (problem.class, problem.versions)).collect()
}

fn one(class: Class, versions: &[&str]) -> Vec<(Class, Vec<String>)> {
    vec![(class, versions.iter().map(|version| (*version).to_owned()).collect())]
}

#[test]
fn good_numbers_are_no_problem() {
    for (style, paths) in [
        (Style::Plain, vec!["001_a.sql", "002_b.sql", "003-c.sql"]),
        (Style::Plain, vec!["010_a.sql", "020_b.sql", "030_c.sql", "035_d.sql", "040_e.sql"]),
        (Style::Golang, vec!["9_a.up.sql", "9_a.down.sql", "10_b.up.sql"]),
        (Style::Flyway, vec!["V1__a.sql", "U1__a.sql", "V1.1__b.sql", "V2__c.sql", "R__v.sql", "R__w.sql"]),
        (Style::Supabase, vec!["20240131120000_a.sql", "20240229120000_b.sql"]),
        (Style::Supabase, vec!["002_a.sql", "20240229120000_b.sql"]),
        (Style::Plain, vec![]),
    ] {
        assert_eq!(found(style, &paths), [], "{paths:?}");
    }
}

#[test]
fn a_number_that_stands_twice_is_told_once_with_all_its_files() {
    let paths = ["010_a.sql", "010_b.sql", "010_c.sql", "011_d.sql"];
    assert_eq!(found(Style::Supabase, &paths), one(Class::Duplicate, &["010"]));
    let files: Vec<_> = paths.iter().map(|path| file(Style::Supabase, path)).collect();
    let problem = &problems(Style::Supabase, &files)[0];
    assert_eq!(problem.paths, ["010_b.sql", "010_c.sql", "010_a.sql"]);
    assert!(problem.to_string().starts_with("010_b.sql:1: number 010 stands for 3 files: "), "{problem}");
    assert_eq!(found(Style::Flyway, &["V1__a.sql", "V1__b.sql"]), one(Class::Duplicate, &["1"]));
    assert_eq!(found(Style::Golang, &["1_a.up.sql", "1_a.down.sql", "1_b.down.sql"]), one(Class::Duplicate, &["1"]));
}

#[test]
fn one_number_written_in_two_ways_is_padded() {
    assert_eq!(found(Style::Plain, &["9_a.sql", "09_b.sql"]), one(Class::Padded, &["9", "09"]));
    assert_eq!(found(Style::Flyway, &["V1.1__a.sql", "V1_1__b.sql"]), one(Class::Padded, &["1.1", "1_1"]));
}

#[test]
fn a_tool_that_compares_names_runs_ten_before_nine() {
    assert_eq!(found(Style::Supabase, &["10_b.sql", "9_a.sql"]), one(Class::Padded, &["9", "10"]));
}

#[test]
fn missing_numbers_are_named_as_they_would_be_written() {
    assert_eq!(found(Style::Plain, &["001_a.sql", "003_b.sql"]), one(Class::Gap, &["002"]));
    assert_eq!(found(Style::Sqlx, &["1_a.sql", "2_b.sql", "5_c.sql"]), one(Class::Gap, &["3", "4"]));
    let tens = ["010_a.sql", "020_b.sql", "030_c.sql", "050_d.sql"];
    assert_eq!(found(Style::Plain, &tens), one(Class::Gap, &["040"]));
    let far = found(Style::Plain, &["0000001_a.sql", "9999999_b.sql"]);
    assert_eq!(far[0].1.len(), 12, "a wide gap is not listed whole");
}

fn renamed(paths: &[&str], ran: &[&str]) -> Vec<(String, String)> {
    let files: Vec<_> = paths.iter().map(|path| file(Style::Plain, path)).collect();
    let renames = renumber(Style::Plain, &files, |file| ran.contains(&file.path.as_str()));
    renames.into_iter().map(|rename| (rename.from, rename.to)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
}

#[test]
fn a_second_of_a_number_moves_and_pushes_what_follows() {
    let paths = ["009_a.sql", "010_b.sql", "010_c.sql", "011_d.sql", "013_e.sql"];
    assert_eq!(renamed(&paths, &[]), pairs(&[("010_c.sql", "011_c.sql"), ("011_d.sql", "012_d.sql")]));
    assert_eq!(renamed(&["001_a.sql", "003_b.sql"], &[]), [], "a gap asks for no other name");
}

#[test]
fn what_ran_keeps_its_number() {
    let paths = ["010_b.sql", "010_c.sql", "011_d.sql", "012_e.sql"];
    assert_eq!(renamed(&paths, &["010_b.sql", "011_d.sql", "012_e.sql"]), pairs(&[("010_c.sql", "013_c.sql")]));
    assert_eq!(renamed(&["9_a.sql", "010_b.sql"], &[]), pairs(&[("9_a.sql", "009_a.sql")]));
}

#[test]
fn what_goes_back_moves_with_what_it_takes_back() {
    let paths = ["1_a.up.sql", "1_a.down.sql", "1_b.up.sql", "1_b.down.sql"];
    let files: Vec<_> = paths.iter().map(|path| file(Style::Golang, path)).collect();
    let renames = renumber(Style::Golang, &files, |_| false);
    let to: Vec<_> = renames.iter().map(|rename| rename.to.as_str()).collect();
    assert_eq!(to, ["2_b.up.sql", "2_b.down.sql"]);
}
