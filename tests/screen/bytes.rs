//! What a frame costs on the line: exact, since nothing in it depends on the machine.

use std::{
    io::{self, Write},
    time::Duration,
};

use pgdeck::tui::{
    canvas::{self, Canvas},
    model::Model,
    msg::{Msg, Progress},
    update::update,
    view::view,
};
use ratatui::Terminal;

use crate::innotrue;

/// Keeps what is written, and counts how often that is.
#[derive(Default)]
struct Line {
    calls: usize,
    bytes: Vec<u8>,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn terminal() -> Terminal<Canvas> {
    Terminal::new(Canvas::new(|| Ok((120, 40)))).expect("terminal")
}

/// The frame of `model` as it is sent.
fn sent(terminal: &mut Terminal<Canvas>, model: &Model) -> Line {
    let mut line = Line::default();
    canvas::draw(terminal, |frame| view(model, frame)).expect("draw");
    terminal.backend_mut().send(&mut line).expect("send");
    line
}

#[test]
fn a_frame_is_one_write_and_one_that_changed_nothing_is_none() {
    let (mut terminal, mut model) = (terminal(), innotrue());
    update(&mut model, Msg::Resize(120, 40));
    let first = sent(&mut terminal, &model);
    assert_eq!(first.calls, 1);
    assert!(first.bytes.len() <= 8000, "{} bytes", first.bytes.len());
    assert_eq!(sent(&mut terminal, &model).calls, 0);
}

#[test]
fn a_step_of_spinner_and_counter_is_a_few_bytes() {
    let (mut terminal, mut model) = (terminal(), innotrue());
    update(&mut model, Msg::Resize(120, 40));
    let job = model.jobs.start("counting preprod", Duration::ZERO);
    update(&mut model, Msg::Progress(job, Progress::Done(0, Some(400))));
    update(&mut model, Msg::Now(Duration::from_secs(10)));
    sent(&mut terminal, &model);
    let mut worst = Line::default();
    for step in 1..400_u32 {
        // What a step of the counter moves: spinner, number, bar, rate, and once in a while the seconds.
        update(&mut model, Msg::Now(Duration::from_secs(10) + Duration::from_millis(125) * step));
        let spins = sent(&mut terminal, &model);
        worst = if spins.bytes.len() > worst.bytes.len() { spins } else { worst };
    }
    assert!(worst.bytes.len() <= 50, "{} bytes: {:?}", worst.bytes.len(), String::from_utf8_lossy(&worst.bytes));
    let mut counts = Vec::new();
    for done in 1..=400 {
        update(&mut model, Msg::Progress(job, Progress::Done(done, Some(400))));
        counts.push(sent(&mut terminal, &model).bytes.len());
    }
    counts.sort_unstable();
    eprintln!("counter: median {}, worst {}", counts[200], counts[399]);
    assert!(counts[200] <= 50, "{} bytes", counts[200]);
}
