//! What psql, terminals and editors make of one value: read exactly, or refused with the reason.

use std::path::Path;

use pgdeck::{
    app::{job::Job, sync},
    core::sync::bundle::Bundle,
};
use serde_json::json;

use crate::{
    offline::{answer, csv, load, query, refused_in_one_line},
    support::{Pair, set},
};

const SCHEMA: &str = "CREATE TABLE plans (k text PRIMARY KEY, v text, j jsonb)";

/// Everything that a form could lose: its own signs, blanks at the ends, characters of no width, of two, of none at all.
const ROWS: &str = r#"INSERT INTO plans VALUES
    ('quotes', E'a "b" ''c'' \\ \\x7F \\| | "" \\" {"pgdeck":"paste"} </td> & \\textbar{}', '{"a": ["|", null, 1.0]}'),
    ('signs', E'ends with + \n+\n. \n.\n↵…\n ends with ;', NULL),
    ('controls', E'tab\there\r\n\n\x01\x1b\x7f' || U&'\0085\2028\feff\200b', NULL),
    ('wide', '日本語 日本語のとても長い説明文です。これは折り返されます。 全角　空白 e' || U&'\0301' || ' 👩‍👧 ｶﾅ한국어', NULL),
    ('blanks', '   leading, ' || repeat('  two  ', 30) || ' trailing   ', NULL),
    ('long', repeat('0123456789 abcdefghij "quoted" ', 20), NULL),
    ('latin', 'Größe naïve café ÀÉ', NULL),
    ('', '', '""'), ('null', NULL, 'null')"#;

