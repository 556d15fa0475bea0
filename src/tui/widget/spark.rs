//! How a number went, as a line of small columns: `▁▂▅█`.

use crate::tui::glyphs::Glyphs;

/// The `values` as at most `room` columns, the least of them lowest. Where there are more values than columns,
/// the first and the last are among those that are drawn.
pub fn spark(values: &[u64], room: usize, glyphs: &Glyphs) -> String {
    let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else { return String::new() };
    let top = glyphs.levels.len() - 1;
    let level = |value: u64| match most - least {
        0 => 0,
        span => ((value - least) as f64 / span as f64 * top as f64).round() as usize,
    };
    sampled(values, room).map(|value| glyphs.levels[level(value).min(top)]).collect()
}

fn sampled(values: &[u64], room: usize) -> impl Iterator<Item = u64> {
    let columns = values.len().min(room);
    let last = values.len() - 1;
    (0..columns).map(move |column| values[if columns > 1 { column * last / (columns - 1) } else { last }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::{ASCII, UNICODE};

    #[test]
    fn the_least_is_lowest_and_the_most_is_highest() {
        assert_eq!(spark(&[260, 270, 300, 312], 9, &UNICODE), "▁▂▆█");
        assert_eq!(spark(&[260, 270, 300, 312], 9, &ASCII), "_.+#");
        assert_eq!(spark(&[5, 5, 5], 9, &UNICODE), "▁▁▁");
    }

    #[test]
    fn more_than_fits_keeps_both_ends() {
        let many: Vec<u64> = (0..100).collect();
        let line = spark(&many, 10, &UNICODE);
        assert_eq!((line.chars().count(), line.starts_with('▁'), line.ends_with('█')), (10, true, true));
        assert_eq!([spark(&many, 0, &UNICODE), spark(&[], 5, &UNICODE)], ["", ""]);
        assert_eq!(spark(&[1, 9], 1, &UNICODE), "█");
    }

    #[test]
    fn the_greatest_numbers_do_not_overflow() {
        assert_eq!(spark(&[0, u64::MAX], 2, &UNICODE), "▁█");
    }
}
