//! Tables, rows and values as both databases understand them.

use crate::store::StoreError;
use sha2::{Digest as _, Sha256};

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Int,
    Bool,
    Text,
    Bytes,
}

/// One column of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A table, or as many of its columns as rows are given for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

impl Table {
    /// The same table with only those columns, in that order; the others get their defaults.
    pub fn only(&self, names: &[&str]) -> Result<Self, StoreError> {
        let find = |name: &&str| self.columns.iter().find(|column| column.name == **name).cloned();
        let columns: Option<Vec<Column>> = names.iter().map(find).collect();
        let columns = columns.ok_or(StoreError::Corrupt("the columns of a table"))?;
        Ok(Self { name: self.name.clone(), columns })
    }

    /// The names of its columns as they stand in a statement.
    pub(super) fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }
}

/// A name as it stands in a statement of either database.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// One value; a truth is the number 0 or 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl Value {
    fn size(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// What is known of many rows whatever their order: how many there are, and the sum of their SHA-256.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Digest {
    pub rows: u64,
    sum: u128,
}

impl Digest {
    /// Takes in one row.
    pub fn add(&mut self, row: &[Value]) {
        let mut written = Vec::with_capacity(row.iter().map(|value| value.size() + 17).sum());
        for value in row {
            let (tag, number, bytes): (u8, i64, &[u8]) = match value {
                Value::Null => (0, 0, &[]),
                Value::Int(number) => (1, *number, &[]),
                Value::Text(text) => (2, 0, text.as_bytes()),
                Value::Bytes(bytes) => (3, 0, bytes),
            };
            written.push(tag);
            written.extend(number.to_be_bytes());
            written.extend((bytes.len() as u64).to_be_bytes());
            written.extend(bytes);
        }
        let half = Sha256::digest(&written).first_chunk().copied().unwrap_or_default();
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.sum)
    }
}

/// The values of one column in some rows.
pub(super) enum Cells {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// Rows on their way into a table.
pub struct Batch {
    pub(super) cells: Vec<Cells>,
    rows: usize,
    size: usize,
}

impl Batch {
    /// For rows with the columns of that table.
    pub fn of(table: &Table) -> Self {
        let cells = |column: &Column| match column.kind {
            Kind::Int | Kind::Bool => Cells::Ints(Vec::new()),
            Kind::Text => Cells::Texts(Vec::new()),
            Kind::Bytes => Cells::Bytes(Vec::new()),
        };
        Self { cells: table.columns.iter().map(cells).collect(), rows: 0, size: 0 }
    }

    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether it is time to write it: 8 MiB, or as many rows as one statement takes.
    pub fn is_full(&self) -> bool {
        self.size >= 8 * 1024 * 1024 || self.rows >= 4_000
    }

    /// Adds a row; refuses values that are not of their column's kind.
    pub fn push(&mut self, row: Vec<Value>) -> Result<(), StoreError> {
        const MISFIT: StoreError = StoreError::Corrupt("a value of another kind than its column");
        if row.len() != self.cells.len() {
            return Err(MISFIT);
        }
        for (cells, value) in self.cells.iter_mut().zip(row) {
            self.size += value.size();
            match (cells, value) {
                (Cells::Ints(cells), Value::Null) => cells.push(None),
                (Cells::Texts(cells), Value::Null) => cells.push(None),
                (Cells::Bytes(cells), Value::Null) => cells.push(None),
                (Cells::Ints(cells), Value::Int(number)) => cells.push(Some(number)),
                (Cells::Texts(cells), Value::Text(text)) => cells.push(Some(text)),
                (Cells::Bytes(cells), Value::Bytes(bytes)) => cells.push(Some(bytes)),
                _ => return Err(MISFIT),
            }
        }
        self.rows += 1;
        Ok(())
    }
}
