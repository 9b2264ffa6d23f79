//! `lacuna explain`.

use super::arguments::{ExplainFormat, ExplainOptions};
use super::console::Console;
use super::{Failure, Outcome, Verdict};
use crate::base::nearest;
use crate::diag::{self, Rule, rule, rules};

pub(super) fn run(options: &ExplainOptions, console: &Console) -> Outcome {
    let Some(name) = &options.rule else {
        console.data(&match options.format {
            ExplainFormat::Text => list(),
            ExplainFormat::Md => diag::all(),
        });
        return Ok(Verdict::Fine);
    };
    let Some(found) = rule(name) else {
        let names = rules().flat_map(|rule| [rule.name, rule.code]);
        let help = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
        let help = help.unwrap_or("`lacuna explain` lists all rules".to_string());
        return Err(Failure::Helped(format!("there is no rule `{name}`"), help));
    };
    console.data(&match options.format {
        ExplainFormat::Text => page(found),
        ExplainFormat::Md => diag::page(found),
    });
    Ok(Verdict::Fine)
}

fn list() -> String {
    let row = |rule: &Rule| {
        format!("{}  {:<20}  {:<7}  {}\n", rule.code, rule.name, rule.level.word(), rule.what)
    };
    rules().map(row).collect()
}

fn page(rule: &Rule) -> String {
    format!(
        "{} {} ({})\n\nWhat it checks\n    {}\n\nWhy\n    {}\n\nBad\n{}\nGood\n{}\n\
         Turning it off, in book.toml\n    [rules]\n    {} = \"off\"    # or \"note\", \"warning\", \"error\"\n",
        rule.code,
        rule.name,
        rule.level.word(),
        rule.what,
        rule.why,
        indented(rule.bad),
        indented(rule.good),
        rule.name
    )
}

/// Text as a block of its own.
fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n") + "\n"
}
