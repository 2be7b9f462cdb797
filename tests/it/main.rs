//! Integration tests: one binary, a file per subject.

mod bad_input;
mod browser;
mod cities;
mod cli;
mod compare;
mod comparison;
mod desk;
mod directions;
mod equality;
mod fluid;
mod laws;
mod measures;
mod notices;
mod page;
mod redraw;
mod room;
mod schedules;
mod selection;
mod setbacks;
mod side_by_side;
mod support;
mod sweep;
mod theory;
mod tidy;
mod told;
mod workbook;
