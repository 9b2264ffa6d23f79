//! Coverage on earlier days: the engine, run over the history of git.
//!
//! Each day of the main line on which the content or the settings changed is judged as of that
//! day, by its own settings, with an engine that does again only what the day changed. Who
//! approved what is taken from the records of the day; only today's statuses ask git about them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cache::Cache;
use super::{Analysis, Changes, Engine, Wanted};
use crate::base::SitePath;
use crate::checklist::Checklist;
use crate::config::Config;
use crate::files::Files;
use crate::history::{Day, History};
use crate::status::{Coverage, Point};

/// What is kept between builds.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    src: String,
    head: String,
    /// All days, also those without a checklist.
    days: Vec<(String, Option<Point>)>,
}

/// The file that keeps it.
const FILE: &str = "history";

/// Coverage over time, one point for each day on which something changed, the oldest first. Empty
/// where nothing is known.
pub fn past(files: &dyn Files, config: &Config, history: &History) -> Vec<Point> {
    past_with(None, files, config, history)
}

impl Analysis {
    /// The same with coverage over time.
    #[must_use]
    pub fn with_past(mut self, files: &dyn Files, config: &Config) -> Self {
        self.past = Arc::new(past(files, config, self.history()));
        self
    }
}

impl Engine {
    /// Coverage over time, for the pages that show it. Looked for again when anything may have
    /// changed, which is quick as long as nothing was committed.
    pub(super) fn past(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        analysis: &Analysis,
    ) -> Arc<Vec<Point>> {
        let is_known = self.past.is_some() && !matches!(changes, Changes::All);
        if !is_known && analysis.checklist.is_some() {
            let points = past_with(self.cache.as_ref(), files, config, analysis.history());
            self.past = Some(Arc::new(points));
        }
        self.past.clone().unwrap_or_default()
    }
}

/// With the cache of whoever has opened it already.
fn past_with(
    cache: Option<&Cache>,
    files: &dyn Files,
    config: &Config,
    history: &History,
) -> Vec<Point> {
    let known = history.unknown.is_none();
    let Some(head) = known.then(|| history.head()).flatten() else { return Vec::new() };
    let own = if cache.is_none() { Cache::open(files, config) } else { None };
    let cache = cache.or(own.as_ref());
    let kept = cache.and_then(|cache| cache.read::<Kept>(files, FILE));
    let kept = kept.map(|found| found.values).filter(|kept| kept.src == config.src);
    let kept = kept.unwrap_or_default();
    if kept.head == head {
        return points(kept.days);
    }
    let counts = |path: &SitePath| path.strip(&config.src).is_some() || *path == Config::path();
    let days = history.days(counts);
    let same = |(day, known): &(&Day, &(String, Option<Point>))| day.commit == known.0;
    let done = days.iter().zip(&kept.days).take_while(same).count();
    let mut all = kept.days;
    all.truncate(done);
    let seen = all.iter().filter_map(|(_, point)| point.as_ref());
    let seen = seen.flat_map(|point| point.new.iter().cloned()).collect();
    all.extend(judge(config, history, (&days, done), seen));
    let kept = Kept { src: config.src.clone(), head, days: all };
    // Without a cache the next call judges all days again.
    cache.and_then(|cache| cache.write(files, FILE, &kept, &[]));
    points(kept.days)
}

fn points(days: Vec<(String, Option<Point>)>) -> Vec<Point> {
    days.into_iter().filter_map(|(_, point)| point).collect()
}

/// Judges the days from a number on; the gaps that were `seen` before aren't new. Stretches of days
/// are judged side by side, each by an engine of its own.
fn judge(
    config: &Config,
    history: &History,
    (days, done): (&[Day], usize),
    mut seen: BTreeSet<String>,
) -> Vec<(String, Option<Point>)> {
    let stretch = (days.len() - done).div_ceil(rayon::current_num_threads()).max(SHORTEST);
    let starts: Vec<usize> = (done..days.len()).step_by(stretch).collect();
    let end = |start: usize| (start + stretch).min(days.len());
    let judge = |start: &usize| judge_stretch(config, history, &days[..end(*start)], *start);
    let judged: Vec<Vec<Judged>> = starts.par_iter().map(judge).collect();
    let point = |(day, judged): (&Day, Judged)| {
        let point = judged.map(|(list, coverage)| {
            let gaps = list.gaps.iter().map(|gap| gap.id.clone());
            let new = gaps.filter(|gap| seen.insert(gap.clone())).collect();
            Point { date: day.date, commit: day.commit.clone(), new, coverage }
        });
        (day.commit.clone(), point)
    };
    days[done..].iter().zip(judged.into_iter().flatten()).map(point).collect()
}

/// Fewer days than these aren't worth an engine.
const SHORTEST: usize = 30;

/// What there should have been on a day, and what there was; none without a checklist.
type Judged = Option<(Arc<Checklist>, Coverage)>;

/// Judges the days from a number on, one after the other.
fn judge_stretch(config: &Config, history: &History, days: &[Day], start: usize) -> Vec<Judged> {
    let mut files = history.replay();
    days[..start].iter().for_each(|day| files.step(day));
    let mut engine = Engine::with_history(History::of_the_past());
    let mut settings: Option<Config> = None;
    let mut judged = Vec::new();
    for day in &days[start..] {
        files.step(day);
        let changed = day.changed();
        let changes = match &settings {
            Some(_) if !changed.contains(&Config::path()) => Changes::Files(changed),
            _ => {
                settings = Some(settings_of(&files, config));
                Changes::All
            }
        };
        let then = settings.as_mut().expect("they were just read");
        then.today = day.date;
        let analysis = engine.analyse(&files, then, &changes, Wanted::Facts).ok();
        judged.push(analysis.and_then(|analysis| {
            Some((analysis.checklist.clone()?, Coverage::of(&analysis.statuses)))
        }));
    }
    judged
}

fn settings_of(files: &dyn Files, config: &Config) -> Config {
    let book = files.read(&Config::path().on_disk(&config.root)).unwrap_or_default();
    let (then, _) = Config::read(&config.root, &String::from_utf8_lossy(&book), config.today);
    Config { src: config.src.clone(), ..then }
}
