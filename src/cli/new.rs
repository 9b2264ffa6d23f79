//! `lacuna new`.

use super::arguments::{Global, NewOptions};
use super::console::Console;
use super::project::{Project, checklist, find_gap, known};
use super::{Failure, Outcome, Verdict};
use crate::build::analyse;
use crate::config::Kind;
use crate::files::{self, Error, Files};

pub(super) fn run(options: &NewOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let list = checklist(&analysis)?;
    let gap = find_gap(list, &options.gap)?;
    let kinds: Vec<&str> = project.config.kinds.keys().map(String::as_str).collect();
    known("kind of page", Some(&options.kind), &kinds)?;
    if let Some(page) = analysis.site.gaps[gap].pages.first() {
        let path = &analysis.facts()[*page].path;
        let message = format!("`{path}` is the page of this gap already");
        return Err(Failure::Usage(message));
    }
    let gap = &list.gaps[gap];
    let name = format!("{}/{}.md", project.config.src, gap.id);
    let path = project.config.root.join(&name);
    if project.files.kind(&path) != files::Kind::Nothing {
        return Err(Failure::Usage(format!("`{name}` is there already")));
    }
    let kind = &project.config.kinds[&options.kind];
    let text = page(&gap.title, &options.kind, kind);
    project.files.write(&path, text.as_bytes()).map_err(Error::at("write", &path))?;
    console.say(&format!("wrote {name}"));
    if !gap.missing.is_empty() {
        console.say(&format!("what is missing: {}", gap.missing));
    }
    Ok(Verdict::Fine)
}

/// A page with the sections of its kind, and in each what belongs there.
fn page(title: &str, kind_id: &str, kind: &Kind) -> String {
    let title_yaml = serde_json::to_string(title).expect("a text can be quoted");
    let kind_line =
        if kind_id == "guidance" { String::new() } else { format!("kind: {kind_id}\n") };
    let mut out = format!(
        "---\ntitle: {title_yaml}\n{kind_line}# owner: a key of [owners] in book.toml\n---\n# {}\n",
        markdown(title)
    );
    for section in &kind.sections {
        let tip = section.tip();
        let tip = match section.title() {
            "Procedure" => format!("1. TODO: {tip}"),
            "Acceptance criteria" => format!("- [ ] TODO: {tip}"),
            _ => format!("TODO: {tip}"),
        };
        out += &format!("\n## {}\n\n{tip}\n", section.title());
    }
    out
}

/// Text that Markdown must not take for markup.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if "\\`*_{}[]<>#".contains(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
