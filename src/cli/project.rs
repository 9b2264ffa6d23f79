//! Finds and opens the project that a command is about.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::arguments::Global;
use super::console::Console;
use super::{Failure, Verdict};
use crate::base::{SitePath, nearest};
use crate::build::Analysis;
use crate::checklist::Checklist;
use crate::config::Config;
use crate::diag::{Diagnostic, print_summary};
use crate::files::{DiskFiles, Files, Kind};

/// A project with its settings.
pub(super) struct Project {
    pub files: DiskFiles,
    pub config: Config,
    /// Warnings about `book.toml`.
    pub warnings: Vec<Diagnostic>,
}

impl Project {
    /// Opens the project; faults in `book.toml` are printed and stop the command.
    pub(super) fn open(global: &Global, console: &Console) -> Result<Self, Failure> {
        let files = DiskFiles;
        let root = root(global)?;
        let (config, warnings) = Config::open(&files, &root, today(global)?).map_err(|found| {
            let text = |path: &SitePath| text(files, &root, path);
            console.findings(&found, &text);
            Failure::Config(found)
        })?;
        let content = root.join(&config.src);
        if files.kind(&content) != Kind::Folder {
            let message = format!("there is no content folder `{}`", content.display());
            let help = "make it, or set `book.src` in book.toml".to_string();
            return Err(Failure::Helped(message, help));
        }
        Ok(Self { files, config, warnings })
    }

    /// The text of a file of the project.
    pub(super) fn text(&self, path: &SitePath) -> Option<String> {
        text(self.files, &self.config.root, path)
    }

    /// Prints findings for people and judges them.
    pub(super) fn findings(
        &self,
        console: &Console,
        found: &[Diagnostic],
        strict: bool,
    ) -> Verdict {
        console.findings(found, &|path| self.text(path));
        Verdict::of(found, strict)
    }
}

/// The text of a file of a project.
pub(super) fn text(files: DiskFiles, root: &Path, path: &SitePath) -> Option<String> {
    let bytes = files.read(&path.on_disk(root)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// ` (1 error, 2 warnings)`, or nothing.
pub(super) fn counted(found: &[Diagnostic]) -> String {
    match print_summary(found) {
        summary if summary.is_empty() => summary,
        summary => format!(" ({summary})"),
    }
}

/// The folder of `book.toml`: the one that was named, else this one or the nearest above.
pub(super) fn root(global: &Global) -> Result<PathBuf, Failure> {
    let help = || "`lacuna init` starts a handbook".to_string();
    let has_book = |folder: &Path| DiskFiles.kind(&folder.join("book.toml")) == Kind::File;
    if let Some(root) = &global.root {
        if !has_book(root) {
            let message = format!("there is no book.toml in `{}`", root.display());
            return Err(Failure::Helped(message, help()));
        }
        return absolute(root);
    }
    let here = absolute(Path::new("."))?;
    let found = here.ancestors().find(|folder| has_book(folder));
    found.map(Path::to_path_buf).ok_or_else(|| {
        let message = format!("there is no book.toml in `{}` or above it", here.display());
        Failure::Helped(message, help())
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    DiskFiles
        .resolve(path)
        .map_err(|error| Failure::from(crate::files::Error::at("find", path)(error)))
}

/// The day: `--today`, else `SOURCE_DATE_EPOCH`, else the clock.
pub(super) fn today(global: &Global) -> Result<Date, Failure> {
    if let Some(day) = global.today {
        return Ok(day);
    }
    let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(Zoned::now().date()) };
    let seconds = epoch.to_str().and_then(|text| text.parse::<i64>().ok());
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map(|time| time.to_zoned(TimeZone::UTC).date()).ok_or_else(|| {
        Failure::Usage("SOURCE_DATE_EPOCH isn't a number of seconds since 1970".to_string())
    })
}

/// The checklist of a site, which commands about gaps need.
pub(super) fn checklist(analysis: &Analysis) -> Result<&Checklist, Failure> {
    analysis.checklist.as_deref().ok_or_else(|| {
        Failure::Helped(
            "there is no checklist.md in the content folder".to_string(),
            "`lacuna init --from LIST.md` makes one from a list of yours".to_string(),
        )
    })
}

/// The gap that somebody named: by its id, or by its last part when only one gap has it.
pub(super) fn find_gap(list: &Checklist, name: &str) -> Result<usize, Failure> {
    if let Some(gap) = list.find(name) {
        return Ok(gap);
    }
    let same: Vec<usize> =
        (0..list.gaps.len()).filter(|gap| list.gaps[*gap].slug() == name).collect();
    match same.as_slice() {
        [gap] => Ok(*gap),
        [] => {
            let ids = list.gaps.iter().flat_map(|gap| [gap.id.as_str(), gap.slug()]);
            let help = nearest(name, ids).map(|near| format!("did you mean `{near}`?"));
            let help = help.unwrap_or("`lacuna status` lists all gaps".to_string());
            Err(Failure::Helped(format!("the checklist has no gap `{name}`"), help))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|gap| list.gaps[*gap].id.as_str()).collect();
            let help = format!("name one of them: {}", ids.join(", "));
            Err(Failure::Helped(format!("several areas have a gap `{name}`"), help))
        }
    }
}

/// An id that must be one of those that exist.
pub(super) fn known<'a>(
    what: &str,
    written: Option<&'a str>,
    ids: &[&str],
) -> Result<Option<&'a str>, Failure> {
    match written {
        Some(id) if !ids.contains(&id) => {
            let near = nearest(id, ids.iter().copied());
            let help = near.map_or(format!("known are {}", ids.join(", ")), |near| {
                format!("did you mean `{near}`?")
            });
            Err(Failure::Helped(format!("there is no {what} `{id}`"), help))
        }
        id => Ok(id),
    }
}
