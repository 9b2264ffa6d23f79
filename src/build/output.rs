//! The output folder: what is written, what is removed, what is left alone.
//!
//! Only files that we wrote are ever replaced or removed; a list of them, `.lacuna-manifest`,
//! lies in the folder. It is written before new files, so that a killed build can be taken up,
//! and again when all is done.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

use super::cache;
use super::explain::{self, Put};
use super::leave;
use super::outputs::{Outputs, Record};
use super::plan::{Job, Jobs, Maker};
use super::progress::Progress;
use crate::base::{Digest, SitePath, on_disk, plural};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Entry, Error, Files, Kind, Stamp, write_changed};

/// The list of files that we wrote.
const MANIFEST: &str = ".lacuna-manifest";
const HEADER: &str = "lacuna-manifest 1\n";

/// Of so many files is held how they are left until it is said.
const AT_ONCE: usize = 32_768;

/// What writing did.
#[derive(Default)]
pub(super) struct Changed {
    pub rendered: usize,
    pub written: usize,
    pub removed: usize,
    pub explained: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Refuses an output folder that is the source or holds it.
pub(super) fn check_folder(files: &dyn Files, config: &Config) -> Result<(), Error> {
    let real = |path: &Path| files.resolve(path).unwrap_or_else(|_| without_dots(path));
    let (output, root) = (real(&config.output), real(&config.root));
    let source = real(&config.root.join(&config.src));
    let refused = source.starts_with(&output) || root.starts_with(&output);
    if !refused {
        return Ok(());
    }
    let why = "it is the folder of the content or of `book.toml`, or holds it";
    Err(Error::at("use", &config.output)(io::Error::other(why)))
}

/// A path that doesn't exist yet, with `..` taken by the letter.
fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            _ => out.push(part),
        }
    }
    out
}

/// Removes what we wrote, and nothing else; the cache, too.
pub fn clean(files: &dyn Files, config: &Config) -> Result<usize, Error> {
    let manifest = Manifest::read(files, config);
    let mut ours: Vec<&str> = manifest.urls().into_iter().collect();
    ours.sort_unstable();
    let folder = Folder { files, path: &config.output };
    let mut removed = 0;
    for url in ours {
        removed += usize::from(folder.remove(url)?);
    }
    if files.kind(&config.output.join(MANIFEST)) == Kind::File {
        let path = config.output.join(MANIFEST);
        let above = config.output.parent().unwrap_or(&config.output);
        files.remove(&path, above).map_err(Error::at("remove", &path))?;
    }
    let cache = config.root.join(cache::FOLDER);
    for path in files.list(&cache).unwrap_or_default() {
        files.remove(&path, &config.root).map_err(Error::at("remove", &path))?;
    }
    Ok(removed)
}

/// Makes the files that aren't as they must be, and writes those that have changed.
pub(super) fn write(
    maker: &Maker,
    jobs: &Jobs,
    explain: Option<&str>,
    progress: &Progress,
) -> Result<Changed, Error> {
    let (files, config) = (maker.files, maker.config);
    let folder = Folder { files, path: &config.output };
    let known = Manifest::read(files, config);
    let compare = || {
        let ours = known.urls();
        let blocked = folder.blocked(maker, jobs, &ours)?;
        let urls = jobs.iter().map(|(url, _)| url.as_str());
        let allowed: HashSet<&str> = urls.filter(|url| !blocked.contains(*url)).collect();
        Ok((ours, blocked, allowed))
    };
    let load = || Outputs::load(files, config, maker.cache);
    let (there, (earlier, compared)) = rayon::join(|| folder.list(), || rayon::join(load, compare));
    let (there, (ours, blocked, allowed)) = (there?, compared?);
    let mut done = Changed::default();
    done.diagnostics.extend(blocked.iter().map(|url| in_the_way(config, url)));
    let has_new = !allowed.is_subset(&ours);
    if has_new {
        folder.write(MANIFEST, Manifest::of(ours.union(&allowed)).text.as_bytes())?;
    }
    let mut records = Vec::with_capacity(jobs.len());
    folder.put_all(maker, jobs, &allowed, (&earlier, &there), progress, |place, result| {
        let (url, job) = &jobs[place];
        match result {
            Ok((left, put)) => {
                done.rendered += usize::from(put >= Put::Made && job.is_page());
                done.written += usize::from(put == Put::Written);
                if explain == Some(url.as_str()) {
                    let known = earlier.get(place, url);
                    done.explained = Some(explain::output(known, &left, put));
                }
                records.push((url.as_str(), left));
            }
            Err(fault) => done.diagnostics.push(*fault),
        }
    })?;
    if has_new || allowed.len() < ours.len() {
        let mut gone: Vec<&&str> = ours.difference(&allowed).collect();
        gone.sort_unstable();
        for url in gone {
            done.removed += usize::from(folder.remove(url)?);
        }
        folder.write(MANIFEST, Manifest::of(allowed.iter()).text.as_bytes())?;
    }
    done.diagnostics.extend(folder.foreign(&there, &allowed, &ours));
    let is_new = |(_, left): &(&str, Cow<Record>)| matches!(left, Cow::Owned(_));
    if records.len() != earlier.len() || records.iter().any(is_new) {
        Outputs::save(files, config, maker.cache, &records);
    }
    drop(records);
    leave((earlier, there));
    Ok(done)
}

