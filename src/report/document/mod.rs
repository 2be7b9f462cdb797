//! What a results folder says to a reader: words, figures and tables in both languages, ready to be
//! shown. Charts, `report.html`, `tables.xlsx` and the screen are made of a [`Document`] and of nothing
//! else, so that they say the same; it is kept as `view.json`, from which `cutover chart` and
//! `cutover report` draw again without simulating.
//!
//! ```text
//! Results -> Document (view.json) -> charts, report.html, tables.xlsx, screen
//! ```

mod charts;
mod data;
mod explorer;
mod read;
mod sheet;

pub use charts::{Charts, draw, draw_some, missing};
pub use data::behind;
pub use explorer::{ExploredSeries, Explorer, rounded};
pub use read::{ReadError, read};
pub use sheet::{Cell, Column, Graph, GraphKind, Series, Sheet, Style};

use serde::{Deserialize, Serialize};

use crate::units::Lang;

use super::ReportError;
use super::chart::Figure;
use super::layout::Screen;
use super::manifest::VERSION;

/// Name of the file in a results folder.
pub const FILE: &str = "view.json";

/// Version of the file's form; a program reads files of its own version only.
pub const FORMAT: u32 = 2;

/// Everything that is shown of a run, a comparison, a sweep or several cities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Version of the form, [`FORMAT`].
    pub format: u32,
    /// Name and version of the program that simulated.
    pub program: String,
    /// The command: `run`, `compare`, `sweep` or `cities`.
    pub command: String,
    /// Language in which the charts of the folder were drawn.
    pub lang: Lang,
    /// The reader's Chinese.
    pub zh: Edition,
    /// The reader's English.
    pub en: Edition,
    /// Daily series to be looked at one by one.
    pub explorer: Explorer,
    /// A city's own colours for charts, `#RRGGBB`; empty for the program's.
    pub colors: Vec<String>,
}

/// A document in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// City and schedule, or what is compared.
    pub title: String,
    /// The decision on one screen, as the terminal shows it.
    pub screen: Screen,
    /// Figures, the most telling first.
    pub plates: Vec<Plate>,
    /// Tables, one a question.
    pub sheets: Vec<Sheet>,
    /// What nobody has measured, and what it could change.
    pub assumptions: Sheet,
    /// Description of the model and the experiment (STRESS-DES).
    pub model: Vec<Chapter>,
}

/// A figure with the words that go with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plate {
    /// Name of its files in `charts/`, without an ending.
    pub name: String,
    /// What is drawn.
    pub figure: Figure,
    /// How to read it, in a sentence or two.
    pub reading: String,
}

/// A chapter of the description of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Heading.
    pub title: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// Lists and tables.
    pub sheets: Vec<Sheet>,
}

impl Plate {
    /// A figure with its name and how to read it.
    pub fn new(name: &str, figure: Figure, reading: &str) -> Self {
        Self { name: name.to_owned(), figure, reading: reading.to_owned() }
    }
}

/// A document of this program, in its own colours.
pub(super) fn drafted(command: &str, lang: Lang, [zh, en]: [Edition; 2], explorer: Explorer) -> Document {
    Document {
        format: FORMAT,
        program: VERSION.to_owned(),
        command: command.to_owned(),
        lang,
        zh,
        en,
        explorer,
        colors: Vec::new(),
    }
}

impl Document {
    /// The same in a city's own colours, if it has some.
    #[must_use]
    pub(super) fn colored(self, colors: Option<&Vec<String>>) -> Self {
        Self { colors: colors.cloned().unwrap_or_default(), ..self }
    }

    /// The edition of a language.
    pub fn edition(&self, lang: Lang) -> &Edition {
        lang.choose(&self.zh, &self.en)
    }

    /// The bytes of `view.json`.
    ///
    /// # Errors
    ///
    /// When the JSON cannot be encoded, which only a lack of memory can cause.
    pub fn encoded(&self) -> Result<Vec<u8>, ReportError> {
        serde_json::to_vec(self).map_err(|error| ReportError::Table(error.to_string()))
    }
}
