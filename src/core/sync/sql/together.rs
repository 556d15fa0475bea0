//! Statements that differ in their values alone, as one statement over lists of values.
//!
//! Values stay parameters: one list of texts for each place, unnested next to each other as `w(c1, c2, …, n)`. What is
//! the same for all rows is one parameter, and no list.

use super::{
    Statement,
    leaf::equality,
    statement::{Piece, Same},
};

/// Many statements as one. What it returns begins with the place of each row's statement, from 1; an insert, which
/// cannot know it, returns the locators alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together<'a> {
    /// The text with `$1`, `$2`, … for the values.
    pub text: String,
    /// The values.
    pub parameters: Vec<Parameter<'a>>,
}

/// A parameter of a statement for many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter<'a> {
    /// Of type text, for all rows.
    One(Option<&'a str>),
    /// Of type text[], one value for each row.
    List(Vec<Option<&'a str>>),
}

impl Statement {
    /// Whether both may be written by one statement.
    pub fn is_like(&self, other: &Statement) -> bool {
        !self.alone && !other.alone && alike(&self.pieces, &other.pieces)
    }

    /// How many bytes its values have.
    pub fn size(&self) -> usize {
        self.parameters().iter().flatten().map(|text| text.len()).sum()
    }

    /// One statement that does what all of these do, which are alike; `None` where there is none.
    pub fn together<'a>(statements: &[&'a Statement]) -> Option<Together<'a>> {
        let mut out = Weave::default();
        let rows: Vec<_> = statements.iter().map(|statement| Some(statement.pieces.as_slice())).collect();
        out.pieces(&rows)?;
        out.finish()
    }
}

fn alike(one: &[Piece], other: &[Piece]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| piece_alike(one, other))
}

fn piece_alike(one: &Piece, other: &Piece) -> bool {
    match (one, other) {
        (Piece::Value(_, cast), Piece::Value(_, other)) => cast == other,
        (Piece::Same(one), Piece::Same(other)) => {
            (&one.left, &one.cast, one.filter) == (&other.left, &other.cast, other.filter)
        }
        (Piece::Lookup(one, cast), Piece::Lookup(other, to)) => cast == to && alike(one, other),
        // A foreign key with a parent, and one without.
        (Piece::Lookup(_, cast), Piece::Value(None, other)) | (Piece::Value(None, other), Piece::Lookup(_, cast)) => {
            cast == other
        }
        (one, other) => one == other,
    }
}

/// A statement on its way.
#[derive(Default)]
struct Weave<'a> {
    text: String,
    /// Where the rows come from, as a place in the text.
    rows: Option<usize>,
    parameters: Vec<Parameter<'a>>,
}

