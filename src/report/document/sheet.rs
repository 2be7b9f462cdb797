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
    /// What a spreadsheet draws of it.
    pub graph: Option<Graph>,
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
    /// Column of the categories or dates.
    pub across: usize,
    /// Columns drawn, of one unit.
    pub series: Vec<usize>,
}

/// Kinds of spreadsheet charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphKind {
    /// Lines over dates.
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

    /// With a chart of the spreadsheet's own.
    #[must_use]
    pub fn drawn(self, kind: GraphKind, across: usize, series: Vec<usize>) -> Self {
        Self { graph: Some(Graph { kind, across, series }), ..self }
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
