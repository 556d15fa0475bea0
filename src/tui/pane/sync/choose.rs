//! The first step: which sets, from where to where.

mod about;
mod origin;

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use self::origin::FromFile;
pub use self::origin::{answers, holds};
use serde_json::{Value, json};

use crate::{
    config::{project::Project, theme::Role},
    core::sheet::Sheet,
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::{Effect, Mouse},
        overlay::{Overlay, Prompt},
        pane::list,
        widget::{
            cell::Cell,
            check::Check,
            section,
            table::{Column, Rows, SortKey, Table, TableState},
        },
    },
};

/// Below this width there is the list and nothing beside it.
const WIDE: u16 = 90;

/// What is chosen before anything is read.
#[derive(Debug, Clone, Default)]
pub struct Choose {
    sets: Vec<Set>,
    /// Whether rows that the source does not have are offered for deletion.
    pub deletes: bool,
    from: usize,
    to: usize,
    /// The file that rows are read from, instead of an environment.
    file: Option<FromFile>,
    /// Filter and selection.
    pub table: TableState,
}

#[derive(Debug, Clone)]
struct Set {
    name: String,
    tables: Vec<String>,
    chosen: bool,
}

impl Set {
    fn values(&self) -> Vec<Value> {
        vec![json!(self.name), json!(self.tables.join(" ")), json!(self.chosen)]
    }
}

impl Choose {
    /// Every set of `project`, from its first environment that is not written to the first that is.
    pub fn new(project: &Project) -> Self {
        let set = |set: &crate::core::sync::set::Set| Set {
            name: set.name.clone(),
            tables: set.tables.iter().map(|table| table.table.clone()).collect(),
            chosen: true,
        };
        let environments: Vec<_> = project.environments().collect();
        let to = environments.iter().position(|(_, _, writable)| *writable).unwrap_or(0);
        let from = (0..environments.len()).find(|at| *at != to).unwrap_or(to);
        let mut this = Choose { sets: project.sets.all().iter().map(set).collect(), from, to, ..Choose::default() };
        this.change(|table, rows| table.load(&columns(), rows, |_| false));
        this
    }

    /// The names of the chosen sets; none where all are chosen, as a verb takes them. JSON by hand has to have its set
    /// named, even where there is one only.
    pub fn sets(&self) -> Vec<String> {
        let all = self.chosen() == self.sets.len() && !self.by_hand();
        self.sets.iter().filter(|set| set.chosen && !all).map(|set| set.name.clone()).collect()
    }

    /// How many sets are chosen.
    pub fn chosen(&self) -> usize {
        self.sets.iter().filter(|set| set.chosen).count()
    }

    /// Chooses the set `name` and no other, and moves to it.
    pub fn mark(&mut self, name: &str, visible: usize) {
        let Some(at) = self.sets.iter().position(|set| set.name == name) else { return };
        for (place, set) in self.sets.iter_mut().enumerate() {
            set.chosen = place == at;
        }
        self.change(|table, rows| list::reveal(table, at, visible, rows));
    }

