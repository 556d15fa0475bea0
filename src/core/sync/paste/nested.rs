//! Nested JSON that was written by hand.
