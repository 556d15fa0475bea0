//! A story: the example's servers, the console on them, keys, and the screen as text.

use std::{path::Path, sync::Arc, time::Duration};

use pgdeck::{
    app::{
        deck::Deck,
        demo::{self, Demo, Options},
        job::Job,
    },
    config::key::Key,
    core::error::Result,
    pg::server,
    tui::{self, Console, msg::Msg},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use tokio::sync::Notify;
use tokio_postgres::{Client, NoTls};

use crate::reconnect::Line;

/// Nothing takes as long unless it hangs.
const SOON: Duration = Duration::from_secs(60);

/// A console on the innotrue example, with its own pair of servers.
pub struct Story {
    console: Console<Execute>,
    terminal: Terminal<TestBackend>,
    demo: Demo,
}

type Execute = Box<dyn Fn(tui::msg::Work, tui::Handle) -> Work + Send>;
type Work = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Story {
    /// Opens the console on a screen of `width` × `height`, and waits until it has read everything.
    pub async fn open(width: u16, height: u16) -> Self {
        let demo = Story::demo().await;
        let deck = Arc::clone(&demo.deck);
        Story::on(demo, deck, width, height).await
    }

    /// The same with a line to preprod that can be cut.
    pub async fn open_on_a_line(width: u16, height: u16) -> (Self, Line) {
        let demo = Story::demo().await;
        let (_, preprod) = demo.servers.iter().find(|(name, _)| name == "preprod").expect("preprod");
        let line = Line::to(preprod.host().to_path_buf());
        let (known, address) = (Arc::clone(&demo.deck), line.address());
        let vars = move |name: &str| match name {
            "PREPROD_DATABASE_URL" => Some(address.clone()),
            name => known.var(name),
        };
        let deck = Deck::new(demo.deck.project.clone(), vars).expect("deck");
        (Story::on(demo, Arc::new(deck), width, height).await, line)
    }

    /// The servers of the first example.
    pub async fn demo() -> Demo {
        Story::example(None).await
    }

    /// Opens the console on the example `name`.
    pub async fn of(name: &str, width: u16, height: u16) -> Self {
        let demo = Story::example(Some(name)).await;
        let deck = Arc::clone(&demo.deck);
        Story::on(demo, deck, width, height).await
    }

    /// The servers of an example, the first one where none is named.
    pub async fn example(name: Option<&str>) -> Demo {
        // Colours as on a good terminal, whatever the tests run in.
        let vars = |name: &str| match name {
            "COLORTERM" => Some("truecolor".to_owned()),
            "NO_COLOR" => None,
            name => std::env::var(name).ok(),
        };
        let options = Options { example: name.map(str::to_owned), ..Options::default() };
        demo::start(&options, &Job::quiet(), &vars).await.expect("demo")
    }

    /// Opens the console of `deck` on a screen of `width` × `height`, and waits until it has read everything.
    pub async fn on(demo: Demo, deck: Arc<Deck>, width: u16, height: u16) -> Self {
        let mut model = tui::model(&deck).expect("model");
        model.size = (width, height);
        let execute: Execute = Box::new(move |work, handle| Box::pin(tui::execute(Arc::clone(&deck), work, handle)));
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("terminal");
        let mut story = Story { console: Console::new(model, execute), terminal, demo };
        story.settle().await;
        story
    }

    /// Opens the console again, on `deck` and the same servers.
    pub async fn again(self, deck: Arc<Deck>, width: u16, height: u16) -> Self {
        Story::on(self.demo, deck, width, height).await
    }

    /// Goes on until nothing is running and everything is painted.
    async fn settle(&mut self) {
        let mut idle = self.console.idle();
        let terminal = &mut self.terminal;
        let paint = |model: &tui::model::Model| {
            let draw = terminal.draw(|frame| tui::view::view(model, frame));
            draw.map(|_| ()).map_err(|never| match never {})
        };
        tokio::select! {
            // The console first: it takes in what was just sent and is busy from then on.
            biased;
            pause = self.console.until_pause(paint) => panic!("the console paused: {pause:?}"),
            ended = idle.wait_for(|idle| *idle) => drop(ended.expect("console")),
        }
    }

    /// Goes on until `text` is on the screen.
    pub async fn until(&mut self, text: &str) {
        self.until_it_is(text, |screen| screen.contains(text)).await;
    }

    /// Goes on until `text` is on the screen no more.
    pub async fn until_gone(&mut self, text: &str) {
        self.until_it_is(text, |screen| !screen.contains(text)).await;
    }

    async fn until_it_is(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let (seen, terminal) = (Notify::new(), &mut self.terminal);
        if wanted(&written(terminal.backend().buffer())) {
            return;
        }
        let paint = |model: &tui::model::Model| {
            let drawn = terminal.draw(|frame| tui::view::view(model, frame)).map(|_| ());
            if wanted(&written(terminal.backend().buffer())) {
                seen.notify_one();
            }
            drawn.map_err(|never| match never {})
        };
        let shown = tokio::select! {
            pause = self.console.until_pause(paint) => panic!("the console paused: {pause:?}"),
            shown = tokio::time::timeout(SOON, seen.notified()) => shown.is_ok(),
        };
        assert!(shown, "waited for {what:?}:\n{}", self.screen());
    }

    /// Presses a key and waits for nothing.
    pub fn send(&self, key: &str) {
        self.console.outbox().send(Msg::Key(Key::parse(key).expect("a key"))).expect("console");
    }

    /// Presses keys, named as in a keymap and separated by blanks, and waits until all is done.
    pub async fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let key = Key::parse(key).expect("a key");
            self.console.outbox().send(Msg::Key(key)).expect("console");
            self.settle().await;
        }
    }

    /// Presses a key that copies; returns what went to the clipboard.
    pub async fn copies(&mut self, key: &str) -> String {
        self.send(key);
        let terminal = &mut self.terminal;
        let paint = |model: &tui::model::Model| {
            let draw = terminal.draw(|frame| tui::view::view(model, frame));
            draw.map(|_| ()).map_err(|never| match never {})
        };
        let paused = tokio::time::timeout(SOON, self.console.until_pause(paint)).await;
        let Ok(Ok(tui::run::Pause::Copy(text))) = paused else { panic!("nothing was copied: {paused:?}") };
        self.settle().await;
        text
    }

    /// Types text, letter by letter.
    pub async fn type_in(&mut self, text: &str) {
        for letter in text.chars() {
            self.console.outbox().send(Msg::Key(Key::char(letter))).expect("console");
        }
        self.settle().await;
    }

    /// Tells the console that something happened.
    pub async fn tell(&mut self, msg: Msg) {
        self.console.outbox().send(msg).expect("console");
        self.settle().await;
    }

    /// What is painted.
    pub fn buffer(&self) -> &ratatui::buffer::Buffer {
        self.terminal.backend().buffer()
    }

    /// The screen, line by line.
    pub fn screen(&self) -> String {
        written(self.buffer())
    }

    /// Fails with the whole screen where `text` is not on it.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
    }

    /// Fails with the whole screen where `text` cannot be read on it, on one line or on several: a path of this machine
    /// may stand before it, and is as long as it is.
    #[track_caller]
    pub fn reads(&self, text: &str) {
        let screen = self.screen();
        let words: Vec<&str> =
            screen.split(|c: char| c.is_whitespace() || c == '│').filter(|w| !w.is_empty()).collect();
        assert!(words.join(" ").contains(text), "{text:?} cannot be read on the screen:\n{screen}");
    }

    /// Fails with the whole screen where `text` is on it.
    #[track_caller]
    pub fn does_not_see(&self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
    }

    /// The example's project, as the console has it.
    pub fn deck(&self) -> &Deck {
        &self.demo.deck
    }

    /// Names `path` in the box that asks for a file, instead of what stands there.
    pub async fn name(&mut self, path: &Path) {
        self.press("ctrl-u").await;
        self.tell(Msg::Paste(path.display().to_string())).await;
        self.press("enter").await;
    }

    /// A superuser's own connection to an environment, beside pgdeck's.
    pub async fn superuser(&self, environment: &str) -> Client {
        Story::superuser_of(&self.demo, environment).await
    }

    /// The same before there is a console.
    pub async fn superuser_of(demo: &Demo, environment: &str) -> Client {
        let (_, server) = demo.servers.iter().find(|(name, _)| name == environment).expect("environment");
        connect(server, &demo.deck.project.name).await.expect("superuser")
    }
}

