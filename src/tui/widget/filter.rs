//! Fuzzy filtering: `/`, a few letters, and only what fits stays.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::input::TextInput;

/// What a list is narrowed to, and whether it is being typed just now.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The letters; words separated by blanks must all fit.
    pub input: TextInput,
    /// Whether keys go into the filter.
    pub editing: bool,
}

impl Filter {
    /// Whether anything is filtered away.
    pub fn active(&self) -> bool {
        !self.input.value().trim().is_empty()
    }
}

/// The rows among `rows` that fit `needle`, each with how well (more is better), in their order.
pub fn matching<T: AsRef<str>>(needle: &str, rows: usize, text: impl Fn(usize) -> T) -> Vec<(u32, u32)> {
    let pattern = Pattern::parse(needle.trim(), CaseMatching::Smart, Normalization::Smart);
    let (mut matcher, mut scratch) = (Matcher::new(Config::DEFAULT), Vec::new());
    let score = |row| {
        let text = text(row as usize);
        pattern.score(Utf32Str::new(text.as_ref(), &mut scratch), &mut matcher).map(|score| (row, score))
    };
    (0..rows as u32).filter_map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [&str; 4] = ["program_modules", "programs", "plan_features", "Größe"];

    fn found(needle: &str) -> Vec<&'static str> {
        matching(needle, TABLES.len(), |row| TABLES[row]).into_iter().map(|(row, _)| TABLES[row as usize]).collect()
    }

    #[test]
    fn letters_need_not_stand_together() {
        assert_eq!(found("pmod"), ["program_modules"]);
        assert_eq!(found("pro"), ["program_modules", "programs"]);
        assert_eq!(found("fea pl"), ["plan_features"]);
        assert_eq!(found("grosse"), [""; 0]);
        assert_eq!(found("grö"), ["Größe"]);
        assert_eq!(found(""), TABLES);
    }

    #[test]
    fn a_nearer_fit_scores_more() {
        let scores = matching("programs", TABLES.len(), |row| TABLES[row]);
        assert!(scores[scores.len() - 1].1 > scores[0].1 || scores.len() == 1);
    }
}
