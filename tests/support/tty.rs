//! A terminal with the program in it.

use std::{
    ffi::OsStr,
    fmt::Debug,
    io::{Read, Write},
    os::fd::OwnedFd,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, WaitOptions, kill_process, pidfd_open, waitpid},
};

/// Nothing takes as long unless it hangs.
const SOON: Duration = Duration::from_secs(60);

/// One terminal is made at a time: its file descriptors must not get into another's program.
static MAKING: Mutex<()> = Mutex::new(());

/// A terminal, and the program that was started in it.
pub struct Tty {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    program: Program,
    chunks: Receiver<Vec<u8>>,
    reader: JoinHandle<()>,
    hang_up: Arc<AtomicBool>,
    parser: vt100::Parser,
    /// Everything that was written so far.
    pub bytes: Vec<u8>,
    /// The line discipline as it was before the program began.
    before: String,
}

impl Tty {
    /// Starts `program` in a terminal of 120 × 40 cells, with these variables and no others.
    pub fn start(program: &Path, arguments: &[&str], variables: &[(String, String)], folder: &Path) -> Tty {
        let making = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let pair = native_pty_system().openpty(size(120, 40)).unwrap();
        let before = discipline(&*pair.master);
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.args(arguments);
        command.cwd(folder);
        for (name, value) in variables {
            command.env(OsStr::new(name), OsStr::new(value));
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let keys = pair.master.take_writer().unwrap();
        let source = pair.master.try_clone_reader().unwrap();
        drop(making);
        let hang_up = Arc::new(AtomicBool::new(false));
        let (chunks, reader) = follow(source, Arc::clone(&hang_up));
        let pid = Pid::from_raw(child.process_id().unwrap() as i32).unwrap();
        let process = pidfd_open(pid, PidfdFlags::empty()).unwrap();
        let parser = vt100::Parser::new(40, 120, 0);
        let program = Program { child, process };
        Tty { master: pair.master, keys, program, chunks, reader, hang_up, parser, bytes: Vec::new(), before }
    }

    /// What is to be seen.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Waits until `text` is to be seen.
    #[track_caller]
    pub fn sees(&mut self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until all of the environments' tables are to be seen, with the details of the first.
    #[track_caller]
    pub fn sees_all(&mut self) {
        self.sees("Overview");
        self.types("2");
        self.until("all of the counts", |screen| {
            let text = screen.contents();
            text.contains("1 of ") && text.contains("ROW LEVEL SECURITY") && !at_work(&text)
        });
    }

    /// Whether all of it is to be seen already.
    pub fn is_at_rest(&self) -> bool {
        let text = self.screen().contents();
        self.is_whole() && text.contains("1 of ") && text.contains("ROW LEVEL SECURITY") && !at_work(&text)
    }

    /// Waits until the screen is as `wanted`.
    #[track_caller]
    pub fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + SOON;
        while !(self.is_whole() && wanted(self.parser.screen())) {
            assert!(self.more(deadline), "never seen: {what}; but:\n{}", self.screen().contents());
        }
    }

    /// Whether the last frame has arrived in full: half of it may show what is about to be overwritten.
    fn is_whole(&self) -> bool {
        let last = |marker: &[u8]| self.bytes.windows(marker.len()).rposition(|bytes| bytes == marker);
        last(b"\x1b[?2026l") >= last(b"\x1b[?2026h")
    }

    /// Takes in what the program writes next; says whether it wrote anything before `deadline`.
    pub fn more(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(chunk) = self.chunks.recv_timeout(left) else { return false };
        self.parser.process(&chunk);
        self.bytes.extend_from_slice(&chunk);
        true
    }

    /// Whether nothing at all is written for `time`.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        !self.more(Instant::now() + time)
    }