/// The writing of `buffer`, line by line.
fn written(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(usize::from(buffer.area.width));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n")
        .collect()
}

async fn connect(server: &server::Server, database: &str) -> Result<Client, tokio_postgres::Error> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(server.host()).port(server.port()).user("postgres").dbname(database);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The first field of the first row.
pub async fn one(client: &Client, sql: &str) -> Option<String> {
    let rows = client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.first().and_then(|row| row.get(0))
}

/// Every row of every table of the database as text, never-sync tables included, in an order of its own:
/// two dumps are equal where the databases hold the same.
pub async fn dump(client: &Client) -> String {
    tables(client, "true").await
}

/// The same of the tables that are never synced.
pub async fn never_synced(client: &Client) -> String {
    tables(
        client,
        "n.nspname = 'auth' OR c.relname IN ('profiles', 'user_roles', 'program_enrollments', 'module_progress', \
         'credit_balances', 'credit_transactions', 'notification_preferences', 'session_bookings', 'oauth_tokens', \
         'consent_records', 'audit_logs')",
    )
    .await
}

async fn tables(client: &Client, condition: &str) -> String {
    let names = client
        .query(
            &format!(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind = 'r' AND n.nspname IN ('public', 'auth') AND ({condition}) ORDER BY 1"
            ),
            &[],
        )
        .await
        .expect("tables");
    assert!(!names.is_empty());
    let mut dump = String::new();
    for name in names.iter().map(|row| row.get::<_, String>(0)) {
        let rows = one(client, &format!("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {name} AS t")).await;
        dump += &[name.as_str(), &rows.unwrap_or_default(), "", ""].join("\n");
    }
    dump
}
