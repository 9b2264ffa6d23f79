//! Formats that are parsed, or drawn, without a tool.

use crate::config::{Format, check_toml};
use crate::diagrams;
use crate::source::{check_csv, check_yaml};

/// What is wrong with a text: one line, then its own line and the fault.
pub(super) fn fault(format: Format, text: &str) -> Option<String> {
    let (line, message) = match format {
        Format::Json => {
            let error = serde_json::from_str::<serde_json::Value>(text).err()?;
            let message = error.to_string();
            let cut = message.find(" at line ").unwrap_or(message.len());
            (error.line(), message[..cut].to_string())
        }
        Format::Yaml => check_yaml(text)?,
        Format::Toml => check_toml(text)?,
        Format::Csv => check_csv(text)?,
        Format::Mermaid => return undrawn(text),
    };
    Some(format!("it can't be parsed\nline {line}: {message}"))
}

/// Draws a diagram as its page does: without the blank lines that give its lines the numbers of
/// the page.
fn undrawn(text: &str) -> Option<String> {
    let code = text.trim_start_matches('\n');
    let fault = diagrams::draw(code).err()?;
    let before = text.len() - code.len();
    let line = fault.line.map(|line| format!("line {}: ", before + line)).unwrap_or_default();
    Some(format!("it can't be drawn\n{line}{}", fault.message))
}
