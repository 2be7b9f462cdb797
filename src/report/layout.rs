//! Text for a terminal: labelled items with wrapped, indented text, and columns; Chinese characters
//! count as two columns.

use serde::{Deserialize, Serialize};

use super::numbers::{char_width, width};

/// Most columns of a line.
pub(super) const COLUMNS_MOST: usize = 100;
/// Most lines of a screen.
pub(super) const LINES_MOST: usize = 40;

/// What stands on one screen, line by line; the terminal and the report show the same.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Screen {
    /// Columns that labels take.
    label: usize,
    /// Lines, labelled texts and rows of tables.
    pub entries: Vec<Entry>,
}

/// A part of a screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// A line of its own.
    Line(String),
    /// A rule under the title.
    Rule,
    /// A text behind its label; an empty label goes on with the one before.
    Item(String, String),
    /// Texts behind one label.
    List(List),
    /// Parts of a whole, each with its share as a bar; they go on with the item before.
    Bars(Vec<Bar>),
    /// A table.
    Grid(Grid),
}

/// Texts behind one label, the most telling first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct List {
    /// The label.
    pub label: String,
    /// The texts.
    pub texts: Vec<String>,
    /// What a terminal says in place of texts it has no room for, with `{}` for their number.
    pub more: String,
}

/// A table of a screen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Grid {
    /// Headings of the columns.
    pub heads: Vec<String>,
    /// Characters that each column takes on a terminal.
    pub widths: Vec<usize>,
    /// Rows.
    pub rows: Vec<GridRow>,
    /// Whether rows are values in order: of too many a terminal then shows some from all over.
    pub is_ordered: bool,
    /// What a terminal says in place of rows it has no room for, with `{}` for their number.
    pub more: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GridRow {
    /// Whether it has an asterisk before its name.
    pub is_marked: bool,
    /// Whether it is the one to look at first.
    pub is_chosen: bool,
    /// Whether it is there however few rows there is room for.
    pub is_kept: bool,
    /// Cells, of which the first is the row's name.
    pub cells: Vec<GridCell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GridCell {
    /// What it says.
    pub text: String,
    /// What it says more softly under that, such as an interval; empty for nothing.
    pub below: String,
}

impl GridRow {
    /// A row of one line.
    pub fn new(cells: impl IntoIterator<Item = String>) -> Self {
        let cells = cells.into_iter().map(|text| GridCell { text, below: String::new() });
        Self { cells: cells.collect(), ..Self::default() }
    }
}

/// A part of a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// Its number.
    pub text: String,
    /// Its share of the whole.
    pub share: f64,
}

/// Lines under construction.
#[derive(Debug)]
pub(super) struct Layout {
    screen: Screen,
}

impl Layout {
    /// Labels take `label` columns.
    pub(super) fn new(label: usize) -> Self {
        Self { screen: Screen { label, entries: Vec::new() } }
    }

    /// A line of its own, cut on a terminal where it is too long.
    pub(super) fn line(&mut self, text: &str) {
        self.screen.entries.push(Entry::Line(text.to_owned()));
    }

    /// A rule under the title.
    pub(super) fn rule(&mut self) {
        self.screen.entries.push(Entry::Rule);
    }

    /// A text behind its label, on at most four lines of a terminal.
    pub(super) fn item(&mut self, label: &str, text: &str) {
        self.screen.entries.push(Entry::Item(label.to_owned(), text.to_owned()));
    }

    /// Texts behind one label.
    pub(super) fn list(&mut self, list: List) {
        self.screen.entries.push(Entry::List(list));
    }

    /// Parts of a whole under the item before.
    pub(super) fn bars(&mut self, bars: Vec<Bar>) {
        self.screen.entries.push(Entry::Bars(bars));
    }

    /// A table.
    pub(super) fn grid(&mut self, grid: Grid) {
        self.screen.entries.push(Entry::Grid(grid));
    }

    /// What has been put on it.
    pub(super) fn finish(self) -> Screen {
        self.screen
    }
}

/// How much of lists and tables a terminal has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    /// Whether cells show what is below their texts.
    below: bool,
    /// Most texts of a list.
    texts: usize,
    /// Most rows of a table.
    rows: usize,
}

impl Room {
    /// From all there is to next to nothing.
    fn less_and_less() -> impl Iterator<Item = Self> {
        const TEXTS: usize = 4;
        const ROWS: std::ops::RangeInclusive<usize> = 2..=LINES_MOST;
        let all = Self { below: true, texts: usize::MAX, rows: usize::MAX };
        let rows = ROWS.rev().map(|rows| Self { below: false, texts: TEXTS, rows });
        let texts = (1..TEXTS).rev().map(|texts| Self { below: false, texts, rows: *ROWS.start() });
        [all, Self { texts: TEXTS, ..all }, Self { texts: TEXTS, below: false, ..all }]
            .into_iter()
            .chain(rows)
            .chain(texts)
    }
}

