//! Watches files and says what has changed.
//!
//! Events are hints only. The first one is acted on at once; while a storm lasts, such as that of
//! `git checkout`, what has changed is gathered into one update. An event about a folder means
//! that anything below it may have changed, since files that are written right after `mkdir` have
//! no event of their own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Config, ErrorKind, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::Notice;
use super::preview::Preview;
use crate::base::SitePath;
use crate::build::Changes;
use crate::diag::Diagnostic;

/// An editor that empties a file and writes it again is done within this.
const SETTLE: Duration = Duration::from_millis(4);
/// During a storm, so long without an event ends it …
const QUIET: Duration = Duration::from_millis(25);
/// … and so long in all.
const LONGEST: Duration = Duration::from_millis(500);
/// How often files are looked at when the system doesn't tell.
const POLL: Duration = Duration::from_millis(700);

/// Makes the first version of the site, says so, and updates it for ever.
pub(super) fn watch(preview: &Preview, poll: bool, notify: &dyn Fn(Notice)) {
    let (sender, events) = channel();
    let mut watcher = Watching::start(sender, poll, notify);
    // Watched first and read then: what changes in between is read once more, and never missed.
    watcher.cover(preview, &BTreeSet::new(), notify);
    let is_ready = preview.glance();
    if is_ready {
        notify(Notice::Ready(preview.address()));
    }
    let updated = preview.update(&Changes::All);
    watcher.catch_up(preview, &BTreeSet::new(), notify);
    tell_new(updated.new, notify);
    if !is_ready {
        notify(Notice::Ready(preview.address()));
    }
    preview.keep();
    let mut last = Instant::now().checked_sub(LONGEST).unwrap_or_else(Instant::now);
    while let Ok(first) = events.recv() {
        let mut gathered = Gathered::default();
        gathered.add(preview.root(), first);
        // Right after another update this may be part of a storm.
        let calm = last.elapsed() > LONGEST;
        gathered.wait(preview.root(), &events, if calm { SETTLE } else { QUIET });
        let moved = std::mem::take(&mut gathered.moved);
        if let Some(changes) = gathered.changes() {
            let updated = preview.update(&changes);
            tell_new(updated.new, notify);
            notify(Notice::Updated(updated.errors, updated.warnings, updated.took));
            watcher.catch_up(preview, &moved, notify);
            last = Instant::now();
        }
    }
}

fn tell_new(found: Vec<Diagnostic>, notify: &dyn Fn(Notice)) {
    if !found.is_empty() {
        notify(Notice::Found(found));
    }
}

/// What is watched, and how.
struct Watching {
    watcher: Option<Box<dyn Watcher>>,
    /// Folders, and whether with all that is below them.
    covered: BTreeSet<(PathBuf, bool)>,
    events: Events,
    polls: bool,
}

type Events = Sender<notify::Result<Event>>;

impl Watching {
    fn start(events: Events, poll: bool, notify: &dyn Fn(Notice)) -> Self {
        let mut watching = Self { watcher: None, covered: BTreeSet::new(), events, polls: false };
        match RecommendedWatcher::new(watching.events.clone(), Config::default()) {
            _ if poll => watching.poll(notify),
            Ok(watcher) => watching.watcher = Some(Box::new(watcher)),
            Err(error) => {
                notify(Notice::Trouble(format!("{error}; so files are looked at instead")));
                watching.poll(notify);
            }
        }
        watching
    }

    /// Looks at the files from time to time, since the system doesn't tell.
    fn poll(&mut self, notify: &dyn Fn(Notice)) {
        let config = Config::default().with_poll_interval(POLL).with_compare_contents(true);
        self.polls = true;
        self.covered.clear();
        self.watcher = None;
        match PollWatcher::new(self.events.clone(), config) {
            Ok(watcher) => self.watcher = Some(Box::new(watcher)),
            Err(error) => notify(Notice::Trouble(format!("changes can't be seen: {error}"))),
        }
    }

    /// Watches what isn't watched yet, and updates the site if there was anything: it may have
    /// changed since it was read.
    fn catch_up(&mut self, preview: &Preview, moved: &BTreeSet<PathBuf>, notify: &dyn Fn(Notice)) {
        if self.cover(preview, moved, notify) {
            preview.update(&Changes::All);
        }
    }

