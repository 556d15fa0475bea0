//! Files that the program wrote and others may have had in their hands since.

use pgdeck::core::{
    error::Error,
    journal::{Entry, Reader},
    name::QName,
    sync::{
        basis, bundle::Bundle, paste, plan::Plan, schedule::schedule, script::script, seed::region, undo, undo::Record,
    },
};
use sha2::{Digest, Sha256};

use crate::{
    dice::Dice,
    fuzz::{self, FILE, Outcome, names_the_file},
    mutate::change_json,
    samples::samples,
};

fn bundle_again(bytes: &[u8]) -> Outcome {
    let bundle = Bundle::read(FILE, bytes)?;
    let mut again = Vec::new();
    bundle.write(&mut again).unwrap();
    assert_eq!(Bundle::read(FILE, again.as_slice()).as_ref(), Ok(&bundle), "written and read again");
    Ok(())
}

#[test]
fn bundle() {
    fuzz::run("bundle", &[samples().bundle.clone()], bundle_again, names_the_file);
}

/// With a footer that fits whatever stands above it, so that more than the checksum is looked at.
#[test]
fn bundle_sealed_again() {
    let text = String::from_utf8(samples().bundle.clone()).unwrap();
    let body = text.trim_end().rsplit_once('\n').unwrap().0.as_bytes().to_vec();
    let sealed = |bytes: &[u8]| -> Vec<u8> {
        let mut out = bytes.to_vec();
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut counts = serde_json::Map::new();
        for line in String::from_utf8_lossy(&out).lines() {
            let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let tables = line["tables"].as_array().into_iter().flatten().map(|shape| (&shape["table"], 0));
            for (table, more) in tables.chain([(&line["table"], 1)]) {
                let Some(name) = table.as_str().and_then(QName::parse) else { continue };
                let rows = counts.get(&name.to_string()).and_then(serde_json::Value::as_u64).unwrap_or(0);
                counts.insert(name.to_string(), (rows + more).into());
            }
        }
        let sha256 = format!("{:x}", Sha256::digest(&out));
        out.extend(format!("{}\n", serde_json::json!({ "rows": counts, "sha256": sha256 })).bytes());
        out
    };
    fuzz::run("bundle, sealed again", &[body], |bytes| bundle_again(&sealed(bytes)), names_the_file);
}

fn plan_again(bytes: &[u8]) -> Outcome {
    let plan = Plan::read(FILE, &String::from_utf8_lossy(bytes))?;
    assert_eq!(Plan::read(FILE, &plan.text()).as_ref(), Ok(&plan), "written and read again");
    Ok(())
}

#[test]
fn plan() {
    fuzz::run("plan", &[samples().plan.clone()], plan_again, names_the_file);
}

/// What any plan meets before a server does, sealed as it is.
fn carried_out(plan: &Plan) {
    let one_line = |error: Error| fuzz::is_one_line(&error);
    let _ = schedule(plan).map_err(one_line);
    let _ = script(plan).map_err(one_line);
    let _ = basis::check(plan, &plan.basis).map_err(one_line);
    let _ = (plan.tally(), plan.tally_by_table(), plan.numbered().len(), plan.short_digest());
}

#[test]
fn plan_sealed_again() {
    fuzz::any("plan, sealed again", &[samples().plan.clone()], |bytes| {
        let Ok(plan) = serde_json::from_slice::<Plan>(bytes) else { return false };
        let plan = plan.sealed();
        assert_eq!(Plan::read(FILE, &plan.text()).ok().filter(Plan::is_sealed), Some(plan.clone()).filter(is_plan));
        carried_out(&plan);
        true
    });
}

fn is_plan(plan: &Plan) -> bool {
    plan.pgdeck == "plan" && plan.format == pgdeck::core::sync::plan::FORMAT
}

#[test]
fn record_of_a_run() {
    let run = &samples().run;
    fuzz::any("record of a run", &[samples().record.clone()], |bytes| {
        let Ok(record) = Record::read(run, &String::from_utf8_lossy(bytes)) else { return false };
        assert_eq!(Record::read(run, &serde_json::to_string(&record).unwrap()), Ok(record.clone()));
        undo::plan(&record).is_ok()
    });
}

