//! `lacuna init`.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::arguments::{Ci, Global, InitOptions, Publish};
use super::console::Console;
use super::{Failure, Outcome, Verdict, workflow};
use crate::base::{SitePath, plural};

use crate::diag::Diagnostic;
use crate::files::{DiskFiles, Error, Files, Kind};
use crate::handbook::Identity;
use crate::import;

pub(super) fn run(options: &InitOptions, global: &Global, console: &Console) -> Outcome {
    let folder =
        global.root.as_ref().map_or(options.folder.clone(), |root| root.join(&options.folder));
    let found = match options.handbook {
        true => handbook(options, &folder, console)?,
        false => empty(options, &folder, console)?,
    };
    write(&folder, ".gitignore", b"/book/\n/.lacuna/\n", console)?;
    if let Some(ci) = options.ci {
        let (name, text) = workflow::file(ci, options.publish);
        write(&folder, name, text.as_bytes(), console)?;
    }
    if options.publish == Some(Publish::Pages) {
        console.say(who_reads(options.ci));
    }
    let shown = options.folder.display();
    let enter = if shown.to_string() == "." { String::new() } else { format!("cd {shown} && ") };
    console.say(&format!("now: {enter}lacuna build, and open book/index.html"));
    Ok(Verdict::of(&found, false))
}

/// A handbook with a checklist and no pages but the home page.
fn empty(
    options: &InitOptions,
    folder: &Path,
    console: &Console,
) -> Result<Vec<Diagnostic>, Failure> {
    let (list, found) = checklist(options, console)?;
    let title = options.title.clone().unwrap_or_else(|| "Handbook".to_string());
    let files = [
        ("book.toml", book(&title)),
        ("content/checklist.md", list),
        ("content/index.md", home(&title)),
    ];
    for (name, text) in files {
        write(folder, name, text.as_bytes(), console)?;
    }
    Ok(found)
}

/// The reference handbook, for whom `--var` or the answers say.
fn handbook(
    options: &InitOptions,
    folder: &Path,
    console: &Console,
) -> Result<Vec<Diagnostic>, Failure> {
    let mut who = Identity::new(options.title.clone());
    for given in &options.var {
        let (name, value) = given
            .split_once('=')
            .ok_or_else(|| Failure::Usage(format!("`--var {given}`: write `--var name=value`")))?;
        who.set(name.trim(), value).map_err(Failure::Usage)?;
    }
    if options.var.is_empty() && io::stdin().is_terminal() {
        ask(&mut who, console)?;
    }
    let files = who.files();
    let (there, new): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, _)| DiskFiles.kind(&folder.join(name)) != Kind::Nothing);
    for (name, _) in there {
        console.say(&format!("kept  {name}, which is there already"));
    }
    for (name, bytes) in &new {
        let path = folder.join(name);
        DiskFiles.write(&path, bytes).map_err(Error::at("write", &path))?;
    }
    console.say(&format!(
        "wrote {} of the handbook for {}, nobody has reviewed it yet\n\
         read  content/about/adopting.md: what to change, in which order",
        plural(new.len(), "file"),
        who.value("organisation"),
    ));
    Ok(Vec::new())
}

/// Asks for each variable; an empty answer takes what is shown.
fn ask(who: &mut Identity, console: &Console) -> Result<(), Failure> {
    console.say("Who takes the handbook over? Enter alone keeps what is shown.");
    let names: Vec<String> = who.names().map(str::to_string).collect();
    for name in names {
        while let Some(answer) = console.ask(&format!("{name} [{}]: ", who.value(&name)))? {
            match who.set(&name, &answer) {
                Ok(()) => break,
                Err(fault) => console.say(&fault),
            }
        }
    }
    Ok(())
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
fn write(folder: &Path, name: &str, bytes: &[u8], console: &Console) -> Result<(), Failure> {
    let path = folder.join(name);
    if DiskFiles.kind(&path) != Kind::Nothing {
        console.say(&format!("kept  {name}, which is there already"));
        return Ok(());
    }
    DiskFiles.write(&path, bytes).map_err(Error::at("write", &path))?;
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
