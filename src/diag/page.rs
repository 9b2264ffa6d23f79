//! The rules as pages in Markdown, from the same table that `lacuna explain` prints.

use super::{Level, Rule, rules};

/// All rules: a table, then each of them.
pub fn all() -> String {
    let row = |rule: &Rule| {
        let (code, name) = (rule.code, rule.name);
        let anchor = format!("{}-{name}", code.to_lowercase());
        let what = rule.what.replace('|', "\\|");
        format!("| [{code}](#{anchor}) | `{name}` | {} | {what} |\n", rule.level.word())
    };
    let table: String = rules().map(row).collect();
    let pages: Vec<String> = rules().map(page).collect();
    format!(
        "{HEAD}\n| code | name | level | what it finds |\n|---|---|---|---|\n{table}\n{}",
        pages.join("\n")
    )
}

const HEAD: &str = "\
<!-- Made by `lacuna explain --format md`; a test holds it equal to the table in src/diag/rules/. -->
# Rules

What `lacuna check` looks for. `[rules]` in `book.toml` sets the level of a rule by its name:

| level | meaning |
|---|---|
| `error` | the output is wrong or incomplete; the command fails |
| `warning` | hardly what was meant; fails under `--strict` |
| `note` | worth a look; shown by `lacuna check`, never a reason to fail |
| `off` | not shown |
";

/// One rule, under a heading of level 2.
pub fn page(rule: &Rule) -> String {
    let other = if rule.level == Level::Off { "warning" } else { "off" };
    format!(
        "## {} {}\n\n{} {}\n\nBad:\n\n{}\nGood:\n\n{}\nIts level is `{}`; `{} = \"{other}\"` below `[rules]` \
         in `book.toml` changes that.\n",
        rule.code,
        rule.name,
        rule.what,
        rule.why,
        block(rule.bad),
        block(rule.good),
        rule.level.word(),
        rule.name
    )
}

/// A code block, fenced so that fences within it stay text.
fn block(text: &str) -> String {
    let ticks = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(ticks + 1));
    format!("{fence}text\n{text}\n{fence}\n")
}
