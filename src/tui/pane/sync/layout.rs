//! Where the parts of the wizard are.

use ratatui::layout::Rect;

/// The step line, and what is below it.
pub(super) fn split(area: Rect) -> (Rect, Rect) {
    let above = 2.min(area.height);
    (Rect { height: 1.min(area.height), ..area }, Rect { y: area.y + above, height: area.height - above, ..area })
}
