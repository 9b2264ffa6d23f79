//! Formats that are parsed without a tool.

use crate::config::{Format, check_toml};
use crate::source::{check_csv, check_yaml};

/// What is wrong with a text, with its line.
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
    };
    Some(format!("line {line}: {message}"))
}
