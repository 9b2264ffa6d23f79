//! `lacuna schema` and `lacuna completions`.

use clap::CommandFactory;

use super::Verdict;
use super::arguments::{Arguments, CompletionsOptions, SchemaKind, SchemaOptions};
use super::console::Console;

pub(super) fn run(options: &SchemaOptions, console: &Console) -> Verdict {
    let schema = match options.kind {
        SchemaKind::Book => crate::config::schema(),
        SchemaKind::Page => crate::source::schema(),
        SchemaKind::Findings => crate::diag::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).expect("JSON values can be written");
    console.data(&format!("{text}\n"));
    Verdict::Fine
}

pub(super) fn completions(options: &CompletionsOptions, console: &Console) -> Verdict {
    let mut out = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "lacuna", &mut out);
    console.data(&String::from_utf8_lossy(&out));
    Verdict::Fine
}