/// How a file is left, borrowed when it is as it was, and what was done with it; or what is wrong with
/// the page.
type Done<'a> = Result<(Cow<'a, Record>, Put), Box<Diagnostic>>;

struct Folder<'a> {
    files: &'a dyn Files,
    path: &'a Path,
}

impl Folder<'_> {
    fn write(&self, url: &str, bytes: &[u8]) -> Result<bool, Error> {
        write_changed(self.files, &self.on_disk(url), bytes)
    }

    fn on_disk(&self, url: &str) -> PathBuf {
        on_disk(self.path, url)
    }

    /// Brings all files up to date that may be written, and says of each, in order, how it is left.
    fn put_all<'a>(
        &self,
        maker: &Maker,
        jobs: &Jobs,
        allowed: &HashSet<&str>,
        (earlier, there): (&'a Outputs, &There),
        progress: &Progress,
        mut done: impl FnMut(usize, Done<'a>),
    ) -> Result<(), Error> {
        progress.made().expect(allowed.len());
        let put = |place: usize| {
            let (url, job) = &jobs[place];
            allowed.contains(url.as_str()).then(|| {
                let known = earlier.get(place, url).map(|known| (known, there.stamp(url)));
                let left = self.put(maker, url, job, known)?;
                progress.made().step();
                Ok((place, left))
            })
        };
        // Pages come after the files that they need.
        let pages_begin = jobs.iter().position(|(_, job)| job.is_page()).unwrap_or(jobs.len());
        for part in [0..pages_begin, pages_begin..jobs.len()] {
            for start in part.clone().step_by(AT_ONCE) {
                let some = start..part.end.min(start + AT_ONCE);
                let left: Vec<Result<_, Error>> = some.into_par_iter().filter_map(put).collect();
                for left in left {
                    let (place, left) = left?;
                    done(place, left);
                }
            }
        }
        Ok(())
    }

    /// Brings one file up to date.
    fn put<'a>(
        &self,
        maker: &Maker,
        url: &str,
        job: &Job,
        known: Option<(&'a Record, Option<Stamp>)>,
    ) -> Result<Done<'a>, Error> {
        let path = || self.on_disk(url);
        let ready = maker.ready(job);
        let (known, stamp) = known.unzip();
        let stamp = stamp.flatten();
        let known = known.filter(|record| record.still_holds(self.files, path, stamp));
        let same = known.filter(|record| record.key.is_some() && record.key == ready.key);
        let (bytes, put, stamp) = match same {
            Some(record) => (record.bytes, Put::Left, stamp),
            None => {
                let bytes = match (ready.make)()? {
                    Ok(bytes) => bytes,
                    Err(fault) => return Ok(Err(fault)),
                };
                let digest = Digest::of(&bytes);
                let (put, stamp) = match known.is_some_and(|record| record.bytes == digest) {
                    true => (Put::Made, stamp),
                    false => self.place(&path(), &bytes)?,
                };
                (digest, put, stamp)
            }
        };
        let now = Record { key: ready.key, bytes, stamp };
        let as_before = known.filter(|record| **record == now);
        Ok(Ok((as_before.map_or(Cow::Owned(now), Cow::Borrowed), put)))
    }

    /// Writes a file unless it holds these bytes already. One that isn't there yet needs no other
    /// name first: whoever finds a part of it after a crash finds no record of it either.
    fn place(&self, path: &Path, bytes: &[u8]) -> Result<(Put, Option<Stamp>), Error> {
        match self.files.create(path, bytes) {
            Ok(stamp) => Ok((Put::Written, stamp)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let written = write_changed(self.files, path, bytes)?;
                Ok((if written { Put::Written } else { Put::Made }, self.files.stamp(path)))
            }
            Err(error) => Err(Error::at("write", path)(error)),
        }
    }

    /// Files that stand where ours belong, that we didn't write, and that differ from ours.
    fn blocked(
        &self,
        maker: &Maker,
        jobs: &Jobs,
        ours: &HashSet<&str>,
    ) -> Result<BTreeSet<String>, Error> {
        if self.files.kind(self.path) == Kind::Nothing {
            return Ok(BTreeSet::new());
        }
        let mut blocked = BTreeSet::new();
        for (url, job) in jobs.iter().filter(|(url, _)| !ours.contains(url.as_str())) {
            let there = self.on_disk(url);
            let stands = match self.files.kind(&there) {
                Kind::Nothing => self.has_file_above(&there),
                Kind::Folder => true,
                Kind::File => self.files.read(&there).ok() != (maker.ready(job).make)()?.ok(),
            };
            if stands {
                blocked.insert(url.clone());
            }
        }
        Ok(blocked)
    }

    /// True when a file stands where a folder is needed.
    fn has_file_above(&self, path: &Path) -> bool {
        let above = path.ancestors().skip(1).take_while(|above| above.starts_with(self.path));
        above.into_iter().any(|above| self.files.kind(above) == Kind::File)
    }

    /// Removes a file that we wrote; false when it is gone already or a link leads elsewhere.
    fn remove(&self, url: &str) -> Result<bool, Error> {
        let path = self.on_disk(url);
        if self.files.kind(&path) != Kind::File {
            return Ok(false);
        }
        let real = |path: &Path| self.files.resolve(path).ok();
        let parent = path.parent().and_then(real);
        if !parent.zip(real(self.path)).is_some_and(|(parent, root)| parent.starts_with(root)) {
            return Ok(false);
        }
        self.files.remove(&path, self.path).map_err(Error::at("remove", &path))?;
        Ok(true)
    }

    /// The files that are there.
    fn list(&self) -> Result<There, Error> {
        if self.files.kind(self.path) == Kind::Nothing {
            return Ok(There::default());
        }
        let list = list(self.files, self.path, "").map_err(Error::at("read", self.path))?;
        Ok(There(list.into_iter().collect()))
    }

    /// Files that are neither planned nor were written by us; dot-files are nobody's business.
    fn foreign(
        &self,
        there: &There,
        planned: &HashSet<&str>,
        written: &HashSet<&str>,
    ) -> Option<Diagnostic> {
        let is_ours = |url: &str| planned.contains(url) || written.contains(url);
        let hidden = |url: &str| url.split('/').any(|part| part.starts_with('.'));
        let urls = there.0.keys().map(String::as_str);
        let foreign: BTreeSet<&str> = urls.filter(|url| !is_ours(url) && !hidden(url)).collect();
        foreign.first().map(|first| foreign_files(self.path, first, foreign.len()))
    }
}

