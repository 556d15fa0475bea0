//! What hits the program.

use crate::{dice::Dice, proxy::Flow, proxy::Point};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The program is killed; a console, which has a terminal to give back, is told to end.
    Kill,
    /// Every connection is closed, in the middle of a message.
    Cut,
    /// Nothing comes any more and nothing is closed, until the operator has had enough.
    HalfOpen,
    /// An administrator ends the program's sessions.
    Terminate,
    /// A process of the server is killed, and the server begins anew from its log.
    Crash,
}

impl Fault {
    pub const ALL: [Fault; 5] = [Fault::Kill, Fault::Cut, Fault::HalfOpen, Fault::Terminate, Fault::Crash];

    /// What becomes of the line when it comes to it.
    pub fn flow(self) -> Flow {
        if self == Fault::Cut { Flow::Cut } else { Flow::Held }
    }
}

/// How many bytes something takes, to the server and from it.
#[derive(Debug, Clone, Copy)]
pub struct Weight(pub [usize; 2]);

impl Weight {
    /// A byte of them. A third of the points are in the last fifth, for there it writes, and a third among the very last,
    /// where it commits.
    pub fn point(self, dice: &mut Dice) -> Point {
        let down = dice.once_in(2);
        let all = self.0[usize::from(down)].max(1);
        let last = [all, all / 5, 80][dice.below(3)].clamp(1, all);
        Point { down, byte: all - 1 - dice.below(last) }
    }
}
