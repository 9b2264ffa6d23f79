//! The program that a fence stands for.

use super::Expected;
use crate::config::Runner;
use crate::parse::Fence;

/// What a program prints before the example that it is about begins.
pub const MARKER: &str = "--- lacuna: the example begins here ---";

/// A piece of a page's code.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The line of the page that its first line stands on, from 1.
    pub line: usize,
    pub fence: &'a Fence,
}

/// The program of some fences, of which the last one is the example, and whether it prints
/// [`MARKER`] before that one begins.
pub(super) fn program(runner: &Runner, hidden: Option<&str>, parts: &[Part]) -> (String, bool) {
    let (own, before) = parts.split_last().expect("an example is a part");
    let template = runner.template.as_deref().filter(|_| {
        let wrapped = |text: &str| !own.fence.code.contains(text);
        runner.template_unless.as_deref().is_none_or(wrapped)
    });
    let attributes = bare_attributes(own.fence);
    let (head, tail) = template.and_then(|text| text.split_once("{code}")).unwrap_or_default();
    let mut out = Padded::default();
    out.pad(before.first().unwrap_or(own).line.saturating_sub(head.matches('\n').count()));
    out.push(&head.replace("{attributes}", &attributes));
    for part in before {
        out.pad(part.line);
        out.push(&shown(&part.fence.code, hidden));
    }
    let separator = runner.separator.as_deref().filter(|_| !before.is_empty());
    if let Some(separator) = separator {
        out.pad(own.line - 1);
        out.push(&format!("{}\n", separator.replace("{marker}", MARKER)));
    }
    out.pad(own.line);
    out.push(&shown(&own.fence.code, hidden));
    out.push(tail.trim_start_matches('\n'));
    (out.text, separator.is_some())
}

/// A text whose lines have the numbers that they have in a page.
#[derive(Default)]
struct Padded {
    text: String,
    lines: usize,
}

impl Padded {
    /// Adds blank lines up to a line; nothing when an include has gone beyond it.
    fn pad(&mut self, line: usize) {
        let missing = line.saturating_sub(self.lines + 1);
        self.push(&"\n".repeat(missing));
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.lines += text.matches('\n').count();
    }
}

/// The attributes without a value that aren't ours, for tools that know more of them.
fn bare_attributes(fence: &Fence) -> String {
    let foreign = |(name, value): &&(String, String)| {
        value.is_empty() && !matches!(name.as_str(), "no_run" | "should_fail" | "setup")
    };
    let names = fence.attributes.iter().filter(foreign).map(|(name, _)| name.as_str());
    names.collect::<Vec<_>>().join(",")
}

/// Code with its hidden lines as they are meant: without the prefix that hides them.
fn shown(code: &str, hidden: Option<&str>) -> String {
    let Some(prefix) = hidden else { return code.to_string() };
    let line = |line: &str| match line.trim_start().strip_prefix(prefix) {
        Some(rest) => {
            let indent = &line[..line.len() - line.trim_start().len()];
            format!("{indent}{rest}")
        }
        None => line.to_string(),
    };
    code.split_inclusive('\n').map(line).collect()
}

/// What the lines of an example say that it prints; none without such lines.
pub(super) fn inline(runner: &Runner, code: &str) -> Option<Expected> {
    let sign = runner.inline.as_deref()?;
    let said = |line: &str| {
        let rest = line.trim_start().strip_prefix(sign)?;
        Some(rest.strip_prefix(' ').unwrap_or(rest).to_string())
    };
    let lines: Vec<String> = code.lines().filter_map(said).collect();
    (!lines.is_empty()).then(|| Expected::Text(lines.join("\n")))
}