async fn pair() -> (Pair, String, Bundle) {
    let pair = Pair::new(&set(r#""plans""#), SCHEMA, ROWS, "").await;
    let sql = query(&pair, &[]).await;
    let bundle = load(&pair, &answer(&pair, &sql).await, &[]).await.unwrap();
    assert_eq!(bundle.tables, pair.export().await.unwrap().tables);
    (pair, sql, bundle)
}

async fn same(pair: &Pair, bundle: &Bundle, what: &str, text: &str) {
    match load(pair, text, &[]).await {
        Ok(found) => assert!(found == *bundle, "{what}: other rows"),
        Err(error) => panic!("{what}: {error}\n{}", text.chars().take(600).collect::<String>()),
    }
}

#[tokio::test]
async fn every_form_of_psql_that_keeps_the_value_is_read() {
    let (pair, sql, bundle) = pair().await;
    let mut forms: Vec<Vec<String>> = Vec::new();
    for style in ["ascii", "unicode"] {
        for border in 0..=2 {
            for expanded in [&[][..], &["-x"]] {
                let mut base =
                    vec!["-P".to_owned(), format!("linestyle={style}"), "-P".into(), format!("border={border}")];
                base.extend(expanded.iter().map(ToString::to_string));
                forms.push(base.clone());
                for columns in [23, 40, 79, 80, 1000] {
                    let width = ["-P".to_owned(), "format=wrapped".into(), "-P".into(), format!("columns={columns}")];
                    forms.push(base.iter().cloned().chain(width).collect());
                }
            }
        }
    }
    let others: &[&[&str]] = &[
        &["-P", "format=asciidoc"],
        &["-P", "format=asciidoc", "-P", "border=2"],
        &["-P", "format=asciidoc", "-x"],
        &["-P", "format=asciidoc", "-t"],
        &["-A"],
        &["-A", "-F", ";"],
        &["-A", "-x", "-F", ";"],
        &["-A", "-x", "-F", "\t"],
        &["-A", "-x", "-F", " :: "],
        &["-A", "-x", "-F", "."],
        &["-A", "-R", ";"],
        &["-A", "-P", "footer=off"],
        &["-A", "-t"],
        &["-P", "footer=off"],
        &["--csv"],
        &["--csv", "-t"],
        &["--csv", "-x"],
        &["--csv", "-x", "-P", "csv_fieldsep=;"],
        &["-t", "-P", "format=wrapped", "-P", "columns=60"],
        &["-t", "-x", "-P", "format=wrapped", "-P", "columns=60"],
        &["-P", "border=2", "-P", "linestyle=unicode", "-P", "unicode_border_linestyle=double"],
        &[
            "-P",
            "border=2",
            "-P",
            "linestyle=unicode",
            "-P",
            "unicode_border_linestyle=double",
            "-P",
            "format=wrapped",
            "-P",
            "columns=60",
        ],
        &["-P", "format=wrapped", "-P", "columns=60", "-c", "\\timing"],
    ];
    forms.extend(others.iter().map(|options| options.iter().map(ToString::to_string).collect()));
    let mut read = 0;
    for options in forms {
        let given: Vec<&str> = options.iter().map(String::as_str).collect();
        let Some(text) = pair.source.psql(&given, &sql) else { return };
        same(&pair, &bundle, &options.join(" "), &text).await;
        // In another language, and without the blank in front that whoever copies a screen leaves out.
        for footer in ["(1 Zeile)", "(1 строка)", "(1 行)", "（1 行）", "(1개 행)"] {
            if read % 20 == 0 {
                same(&pair, &bundle, footer, &text.replace("(1 row)", footer)).await;
            }
        }
        same(&pair, &bundle, &format!("trimmed {}", options.join(" ")), text.trim()).await;
        read += 1;
    }
    assert!(read > 80, "{read}");
}

#[tokio::test]
async fn a_wrapped_paste_that_was_cut_off_or_edited_is_refused() {
    let (pair, sql, bundle) = pair().await;
    for options in [
        &["-P", "format=wrapped", "-P", "columns=60"][..],
        &["-P", "format=asciidoc"],
        &["-x", "-P", "format=wrapped", "-P", "columns=60", "-P", "border=2"],
    ] {
        let Some(text) = pair.source.psql(options, &sql) else { return };
        let lines: Vec<&str> = text.lines().collect();
        let mut with_table = 0;
        for gone in (0..lines.len()).step_by(5) {
            for text in [lines[..gone].join("\n"), [&lines[..gone], &lines[gone + 1..]].concat().join("\n")] {
                match load(&pair, &text, &[]).await {
                    Err(error) => {
                        refused_in_one_line(&error);
                        with_table += usize::from(error.object.is_some());
                    }
                    Ok(found) => assert!(found == bundle, "{options:?}: line {gone}"),
                }
            }
        }
        assert!(with_table > 2, "{options:?}: {with_table}");
        let error = load(&pair, &text.replacen("abcdefghij", "abcdefghiJ", 1), &[]).await.unwrap_err();
        assert_eq!(error.object.as_deref(), Some("public.plans"), "{error}");
        assert!(error.message.contains("checksum"), "{error}");
    }
}

#[tokio::test]
async fn a_value_in_several_rows_or_lines_is_put_together() {
    let (pair, sql, bundle) = pair().await;
    let bare = answer(&pair, &sql).await;
    let lines: Vec<&str> = bare.lines().collect();
    let chars: Vec<char> = bare.chars().collect();
    let parts: Vec<String> = chars.chunks(97).map(|part| part.iter().collect()).collect();
    let json_lines =
        |parts: &[String]| parts.iter().map(|part| json!({ "pgdeck": part }).to_string() + "\n").collect::<String>();
    let owned: Vec<String> = lines.iter().map(ToString::to_string).collect();
    for (what, text) in [
        ("a line in each row", owned.join("\r\n")),
        ("rows of CSV", format!("pgdeck\n{}\n", owned.iter().map(|line| csv(line)).collect::<Vec<_>>().join("\n"))),
        ("parts as CSV", format!("\"pgdeck\"\r\n{}", parts.iter().map(|part| csv(part)).collect::<Vec<_>>().join("\r\n"))),
        ("JSON Lines of lines", json_lines(&owned)),
        ("JSON Lines of parts", json_lines(&parts)),
        ("JSON Lines of one", json!({ "pgdeck": bare }).to_string() + "\n"),
        ("JSON Lines of texts", parts.iter().map(|part| json!(part).to_string() + "\n").collect()),
        ("a list of rows", json!(parts.iter().map(|part| json!({ "pgdeck": part })).collect::<Vec<_>>()).to_string()),
        ("a list of texts", serde_json::to_string_pretty(&json!(owned)).unwrap()),
        ("a list of lists", json!(parts.iter().map(|part| [part]).collect::<Vec<_>>()).to_string()),
        ("a client's rows", json!({ "rows": parts.iter().map(|part| json!({ "pgdeck": part })).collect::<Vec<_>>(), "rowCount": parts.len() }).to_string()),
        ("a terminal's lines", chars.chunks(80).map(|part| part.iter().collect::<String>() + "\n").collect()),
        ("rows of psql", format!(" pgdeck \n--------\n{}({} rows)\n", owned.iter().map(|line| format!(" {line}\n")).collect::<Vec<_>>().concat(), owned.len())),
    ] {
        same(&pair, &bundle, what, &text).await;
    }
    // A part that is missing is seen.
    for at in [0, 3, parts.len() - 1] {
        let mut some = parts.clone();
        some.remove(at);
        let error = load(&pair, &json_lines(&some), &[]).await.unwrap_err();
        refused_in_one_line(&error);
    }
    let error = load(&pair, &format!("{bare}\n{bare}\n"), &[]).await.unwrap_err();
    assert!(error.message.contains("two results"), "{error}");
}

async fn load_bytes(pair: &Pair, bytes: &[u8]) -> pgdeck::core::error::Result<Bundle> {
    let path = pair.state.path().join("paste.txt");
    std::fs::write(&path, bytes).unwrap();
    let loaded = sync::load_offline(&pair.deck, &Job::quiet(), Path::new(&path), &[], pair.to).await;
    loaded.map(|offline| offline.bundle)
}

#[tokio::test]
async fn a_file_in_another_encoding_is_read_if_its_checksum_matches() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
    let rows = "INSERT INTO t VALUES ('a', 'Größe naïve café ÀÉ'), ('b', '“Preis” – 5 € … Š')";
    let pair = Pair::new(&set(r#""t""#), schema, rows, "").await;
    let sql = query(&pair, &[]).await;
    let bare = answer(&pair, &sql).await;
    let bundle = load(&pair, &bare, &[]).await.unwrap();
    let windows = |text: &str| -> Vec<u8> {
        let byte = |c: char| match c {
            '€' => 0x80,
            '…' => 0x85,
            'Š' => 0x8a,
            '“' => 0x93,
            '”' => 0x94,
            '–' => 0x96,
            c => u8::try_from(u32::from(c)).unwrap(),
        };
        text.chars().map(byte).collect()
    };
    assert!(load_bytes(&pair, &windows(&bare)).await.unwrap() == bundle);
    assert!(load_bytes(&pair, &windows(&format!("pgdeck\r\n{}", csv(&bare)))).await.unwrap() == bundle);
    // Another encoding is not taken for it.
    let other: Vec<u8> = bare
        .replace(['€', '…', 'Š', '“', '”', '–'], "?")
        .chars()
        .map(|c| if c == 'ö' { 0x94 } else { u8::try_from(u32::from(c)).unwrap_or(b'?') })
        .collect();
    let error = load_bytes(&pair, &other).await.unwrap_err();
    refused_in_one_line(&error);
    assert_eq!(error.object.as_deref(), Some("public.t"));
    assert!(error.message.contains("not UTF-8, and read as Windows-1252"), "{error}");
    // JSON by hand has no checksum that could tell.
    let error = load_bytes(&pair, &windows("[{\"k\":\"a\",\"v\":\"Größe\"}]")).await.unwrap_err();
    refused_in_one_line(&error);
    assert!(error.message.contains("not UTF-8"), "{error}");
    // What is cut off within a character is cut off.
    let cut = bare.find('ö').unwrap() + 1;
    let error = load_bytes(&pair, &bare.as_bytes()[..cut]).await.unwrap_err();
    assert!(error.message.contains("cut off"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_read_exactly_is_refused_with_what_to_do() {
    let (pair, sql, _) = pair().await;
    let bare = answer(&pair, &sql).await;
    for (format, word) in [("html", "HTML"), ("latex", "LaTeX"), ("latex-longtable", "LaTeX"), ("troff-ms", "troff")] {
        for expanded in [&[][..], &["-x"]] {
            let form = format!("format={format}");
            let options = [&["-P", form.as_str()][..], expanded].concat();
            let Some(text) = pair.source.psql(&options, &sql) else { return };
            let error = load(&pair, &text, &[]).await.unwrap_err();
            refused_in_one_line(&error);
            assert!(error.message.contains(word), "{options:?}: {error}");
            assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("unaligned")), "{error}");
        }
    }
    for text in [
        bare.replacen("\"pgdeck\"", "“pgdeck”", 1),
        bare.replacen("\"tables\":", "\"tables\":\u{a0}", 1).replacen("{\"pgdeck\"", "{\u{a0}\"pgdeck\"", 1),
        bare.replace('"', "”"),
        bare.replace("abcdefghij ", "abcdefghij\u{a0}"),
        format!("“{bare}”"),
    ] {
        let error = load(&pair, &text, &[]).await.unwrap_err();
        refused_in_one_line(&error);
        assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("typographic")), "{error}");
    }
}
