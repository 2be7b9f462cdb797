//! Tables as readers see them: `report.html` and `tables.xlsx` show the same cells.

use serde::{Deserialize, Serialize};

/// A table that answers one question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Key, the same in both languages: letters, digits and hyphens.
    pub key: String,
    /// The question, or what is listed.
    pub title: String,
    /// What a reader should know; may be empty.
    pub note: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// What a spreadsheet draws of it, the most telling first.
    #[serde(default)]
    pub graphs: Vec<Graph>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Column {
    /// Heading.
    pub name: String,
    /// Unit of its numbers; empty where rows differ or there is none.
    pub unit: String,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Nothing is known or meant here.
    Empty,
    /// Text, taken as it is: never a formula, never markup.
    Text(String),
    /// A number and how it is written. It is finite.
    Number(f64, Style),
    /// A date, `2021-11-22`, or a date and time, `2021-11-22T08:00`.
    Date(String),
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Without decimals, thousands apart.
    Whole,
    /// With one decimal.
    Tenth,
    /// With two decimals.
    Hundredth,
    /// With four decimals, for small shares and rates.
    Fine,
    /// A share as per cent with one decimal.
    Share,
}

/// A chart that a spreadsheet draws of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// Kind.
    pub kind: GraphKind,
    /// What is drawn.
    pub title: String,
    /// Column of the categories, dates or values of a key; its heading is the title of that axis.
    pub across: usize,
    /// Title of the axis of values.
    pub values: String,
    /// What is drawn, of one unit.
    pub series: Vec<Series>,
}

/// A line, or bars of one colour, of a spreadsheet's chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Name.
    pub name: String,
    /// Column of the values.
    pub column: usize,
    /// First row and number of rows; all where there is nothing here.
    pub rows: Option<(usize, usize)>,
}

/// Kinds of spreadsheet charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphKind {
    /// Lines over dates or the values of a key.
    Line,
    /// Horizontal bars, one a row.
    Bar,
}

impl Sheet {
    /// A table without rows.
    pub fn new(key: &str, title: &str, columns: &[(&str, &str)]) -> Self {
        let columns = columns.iter().map(|(name, unit)| Column { name: (*name).to_owned(), unit: (*unit).to_owned() });
        Self { key: key.to_owned(), title: title.to_owned(), columns: columns.collect(), ..Self::default() }
    }

    /// With a note under its title.
    #[must_use]
    pub fn noted(self, note: &str) -> Self {
        Self { note: note.to_owned(), ..self }
    }

    /// With a chart of the spreadsheet's own of a column.
    #[must_use]
    pub fn drawn(mut self, kind: GraphKind, across: usize, column: usize) -> Self {
        let name = self.name(column);
        self.draw(kind, (&name, across), vec![self.series(column)]);
        self
    }

    /// A column over all rows under its own name.
    pub fn series(&self, column: usize) -> Series {
        Series { name: self.name(column), column, rows: None }
    }

    /// Has a chart drawn with this title over this column; nothing where nothing is to be drawn.
    pub fn draw(&mut self, kind: GraphKind, (title, across): (&str, usize), series: Vec<Series>) {
        let Some(first) = series.first().and_then(|first| self.columns.get(first.column)) else { return };
        let values = if first.unit.is_empty() { &first.name } else { &first.unit };
        self.graphs.push(Graph { kind, title: title.to_owned(), across, values: values.clone(), series });
    }

    fn name(&self, column: usize) -> String {
        self.columns.get(column).map_or_else(String::new, |column| column.name.clone())
    }

    /// With a row; it is cut or filled up to the columns.
    pub fn push(&mut self, cells: Vec<Cell>) {
        let mut cells = cells;
        cells.resize(self.columns.len(), Cell::Empty);
        self.rows.push(cells);
    }
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A number where there is one.
    pub fn number(value: Option<f64>, style: Style) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::Empty, |value| Self::Number(value, style))
    }
}

impl Style {
    /// The style that shows numbers of files with the decimals they are written with, up to four.
    pub fn showing(values: impl IntoIterator<Item = f64>) -> Self {
        let decimals = |value: f64| {
            let is_whole = |power: &i32| {
                let scaled = value * 10_f64.powi(*power);
                (scaled - scaled.round()).abs() < 1e-6
            };
            (0..4).find(is_whole).unwrap_or(4)
        };
        match values.into_iter().map(decimals).max().unwrap_or(0) {
            0 => Self::Whole,
            1 => Self::Tenth,
            2 => Self::Hundredth,
            _ => Self::Fine,
        }
    }

    /// The style for numbers of a unit of files.
    pub fn of_unit(unit: &str) -> Self {
        match unit {
            "share" | "probability" => Self::Share,
            "visits" | "stays" | "people" | "claims" | "refills" | "matters" | "yuan" | "yuan·days" => Self::Whole,
            "ratio" => Self::Hundredth,
            _ => Self::Tenth,
        }
    }
}
