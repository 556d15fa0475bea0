use super::*;
use ratatui::{Terminal, style::Style, text::Span, widgets::Widget};

fn terminal() -> Terminal<Canvas> {
    Terminal::new(Canvas::new(|| Ok((20, 3)))).expect("terminal")
}

fn frame(terminal: &mut Terminal<Canvas>, text: &str, style: Style) -> String {
    terminal.draw(|frame| Span::styled(text.to_owned(), style).render(frame.area(), frame.buffer_mut())).expect("draw");
    let mut sent = Vec::new();
    terminal.backend_mut().send(&mut sent).expect("send");
    String::from_utf8(sent).expect("utf-8")
}

#[test]
fn only_what_changed_is_sent_and_an_unchanged_frame_is_nothing() {
    let mut terminal = terminal();
    assert_eq!(frame(&mut terminal, "pgdeck", Style::new()), "\x1b[1Hpgdeck\x1b[?25l");
    assert_eq!(frame(&mut terminal, "pgdeck", Style::new()), "");
    assert_eq!(frame(&mut terminal, "pgdesk", Style::new()), "\x1b[2Ds");
}

#[test]
fn attributes_are_only_said_when_they_change() {
    let mut terminal = terminal();
    let first = frame(&mut terminal, "ab", Style::new().fg(Color::Rgb(1, 2, 3)).bold());
    assert_eq!(first, "\x1b[1H\x1b[1;38;2;1;2;3mab\x1b[?25l");
    assert_eq!(frame(&mut terminal, "ac", Style::new().fg(Color::Rgb(1, 2, 3)).bold()), "\x1b[1Dc");
    assert_eq!(frame(&mut terminal, "ac", Style::new().fg(Color::Rgb(1, 2, 3)).dim()), "\r\x1b[22;2mac");
    assert_eq!(frame(&mut terminal, "ac", Style::new()), "\r\x1b[mac");
}

#[test]
fn a_blank_keeps_the_colour_of_what_stands_before_it_but_shows_its_own_background() {
    let mut canvas = Canvas::new(|| Ok((20, 3)));
    let mut cells = [Cell::new("a"), Cell::new(" "), Cell::new("b"), Cell::new(" ")];
    cells[0].set_style(Style::new().fg(Color::Indexed(1)).bold());
    cells[2].set_style(Style::new().fg(Color::Indexed(1)).bold());
    cells[3].set_style(Style::new().bg(Color::Indexed(2)));
    canvas.draw(cells.iter().enumerate().map(|(x, cell)| (x as u16, 0, cell))).expect("draw");
    assert_eq!(String::from_utf8_lossy(&canvas.bytes), "\x1b[1H\x1b[1;31ma b\x1b[42m ");
}

#[test]
fn an_underline_never_runs_on_into_a_blank() {
    let mut canvas = Canvas::new(|| Ok((20, 3)));
    let mut cells = [Cell::new("a"), Cell::new(" ")];
    cells[0].set_style(Style::new().underlined());
    canvas.draw(cells.iter().enumerate().map(|(x, cell)| (x as u16, 0, cell))).expect("draw");
    assert_eq!(String::from_utf8_lossy(&canvas.bytes), "\x1b[1H\x1b[4ma\x1b[m ");
}

#[test]
fn big_frames_are_shown_in_one_piece() {
    let mut canvas = Canvas::new(|| Ok((20, 3)));
    canvas.bytes = vec![b'x'; 600];
    let mut sent = Vec::new();
    canvas.send(&mut sent).expect("send");
    assert!(sent.starts_with(b"\x1b[?2026h") && sent.ends_with(b"\x1b[?2026l"));
}

#[test]
fn long_runs_of_blanks_are_erased_and_never_with_a_background() {
    let mut canvas = Canvas::new(|| Ok((20, 3)));
    let mut cells = vec![Cell::new(" "); 40];
    cells[12].set_symbol("x");
    cells[20..40].iter_mut().for_each(|cell| _ = cell.set_style(Style::new().bg(Color::Indexed(2))));
    canvas.draw(cells.iter().enumerate().map(|(n, cell)| (n as u16 % 20, n as u16 / 20, cell))).expect("draw");
    let filled = " ".repeat(20);
    assert_eq!(String::from_utf8_lossy(&canvas.bytes), format!("\x1b[1H\x1b[12X\x1b[12Cx\x1b[K\r\n\x1b[42m{filled}"));
}

mod property {
    use std::cell::Cell as Shared;

    use proptest::prelude::*;
    use ratatui::{buffer::Buffer, layout::Rect};