/// With its checksum made to fit, so that the undo looks at everything.
#[test]
fn record_of_a_run_sealed_again() {
    let good: serde_json::Value = serde_json::from_slice(&samples().record).unwrap();
    let seeds: Vec<Vec<u8>> = vec![b"0".to_vec(), b"123456789".to_vec()];
    fuzz::any("record of a run, sealed again", &seeds, |bytes| {
        let number = bytes.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let (mut dice, mut changed) = (Dice::new(number), good.clone());
        change_json(&mut dice, &mut changed);
        let Ok(record) = serde_json::from_value::<Record>(changed) else { return false };
        let record = Record::new(&record.run, &record.plan, &record.images, &record.xid, &record.also);
        if record.images.len() != record.plan.steps.len() {
            return false;
        }
        match undo::plan(&record) {
            Ok(plan) => carried_out(&plan),
            Err(error) => fuzz::is_one_line(&error),
        }
        true
    });
}

#[test]
fn paste_of_a_query() {
    let read = |bytes: &[u8]| {
        let document = paste::find(FILE, bytes)?;
        if document.is_paste { paste::read(FILE, &document).map(drop) } else { nested_rows(&document) }
    };
    let mut all = samples().pastes.clone();
    all.retain(|sample| read(sample).is_ok());
    assert!(all.len() >= 3, "most forms are read");
    fuzz::run("paste", &all, read, names_the_file);
}

fn nested_rows(document: &paste::Document) -> Outcome {
    let found = paste::nested::drafts(FILE, document, &samples().shapes)?;
    for draft in found.drafts {
        let rows = draft.rows.clone();
        (0..rows.len()).for_each(|row| drop(draft.row(row)));
        drop(draft.finish(rows));
    }
    Ok(())
}

#[test]
fn nested_json_by_hand() {
    let read = |bytes: &[u8]| nested_rows(&paste::find(FILE, bytes)?);
    fuzz::run("nested JSON", &[samples().nested.clone()], read, names_the_file);
}

#[test]
fn journal() {
    let lines: Vec<&[u8]> = samples().journal.split(|byte| *byte == b'\n').collect();
    let read = |bytes: &[u8]| {
        let mut reader = Reader::default();
        bytes.split(|byte| *byte == b'\n').for_each(|line| reader.line(line));
        reader.end()
    };
    let whole = read(&samples().journal);
    assert!(whole.damaged == 0 && !whole.runs.is_empty());
    fuzz::any("journal", &[samples().journal.clone()], |bytes| {
        let journal = read(bytes);
        assert!(journal.notes(FILE).iter().all(|note| note.starts_with(FILE)));
        for run in &journal.runs {
            let line = serde_json::to_string(&run.last).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&line).as_ref().ok(), Some(&run.last));
        }
        // A line that cannot be read costs its own record and no other.
        let intact = lines.iter().filter(|line| bytes.split(|byte| *byte == b'\n').any(|other| other == **line));
        let known = intact.filter_map(|line| serde_json::from_slice::<Entry>(line).ok());
        for entry in known {
            assert!(journal.runs.iter().any(|run| run.last.run == entry.run), "{} is lost", entry.run);
        }
        journal.damaged == 0
    });
}

#[test]
fn snapshot_of_counts() {
    fuzz::any("snapshot", &[samples().snapshot.clone()], |bytes| {
        let Ok(read) = serde_json::from_slice::<pgdeck::app::counts::Snapshot>(bytes) else { return false };
        let again = serde_json::to_vec(&read).unwrap();
        serde_json::from_slice::<pgdeck::app::counts::Snapshot>(&again).unwrap();
        true
    });
}

/// The part of a team's SQL file that is ours is replaced, and all else stays to the letter.
#[test]
fn regions_of_a_seed() {
    let read = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        region::check(FILE, &text)?;
        let once = region::replace(FILE, &text, "fuzzed", "SELECT 'ours';\n")?;
        assert_eq!(region::replace(FILE, &once, "fuzzed", "SELECT 'ours';\n").as_ref(), Ok(&once), "twice is once");
        Ok(())
    };
    fuzz::run("regions of a seed", &[samples().seed.clone()], read, names_the_file);
}

#[test]
fn names_and_patterns() {
    use pgdeck::core::{glob, name};
    let good: Vec<Vec<u8>> = ["public.plans", "\"A.b\".\"c\"\"d\"", "select", "credit_*", "auth.?\\*"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    fuzz::any("names and patterns", &good, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let name = QName::new("public", text.clone());
        assert!(glob::text(&glob::literal(&text), &text), "a name's own pattern");
        if !text.is_empty() {
            assert_eq!(QName::parse(&name.sql()), Some(name.clone()), "a name, quoted and read");
        }
        let _ = (glob::matches(&text, &name), name::literal(&text), name::literal_lines(&text));
        let read = QName::parse(&text);
        if let Some(read) = &read {
            assert_eq!(QName::parse(&read.sql()).as_ref(), Some(read));
        }
        read.is_some()
    });
}
