//! What follows the selection only when that comes to rest: details cost more to paint than the list they belong to,
//! and who holds a key down does not read them.

use std::time::Duration;

/// Longer than between two repeats of a key that is held down.
const DEBOUNCE: Duration = Duration::from_millis(60);

/// Something that follows what is selected.
#[derive(Debug, Clone)]
pub struct Debounced<T> {
    /// What is followed to.
    at: Option<T>,
    /// What is selected meanwhile, and when it is followed to if it stays so.
    next: Option<(T, Duration)>,
}

impl<T> Default for Debounced<T> {
    fn default() -> Self {
        Debounced { at: None, next: None }
    }
}

impl<T: PartialEq> Debounced<T> {
    /// What is selected at the time `now`. The first is followed to at once.
    pub fn follow(&mut self, selected: Option<T>, now: Duration) {
        if selected == self.at || self.at.is_none() || selected.is_none() {
            (self.at, self.next) = (selected, None);
        } else if self.next.as_ref().map(|(next, _)| next) != selected.as_ref() {
            self.next = selected.map(|selected| (selected, now + DEBOUNCE));
        }
    }

    /// Follows to what has been selected for long enough.
    pub fn settle(&mut self, now: Duration) {
        if let Some((next, _)) = self.next.take_if(|(_, due)| *due <= now) {
            self.at = Some(next);
        }
    }

    /// What was followed to.
    pub fn at(&self) -> Option<&T> {
        self.at.as_ref()
    }

    /// When it follows, if it has yet to.
    pub fn due(&self) -> Option<Duration> {
        self.next.as_ref().map(|(_, due)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_first_is_followed_at_once_and_the_next_when_it_rests() {
        let mut followed = Debounced::default();
        followed.follow(Some('a'), ms(0));
        assert_eq!((followed.at(), followed.due()), (Some(&'a'), None));
        for (now, key) in [(30, 'b'), (60, 'c'), (90, 'd'), (100, 'd')] {
            followed.follow(Some(key), ms(now));
            followed.settle(ms(now));
        }
        assert_eq!((followed.at(), followed.due()), (Some(&'a'), Some(ms(150))));
        followed.settle(ms(150));
        assert_eq!((followed.at(), followed.due()), (Some(&'d'), None));
    }

    #[test]
    fn who_comes_back_waits_for_nothing() {
        let mut followed = Debounced::default();
        for key in ['a', 'b', 'a'] {
            followed.follow(Some(key), ms(0));
        }
        assert_eq!((followed.at(), followed.due()), (Some(&'a'), None));
        followed.follow(None, ms(1));
        assert_eq!(followed.at(), None);
    }
}
