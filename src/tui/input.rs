//! What the terminal and the system tell, as messages.

use std::time::Duration;

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use futures_util::StreamExt;
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    sync::{mpsc::UnboundedSender, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::config::key::{Code, Key};

use super::msg::{Mouse, MouseKind, Msg};

/// Why the console leaves when there is nothing to read from any more.
pub(super) const GONE: &str = "the terminal is gone";

/// How long the end of reading is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Reads the terminal on a thread of its own, until it is stopped.
///
/// A thread, because crossterm (0.29) never comes back from a terminal that is gone: it takes the end of what there
/// is to read for a reason to read again. A task would take a worker of the runtime with it, and so the way out.
///
/// Nobody else polls the stream: crossterm keeps the waker of the first poll that found nothing, so that
/// a second poller (`now_or_never`, to drain) would be woken in place of the first.
pub struct Reader {
    stop: CancellationToken,
    /// Closes when the thread has ended.
    ended: oneshot::Receiver<()>,
}

impl Reader {
    /// Begins to read.
    pub fn start(outbox: UnboundedSender<Msg>) -> std::io::Result<Self> {
        let (stop, (reading, ended)) = (CancellationToken::new(), oneshot::channel());
        let (stopped, runtime) = (stop.clone(), Handle::current());
        let work = move || {
            let _reading = reading;
            runtime.block_on(stopped.run_until_cancelled(read(outbox)));
        };
        std::thread::Builder::new().name("terminal-reader".into()).spawn(work)?;
        Ok(Reader { stop, ended })
    }

    /// Stops reading; when this returns, the terminal is not read any more, or is gone.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = timeout(PATIENCE, self.ended).await;
    }
}

async fn read(outbox: UnboundedSender<Msg>) {
    let mut events = EventStream::new();
    while let Some(Ok(event)) = events.next().await {
        if let Some(msg) = message(event)
            && outbox.send(msg).is_err()
        {
            return;
        }
    }
    let _ = outbox.send(Msg::Stopped(GONE));
}

type Signal = (fn() -> SignalKind, fn() -> Msg);

/// What each signal means, which the system would otherwise answer by ending the process.
const SIGNALS: &[Signal] = &[
    (SignalKind::terminate, || Msg::Stopped("SIGTERM")),
    (SignalKind::hangup, || Msg::Stopped("SIGHUP")),
    (SignalKind::interrupt, || Msg::Stopped("SIGINT")),
    (stop, || Msg::Suspend),
    (go_on, || Msg::Resumed),
];

fn stop() -> SignalKind {
    SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw())
}

fn go_on() -> SignalKind {
    SignalKind::from_raw(rustix::process::Signal::CONT.as_raw())
}

/// Listens to signals for as long as the process lives.
pub fn listen(outbox: &UnboundedSender<Msg>) -> std::io::Result<()> {
    for (kind, meaning) in SIGNALS {
        let (mut signals, outbox) = (signal(kind())?, outbox.clone());
        tokio::spawn(async move { while signals.recv().await.is_some() && outbox.send(meaning()).is_ok() {} });
    }
    Ok(())
}

fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => key(event).map(Msg::Key),
        Event::Key(_) => None,
        Event::Mouse(event) => mouse(event).map(Msg::Mouse),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::FocusGained => Some(Msg::Focus(true)),
        Event::FocusLost => Some(Msg::Focus(false)),
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(n) => Code::Function(n),
        KeyCode::BackTab | KeyCode::Tab => Code::Tab,
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        _ => return None,
    };
    let held = |modifier| event.modifiers.contains(modifier);
    let shift = held(KeyModifiers::SHIFT) || event.code == KeyCode::BackTab;
    Some(Key { code, ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT), shift }.normal())
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        _ => return None,
    };
    Some(Mouse { kind, x: event.column, y: event.row })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
        key(KeyEvent::new(code, modifiers)).map(|key| key.to_string())
    }

    #[test]
    fn keys_have_the_names_of_the_keymap() {
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT).as_deref(), Some("G"));
        assert_eq!(press(KeyCode::Char('d'), KeyModifiers::CONTROL).as_deref(), Some("ctrl-d"));
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("shift-tab"));
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::NONE).as_deref(), Some("shift-tab"));
        assert_eq!(press(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }

    #[test]
    fn a_key_let_go_is_nothing() {
        let mut event = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert!(message(Event::Key(event)).is_none());
    }
}
