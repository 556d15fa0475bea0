//! Any size, at any time.

use crate::{console::console, desk::Desk, tty::Tty};

/// Sizes without rhyme, the same in every run.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let odd = u16::from(state.is_multiple_of(7));
        // Now and then as small as can be.
        let (width, height) = if state.is_multiple_of(10) { (1, 1) } else { ((state >> 16) % 200, (state >> 40) % 60) };
        Some((width as u16 + 1, height as u16 + 1 + odd))
    };
    std::iter::from_fn(next)
}

#[test]
fn a_storm_of_sizes_neither_ends_it_nor_loses_the_selection() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees_all();
    tty.types("jjjj");
    tty.sees("5 of ");
    let name = selected(&tty);
    let mut last = (120, 40);
    for (width, height) in sizes().filter(|size| *size != (120, 40)).take(200) {
        if (width, height) != last {
            tty.resize(width, height);
            tty.skips_a_piece();
            last = (width, height);
        }
    }
    tty.resize(120, 40);
    tty.until("the selection", |screen| screen.contents().contains("5 of ") && screen.contents().contains(&name));
    assert_eq!(selected(&tty), name);
    tty.types("q");
    assert_eq!(tty.exit(), 0);
}

/// The name of the selected table.
fn selected(tty: &Tty) -> String {
    let line = tty.screen().rows(0, 120).find(|line| line.trim_start().starts_with('▌')).expect("a selection");
    line.split_whitespace().nth(1).or(line.split_whitespace().next()).unwrap().to_owned()
}
