//! Whole tables at once: read row by row, written many rows at a time, for what moves a database.

mod bare;
mod catalog;
mod insert;
mod load;
mod read;
mod values;

pub use catalog::tables;
pub use load::{Load, open};
pub use read::each_row;
pub use values::{Batch, Column, Digest, Kind, Table, Value};
