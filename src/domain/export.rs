//! Rows for other programs, as CSV or JSON, written a part at a time.

use serde_json::{Map, Value};

/// How rows are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// As RFC 4180 has it, with a head. Cells that a spreadsheet would compute begin with an apostrophe.
    Csv,
    /// A list of objects, the texts as they are.
    Json,
}

impl Format {
    /// The name in addresses and at the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Csv, Self::Json].into_iter().find(|format| format.as_str() == name)
    }

    /// What a browser is told about it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// Writes rows that all have the same columns: the head, the rows, the foot.
pub struct Writer {
    format: Format,
    columns: &'static [&'static str],
    has_rows: bool,
}

impl Writer {
    pub fn new(format: Format, columns: &'static [&'static str]) -> Self {
        Self { format, columns, has_rows: false }
    }

    /// How they are written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What stands before the first row.
    pub fn head(&self) -> String {
        match self.format {
            Format::Csv => line(self.columns.iter().copied()),
            Format::Json => "[".to_owned(),
        }
    }

    /// Some rows, each with a cell for every column.
    pub fn rows(&mut self, rows: &[Vec<String>]) -> String {
        let mut text = String::new();
        for row in rows {
            match self.format {
                Format::Csv => text.push_str(&line(row.iter().map(String::as_str))),
                Format::Json => {
                    text.push_str(if self.has_rows { ",\n" } else { "\n" });
                    text.push_str(&Value::Object(object(self.columns, row)).to_string());
                }
            }
            self.has_rows = true;
        }
        text
    }

    /// What stands behind the last row.
    pub fn foot(&self) -> &'static str {
        match self.format {
            Format::Csv => "",
            Format::Json => "\n]\n",
        }
    }
}

/// A row by the names of its columns.
pub fn object(columns: &[&'static str], row: &[String]) -> Map<String, Value> {
    let cells = columns.iter().zip(row);
    cells.map(|(name, cell)| ((*name).to_owned(), Value::String(cell.clone()))).collect()
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A text as a spreadsheet reads it: never as a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        return format!("\"{guard}{}\"", text.replace('"', "\"\""));
    }
    format!("{guard}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [&str; 2] = ["Name", "Note"];

    fn row(note: &str) -> Vec<String> {
        vec!["a".to_owned(), note.to_owned()]
    }

    #[test]
    fn no_cell_begins_a_formula() {
        let mut writer = Writer::new(Format::Csv, &COLUMNS);
        for start in ["=", "+", "-", "@", "\t"] {
            assert_eq!(writer.rows(&[row(&format!("{start}1"))]), format!("a,'{start}1\r\n"));
        }
        assert_eq!(writer.rows(&[row("\r1")]), "a,\"'\r1\"\r\n");
        assert_eq!(
            writer.rows(&[row("=HYPERLINK(\"x\",\"y\")")]),
            "a,\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\r\n"
        );
        assert_eq!(writer.rows(&[row("a=1")]), "a,a=1\r\n");
    }

    #[test]
    fn json_is_one_list_with_the_texts_as_they_are() {
        for parts in [vec![], vec![vec![row("=1")]], vec![vec![row("=1"), row("\"")], vec![row("-")]]] {
            let mut writer = Writer::new(Format::Json, &COLUMNS);
            let mut text = writer.head();
            for part in &parts {
                text.push_str(&writer.rows(part));
            }
            text.push_str(writer.foot());
            let list: Vec<Map<String, Value>> = serde_json::from_str(&text).unwrap();
            let notes: Vec<&str> = list.iter().map(|row| row["Note"].as_str().unwrap()).collect();
            let wanted: Vec<&str> = parts.iter().flatten().map(|row| row[1].as_str()).collect();
            assert_eq!(notes, wanted);
        }
    }
}
