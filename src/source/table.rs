//! Data files: CSV, and YAML lists of maps, as tables and as single values.

use serde_json::Value;

use super::yaml;
use crate::base::{SitePath, one_line};
use crate::diag::{Diagnostic, Span};

/// The rows of a data file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// What `{{#table file columns="a,b" where="c=d"}}` asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TableOptions {
    columns: Option<Vec<String>>,
    only: Option<(String, String)>,
}

impl TableOptions {
    /// Reads the arguments of the directive: the file, then the options.
    pub(super) fn parse(arguments: &str) -> Result<(&str, Self), String> {
        let (file, mut rest) = arguments.split_once(char::is_whitespace).unwrap_or((arguments, ""));
        let mut options = Self::default();
        while !rest.trim().is_empty() {
            let (name, value, after) = option(rest.trim_start())?;
            match name {
                "columns" => {
                    let names = value.split(',').map(|name| name.trim().to_string());
                    options.columns = Some(names.collect());
                }
                "where" => {
                    let (column, value) = value
                        .split_once('=')
                        .ok_or("`where` reads like `where=\"column=value\"`")?;
                    options.only = Some((column.trim().to_string(), value.trim().to_string()));
                }
                _ => return Err(format!("`table` has no option `{name}`: `columns`, `where`")),
            }
            rest = after;
        }
        Ok((file, options))
    }
}

/// Reads `name="value"` or `name=value`, and what comes after.
pub(super) fn option(text: &str) -> Result<(&str, &str, &str), String> {
    let (name, rest) = text
        .split_once('=')
        .ok_or_else(|| format!("`{}` isn't of the form `name=\"value\"`", one_line(text)))?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let (value, after) = quoted.split_once('"').ok_or("a quotation mark has no partner")?;
        return Ok((name.trim(), value, after));
    }
    let (value, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Ok((name.trim(), value, after))
}

/// Reads a data file.
pub(super) fn read(path: &SitePath, text: &str) -> Result<Rows, Diagnostic> {
    match path.extension() {
        "yaml" | "yml" => from_yaml(path, text),
        _ => from_csv(path, text),
    }
}

fn from_csv(path: &SitePath, text: &str) -> Result<Rows, Diagnostic> {
    let text = text.trim_start_matches('\u{FEFF}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let fault = |error: &csv::Error| {
        let at = error.position().map_or(0, csv::Position::byte);
        let at = usize::try_from(at).unwrap_or(0);
        Diagnostic::new("D008", Some(Span::new(path, at..at + 1)), one_line(&error.to_string()))
    };
    let columns = reader.headers().map_err(|error| fault(&error))?;
    let columns = columns.iter().map(str::to_string).collect();
    let row = |row: csv::Result<csv::StringRecord>| {
        row.map(|row| row.iter().map(str::to_string).collect()).map_err(|error| fault(&error))
    };
    let rows = reader.records().map(row).collect::<Result<_, _>>()?;
    Ok(Rows { columns, rows })
}

/// What is wrong with a text as a table, with its line; none when nothing is.
pub fn check_csv(text: &str) -> Option<(usize, String)> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let fault = reader.records().find_map(Result::err)?;
    let line = fault.position().map_or(1, csv::Position::line);
    let message = match fault.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{} where the first line has {expected_len}", plural_cells(*len))
        }
        _ => one_line(&fault.to_string()),
    };
    Some((usize::try_from(line).unwrap_or(1), message))
}

fn plural_cells(count: u64) -> String {
    crate::base::plural(usize::try_from(count).unwrap_or(usize::MAX), "cell")
}