impl Screen {
    /// The lines of a terminal, at most as many as a screen has: of long lists and tables it shows the beginning,
    /// and says how much more there is.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for room in Room::less_and_less() {
            lines = self.lines(room);
            if lines.len() <= LINES_MOST {
                break;
            }
        }
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn lines(&self, room: Room) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Line(text) => lines.push(fit(text, COLUMNS_MOST)),
                Entry::Rule => lines.push("-".repeat(COLUMNS_MOST)),
                Entry::Item(label, text) => lines.extend(self.item(label, text)),
                Entry::List(list) => lines.extend(self.list(list, room.texts)),
                Entry::Bars(bars) => lines.extend(bars.iter().map(|bar| self.bar(bar, bars))),
                Entry::Grid(grid) => lines.extend(grid.lines(room)),
            }
        }
        lines
    }

    fn list(&self, list: &List, most: usize) -> Vec<String> {
        let labels = std::iter::once(list.label.as_str()).chain(std::iter::repeat(""));
        let shown = list.texts.iter().zip(labels).take(most);
        let mut lines: Vec<String> = shown.flat_map(|(text, label)| self.item(label, text)).collect();
        if let Some(more) = list.texts.len().checked_sub(most).filter(|more| *more > 0) {
            lines.extend(self.item("", &list.more.replace("{}", &more.to_string())));
        }
        lines
    }

    /// A bar of signs that every terminal has, and has as wide as others.
    fn bar(&self, bar: &Bar, all: &[Bar]) -> String {
        const LONGEST: f64 = 40.0;
        let widest = |of: fn(&Bar) -> &str| all.iter().map(|one| width(of(one))).max().unwrap_or(0) + 2;
        let (label, text) = (padded(&bar.label, widest(|bar| &bar.label)), padded(&bar.text, widest(|bar| &bar.text)));
        let signs = (bar.share.clamp(0.0, 1.0) * LONGEST).round() as usize;
        fit(&format!("{}{label}{text}{}", padded("", self.label), "#".repeat(signs)), COLUMNS_MOST)
    }

    fn item(&self, label: &str, text: &str) -> Vec<String> {
        const LINES: usize = 4;
        let mut lines = wrap(text, COLUMNS_MOST - self.label);
        if lines.len() > LINES {
            lines.truncate(LINES);
            if let Some(last) = lines.last_mut() {
                *last = fit(&format!("{last}……"), COLUMNS_MOST - self.label);
            }
        }
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        lines.iter().zip(labels).map(|(line, label)| format!("{}{line}", padded(label, self.label))).collect()
    }
}

impl Grid {
    /// Most lines of the headings.
    const HEAD_LINES_MOST: usize = 4;

    /// The lines of a terminal.
    fn lines(&self, room: Room) -> Vec<String> {
        let is_marked = self.rows.iter().any(|row| row.is_marked);
        let wrapped = |(head, columns): (&String, &usize)| wrap(head, columns.saturating_sub(1));
        let heads: Vec<Vec<String>> = self.heads.iter().zip(&self.widths).map(wrapped).collect();
        let deepest = heads.iter().map(Vec::len).max().unwrap_or(0).min(Self::HEAD_LINES_MOST);
        let head = (0..deepest).map(|at| {
            let cells: Vec<&str> = heads.iter().map(|lines| lines.get(at).map_or("", String::as_str)).collect();
            row(&cells, &self.widths)
        });
        let shown = self.shown(room.rows);
        let rows = shown.iter().flat_map(|row| self.lines_of(row, is_marked, room.below));
        let mut lines: Vec<String> = head.chain(rows).collect();
        if shown.len() < self.rows.len() {
            lines.push(fit(&self.more.replace("{}", &(self.rows.len() - shown.len()).to_string()), COLUMNS_MOST));
        }
        lines
    }

    /// At most so many of the rows, but for those that are kept in any case.
    fn shown(&self, most: usize) -> Vec<&GridRow> {
        let count = self.rows.len();
        if count <= most {
            return self.rows.iter().collect();
        }
        let places: Vec<usize> = match self.is_ordered {
            true => (0..most).map(|index| index * (count - 1) / (most - 1).max(1)).collect(),
            false => {
                let kept = self.rows.iter().filter(|row| row.is_kept).count();
                let others = (0..count).filter(|&place| !self.rows[place].is_kept);
                others.take(most.saturating_sub(kept)).collect()
            }
        };
        let rows = self.rows.iter().enumerate();
        rows.filter(|(place, row)| row.is_kept || places.contains(place)).map(|(_, row)| row).collect()
    }

