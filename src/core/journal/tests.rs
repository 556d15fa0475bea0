use super::*;

fn line(run: &str, outcome: &str) -> String {
    let digest = "0".repeat(64);
    format!(
        r#"{{"at":"2026-10-30T15:36:16.871399176Z","run":"{run}","action":"apply","environment":"a","from":"b","digest":"{digest}","operator":"root","outcome":"{outcome}","rows":{{"insert":0,"update":5,"delete":0}}}}"#
    )
}

fn read(lines: &[&[u8]]) -> Journal {
    let mut reader = Reader::default();
    for line in lines {
        reader.line(line);
    }
    reader.end()
}

fn runs(journal: &Journal) -> Vec<(&str, Outcome)> {
    journal.runs.iter().map(|run| (run.last.run.as_str(), run.last.outcome)).collect()
}

/// The run `2` between two others, with its second line put in place of `damaged`.
fn with(damaged: &[u8]) -> Journal {
    let lines = [line("1", "started"), line("1", "applied"), line("2", "started")];
    let after = [line("3", "started"), line("3", "rolled-back")];
    let lines = lines.iter().map(String::as_bytes).chain([damaged]).chain(after.iter().map(String::as_bytes));
    read(&lines.collect::<Vec<_>>())
}

#[test]
fn each_kind_of_damage_costs_one_record_and_is_told() {
    let whole = line("2", "applied");
    let (bytes, half) = (whole.as_bytes(), whole.len() / 2);
    let bad_byte = [&bytes[..half], b"\xff", &bytes[half..]].concat();
    let zero = [&bytes[..half], &[0; 8], &bytes[half..]].concat();
    let glued = [bytes, bytes].concat();
    for (what, damaged, why) in [
        ("a bad byte", bad_byte.as_slice(), "not UTF-8"),
        ("cut off", &bytes[..half], "breaks off"),
        ("the end of a record", &bytes[half..], "not JSON"),
        ("zero bytes", &zero, "zero bytes"),
        ("zero bytes alone", &[0; 64], "zero bytes"),
        ("two in one line", &glued, "not JSON"),
        ("noise", b"\x00\x01\xfe\xff", "not UTF-8"),
        ("other JSON", b"{}", "not a record of this version"),
        ("a list", b"[1, 2]", "not a record of this version"),
        ("an outcome of another version", whole.replace("applied", "vanished").as_bytes(), "vanished"),
    ] {
        let journal = with(damaged);
        assert_eq!(
            runs(&journal),
            [("3", Outcome::RolledBack), ("2", Outcome::Started), ("1", Outcome::Applied)],
            "{what}"
        );
        assert_eq!((journal.damaged, journal.damage[0].line), (1, 4), "{what}");
        assert!(journal.damage[0].why.contains(why), "{what}: {}", journal.damage[0].why);
        let notes = journal.notes("journal.jsonl");
        assert!(notes.len() == 1 && notes[0].starts_with("journal.jsonl:4: this line cannot be read ("), "{notes:?}");
    }
}

#[test]
fn what_is_whole_is_not_told_of() {
    let whole = line("2", "applied");
    for fine in [whole.clone(), format!("{whole}\r"), format!("  {whole} "), String::new(), " ".into()] {
        let journal = with(fine.as_bytes());
        assert_eq!((journal.damaged, journal.notes("x").len(), journal.runs.len()), (0, 0, 3), "{fine:?}");
    }
}

#[test]
fn of_much_damage_the_first_is_told_and_the_rest_is_counted() {
    let lines: Vec<&[u8]> = std::iter::repeat_n(b"x".as_slice(), 1000).collect();
    let journal = read(&lines);
    assert_eq!((journal.damaged, journal.damage.len(), journal.notes("x").len()), (1000, MOST_DAMAGE, MOST_DAMAGE + 1));
    assert_eq!(journal.notes("x").last().map(String::as_str), Some("x: 980 more lines cannot be read"));
}

#[test]
fn lines_of_one_run_need_not_follow_each_other() {
    let lines =
        [line("1", "started"), line("2", "started"), line("1", "applied"), line("2", "unknown"), line("2", "applied")];
    let journal = read(&lines.iter().map(String::as_bytes).collect::<Vec<_>>());
    assert_eq!(runs(&journal), [("2", Outcome::Applied), ("1", Outcome::Applied)]);
}