fn from_yaml(path: &SitePath, text: &str) -> Result<Rows, Diagnostic> {
    let value: Value = yaml::read(path, text, 0)?;
    let shape = || {
        let message = "a table is made from a list of maps, or from a map of maps";
        Diagnostic::new("D008", Some(Span::file(path)), message)
    };
    let items: Vec<Vec<(String, String)>> = match &value {
        Value::Array(items) => items.iter().map(cells).collect::<Option<_>>().ok_or_else(shape)?,
        Value::Object(map) => {
            let row = |(key, value): (&String, &Value)| {
                let mut row = vec![("id".to_string(), key.clone())];
                row.extend(cells(value)?);
                Some(row)
            };
            map.iter().map(row).collect::<Option<_>>().ok_or_else(shape)?
        }
        _ => return Err(shape()),
    };
    let mut columns: Vec<String> = Vec::new();
    for (column, _) in items.iter().flatten() {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    let cell = |row: &[(String, String)], column: &String| {
        row.iter().find(|(name, _)| name == column).map(|(_, cell)| cell.clone())
    };
    let row =
        |row: &Vec<_>| columns.iter().map(|name| cell(row, name).unwrap_or_default()).collect();
    let rows = items.iter().map(row).collect();
    Ok(Rows { columns, rows })
}

fn cells(value: &Value) -> Option<Vec<(String, String)>> {
    let map = value.as_object()?;
    Some(map.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
}

/// A value as text; a list reads `a, b`.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => one_line(text),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        _ => value.to_string(),
    }
}

/// Writes rows as a GFM table.
pub(super) fn markdown(rows: &Rows, options: &TableOptions) -> Result<String, String> {
    let columns = match &options.columns {
        Some(names) => names.iter().map(|name| rows.column(name)).collect::<Result<_, _>>()?,
        None => (0..rows.columns.len()).collect::<Vec<_>>(),
    };
    let only = match &options.only {
        Some((name, value)) => Some((rows.column(name)?, value)),
        None => None,
    };
    let wanted = |row: &&Vec<String>| only.is_none_or(|(column, value)| row[column] == **value);
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![
        line(columns.iter().map(|column| heading(&rows.columns[*column])).collect()),
        line(columns.iter().map(|_| "---".to_string()).collect()),
    ];
    for row in rows.rows.iter().filter(wanted) {
        lines.push(line(columns.iter().map(|column| cell(&row[*column])).collect()));
    }
    Ok(lines.join("\n"))
}

impl Rows {
    fn column(&self, name: &str) -> Result<usize, String> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let known: Vec<String> = self.columns.iter().map(|name| format!("`{name}`")).collect();
            format!("there is no column `{name}`: {}", known.join(", "))
        })
    }
}

/// `rotate_days` reads "Rotate days".
fn heading(column: &str) -> String {
    let text = column.replace('_', " ");
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    cell(&format!("{first}{}", chars.as_str()))
}

/// A cell is Markdown on one line without HTML; a bar would end it.
fn cell(text: &str) -> String {
    without_html(&one_line(text)).replace('|', "\\|")
}

/// Markdown in which nothing is HTML: data say `<id>` and mean what they say. What stands in code
/// and addresses in angle brackets stay as they are.
pub(super) fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '`', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes()[0] {
            b'`' => code_length(rest),
            b'\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            _ => {
                out.push_str(if begins_html(rest) { "\\" } else { "" });
                1
            }
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out + rest
}

/// The length of the code that begins here, or of the backticks when no others close it.
fn code_length(text: &str) -> usize {
    let run = |text: &str| text.bytes().take_while(|byte| *byte == b'`').count();
    let ticks = run(text);
    let mut at = ticks;
    while let Some(found) = text[at..].find('`') {
        let length = run(&text[at + found..]);
        at += found + length;
        if length == ticks {
            return at;
        }
    }
    ticks
}

/// True where CommonMark (section 6.6) may see a tag, a comment or an instruction.
fn begins_html(text: &str) -> bool {
    let is_address = ["<https:", "<http:", "<mailto:"].iter().any(|start| text.starts_with(start));
    let next = text[1..].chars().next();
    !is_address && next.is_some_and(|next| next.is_ascii_alphabetic() || "/!?".contains(next))
}