    use super::*;

    thread_local! {
        static SIZE: Shared<(u16, u16)> = const { Shared::new((20, 3)) };
    }

    /// Size of a screen.
    type Size = (u16, u16);

    /// Something written somewhere, in some way.
    type Writing = (u16, u16, String, Style);

    fn style() -> impl Strategy<Value = Style> {
        let colour = || {
            prop_oneof![
                Just(Color::Reset),
                (0..=255u8).prop_map(Color::Indexed),
                any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
            ]
        };
        let modifiers = prop_oneof![
            Just(Modifier::empty()),
            Just(Modifier::BOLD),
            Just(Modifier::DIM),
            Just(Modifier::ITALIC | Modifier::BOLD),
            Just(Modifier::UNDERLINED),
            Just(Modifier::REVERSED | Modifier::DIM),
        ];
        // The parser knows only one of bold and dim, so what was written before must not shine through.
        let only = |on| Style::new().add_modifier(on).remove_modifier(Modifier::all() - on);
        (colour(), colour(), modifiers).prop_map(move |(fg, bg, on)| only(on).fg(fg).bg(bg))
    }

    fn writing() -> impl Strategy<Value = Writing> {
        let text = prop_oneof!["[a-z ]{0,12}", " {0,40}", "[日本語a ]{0,8}", "[─│▌✓a]{0,9}"];
        (0..40u16, 0..12u16, text, prop_oneof![Just(Style::new()), style()])
    }

    fn frames() -> impl Strategy<Value = Vec<(Size, Vec<Writing>)>> {
        let size = prop_oneof![3 => Just((30, 8)), 1 => (1..40u16, 1..12u16)];
        prop::collection::vec((size, prop::collection::vec(writing(), 0..12)), 1..8)
    }

    fn write_all(buffer: &mut Buffer, writings: &[Writing]) {
        for (x, y, text, style) in writings {
            if buffer.area.contains((*x, *y).into()) {
                buffer.set_string(*x, *y, text, *style);
            }
        }
    }

    fn shown(colour: vt100::Color) -> Color {
        match colour {
            vt100::Color::Default => Color::Reset,
            vt100::Color::Idx(n) => Color::Indexed(n),
            vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
        }
    }

    /// What can be seen of a cell of the terminal.
    fn seen(cell: &vt100::Cell) -> Cell {
        let modifiers = [
            (cell.bold(), Modifier::BOLD),
            (cell.dim(), Modifier::DIM),
            (cell.italic(), Modifier::ITALIC),
            (cell.underline(), Modifier::UNDERLINED),
            (cell.inverse(), Modifier::REVERSED),
        ];
        let on: Modifier = modifiers.into_iter().filter(|(on, _)| *on).map(|(_, modifier)| modifier).collect();
        let mut seen = Cell::default();
        seen.set_symbol(if cell.has_contents() { cell.contents() } else { " " });
        seen.set_style(Style::new().fg(shown(cell.fgcolor())).bg(shown(cell.bgcolor())).add_modifier(on));
        seen
    }

    /// Fails where the terminal does not show exactly `buffer`.
    fn same(screen: &vt100::Screen, mut buffer: Buffer) {
        calm(&mut buffer);
        for y in 0..buffer.area.height {
            let mut x = 0;
            while x < buffer.area.width {
                let cell = &buffer[(x, y)];
                let mut there = Buffer::empty(Rect::new(0, 0, 1, 1));
                there[(0, 0)] = seen(screen.cell(y, x).expect("in the screen"));
                calm(&mut there);
                assert_eq!(&there[(0, 0)], cell, "at {x},{y} of {:?}", buffer.area);
                x += cell.symbol().cell_width().max(1);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_terminal_shows_exactly_what_was_drawn(frames in frames()) {
            SIZE.set((20, 3));
            let mut terminal = Terminal::new(Canvas::new(|| Ok(SIZE.get()))).expect("terminal");
            let mut parser = vt100::Parser::new(3, 20, 0);
            for ((width, height), writings) in frames {
                SIZE.set((width, height));
                parser.screen_mut().set_size(height, width);
                draw(&mut terminal, |frame| write_all(frame.buffer_mut(), &writings)).expect("draw");
                let mut sent = Vec::new();
                terminal.backend_mut().send(&mut sent).expect("send");
                parser.process(&sent);
                let mut wanted = Buffer::empty(Rect::new(0, 0, width, height));
                write_all(&mut wanted, &writings);
                same(parser.screen(), wanted);
            }
        }
    }
}