    /// Watches what isn't watched yet, and what has come in the place of something watched; polls
    /// when the system has no watches left. True when there was anything.
    fn cover(
        &mut self,
        preview: &Preview,
        moved: &BTreeSet<PathBuf>,
        notify: &dyn Fn(Notice),
    ) -> bool {
        let wanted: BTreeSet<(PathBuf, bool)> = preview.watched().into_iter().collect();
        let gone = |folder: &Path| moved.iter().any(|moved| folder.starts_with(moved));
        self.covered.retain(|place| wanted.contains(place) && !gone(&place.0));
        let new: Vec<(PathBuf, bool)> = wanted.difference(&self.covered).cloned().collect();
        let mut any = false;
        for (folder, below) in &new {
            let mode = match below {
                true => RecursiveMode::Recursive,
                false => RecursiveMode::NonRecursive,
            };
            let Some(watcher) = &mut self.watcher else { return false };
            match watcher.watch(folder, mode) {
                Ok(()) => any |= self.covered.insert((folder.clone(), *below)),
                Err(error) if is_full(&error) && !self.polls => {
                    notify(Notice::Trouble(trouble(folder, &error)));
                    self.poll(notify);
                    return self.cover(preview, moved, notify);
                }
                // It is tried again after the next change.
                Err(error) => notify(Notice::Trouble(trouble(folder, &error))),
            }
        }
        any
    }
}

fn is_full(error: &notify::Error) -> bool {
    matches!(error.kind, ErrorKind::MaxFilesWatch)
}

fn trouble(folder: &Path, error: &notify::Error) -> String {
    let help = match is_full(error) {
        true => {
            "; files are looked at every 0.7 s instead until fs.inotify.max_user_watches is raised"
        }
        false => "",
    };
    format!("`{}` isn't watched: {error}{help}", folder.display())
}

/// What has been seen since the last update.
#[derive(Default)]
struct Gathered {
    files: BTreeSet<SitePath>,
    /// Written to, and not closed yet.
    open: BTreeSet<PathBuf>,
    /// What has come, gone or got another name, folders among them.
    moved: BTreeSet<PathBuf>,
    all: bool,
}

impl Gathered {
    fn add(&mut self, root: &Path, event: notify::Result<Event>) {
        let Ok(event) = event else {
            // The watcher has lost its way: anything may have changed.
            self.all = true;
            return;
        };
        self.all |= event.need_rescan();
        let closed = matches!(event.kind, EventKind::Access(AccessKind::Close(AccessMode::Write)));
        // Reading raises events, too, our own reading among them.
        if matches!(event.kind, EventKind::Access(_)) && !closed {
            return;
        }
        let data = matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)));
        let stays =
            closed || data || matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_)));
        for path in event.paths.iter().filter(|path| !is_noise(root, path)) {
            if closed {
                self.open.remove(path);
            } else if data {
                self.open.insert(path.clone());
            }
            if !stays {
                self.moved.insert(path.clone());
            }
            if path.is_dir() {
                self.all = true;
            } else {
                self.files.extend(SitePath::below(root, path));
            }
        }
    }

    /// Gathers what comes until there is a pause.
    fn wait(&mut self, root: &Path, events: &Receiver<notify::Result<Event>>, pause: Duration) {
        let end = Instant::now() + LONGEST;
        let mut pause = pause;
        loop {
            match events.recv_timeout(pause) {
                Ok(event) => self.add(root, event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
            if self.files.len() > 3 || self.all {
                pause = QUIET;
            } else if self.open.is_empty() && pause == SETTLE {
                pause = Duration::from_millis(1);
            }
            if Instant::now() > end {
                return;
            }
        }
    }

    fn changes(self) -> Option<Changes> {
        match (self.all, self.files.is_empty()) {
            (true, _) => Some(Changes::All),
            (false, false) => Some(Changes::Files(self.files)),
            (false, true) => None,
        }
    }
}

/// What editors leave beside files, and all that is hidden.
fn is_noise(root: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else { return true };
    let hidden = below.iter().any(|part| part.to_string_lossy().starts_with('.'));
    let name = below.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let ending = |ending: &str| name.ends_with(ending);
    hidden
        || ending("___jb_tmp___")
        || ending("___jb_old___")
        || ending("~")
        || ending(".swp")
        || ending(".swx")
        || ending(".tmp")
        || name == "4913"
        || (name.starts_with('#') && ending("#"))
}
