//! Which names a statement leaves without a schema.

/// What looks like a call and is grammar (PostgreSQL manual, appendix C, and 9.18 "Conditional Expressions").
const GRAMMAR: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "by",
    "case",
    "check",
    "coalesce",
    "current_user",
    "else",
    "except",
    "exists",
    "filter",
    "from",
    "greatest",
    "group",
    "in",
    "into",
    "is",
    "join",
    "key",
    "lateral",
    "least",
    "materialized",
    "not",
    "nullif",
    "on",
    "operator",
    "or",
    "over",
    "partition",
    "recursive",
    "returning",
    "row",
    "select",
    "set",
    "some",
    "table",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
    "with",
    "within",
    "constraints",
    "savepoint",
];
/// Names of types that the grammar itself takes for those of `pg_catalog`.
const TYPES: &[&str] = &[
    "bigint",
    "bit",
    "boolean",
    "char",
    "character",
    "dec",
    "decimal",
    "double",
    "float",
    "int",
    "integer",
    "interval",
    "numeric",
    "real",
    "smallint",
    "time",
    "timestamp",
    "varchar",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Word(String),
    Quoted(String),
    Text(String),
    Sign(char),
    Cast,
}

/// Takes SQL apart; comments and blanks are left out.
pub fn tokens(sql: &str) -> Vec<Token> {
    let chars: Vec<char> = sql.chars().collect();
    let (mut at, mut out) = (0, Vec::new());
    while at < chars.len() {
        let from = at;
        let rest = |text: &str| text.chars().enumerate().all(|(i, c)| chars.get(from + i) == Some(&c));
        let until = |end: &str, from: usize| {
            let end: Vec<char> = end.chars().collect();
            (from..chars.len()).find(|at| chars[*at..].starts_with(&end)).map_or(chars.len(), |at| at + end.len())
        };
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let c = chars[at];
        if rest("--") {
            at = until("\n", at);
        } else if rest("/*") {
            at = until("*/", at);
        } else if rest("$$") {
            at = until("$$", at + 2);
            out.push(Token::Text(chars[from..at].iter().collect()));
        } else if c == '\'' || c == '"' {
            at = until(&c.to_string(), at + 1);
            let text: String = chars[from + 1..at - 1].iter().collect();
            out.push(if c == '"' { Token::Quoted(text) } else { Token::Text(text) });
        } else if rest("::") {
            at += 2;
            out.push(Token::Cast);
        } else if word(c) || c == '$' {
            at += chars[at..].iter().take_while(|c| word(**c) || **c == '$').count();
            out.push(Token::Word(chars[from..at].iter().collect::<String>().to_lowercase()));
        } else {
            at += 1;
            if !c.is_whitespace() {
                out.push(Token::Sign(c));
            }
        }
    }
    out
}

/// The names of functions, types and relations that `sql` leaves without a schema, with what they are.
pub fn unqualified(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let word = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
        Some(Token::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    let name = |at: usize| match tokens.get(at) {
        Some(Token::Word(name) | Token::Quoted(name)) => Some(name.as_str()),
        _ => None,
    };
    let sign = |at: usize, sign: char| tokens.get(at) == Some(&Token::Sign(sign));
    // A WITH names what is no relation; so does a list of columns behind it.
    let defined = |name: &str| {
        tokens.windows(3).any(|w| {
            w[0] == Token::Word(name.to_owned())
                && (w[1] == Token::Word("as".into()) && w[2] == Token::Sign('(') || w[1] == Token::Sign('('))
        }) && tokens.first() == Some(&Token::Word("with".into()))
    };
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        let before = at.checked_sub(1);
        let dotted = before.is_some_and(|at| sign(at, '.')) || sign(at + 1, '.');
        let Some(this) = name(at).filter(|_| !dotted) else { continue };
        let grammar = matches!(tokens[at], Token::Word(_)) && GRAMMAR.contains(&this);
        if before.is_some_and(|at| tokens[at] == Token::Cast) {
            if !TYPES.contains(&this) {
                out.push(format!("type {this}"));
            }
        } else if matches!(word(before), Some("from" | "join" | "into" | "update" | "table" | "only"))
            && !grammar
            && this != "only"
            && !defined(this)
        {
            out.push(format!("relation {this}"));
        } else if sign(at + 1, '(') && !grammar && !defined(this) {
            // `t (c0, c1)` behind an AS names columns; a number in brackets is a type's length.
            let alias = word(before) == Some("as") || before.is_some_and(|at| sign(at, ')'));
            if !alias && !TYPES.contains(&this) {
                out.push(format!("function {this}"));
            }
        }
    }
    out
}

/// The statements of a text, cut at `;`.
pub fn statements(sql: &str) -> Vec<String> {
    let (mut out, mut from, mut quote) = (Vec::new(), 0, None);
    for (at, c) in sql.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, ';') => {
                out.push(sql[from..at].trim().to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(sql[from..].trim().to_owned());
    out.retain(|statement| !statement.is_empty());
    out
}

#[test]
fn names_without_a_schema_are_found() {
    assert_eq!(unqualified("SELECT now()"), ["function now"]);
    assert_eq!(unqualified("SELECT pg_catalog.now(), 'now()' -- now()"), Vec::<String>::new());
    assert_eq!(unqualified("SELECT $1::jsonb, $2::pg_catalog.jsonb, 1::bigint"), ["type jsonb"]);
    assert_eq!(unqualified("SELECT 1 FROM pg_class AS c (a, b) JOIN s.t ON true"), ["relation pg_class"]);
    assert_eq!(unqualified("INSERT INTO t (a) VALUES (1)"), ["relation t"]);
    assert_eq!(unqualified("INSERT INTO s.t AS x (a) SELECT coalesce($1, 'b') RETURNING 1"), Vec::<String>::new());
    assert_eq!(unqualified("WITH w AS (SELECT 1) SELECT \"f\"(1) FROM w"), ["function f"]);
    assert_eq!(unqualified("LOCK TABLE t IN SHARE MODE"), ["relation t"]);
    assert_eq!(statements("SELECT ';'; COMMIT"), ["SELECT ';'", "COMMIT"]);
}
