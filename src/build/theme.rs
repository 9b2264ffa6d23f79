//! Finds the files of the theme.

use crate::base::SitePath;
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::{Files, Kind};
use crate::render::{Theme, ThemeFile};

/// The theme that `book.toml` names, over the one inside the program.
pub(super) fn load(files: &dyn Files, config: &Config) -> (Theme, Vec<Diagnostic>) {
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
