use super::find;

const PASTE: &str = "{\"pgdeck\":\"paste\",\"a\":\"q\\\"+\",\n\"tables\":[\n[\"x\"],\n[\"y+\"]\n]}";

fn compact(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json).expect(json).to_string()
}

fn csv() -> String {
    format!("\"{}\"", PASTE.replace('"', "\"\""))
}

fn aligned(begin: &str, goes_on: &str, end: &str) -> String {
    let count = PASTE.lines().count();
    let line = |(at, line): (usize, &str)| {
        let sign = if at + 1 < count { goes_on } else { end };
        format!("{begin}{line:40}{sign}\n")
    };
    PASTE.lines().enumerate().map(line).collect()
}

#[test]
fn every_editor_hands_over_the_same_document_and_its_line_is_known() {
    let string = serde_json::to_string(PASTE).expect("string");
    let rule = "-".repeat(42);
    for (what, text, line) in [
        ("bare", PASTE.to_owned(), 1),
        ("blank lines and a mark", format!("\u{feff}\r\n\r\n{}\r\n", PASTE.replace('\n', "\r\n")), 3),
        ("string", string.clone(), 1),
        ("string in a list", format!("[\n  {{\n    \"pgdeck\": {string}\n  }}\n]\n"), 3),
        ("object in a list", format!("[\n{{\"pgdeck\": {PASTE}}}]"), 2),
        ("list of the object", format!("[{PASTE}]"), 1),
        ("row as a list", format!("[[{string}]]"), 1),
        ("client", format!("{{\"command\":\"SELECT\",\"rows\":[{{\"pgdeck\":{PASTE}}}]}}"), 1),
        ("csv field", csv(), 1),
        ("csv", format!("pgdeck\n{}\n", csv()), 2),
        ("csv with quotes", format!("\"pgdeck\"\r\n{}\r\n", csv()), 1),
        ("unaligned", format!("pgdeck\n{PASTE}\n(1 row)\n"), 2),
        ("aligned", format!("     pgdeck     \n{rule}\n{}(1 row)\n\n", aligned(" ", "+", "")), 3),
        ("another language", format!(" pgdeck \n{rule}\n{}(1 Zeile)\n", aligned(" ", "+", "")), 3),
        ("tuples", aligned(" ", "+", ""), 1),
        ("boxed", format!("+{rule}+\n| pgdeck |\n+{rule}+\n{}+{rule}+\n(1 row)\n", aligned("| ", "+|", " |")), 4),
        ("timing", format!("Timing is on.\n pgdeck \n{rule}\n{}(1 row)\n\nTime: 3 ms\n", aligned(" ", "+", "")), 4),
        (
            "expanded",
            format!("-[ RECORD 1 ]{rule}\n{}", aligned("pgdeck | ", "+", "").replace("\npgdeck", "\n      ")),
            2,
        ),
        ("expanded, unaligned", format!("pgdeck|{PASTE}\n"), 1),
    ] {
        let found = find("f", text.as_bytes()).unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
        assert!(found.is_paste, "{what}");
        assert_eq!(compact(&found.json), compact(PASTE), "{what}\n{text}");
        assert_eq!(found.line, line, "{what}");
    }
}

#[test]
fn a_file_of_wide_characters_is_read() {
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(PASTE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(find("f", &wide).expect("read").json, PASTE);
    assert!(find("f", &wide[..wide.len() - 1]).is_err(), "half a character is no text");
}

#[test]
fn rows_by_hand_are_not_taken_for_a_frame() {
    for (text, json) in [
        (r#"[{"a":1,"b":[]},{"a":2,"b":[]}]"#, r#"[{"a":1,"b":[]},{"a":2,"b":[]}]"#),
        (r#"[{"json_agg":[{"a":1}]}]"#, r#"[{"a":1}]"#),
        (r#"[{"json_agg":"[{\"a\":1}]"}]"#, r#"[{"a":1}]"#),
        (r#"[{"slug":"one"}]"#, r#"[{"slug":"one"}]"#),
        (r#"[{"slug":"[one]"}]"#, r#"[{"slug":"[one]"}]"#),
        (r#"[{"json_agg":null}]"#, "null"),
        (" json_agg \n----------\n \n(1 row)", ""),
    ] {
        match find("f", text.as_bytes()) {
            Ok(found) => assert!(!found.is_paste && found.json == json, "{text}: {}", found.json),
            Err(error) => assert!(json.is_empty() && error.message.contains("no value"), "{text}: {error}"),
        }
    }
}

#[test]
fn the_line_at_fault_is_that_of_the_file() {
    let text = format!("pgdeck\n{}", PASTE.replace("[\"y+\"]", "[y]"));
    let error = find("f", text.as_bytes()).expect_err("broken");
    assert_eq!(error.place.as_deref(), Some("f:5"), "{error}");
}

#[test]
fn brackets_without_end_are_refused_soon() {
    let depth = 200_000;
    let error = find("f", format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes()).expect_err("too deep");
    assert!(!error.message.is_empty() && error.place.as_deref() == Some("f:1"), "{error}");
}