impl<'a> Weave<'a> {
    /// Writes pieces that are alike; `None` among them for a row that has no such pieces.
    fn pieces(&mut self, rows: &[Option<&'a [Piece]>]) -> Option<()> {
        let first = rows.iter().flatten().next()?;
        if !rows.iter().flatten().all(|row| alike(first, row)) {
            return None;
        }
        for at in 0..first.len() {
            let column: Vec<Option<&'a Piece>> = rows.iter().map(|row| row.map(|pieces| &pieces[at])).collect();
            self.piece(&column)?;
        }
        Some(())
    }

    fn push(&mut self, texts: &[&str]) {
        self.text.extend(texts.iter().copied());
    }

    fn piece(&mut self, column: &[Option<&'a Piece>]) -> Option<()> {
        if column.iter().flatten().any(|piece| matches!(piece, Piece::Lookup(..))) {
            return self.lookup(column);
        }
        match column.iter().flatten().next()? {
            Piece::Sql(text) | Piece::Together(text) => self.text.push_str(text),
            Piece::Rows(word) => {
                self.text.push_str(word);
                self.rows = Some(self.text.len());
            }
            Piece::Value(_, cast) => {
                let slot = self.slot(column);
                self.push(&[&slot, "::", cast]);
            }
            Piece::Same(same) => self.same(column, same),
            Piece::Lookup(..) => return None,
        }
        Some(())
    }

    /// Comparisons with `=` can use an index or a hash, so NULLs get another operator only where there are some.
    fn same(&mut self, column: &[Option<&'a Piece>], same: &Same) {
        let Same { left, bare, cast, filter, .. } = same;
        let nulls = column.iter().flatten().filter(|piece| value(piece).is_none()).count();
        if nulls == column.iter().flatten().count() {
            return self.push(&[bare, " IS NULL"]);
        }
        let slot = self.slot(column);
        let text = match (nulls, filter) {
            (0, false) => format!("{left} {} {slot}::{cast}", equality(left, cast)),
            // Else a server that looks at a whole table would hash every value of it.
            (0, true) => format!("({left} {} {slot}::{cast}) IS TRUE", equality(left, cast)),
            // Which `=` DISTINCT uses cannot be said.
            _ if equality(left, cast) != "=" => {
                format!("({left} {} {slot}::{cast} OR {bare} IS NULL AND {slot} IS NULL)", equality(left, cast))
            }
            _ => format!("{left} IS NOT DISTINCT FROM {slot}::{cast}"),
        };
        self.text.push_str(&text);
    }

    fn lookup(&mut self, column: &[Option<&'a Piece>]) -> Option<()> {
        let inner = |piece: &'a Piece| match piece {
            Piece::Lookup(inner, _) => Some(inner.as_slice()),
            _ => None,
        };
        let rows: Vec<_> = column.iter().map(|piece| piece.and_then(inner)).collect();
        let led = column.iter().zip(&rows).filter(|(piece, _)| piece.is_some()).all(|(_, row)| row.is_some());
        if led {
            return self.pieces(&rows);
        }
        // The others have no parent. One that has a value of its own, as a row that comes back from where it waited, would
        // lose it.
        if column.iter().flatten().any(|piece| matches!(piece, Piece::Value(Some(_), _))) {
            return None;
        }
        let there = rows.iter().map(|row| row.map(|_| "t")).collect();
        let slot = self.list(there);
        self.push(&["CASE WHEN ", &slot, " IS NOT NULL THEN "]);
        self.pieces(&rows)?;
        self.text.push_str(" END");
        Some(())
    }

    /// The parameter for a place: its number where all rows have one value, else the column of the list.
    fn slot(&mut self, column: &[Option<&'a Piece>]) -> String {
        let mut given = column.iter().flatten().map(|piece| value(piece));
        let first = given.next().flatten();
        if given.all(|value| value == first) {
            self.parameters.push(Parameter::One(first));
            return format!("${}", self.parameters.len());
        }
        self.list(column.iter().map(|piece| piece.and_then(value)).collect())
    }

    fn list(&mut self, values: Vec<Option<&'a str>>) -> String {
        self.parameters.push(Parameter::List(values));
        format!("w.c{}", self.parameters.len())
    }

    fn finish(mut self) -> Option<Together<'a>> {
        let is_list = |parameter: &Parameter| matches!(parameter, Parameter::List(_));
        let numbers = (1..).zip(&self.parameters).filter(|(_, parameter)| is_list(parameter));
        let lists: Vec<usize> = numbers.map(|(number, _)| number).collect();
        if lists.is_empty() {
            return None;
        }
        let arrays: Vec<_> = lists.iter().map(|at| format!("${at}::text[]")).collect();
        let names: Vec<_> = lists.iter().map(|at| format!("c{at}, ")).collect();
        // Several arrays are the grammar's own `unnest`, which is `pg_catalog`'s and is not to be qualified.
        let unnest = if arrays.len() == 1 { "pg_catalog.unnest" } else { "unnest" };
        let rows = format!("{unnest}({}) WITH ORDINALITY AS w({}n)", arrays.join(", "), names.concat());
        self.text.insert_str(self.rows?, &rows);
        Some(Together { text: self.text, parameters: self.parameters })
    }
}

fn value(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Value(value, _) | Piece::Same(Same { value, .. }) => value.as_deref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(key: &str, note: Option<&str>, parent: &dyn Fn(&mut Statement)) -> Statement {
        let mut out = Statement::default();
        out.sql("UPDATE t SET p = ");
        parent(&mut out);
        out.rows(" FROM ").sql(" WHERE ").equals("t.k", &Some(key.into()), "text").sql(" AND ");
        out.holds("t.note", "t.note::text".into(), &note.map(Into::into))
            .sql(" RETURNING ")
            .only_together("w.n::text, ")
            .sql("t.k");
        out
    }

    fn of(key: &'static str) -> impl Fn(&mut Statement) {
        move |out| {
            out.lookup("integer", |out| {
                out.sql("(SELECT p.id FROM p WHERE ").equals("p.k", &Some(key.into()), "text").sql(")");
            });
        }
    }

    fn value(text: Option<&'static str>) -> impl Fn(&mut Statement) {
        move |out| _ = out.value(&text.map(Into::into), "integer")
    }

    #[test]
    fn what_all_rows_share_is_one_parameter() {
        let (a, b) = (statement("a", Some("x"), &of("p")), statement("b", Some("x"), &of("p")));
        assert!(a.is_like(&b));
        let both = Statement::together(&[&a, &b]).expect("a batch");
        assert_eq!(
            both.text,
            "UPDATE t SET p = (SELECT p.id FROM p WHERE p.k OPERATOR(pg_catalog.=) $1::text) FROM pg_catalog.unnest($2::text[]) WITH ORDINALITY AS \
             w(c2, n) WHERE t.k OPERATOR(pg_catalog.=) w.c2::text AND (t.note::text = $3::text) IS TRUE RETURNING w.n::text, t.k"
        );
        let list = Parameter::List(vec![Some("a"), Some("b")]);
        assert_eq!(both.parameters, [Parameter::One(Some("p")), list, Parameter::One(Some("x"))]);
    }

    #[test]
    fn a_slot_may_be_null_for_some_rows_and_a_parent_missing() {
        let (a, b) = (statement("a", None, &of("p")), statement("b", Some("x"), &value(None)));
        assert!(a.is_like(&b) && b.is_like(&a));
        let both = Statement::together(&[&a, &b]).expect("a batch");
        assert_eq!(
            both.text,
            "UPDATE t SET p = CASE WHEN w.c1 IS NOT NULL THEN (SELECT p.id FROM p WHERE p.k OPERATOR(pg_catalog.=) $2::text) END FROM \
             unnest($1::text[], $3::text[], $4::text[]) WITH ORDINALITY AS w(c1, c3, c4, n) WHERE t.k OPERATOR(pg_catalog.=) w.c3::text AND \
             t.note::text IS NOT DISTINCT FROM w.c4::text RETURNING w.n::text, t.k"
        );
        assert_eq!(both.parameters[3], Parameter::List(vec![None, Some("x")]));
        let (a, b) = (statement("a", None, &of("p")), statement("b", None, &of("q")));
        assert!(Statement::together(&[&a, &b]).expect("a batch").text.contains("AND t.note IS NULL RETURNING"));
    }

    #[test]
    fn a_value_is_not_lost_next_to_rows_with_a_parent_and_one_without() {
        let (none, parent) = (statement("a", None, &value(None)), statement("b", None, &of("p")));
        let own = statement("c", None, &value(Some("7")));
        assert!(none.is_like(&parent) && none.is_like(&own), "like the first, and not like each other");
        assert_eq!(Statement::together(&[&none, &parent, &own]), None);
        assert_eq!(Statement::together(&[&none, &own, &parent]), None);
        assert!(Statement::together(&[&none, &own]).is_some());
    }

    #[test]
    fn what_has_to_see_the_others_is_like_none() {
        let mut alone = statement("a", None, &of("p"));
        alone.alone();
        assert!(!alone.is_like(&alone.clone()));
        let other = statement("a", None, &value(Some("1")));
        assert!(!other.is_like(&statement("b", None, &of("p"))), "a value of its own, and a parent");
    }
}
