//! Everything that the screen shows is in here, and nothing else is.

use std::{sync::Arc, time::Duration};

use crate::{
    config::{key::Key, project::Project},
    core::error::{Code, Error, Result},
};

use super::{
    action::{Action, Context},
    jobs::Jobs,
    keys::{Keys, label},
    look::Look,
    messages::Messages,
    msg::{Effect, Tone, Work},
    overlay::{self, Overlay},
    pane::{
        self, Pane, audit::AuditPane, counts::CountsPane, drift::DriftPane, journal::JournalPane,
        migrations::MigrationsPane, overview::OverviewPane, sync::SyncPane,
    },
    reconnect::{self, Reconnect},
};

pub use super::{
    environment::{EnvState, EnvStatus},
    jobs::JobId,
};

/// Terminals drop longer ones without a word (xterm: 100,000 bytes once encoded).
const LONGEST_COPY: usize = 70_000;

/// The whole state of the console.
#[derive(Debug, Clone)]
pub struct Model {
    /// The project's name.
    pub project: String,
    /// Its environments, in the order of the file.
    pub environments: Vec<EnvStatus>,
    /// The pane in front.
    pub pane: Pane,
    /// What lies over it, the uppermost last.
    pub overlays: Vec<Overlay>,
    /// What is running.
    pub jobs: Jobs,
    /// What there is to say.
    pub messages: Messages,
    /// When environments without a connection are tried again.
    pub reconnect: Reconnect,
    /// The keys of a chord that is not complete.
    pub pending: Vec<Key>,
    /// Which keys do what.
    pub keys: Keys,
    /// How it looks.
    pub look: Look,
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The time since the console opened, as of the last message.
    pub now: Duration,
    /// Whether the terminal's window is in front.
    pub focused: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Whether CSV exports hold no text that a spreadsheet would take for a formula.
    pub csv_safe: bool,
    /// What made the console leave, if it was not its user.
    pub stopped: Option<&'static str>,
    /// What the team declared, where there is a file.
    pub declared: Option<Arc<Project>>,
    /// The overview pane.
    pub overview: OverviewPane,
    /// The counts pane.
    pub counts: CountsPane,
    /// The audit pane.
    pub audit: AuditPane,
    /// The migrations pane.
    pub migrations: MigrationsPane,
    /// The drift pane.
    pub drift: DriftPane,
    /// The sync pane.
    pub sync: SyncPane,
    /// The journal pane.
    pub journal: JournalPane,
}

impl Model {
    /// The console of `project`, on its first pane, with nothing known yet.
    pub fn new(project: impl Into<String>, environments: Vec<EnvStatus>, keys: Keys, look: Look) -> Self {
        let (audit, drift) = (AuditPane::new(&environments), DriftPane::new(&environments));
        let mut model = Model {
            project: project.into(),
            environments,
            pane: Pane::Overview,
            overlays: Vec::new(),
            jobs: Jobs::default(),
            messages: Messages::default(),
            reconnect: Reconnect::default(),
            pending: Vec::new(),
            keys,
            look,
            size: (80, 24),
            now: Duration::ZERO,
            focused: true,
            mouse: true,
            csv_safe: false,
            stopped: None,
            declared: None,
            overview: OverviewPane::default(),
            counts: CountsPane::default(),
            audit,
            migrations: MigrationsPane::default(),
            drift,
            sync: SyncPane::default(),
            journal: JournalPane::default(),
        };
        for component in pane::components() {
            component.environment_changed(&mut model);
        }
        model
    }

    /// The team's project file was read.
    pub fn set_project(&mut self, project: &Project) {
        self.declared = Some(Arc::new(project.clone()));
        for component in pane::components() {
            component.set_project(self, project);
        }
    }

    /// The same with the built-in keymap and theme.
    pub fn built_in(project: impl Into<String>, environments: Vec<EnvStatus>) -> Result<Self> {
        Ok(Model::new(project, environments, Keys::load(&[])?, Look::built_in("dark")?))
    }

    /// Where keys go, the nearest first.
    pub fn contexts(&self) -> Vec<Context> {
        match self.overlays.last() {
            Some(overlay) => overlay::contexts(overlay).to_vec(),
            None => self.ground(),
        }
    }

    /// Where keys would go if nothing lay over the pane.
    pub fn ground(&self) -> Vec<Context> {
        if pane::typing(self) {
            return vec![Context::Input, Context::Anywhere];
        }
        let mut contexts = pane::contexts(self);
        contexts.extend([Context::Global, Context::Anywhere]);
        contexts
    }

    /// The key that does `action` just now, as the screen shows it.
    pub fn key(&self, action: Action) -> Option<String> {
        self.keys.shown(action, &self.contexts()).map(|chord| label(chord, &self.look.glyphs))
    }

    /// Says `text` on the message line.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.messages.say(tone, text, self.now);
    }

    /// Shows `error` until it is dismissed. Where a connection was lost, it is made again.
    pub fn fail(&mut self, error: &Error) {
        self.say(Tone::Failed, error.to_string());
        self.lost(error);
    }

    /// Where `error` is that of a lost connection, it is made again.
    pub fn lost(&mut self, error: &Error) {
        if let Some(name) = error.environment.as_ref().filter(|_| error.code == Code::Connect) {
            reconnect::lost(self, name, error);
        }
    }

    /// The environment called `name`.
    pub fn environment(&self, name: &str) -> Option<&EnvStatus> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    /// Starts `work` as a job that is called `title` while it runs.
    #[must_use]
    pub fn start(&mut self, title: impl Into<String>, work: Work) -> Effect {
        Effect::Run(self.jobs.start(title, self.now), work)
    }

    /// Puts `text` on the clipboard and says so, calling it `what`.
    #[must_use]
    pub fn copy(&mut self, what: &str, text: String) -> Vec<Effect> {
        if text.len() > LONGEST_COPY {
            let kilobytes = text.len() / 1000;
            self.say(
                Tone::Note,
                format!("{what} is too long for the terminal's clipboard ({kilobytes} kB): export it instead"),
            );
            return Vec::new();
        }
        self.say(Tone::Done, format!("copied {what}"));
        vec![Effect::Copy(text)]
    }

    /// Whether a job is running.
    pub fn busy(&self) -> bool {
        !self.jobs.running().is_empty()
    }

    /// Whether something on the screen is about to follow what was done last.
    pub fn unsettled(&self) -> bool {
        pane::due(self).is_some()
    }

    /// When something on the screen changes by itself, though nothing happens. `None` lets the console sleep.
    pub fn next_change(&self) -> Option<Duration> {
        let step = if self.focused { Duration::from_millis(125) } else { Duration::from_secs(1) };
        let spin = self.busy().then_some(self.now + step);
        let due = [spin, self.messages.next_expiry(), reconnect::next_change(self), pane::due(self)];
        due.into_iter().flatten().min()
    }
}