    /// Types `keys` as a terminal sends them.
    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The same for a program that may have ended.
    pub fn tries_to_type(&mut self, keys: &str) {
        let _ = self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush());
    }

    /// Changes the size of the window and throws away what was to be seen: the program paints all of it anew.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.parser = vt100::Parser::new(height, width, 0);
        self.master.resize(size(width, height)).unwrap();
    }

    /// Takes in one piece of what is written, without looking at it.
    #[track_caller]
    pub fn skips_a_piece(&mut self) {
        self.chunks.recv_timeout(SOON).expect("something is painted");
    }

    pub fn pid(&self) -> u32 {
        self.program.child.process_id().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.raw_pid(), signal).unwrap();
    }

    fn raw_pid(&self) -> Pid {
        Pid::from_raw(self.pid() as i32).unwrap()
    }

    /// Waits until the program has stopped itself.
    pub fn has_stopped(&self) {
        let (pid, (told, stopped)) = (self.raw_pid(), channel());
        thread::spawn(move || told.send(waitpid(Some(pid), WaitOptions::UNTRACED)));
        let status = stopped.recv_timeout(SOON).expect("stops").unwrap().unwrap().1;
        assert!(status.stopped(), "{status:?}");
    }

    /// Waits for the program's end, and returns its exit code.
    #[track_caller]
    pub fn exit(&mut self) -> u32 {
        let deadline = Instant::now() + SOON;
        while self.more(deadline) {}
        assert!(has_ended(&self.program.process, deadline), "it runs on:\n{}", self.screen().contents());
        self.program.child.wait().unwrap().exit_code()
    }

    /// Fails where the terminal is not as it was before the program began.
    #[track_caller]
    pub fn is_given_back(&self) {
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "paste is ordinary");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let written = String::from_utf8_lossy(&self.bytes).into_owned();
        assert!(written.rfind("\x1b[?1004l") > written.rfind("\x1b[?1004h"), "focus is not told any more");
        assert_eq!(discipline(&*self.master), self.before, "line by line, with echo");
    }

    /// Closes the window. Returns what tells of the program's end.
    pub fn close(self) -> Program {
        self.hang_up.store(true, Ordering::SeqCst);
        // Something to read, so that the reader lets go of the terminal.
        self.master.resize(size(100, 30)).unwrap();
        while self.chunks.recv_timeout(SOON).is_ok() {}
        self.reader.join().unwrap();
        drop((self.keys, self.master));
        self.program
    }
}

/// A program, ended with the story at the latest.
pub struct Program {
    child: Box<dyn Child + Send + Sync>,
    process: OwnedFd,
}

impl Program {
    /// Waits for the end of a program whose terminal has gone, and returns its exit code.
    #[track_caller]
    pub fn exit(mut self) -> u32 {
        assert!(has_ended(&self.process, Instant::now() + SOON), "it runs on without a terminal");
        self.child.wait().unwrap().exit_code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A story that failed leaves nothing running.
        if !has_ended(&self.process, Instant::now()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether the keys at the end offer to cancel a job.
fn at_work(text: &str) -> bool {
    text.lines().last().is_some_and(|line| line.contains(" cancel "))
}

fn follow(mut source: Box<dyn Read + Send>, hang_up: Arc<AtomicBool>) -> (Receiver<Vec<u8>>, JoinHandle<()>) {
    let (sender, chunks) = channel();
    let read = move || {
        let mut buffer = vec![0; 65536];
        // The end of the last program in it is an error for who reads a terminal.
        while let Ok(read @ 1..) = source.read(&mut buffer) {
            if hang_up.load(Ordering::SeqCst) || sender.send(buffer[..read].to_vec()).is_err() {
                break;
            }
        }
    };
    (chunks, thread::spawn(read))
}

fn has_ended(process: &OwnedFd, deadline: Instant) -> bool {
    let left = Timespec::try_from(deadline.saturating_duration_since(Instant::now())).unwrap();
    poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&left)).unwrap() == 1
}

fn discipline(master: &(impl MasterPty + ?Sized)) -> String {
    fn text(discipline: impl Debug) -> String {
        format!("{discipline:?}")
    }
    text(master.get_termios().expect("a terminal"))
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