    /// One line, or two where cells have something below; then the name may take both.
    fn lines_of(&self, of: &GridRow, is_marked: bool, has_below: bool) -> Vec<String> {
        let texts = of.cells.iter().map(|cell| cell.text.as_str());
        let mut below: Vec<&str> = of.cells.iter().map(|cell| cell.below.as_str()).collect();
        let mut first: Vec<&str> = texts.collect();
        let has_two = has_below && below.iter().any(|text| !text.is_empty());
        let indent = if is_marked { 2 } else { 0 };
        let room = self.widths.first().map_or(0, |columns| columns.saturating_sub(1 + indent));
        let name = wrap(first.first().copied().unwrap_or(""), room);
        if let ([one, two], true) = (name.as_slice(), has_two) {
            (first[0], below[0]) = (one, two);
        }
        let mark = ["  ", "* "][usize::from(of.is_marked)];
        let named = |cells: &[&str], mark: &str| {
            let name = format!("{}{}", &mark[..indent], cells.first().unwrap_or(&""));
            let rest = cells.iter().skip(1).copied();
            row(&std::iter::once(name.as_str()).chain(rest).collect::<Vec<_>>(), &self.widths)
        };
        let mut lines = vec![named(&first, mark)];
        lines.extend(has_two.then(|| named(&below, "  ")));
        lines
    }
}

/// Cells in columns; the last one that is not empty may use the rest of the line.
fn row(cells: &[&str], widths: &[usize]) -> String {
    let last = cells.iter().rposition(|cell| !cell.trim().is_empty());
    let line: String = cells
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(index, (cell, &width))| if Some(index) == last { (*cell).to_owned() } else { padded(cell, width) })
        .collect();
    fit(line.trim_end(), COLUMNS_MOST)
}

/// A text filled up with spaces, at least one behind it.
fn padded(text: &str, columns: usize) -> String {
    if text.is_empty() {
        return " ".repeat(columns);
    }
    let text = fit(text, columns.saturating_sub(1));
    let space = columns.saturating_sub(width(&text));
    text + &" ".repeat(space)
}

/// A text cut to so many columns, with `…` where something was cut. Control characters go.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let text: String = text.chars().filter(|character| !character.is_control()).collect();
    if width(&text) <= columns {
        return text;
    }
    let mut cut = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += char_width(character);
        if used > columns {
            break;
        }
        cut.push(character);
    }
    cut.push('…');
    cut
}