    /// Changes the list's state.
    pub fn change(&mut self, change: impl FnOnce(&mut TableState, &Rows<'_>)) {
        let mut table = std::mem::take(&mut self.table);
        with(&self.sets, |rows| change(&mut table, rows));
        self.table = table;
    }

    /// What the filter lets through, as it goes to a file.
    pub fn sheet(&self) -> Sheet {
        let shown = self.table.order().iter().filter_map(|at| self.sets.get(*at as usize));
        Sheet::new("sets", ["set", "tables", "chosen"], shown.map(Set::values))
    }

    fn toggle_all(&mut self) {
        let shown: Vec<usize> = self.table.order().iter().map(|at| *at as usize).collect();
        let all = shown.iter().all(|at| self.sets[*at].chosen);
        for at in shown {
            self.decide(at, !all);
        }
    }
}

fn columns() -> Vec<Column> {
    vec![Column::text("set").sized(14, 32), Column::text("tables").sized(10, 70).priority(1).grow()]
}

fn with<T>(sets: &[Set], use_them: impl FnOnce(&Rows<'_>) -> T) -> T {
    let cell = |row: usize, column: usize| match column {
        0 => Check::of(usize::from(sets[row].chosen), 1).cell().and(Role::Text, format!(" {}", sets[row].name)),
        _ => Cell::of(Role::Muted, sets[row].tables.join(", ")),
    };
    use_them(&Rows {
        count: sets.len(),
        cell: &cell,
        key: &|row, column| match column {
            0 => SortKey::Text(sets[row].name.clone()),
            _ => SortKey::Text(sets[row].tables.join(", ")),
        },
        text: &|row| format!("{} {}", sets[row].name, sets[row].tables.join(" ")),
    })
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let choose = &model.sync.choose;
    if choose.sets.is_empty() && !matches!(action, Action::Accept | Action::Cancel | Action::Back) {
        return Err(Reason::new("pgdeck.toml declares no sync set"));
    }
    match action {
        Action::SyncStart => origin::can_start(model),
        Action::NextSource | Action::NextTarget if choose.file.is_none() && model.environments.len() < 3 => {
            Err(Reason::new("there are only two environments; the other way round is another sync"))
        }
        Action::Refresh | Action::Open | Action::FocusNext | Action::FocusPrevious => {
            Err(Reason::new("choose sets first"))
        }
        _ => Ok(()),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let environments = model.environments.len();
    let visible = list::visible(model, 3);
    let choose = &mut model.sync.choose;
    let set = choose.table.selected().map(|at| &choose.sets[at]);
    match action {
        Action::Copy => {
            let name = set.map(|set| set.name.clone());
            return name.map(|name| model.copy("the set's name", name)).unwrap_or_default();
        }
        Action::CopyRow => {
            let json =
                set.map(|set| json!({ "set": set.name, "tables": set.tables, "chosen": set.chosen }).to_string());
            return json.map(|json| model.copy("the set as JSON", json)).unwrap_or_default();
        }
        Action::Toggle => {
            if let Some(at) = choose.table.selected() {
                choose.decide(at, !choose.sets[at].chosen);
            }
        }
        Action::ToggleAll => choose.toggle_all(),
        Action::SourceFile => {
            let name = choose.file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
            model.overlays.push(Overlay::Prompt(Prompt::source(choose.wanted(), name)));
        }
        Action::NextSource => choose.next(true, environments),
        Action::NextTarget => choose.next(false, environments),
        Action::ToggleDeletes => choose.deletes = !choose.deletes,
        _ => choose.change(|table, rows| list::act(table, action, visible, columns().len(), rows)),
    }
    Vec::new()
}

fn split(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < WIDE {
        return (area, None);
    }
    let side = 40;
    (Rect { width: area.width - side - 2, ..area }, Some(Rect { x: area.right() - side - 2, width: side + 2, ..area }))
}

/// Takes in a click: on a set chooses it too.
pub fn clicked(choose: &mut Choose, mouse: Mouse, area: Rect) {
    let area = list::body(split(area).0);
    choose.change(|table, rows| list::clicked(table, &columns(), area, mouse, rows));
}

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let choose = &model.sync.choose;
    if choose.sets.is_empty() {
        let lines = [
            Cell::text("No sync set is declared."),
            Cell::of(Role::Muted, "A [[sync.set]] in pgdeck.toml names tables that move together, by key."),
        ];
        section::lines(&lines, 0, area, &model.look, buffer);
        return None;
    }
    let (left, right) = split(area);
    let deletes =
        if choose.deletes { Cell::of(Role::Danger, "deletes on") } else { Cell::of(Role::Muted, "deletes off") };
    let chosen = choose.chosen();
    let title =
        Cell::text(format!("{chosen} of {} sets", choose.sets.len())).bold().and(Role::Muted, "   ").then(deletes);
    // Where there is room for it, the file is told of beside the list.
    let title = match &choose.file {
        Some(file) if right.is_none() => title.and(Role::Muted, format!("   {}", holds(&file.contents))),
        _ => title,
    };
    let cursor = list::head(model, &title, &choose.table, left, buffer);
    with(&choose.sets, |rows| {
        let table = Table { columns: &columns(), state: &choose.table, rows, focused: true, stale: false };
        table.draw(list::body(left), &model.look, buffer);
    });
    if let Some(right) = right {
        section::divider(right, Role::Border, &model.look, buffer);
        let inside = Rect { x: right.x + 2, width: right.width - 2, ..right };
        section::lines(&about::lines(model), 0, inside, &model.look, buffer);
    }
    cursor
}
