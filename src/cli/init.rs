//! `lacuna init`.

use std::path::Path;

use super::arguments::{Ci, Global, InitOptions, Publish};
use super::console::Console;
use super::{Failure, Outcome, Verdict, workflow};
use crate::base::SitePath;
use crate::diag::Diagnostic;
use crate::files::{DiskFiles, Error, Files, Kind};
use crate::import;

pub(super) fn run(options: &InitOptions, global: &Global, console: &Console) -> Outcome {
    let folder =
        global.root.as_ref().map_or(options.folder.clone(), |root| root.join(&options.folder));
    let (list, found) = checklist(options, console)?;
    let title = options.title.clone().unwrap_or_else(|| "Handbook".to_string());
    let mut files = vec![
        ("book.toml", book(&title)),
        ("content/checklist.md", list),
        ("content/index.md", home(&title)),
        (".gitignore", "/book/\n/.lacuna/\n".to_string()),
    ];
    if let Some(ci) = options.ci {
        files.push(workflow::file(ci, options.publish));
    }
    for (name, text) in files {
        write(&folder, name, &text, console)?;
    }
    if options.publish == Some(Publish::Pages) {
        console.say(who_reads(options.ci));
    }
    let shown = options.folder.display();
    let enter = if shown.to_string() == "." { String::new() } else { format!("cd {shown} && ") };
    console.say(&format!("now: {enter}lacuna build, and open book/index.html"));
    Ok(Verdict::of(&found, false))
}

/// The checklist of the new handbook: a copy of the list that was named, or a small example.
fn checklist(
    options: &InitOptions,
    console: &Console,
) -> Result<(String, Vec<Diagnostic>), Failure> {
    let Some(from) = &options.from else { return Ok((EXAMPLE.to_string(), Vec::new())) };
    let bytes = DiskFiles.read(from).map_err(Error::at("read", from))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Usage(format!("`{}` isn't UTF-8", from.display())))?;
    let name = from.file_name().and_then(|name| name.to_str()).unwrap_or("checklist.md");
    let path = SitePath::new(name).unwrap_or_else(crate::config::Config::path);
    let (copy, found) = import::with_ids(&path, &text);
    console.findings(&found, &|_| Some(text.clone()));
    Ok((copy, found))
}

/// Writes a file unless it is there.
fn write(folder: &Path, name: &str, text: &str, console: &Console) -> Result<(), Failure> {
    let path = folder.join(name);
    if DiskFiles.kind(&path) != Kind::Nothing {
        console.say(&format!("kept  {name}, which is there already"));
        return Ok(());
    }
    DiskFiles.write(&path, text.as_bytes()).map_err(Error::at("write", &path))?;
    console.say(&format!("wrote {name}"));
    Ok(())
}

fn book(title: &str) -> String {
    let title = toml::Value::from(title).to_string();
    format!(
        "[book]\ntitle = {title}\nlanguage = \"en\"\n\n\
         [output.html]\n\
         # The address of the site, for the sitemap and the feed:\n\
         # site-url = \"https://handbook.example.org/\"\n\
         # Search engines are asked to stay away unless this is true. That is no access control.\n\
         indexable = false\n\n\
         # Texts for {{{{#var name}}}} in pages:\n\
         [variables]\n\
         # organisation = \"Example Ltd\"\n\n\
         # Who keeps pages true; `owner: platform` in a page's front matter names one.\n\
         # [owners.platform]\n\
         # name = \"Platform team\"\n\
         # contact = \"mailto:platform@example.org\"\n"
    )
}

fn home(title: &str) -> String {
    format!(
        "# {title}\n\nThis handbook knows what it is missing: each gap of its checklist has a page \
         and a status.\nEdit this text in `content/index.md`, and the list in \
         `content/checklist.md`.\n"
    )
}

const EXAMPLE: &str = "\
# Checklist

## Critical {#critical}

### Operations {#operations}
- **Backups** {#backups}: Nobody has written down what is saved, how often and how it is restored
- **On call** {#on-call}: Who is called, and what they do first, is known by word of mouth

## Nice to have {#nice-to-have}

### Team {#team}
- **Glossary** {#glossary}: The words that only we use are not explained
";

/// Who will be able to read what the workflow publishes.
fn who_reads(ci: Option<Ci>) -> &'static str {
    match ci {
        Some(Ci::Gitlab) => {
            "note: who can read a GitLab Pages site is set in the project under Settings > General > \
             Visibility > Pages. For a public project it is everyone. `indexable = false` only asks \
             search engines to stay away; it is no access control."
        }
        _ => {
            "note: everyone on the internet can read a GitHub Pages site, also that of a private \
             repository; only GitHub Enterprise Cloud can restrict it. `indexable = false` only asks \
             search engines to stay away; it is no access control."
        }
    }
}
