//! The site as it is served: from URLs to answers.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::Options;
use super::events::Hub;
use super::http::{Asked, Reply};
use super::reply::{JSON, content_type, file, html};
use crate::base::{SitePath, encode_path, percent_decode};
use crate::build::{Changes, Engine, Glance, Snapshot};
use crate::config::Config;
use crate::diag::{Diagnostic, Format, Severity, print};
use crate::files::Files;

const SCRIPT: &str = include_str!("live.js");
const WORKER: &str = include_str!("worker.js");
const STYLE: &str = include_str!("live.css");
const INJECTED: &str = "<script src=\"/__lacuna/live.js\" defer></script>\
                        <link rel=\"stylesheet\" href=\"/__lacuna/live.css\">";
/// Nobody waits longer for the first site.
const PATIENCE: Duration = Duration::from_mins(1);

/// The site as it is served.
pub(super) struct Preview {
    files: Arc<dyn Files + Send>,
    options: Options,
    address: SocketAddr,
    hub: Hub,
    engine: Mutex<Engine>,
    /// Looks at a large site while the engine reads it for the first time.
    glance: Mutex<Option<Glance>>,
    state: Mutex<State>,
    /// Told whenever the state has changed.
    changed: Condvar,
    /// The last good bytes of pages that can't be rendered at the moment.
    good: Mutex<HashMap<String, Vec<u8>>>,
}

/// What is shown at the moment.
#[derive(Clone, Default)]
struct State {
    /// The last site that could be made.
    snapshot: Option<Arc<Snapshot>>,
    /// Why there is no newer one.
    faults: Vec<Diagnostic>,
    /// How many updates there have been.
    updates: u64,
    /// Faults that appeared when a page was asked for, by its URL.
    page_faults: HashMap<String, Diagnostic>,
    /// Faults of pages that nobody has asked for.
    unseen_faults: Vec<Diagnostic>,
}

/// What an update found.
pub(super) struct Updated {
    /// What the update before didn't find.
    pub new: Vec<Diagnostic>,
    pub errors: usize,
    pub warnings: usize,
    pub took: Duration,
}

