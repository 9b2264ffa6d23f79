//! Server-sent events: every open page hears of each new version of the site.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// A comment is sent so often, to find out who has gone. The system takes the first one after
/// a client has closed without a word, so it is the second one that tells.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// Where streams wait for news.
pub(super) struct Hub {
    news: Mutex<News>,
    changed: Condvar,
    /// Tells versions of one run from those of another.
    run: u64,
}

#[derive(Clone, Default)]
struct News {
    version: u64,
    /// The URL of the page that was saved, for those who follow.
    follow: Option<String>,
    /// Files that pages load, by their URL, and the version in which each changed last.
    files: BTreeMap<String, u64>,
    /// The last version in which any file may have changed.
    everything: u64,
}

/// What a page has heard before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Since {
    /// Nothing: it was loaded just now.
    Nothing,
    /// A version of an earlier run.
    OtherRun,
    /// A version of this run.
    Version(u64),
}

impl Hub {
    pub(super) fn new(run: u64) -> Self {
        Self { news: Mutex::default(), changed: Condvar::new(), run }
    }

    /// Tells all streams of a new version, and which files have changed; none: any may have.
    pub(super) fn announce(&self, follow: Option<String>, files: Option<Vec<String>>) {
        let mut news = self.lock();
        news.version += 1;
        news.follow = follow;
        let version = news.version;
        match files {
            Some(files) => news.files.extend(files.into_iter().map(|url| (url, version))),
            None => news.everything = version,
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for another version than the one that is known; none after a while without news.
    fn wait(&self, since: Since) -> Option<News> {
        let news = self.lock();
        let same = |news: &mut News| since == Since::Version(news.version);
        let (news, waited) = self
            .changed
            .wait_timeout_while(news, HEARTBEAT, same)
            .unwrap_or_else(PoisonError::into_inner);
        (!waited.timed_out()).then(|| news.clone())
    }

    /// Reads the id of the last event that a page has heard.
    fn since(&self, last: Option<&str>) -> Since {
        let Some((run, version)) = last.and_then(|last| last.split_once('-')) else {
            return Since::Nothing;
        };
        match version.parse() {
            Ok(version) if run == self.run.to_string() => Since::Version(version),
            _ => Since::OtherRun,
        }
    }
}

/// Feeds one stream until its client is gone. Unless the client knows the version at hand, it
/// hears of it at once, so that a page which comes back has missed nothing.
pub(super) fn stream(mut out: Box<dyn Write + Send>, hub: &Hub, last: Option<&str>) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
                Connection: close\r\n\r\nretry: 500\n\n";
    let mut since = hub.since(last);
    let mut here = false;
    let mut next = head.to_string();
    while out.write_all(next.as_bytes()).and_then(|()| out.flush()).is_ok() {
        next = match hub.wait(since) {
            None => ":\n\n".to_string(),
            Some(news) => {
                // Whoever has just come must not be taken elsewhere by what was saved before.
                let follow = news.follow.as_ref().filter(|_| here);
                let event = event(hub.run, &news, follow, since);
                since = Since::Version(news.version);
                event
            }
        };
        here = true;
    }
}

fn event(run: u64, news: &News, follow: Option<&String>, since: Since) -> String {
    let files = files(news, since);
    let data = serde_json::json!({ "version": news.version, "follow": follow, "files": files });
    format!("event: update\nid: {run}-{}\ndata: {data}\n\n", news.version)
}

/// The files that have changed; null when any may have.
fn files(news: &News, since: Since) -> Value {
    match since {
        Since::Nothing => Value::Array(Vec::new()),
        Since::Version(known) if known >= news.everything => {
            let newer = news.files.iter().filter(|(_, version)| **version > known);
            newer.map(|(url, _)| Value::from(url.as_str())).collect()
        }
        Since::Version(_) | Since::OtherRun => Value::Null,
    }
}