/// One value: of a YAML file by a dotted path, of a CSV by `row.column` with the row named by its
/// first column.
pub(super) fn value(path: &SitePath, text: &str, key: &str) -> Result<Option<String>, Diagnostic> {
    if matches!(path.extension(), "yaml" | "yml") {
        let value: Value = yaml::read(path, text, 0)?;
        let step = |value: &Value, part: &str| match value {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|i| items.get(i).cloned()),
            _ => value.get(part).cloned(),
        };
        return Ok(key
            .split('.')
            .try_fold(value, |value, part| step(&value, part))
            .map(|v| plain(&v)));
    }
    let rows = from_csv(path, text)?;
    let Some((row, column)) = key.rsplit_once('.') else { return Ok(None) };
    let column = rows.column(column).ok();
    let row = rows.rows.iter().find(|cells| cells.first().is_some_and(|id| id == row));
    Ok(row.zip(column).map(|(row, column)| one_line(&row[column])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, text: &str, arguments: &str) -> Result<String, String> {
        let path = SitePath::new(name).unwrap();
        let (_, options) = TableOptions::parse(&format!("{name} {arguments}"))?;
        let rows = read(&path, text).map_err(|found| found.message)?;
        markdown(&rows, &options)
    }

    #[test]
    fn a_csv_becomes_a_table() {
        let text = "role,mfa_days\nowner,30\n\"a|b\",\"1\n2\"\n";
        assert_eq!(
            table("r.csv", text, "").unwrap(),
            "| Role | Mfa days |\n| --- | --- |\n| owner | 30 |\n| a\\|b | 1 2 |"
        );
    }

    #[test]
    fn nothing_in_a_cell_is_html() {
        for (cell, expected) in [
            ("<id>", "\\<id>"),
            ("</b> <!-- x --> <?x?>", "\\</b> \\<!-- x --> \\<?x?>"),
            ("a < 5 and 3<4, *b*", "a < 5 and 3<4, *b*"),
            ("`<id>` <b> ``a`<i>`` `<u>", "`<id>` \\<b> ``a`<i>`` `\\<u>"),
            ("\\<id> \\\\<id>", "\\<id> \\\\\\<id>"),
            ("<https://a.example> <x@a.example>", "<https://a.example> \\<x@a.example>"),
        ] {
            assert_eq!(without_html(cell), expected, "{cell}");
        }
    }

    #[test]
    fn columns_and_rows_can_be_chosen() {
        let text = "role,mfa,x\nowner,yes,1\nmember,no,2\n";
        assert_eq!(
            table("r.csv", text, "columns=\"x, role\" where=\"mfa=no\"").unwrap(),
            "| X | Role |\n| --- | --- |\n| 2 | member |"
        );
        assert_eq!(
            table("r.csv", text, "columns=rol").unwrap_err(),
            "there is no column `rol`: `role`, `mfa`, `x`"
        );
    }

    #[test]
    fn a_yaml_list_becomes_a_table() {
        let text = "- type: a\n  tags: [x, y]\n- type: b\n  note: z\n";
        assert_eq!(
            table("e.yaml", text, "").unwrap(),
            "| Type | Tags | Note |\n| --- | --- | --- |\n| a | x, y |  |\n| b |  | z |"
        );
    }

    #[test]
    fn rows_of_unequal_length_are_a_fault() {
        assert!(table("r.csv", "a,b\n1\n", "").is_err());
    }

    #[test]
    fn single_values_are_found_by_key() {
        let yaml = SitePath::new("d.yaml").unwrap();
        let csv = SitePath::new("d.csv").unwrap();
        let read = |path, text, key| value(path, text, key).unwrap();
        assert_eq!(read(&yaml, "a:\n  b: [1, 20]\n", "a.b.1").as_deref(), Some("20"));
        assert_eq!(read(&yaml, "a: 1\n", "b"), None);
        assert_eq!(read(&csv, "id,days\nx,7\n", "x.days").as_deref(), Some("7"));
        assert_eq!(read(&csv, "id,days\nx,7\n", "y.days"), None);
    }
}