impl Preview {
    /// A preview that has nothing to show before its first update. Faults are shown in the
    /// browser, not returned.
    pub(super) fn new(
        files: Arc<dyn Files + Send>,
        options: &Options,
        address: SocketAddr,
    ) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            files,
            options: options.clone(),
            address,
            hub: Hub::new(u64::try_from(since.as_millis()).unwrap_or_default()),
            engine: Mutex::default(),
            glance: Mutex::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
            good: Mutex::default(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn hosts(&self) -> &[String] {
        &self.options.hosts
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    pub(super) fn root(&self) -> &Path {
        &self.options.root
    }

    /// Folders to be watched, and whether with all that is below them.
    pub(super) fn watched(&self) -> Vec<(PathBuf, bool)> {
        let root = self.root();
        let mut folders: BTreeSet<(PathBuf, bool)> = BTreeSet::from([(root.to_path_buf(), false)]);
        let config = self.read_config().ok();
        let src = config.as_ref().map_or("content", |config| config.src.as_str());
        folders.insert((root.join(src), true));
        folders.insert((root.join("themes"), true));
        for path in self.outside() {
            // A folder that is watched once more is watched in the new way only.
            if path.strip("themes").is_none() {
                folders.insert((root.join(path.folder()), false));
            }
        }
        folders.into_iter().filter(|(folder, _)| folder.is_dir()).collect()
    }

    /// The files outside the folder of the content that the site is made from.
    pub(super) fn outside(&self) -> BTreeSet<SitePath> {
        let snapshot = lock(&self.state).snapshot.clone();
        snapshot.map_or_else(BTreeSet::new, |snapshot| snapshot.outside())
    }

    /// Shows the first page of a large site that nothing is known of, before all of it is read; false
    /// when it is small, or known well enough by a cache.
    pub(super) fn glance(&self) -> bool {
        let Ok(config) = self.read_config() else { return false };
        let engine = Engine::open(&*self.files, &config).keep_good_theme();
        let is_known = !engine.is_new();
        *self.engine() = engine;
        if is_known {
            return false;
        }
        *lock(&self.glance) = Glance::new(Arc::new(config));
        self.look("index.html").is_some()
    }

    /// A site that can show what is at a URL, while not all of it is read; none when that takes as
    /// long as to read all of it.
    fn look(&self, url: &str) -> Option<Arc<Snapshot>> {
        let mut glance = lock(&self.glance);
        // Somebody else may have asked for it meanwhile.
        let shown = lock(&self.state).snapshot.clone().filter(|shown| shown.can_show(url));
        if shown.is_some() {
            return shown;
        }
        let look = AssertUnwindSafe(|| glance.as_mut()?.look(&*self.files, url).ok()?);
        let found = catch_unwind(look).ok().flatten().map(Arc::new);
        if found.is_none() {
            *glance = None;
        }
        let found = found?;
        let mut state = lock(&self.state);
        if state.snapshot.as_ref().is_none_or(|shown| !shown.is_whole()) {
            state.snapshot = Some(Arc::clone(&found));
            drop(state);
            self.changed.notify_all();
        }
        Some(found)
    }

    /// A site that can show what is at a URL, if need be after a while.
    fn able_to_show(&self, shown: Arc<Snapshot>, url: &str) -> Arc<Snapshot> {
        if shown.can_show(url) {
            return shown;
        }
        let looked = if shown.is_page(url) { self.look(url) } else { None };
        looked.filter(|looked| looked.can_show(url)).unwrap_or_else(|| {
            let unread = |state: &mut State| state.updates == 0;
            let state = self.wait_while(unread);
            state.snapshot.unwrap_or(shown)
        })
    }

    /// Brings the site up to date and tells all open pages. A panic leaves the last good site.
    pub(super) fn update(&self, changes: &Changes) -> Updated {
        let start = Instant::now();
        // What was changed before a fault hasn't been looked at.
        let changes = if lock(&self.state).faults.is_empty() { changes } else { &Changes::All };
        let made = catch_unwind(AssertUnwindSafe(|| self.snapshot(changes)));
        let result = made.unwrap_or_else(|_| {
            // What was being changed may be half done.
            *self.engine() = Engine::default();
            Err(vec![crash()])
        });
        let mut state = lock(&self.state);
        let before = state.findings();
        state.page_faults.clear();
        // To free a large site takes a while, and nobody should wait for that.
        let mut old = None;
        match result {
            Ok(snapshot) => {
                old = state.snapshot.replace(Arc::new(snapshot));
                state.faults.clear();
            }
            Err(faults) => state.faults = faults,
        }
        let found = state.findings();
        let count = |severity| found.iter().filter(|found| found.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let follow = state.saved(changes).filter(|_| self.options.follow);
        let files = state.changed_files(changes);
        state.updates += 1;
        drop(state);
        self.changed.notify_all();
        self.hub.announce(follow, files);
        let took = start.elapsed();
        // Whoever looks holds this first and then the state, never the other way round.
        let glance = lock(&self.glance).take();
        drop((old, glance));
        Updated { new: new_findings(&before, found), errors, warnings, took }
    }

    fn snapshot(&self, changes: &Changes) -> Result<Snapshot, Vec<Diagnostic>> {
        let config = self.read_config()?;
        let touches_book = match changes {
            Changes::Files(paths) => paths.contains(&Config::path()),
            Changes::All => true,
        };
        let changes = if touches_book { &Changes::All } else { changes };
        let earlier = lock(&self.state).snapshot.clone().filter(|shown| shown.is_whole());
        let mut engine = self.engine();
        if engine.is_blank() {
            *engine = Engine::open(&*self.files, &config).keep_good_theme();
        }
        Snapshot::take(&mut engine, &*self.files, Arc::new(config), changes, earlier.as_deref())
            .map_err(|error| vec![Diagnostic::new("E002", None, error.to_string())])
    }

    /// Leaves to later builds what the first update has found out, and lets others at the cache.
    pub(super) fn keep(&self) {
        if let Ok(config) = self.read_config() {
            self.engine().close(&*self.files, &config);
        }
    }

    /// The settings, without an address: the preview is at the root of its host, whatever that of the
    /// site will be.
    fn read_config(&self) -> Result<Config, Vec<Diagnostic>> {
        let (mut config, _) = Config::open(&*self.files, self.root(), self.options.today)?;
        config.html.site_url = None;
        Ok(config)
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        lock(&self.engine)
    }

    /// What is shown at the moment. Whoever asks before there is anything waits for it.
    fn state(&self) -> State {
        self.wait_while(|state| state.updates == 0 && state.snapshot.is_none())
    }

    fn wait_while(&self, unready: impl FnMut(&mut State) -> bool) -> State {
        let waited = self.changed.wait_timeout_while(lock(&self.state), PATIENCE, unready);
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Waits until another site than this one is shown, and all of it is read.
    pub(super) fn wait_for_other(&self, known: Option<&Arc<Snapshot>>) -> Arc<Snapshot> {
        let mut state = lock(&self.state);
        loop {
            let shown = state.snapshot.as_ref().filter(|now| now.is_whole());
            let other = shown.filter(|now| !is_same(known, now));
            if let Some(other) = other {
                return Arc::clone(other);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// True when this site is still the one that is shown after a while.
    pub(super) fn is_current(&self, snapshot: &Arc<Snapshot>, after: Duration) -> bool {
        let same = |state: &mut State| is_same(state.snapshot.as_ref(), snapshot);
        let waited = self.changed.wait_timeout_while(lock(&self.state), after, same);
        waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Runs the template of a page that nobody has asked for, and says what fails.
    pub(super) fn rehearse(&self, snapshot: &Snapshot, url: &str) -> Option<Diagnostic> {
        let run = AssertUnwindSafe(|| snapshot.rehearse(&*self.files, url));
        catch_unwind(run).unwrap_or_else(|_| Some(crash()))
    }

    /// Tells all open pages of the faults of pages that nobody has asked for; the new ones.
    pub(super) fn set_unseen_faults(&self, faults: &[Diagnostic]) -> Vec<Diagnostic> {
        let mut state = lock(&self.state);
        let before = std::mem::replace(&mut state.unseen_faults, faults.to_vec());
        drop(state);
        let new = new_findings(&before, faults.to_vec());
        let gone = new_findings(faults, before);
        if !(new.is_empty() && gone.is_empty()) {
            self.hub.announce(None, Some(Vec::new()));
        }
        new
    }

    /// The answer to a request.
    pub(super) fn reply(&self, asked: &Asked) -> Reply {
        match asked.path.as_str() {
            "__lacuna/live.js" => file("text/javascript; charset=utf-8", SCRIPT.into(), asked),
            "__lacuna/worker.js" => file("text/javascript; charset=utf-8", WORKER.into(), asked),
            "__lacuna/live.css" => file("text/css; charset=utf-8", STYLE.into(), asked),
            "__lacuna/state" => self.state_reply(asked),
            path if path.starts_with("__lacuna/") => Reply::text(404, "not found"),
            _ => self.page_reply(asked),
        }
    }

    fn page_reply(&self, asked: &Asked) -> Reply {
        let state = self.state();
        let Some(snapshot) = &state.snapshot else {
            return html(503, inject(EMPTY.as_bytes().to_vec()), asked);
        };
        let url = url_of(&asked.path);
        if !snapshot.has(&url) && snapshot.has(&format!("{url}/index.html")) {
            let to = format!("/{}/", encode_path(&url));
            return Reply::text(301, "moved").header("Location", to);
        }
        let (status, url) = if snapshot.has(&url) { (200, url) } else { (404, "404.html".into()) };
        let snapshot = &self.able_to_show(Arc::clone(snapshot), &url);
        let kind = content_type(&url);
        match self.bytes(snapshot, &url) {
            // A page that only leads to another one allows no script.
            Ok(bytes) if snapshot.is_redirect(&url) => html(status, bytes, asked),
            Ok(bytes) if kind.starts_with("text/html") => html(status, inject(bytes), asked),
            Ok(bytes) => file(kind, bytes, asked),
            Err(reply) => reply,
        }
    }

    /// The bytes at a URL; the last good ones when they can't be made now.
    fn bytes(&self, snapshot: &Arc<Snapshot>, url: &str) -> Result<Vec<u8>, Reply> {
        let render = AssertUnwindSafe(|| snapshot.render(&*self.files, url));
        let made = catch_unwind(render).unwrap_or_else(|_| Some(Ok(Err(Box::new(crash())))));
        match made {
            Some(Ok(Ok(bytes))) => {
                if url.ends_with(".html") {
                    lock(&self.good).insert(url.to_string(), bytes.clone());
                }
                Ok(bytes)
            }
            Some(Ok(Err(fault))) => {
                let mut state = lock(&self.state);
                // It may have been mended in the meantime.
                if state.snapshot.as_ref().is_some_and(|now| Arc::ptr_eq(now, snapshot)) {
                    state.page_faults.insert(url.to_string(), *fault);
                }
                drop(state);
                let good = lock(&self.good).get(url).cloned();
                Ok(good.unwrap_or_else(|| EMPTY.as_bytes().to_vec()))
            }
            Some(Err(error)) => Err(Reply::text(500, &error.to_string())),
            None => Err(Reply::text(404, "not found")),
        }
    }

    /// What the script shows beside the page: errors, and what stands between it and its reader.
    fn state_reply(&self, asked: &Asked) -> Reply {
        let state = self.state();
        let page = asked.query("page").and_then(percent_decode).unwrap_or_default();
        let url = url_of(page.trim_start_matches('/'));
        let mut errors: Vec<Diagnostic> =
            state.findings().into_iter().filter(Diagnostic::is_error).collect();
        errors.extend(state.page_faults.get(&url).cloned());
        errors.extend(new_findings(&errors, state.unseen_faults));
        let gaps = state.snapshot.as_ref().map_or_else(Vec::new, |snapshot| margin(snapshot, &url));
        let errors: Vec<Value> = errors.iter().map(|error| self.error_json(error)).collect();
        let body = json!({ "errors": errors, "gaps": gaps }).to_string();
        Reply::new(200, JSON, body)
    }

    /// An error as the terminal shows it.
    fn error_json(&self, error: &Diagnostic) -> Value {
        let text = |path: &SitePath| {
            let bytes = self.files.read(&path.on_disk(self.root())).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let shown = print(std::slice::from_ref(error), Format::Human { color: false }, &text);
        json!({ "rule": error.rule.name, "text": shown.trim_end() })
    }
}

impl State {
    /// All findings: of the last site, and why there is no newer one.
    fn findings(&self) -> Vec<Diagnostic> {
        let of_site = self.snapshot.iter().flat_map(|snapshot| &snapshot.diagnostics);
        self.faults.iter().chain(of_site).cloned().collect()
    }

    /// The URL of the page that was saved.
    fn saved(&self, changes: &Changes) -> Option<String> {
        let Changes::Files(paths) = changes else { return None };
        let snapshot = self.snapshot.as_ref()?;
        paths
            .iter()
            .find_map(|path| snapshot.url_of(path))
            .map(|url| format!("/{}", encode_path(url)))
    }

    /// The URLs of the files that have changed; none when any may have.
    fn changed_files(&self, changes: &Changes) -> Option<Vec<String>> {
        let (Changes::Files(paths), Some(snapshot)) = (changes, &self.snapshot) else {
            return None;
        };
        let url = |path| snapshot.file_url(path).map(|url| format!("/{}", encode_path(&url)));
        Some(paths.iter().filter_map(url).collect())
    }
}

fn is_same(known: Option<&Arc<Snapshot>>, now: &Arc<Snapshot>) -> bool {
    known.is_some_and(|known| Arc::ptr_eq(known, now))
}

/// What wasn't found before. A finding that has only moved is no news.
fn new_findings(before: &[Diagnostic], mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let key = |found: &Diagnostic| {
        let path = found.span.as_ref().map(|span| span.path.clone());
        (found.rule.code, path, found.message.clone())
    };
    let known: HashSet<_> = before.iter().map(key).collect();
    found.retain(|found| !known.contains(&key(found)));
    found
}

/// A panic in another thread leaves data that is whole, since it is replaced as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn crash() -> Diagnostic {
    Diagnostic::new("E002", None, "Lacuna failed while it built the site; the terminal says where")
        .help("this is a fault of Lacuna; the last good site is shown")
}

/// What holds the gaps of a page back.
fn margin(snapshot: &Snapshot, url: &str) -> Vec<Value> {
    let of = |gap: &crate::render::view::GapView| {
        let fails = gap.evidence.iter().filter(|row| row.outcome == "fails");
        json!({
            "title": gap.title,
            "status": gap.status.id,
            "word": gap.status.word,
            "glyph": gap.status.glyph,
            "evidence": fails.collect::<Vec<_>>(),
            "lift": gap.lift,
        })
    };
    snapshot.gaps(url).into_iter().map(of).collect()
}

/// The URL that a path means: a folder is its `index.html`.
fn url_of(path: &str) -> String {
    if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_string()
    }
}

const EMPTY: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Preview</title></head><body><p>There is nothing to show yet.</p></body></html>";

/// Puts the script of the preview into a page, before all others; behind all else in a page
/// that has no `<head>`.
fn inject(mut bytes: Vec<u8>) -> Vec<u8> {
    let is_head = |part: &[u8]| part.eq_ignore_ascii_case(b"<head>");
    let at = bytes.windows(6).position(is_head).map_or(bytes.len(), |start| start + 6);
    bytes.splice(at..at, INJECTED.bytes());
    bytes
}