/// Breaks a text into lines: at spaces, and beside Chinese characters, but never before a mark that
/// closes or behind one that opens.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&line) + width(piece.trim_end()) > columns {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(&piece);
        while width(line.trim_end()) > columns {
            let head = fit(&line, columns + 1);
            let kept: String = head.trim_end_matches('…').to_owned();
            let rest = line.split_off(kept.len().max(1).min(line.len()));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The parts of a text between which a line may end.
fn pieces(text: &str) -> Vec<String> {
    const CLOSES: &str = "」』，。；：、）》”！？～%·,.;:)!?–";
    const OPENS: &str = "「『（《“(～–";
    let mut pieces: Vec<String> = vec![String::new()];
    let mut before: Option<char> = None;
    for character in text.chars().filter(|character| !character.is_control()) {
        let may_break = before.is_some_and(|before| {
            let wide = char_width(before) == 2 || char_width(character) == 2;
            let at_space = before == ' ' && character != ' ';
            (at_space || (wide && character != ' ')) && !CLOSES.contains(character) && !OPENS.contains(before)
        });
        if may_break {
            pieces.push(String::new());
        }
        if let Some(last) = pieces.last_mut() {
            last.push(character);
        }
        before = Some(character);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_a_reader_expects_it() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("垫付总额，二万元", 8), ["垫付总", "额，二万", "元"]);
        assert_eq!(wrap("甲乙丙「丁」", 8), ["甲乙丙", "「丁」"].map(str::to_owned).to_vec());
        assert_eq!(wrap("甲乙（丙丁）", 8), ["甲乙（丙", "丁）"].map(str::to_owned).to_vec());
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert!(wrap("", 8).is_empty());
    }

    #[test]
    fn nothing_is_lost_and_no_line_is_too_long() {
        let text = "普通门诊 18.2万（18.1～18.4）人次，paid in full 12,345 visits；".repeat(5);
        let lines = wrap(&text, 41);
        assert!(lines.iter().all(|line| width(line) <= 41), "{lines:?}");
        let squeeze = |text: &str| text.replace(' ', "");
        assert_eq!(squeeze(&lines.concat()), squeeze(&text));
    }

    /// The text of a table whose columns take 9, 6 and 4 characters.
    fn told(heads: [&str; 3], rows: Vec<GridRow>) -> String {
        let mut layout = Layout::new(4);
        layout.grid(Grid { heads: heads.map(str::to_owned).to_vec(), widths: vec![9, 6, 4], rows, ..Grid::default() });
        layout.finish().text()
    }

    #[test]
    fn the_last_cell_of_a_line_may_use_its_rest() {
        let rows = [["a", "beta-beta", "c"], ["a", "beta-beta", ""], ["a", "", "gamma-gamma"]];
        let rows = rows.map(|cells| GridRow::new(cells.map(str::to_owned))).to_vec();
        assert_eq!(told([""; 3], rows), "a        beta… c\na        beta-beta\na              gamma-gamma\n");
    }

    #[test]
    fn heads_and_names_are_broken_where_there_are_lines_for_them() {
        let cell = |text: &str, below: &str| GridCell { text: text.to_owned(), below: below.to_owned() };
        let row = |name: &str, below: &str| GridRow {
            is_marked: name.starts_with("one"),
            cells: vec![cell(name, ""), cell("5", below), cell("6", "")],
            ..GridRow::default()
        };
        let found =
            told(["name", "money spent", "n"], vec![row("one two", "3–7"), row("one two three", ""), row("x", "")]);
        let expected = [
            "name     money n",
            "         spent",
            "* one    5     6",
            "  two    3–7",
            "* one t… 5     6",
            "  x      5     6",
        ];
        assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    }

    fn numbered(count: usize, kept: &[usize], is_ordered: bool) -> Grid {
        let row = |number: usize| GridRow { is_kept: kept.contains(&number), ..GridRow::new([number.to_string()]) };
        let rows = (0..count).map(row).collect();
        Grid { heads: vec![String::new()], widths: vec![9], rows, is_ordered, more: "{} more".to_owned() }
    }

    #[test]
    fn of_too_many_rows_the_first_and_those_kept_are_shown_and_of_values_some_from_all_over() {
        let shown = |grid: &Grid, most: usize| -> Vec<String> {
            grid.shown(most).iter().map(|row| row.cells[0].text.clone()).collect()
        };
        assert_eq!(shown(&numbered(3, &[], false), 5), ["0", "1", "2"]);
        assert_eq!(shown(&numbered(9, &[0, 7], false), 4), ["0", "1", "2", "7"]);
        assert_eq!(shown(&numbered(9, &[0, 7], false), 1), ["0", "7"]);
        assert_eq!(shown(&numbered(9, &[], true), 3), ["0", "4", "8"]);
        assert!(numbered(0, &[], true).shown(2).is_empty());
    }

    #[test]
    fn a_screen_never_has_too_many_lines_and_says_what_it_leaves_out() {
        let mut layout = Layout::new(4);
        let texts = (0..20).map(|number| format!("text {number}")).collect();
        layout.list(List { label: "a".to_owned(), texts, more: "{} texts".to_owned() });
        layout.grid(numbered(60, &[55], false));
        (0..16).for_each(|_| layout.item("b", "said"));
        let text = layout.finish().text();
        assert!(text.lines().count() <= LINES_MOST, "{text}");
        assert!(text.contains("16 texts") && text.contains("\n55\n"), "{text}");
        let shown = text.lines().filter(|line| line.parse::<usize>().is_ok()).count();
        assert!(text.contains(&format!("{} more", 60 - shown)) && shown > 10, "{text}");
        assert_eq!(text.matches("said").count(), 16);
    }

    #[test]
    fn bars_begin_in_one_column_and_are_as_long_as_their_shares() {
        let mut layout = Layout::new(4);
        let bar = |label: &str, share| Bar { label: label.to_owned(), text: format!("{share}"), share };
        layout.bars(vec![bar("全额垫付", 0.5), bar("a", 1.0), bar("b", 0.0)]);
        let text = layout.finish().text();
        let lines: Vec<&str> = text.lines().collect();
        let signs = |line: &str| line.matches('#').count();
        assert_eq!(lines.iter().map(|line| signs(line)).collect::<Vec<_>>(), [20, 40, 0]);
        let start = |line: &str| width(&line[..line.find('#').unwrap()]);
        assert_eq!(start(lines[0]), start(lines[1]));
    }

    #[test]
    fn cut_texts_say_so() {
        assert_eq!((fit("医保经办大厅", 12), fit("医保经办大厅", 10)), ("医保经办大厅".into(), "医保经办…".into()));
        assert_eq!(fit("a\u{1b}[31mb", 10), "a[31mb");
    }
}
