//! What the console has to say: one line at a time, all of it kept.

use std::time::Duration;

use super::msg::Tone;

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How.
    pub tone: Tone,
    /// What, and what to do about it.
    pub text: String,
    /// When.
    pub at: Duration,
}

/// What stands on the message line, and everything that ever did.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    standing: Vec<Message>,
    log: Vec<Message>,
}

/// How long what is no error stays.
const STAY: Duration = Duration::from_secs(6);

/// How many are kept to be read again.
const KEPT: usize = 200;

impl Messages {
    /// Says `text`.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>, at: Duration) {
        let message = Message { tone, text: text.into(), at };
        self.standing.retain(|old| old.tone == Tone::Failed && old.text != message.text);
        self.standing.push(message.clone());
        self.log.push(message);
        let excess = self.log.len().saturating_sub(KEPT);
        self.log.drain(..excess);
    }

    /// The one to show: what was said last, but an error before everything else.
    pub fn shown(&self) -> Option<&Message> {
        self.standing.iter().rev().find(|message| message.tone == Tone::Failed).or(self.standing.last())
    }

    /// How many errors stand besides the one that is shown.
    pub fn more(&self) -> usize {
        self.standing.iter().filter(|message| message.tone == Tone::Failed).count().saturating_sub(1)
    }

    /// Takes away the one that is shown.
    pub fn dismiss(&mut self) {
        if let Some(shown) = self.shown().cloned() {
            self.standing.retain(|message| *message != shown);
        }
    }

    /// Takes away what is no longer true, wherever it stands.
    pub fn retract(&mut self, text: &str) {
        self.standing.retain(|message| message.text != text);
    }

    /// Takes away what has stood long enough.
    pub fn expire(&mut self, now: Duration) {
        self.standing.retain(|message| message.tone == Tone::Failed || message.at + STAY > now);
    }

    /// When the next one goes away by itself.
    pub fn next_expiry(&self) -> Option<Duration> {
        self.standing.iter().filter(|message| message.tone != Tone::Failed).map(|message| message.at + STAY).min()
    }

    /// Everything that was said, the oldest first.
    pub fn log(&self) -> &[Message] {
        &self.log
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_error_stays_until_it_is_dismissed() {
        let mut messages = Messages::default();
        messages.say(Tone::Failed, "cannot connect", at(0));
        messages.say(Tone::Done, "copied", at(1));
        messages.expire(at(60));
        assert_eq!(messages.shown().map(|message| message.text.as_str()), Some("cannot connect"));
        messages.dismiss();
        assert_eq!(messages.shown(), None);
        assert_eq!(messages.log().len(), 2);
    }

    #[test]
    fn the_rest_goes_away_by_itself_and_says_when() {
        let mut messages = Messages::default();
        messages.say(Tone::Done, "copied", at(1));
        assert_eq!(messages.next_expiry(), Some(at(7)));
        messages.expire(at(6));
        assert!(messages.shown().is_some());
        messages.expire(at(7));
        assert_eq!((messages.shown(), messages.next_expiry()), (None, None));
    }

    #[test]
    fn the_same_error_twice_is_one() {
        let mut messages = Messages::default();
        (0..3).for_each(|s| messages.say(Tone::Failed, "gone", at(s)));
        messages.say(Tone::Failed, "other", at(4));
        assert_eq!(messages.more(), 1);
    }
}
