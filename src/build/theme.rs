//! Finds the files of the theme.

use std::collections::BTreeSet;

use crate::base::SitePath;
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::{Files, Kind};
use crate::render::{Theme, ThemeFile};

/// The theme that `book.toml` names, over the one inside the program, with its tokens.
pub(super) fn load(files: &dyn Files, config: &Config) -> (Theme, Vec<Diagnostic>) {
    let (mut theme, mut found) = read(files, config);
    let known = theme.properties();
    let unknown = config.html.tokens.keys().filter(|name| !known.contains(*name));
    found.extend(unknown.map(|name| unknown_token(name, &known)));
    theme.set_tokens(&config.html.tokens);
    (theme, found)
}

fn unknown_token(name: &str, known: &BTreeSet<String>) -> Diagnostic {
    let message =
        format!("no style sheet of the theme uses `--{name}`, so `tokens.{name}` has no effect");
    Diagnostic::new("T003", Some(Span::file(&Config::path())), message)
        .suggest(name, known.iter().map(String::as_str))
}

fn read(files: &dyn Files, config: &Config) -> (Theme, Vec<Diagnostic>) {
    let Some(name) = &config.html.theme else { return Theme::load(None, &[]) };
    let folder = SitePath::new(&format!("themes/{name}"));
    let on_disk = folder.as_ref().map(|folder| folder.on_disk(&config.root));
    let Some(on_disk) = on_disk.filter(|path| files.kind(path) == Kind::Folder) else {
        let (theme, mut found) = Theme::load(None, &[]);
        // The default theme's name means the default theme when there is no such folder.
        if name != "handbook" {
            found.push(missing_theme(name));
        }
        return (theme, found);
    };
    let walk = files.walk(&on_disk, &config.root).unwrap_or_default();
    let file = |path: &std::path::PathBuf| {
        let name = SitePath::below(&on_disk, path)?.to_string();
        Some(ThemeFile { name, bytes: files.read(path).ok()? })
    };
    let theme_files: Vec<ThemeFile> = walk.files.iter().filter_map(file).collect();
    Theme::load(folder, &theme_files)
}

fn missing_theme(name: &str) -> Diagnostic {
    let message = format!("there is no theme in `themes/{name}`; the default one is used");
    Diagnostic::new("T002", Some(Span::file(&Config::path())), message)
        .help("leave `theme` out for the default theme")
}