/// The files that are in the output folder, by URL.
#[derive(Default)]
struct There(HashMap<String, Option<Stamp>>);

impl There {
    fn stamp(&self, url: &str) -> Option<Stamp> {
        self.0.get(url).copied().flatten()
    }
}

/// The files of a folder and of those below it, by their paths from the top. What isn't UTF-8 has no
/// URL.
fn list(files: &dyn Files, folder: &Path, above: &str) -> io::Result<Vec<(String, Option<Stamp>)>> {
    let below = |entry: &Entry| {
        let Some(name) = entry.path.file_name().and_then(OsStr::to_str) else {
            return Ok(Vec::new());
        };
        match entry.is_folder {
            true => list(files, &entry.path, &format!("{above}{name}/")),
            false => Ok(vec![(format!("{above}{name}"), entry.stamp)]),
        }
    };
    let lists = files.entries(folder)?.par_iter().map(below).collect::<io::Result<Vec<_>>>()?;
    Ok(lists.into_iter().flatten().collect())
}

/// The files that we wrote, as they stand in the output folder.
#[derive(Default)]
struct Manifest {
    text: String,
}

impl Manifest {
    fn read(files: &dyn Files, config: &Config) -> Self {
        let bytes = files.read(&config.output.join(MANIFEST)).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        if text.starts_with(HEADER) { Self { text } } else { Self::default() }
    }

    fn of<'a>(urls: impl Iterator<Item = &'a &'a str>) -> Self {
        let mut urls: Vec<&str> = urls.copied().collect();
        urls.sort_unstable();
        let mut text = HEADER.to_string();
        for url in urls {
            text.push_str(url);
            text.push('\n');
        }
        Self { text }
    }

    /// Only what is a plain path below the folder: the file may have been changed by others.
    fn urls(&self) -> HashSet<&str> {
        let plain = |url: &&str| SitePath::is_plain(url);
        self.text.strip_prefix(HEADER).unwrap_or_default().lines().filter(plain).collect()
    }
}

fn in_the_way(config: &Config, url: &str) -> Diagnostic {
    let path = config.output.join(url);
    let message = format!("`{}` was not written by Lacuna, so it isn't replaced", path.display());
    Diagnostic::new("S002", None, message).help("move it away, or set another `build.build-dir`")
}

fn foreign_files(folder: &Path, first: &str, count: usize) -> Diagnostic {
    let folder = folder.display();
    let message = match count {
        1 => format!("`{folder}` holds a file that Lacuna did not write: `{first}`"),
        _ => format!(
            "`{folder}` holds {} that Lacuna did not write, such as `{first}`",
            plural(count, "file")
        ),
    };
    Diagnostic::new("S003", None, message).help("it is published with the site; it stays untouched")
}
