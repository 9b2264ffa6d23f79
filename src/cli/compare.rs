//! The handbook beside what it was at an earlier commit: built from git, without touching the
//! working tree, and both judged on one day by the rules of that commit.

use std::collections::BTreeMap;

use super::Failure;
use super::project::Project;
use crate::build::{Analysis, analyse, analyse_at};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Files, Kind};
use crate::gate::{self, Change, Side};
use crate::history::{self, NoBase};

/// Both sides.
pub(super) struct Comparison {
    /// The commit.
    pub commit: String,
    /// The settings of that commit; of the project where the commit has no handbook.
    rules: Config,
    before: Option<Analysis>,
    after: Analysis,
}

impl Comparison {
    /// Compares the project with what it has in common with a branch, tag or commit.
    pub(super) fn of(project: &Project, name: &str) -> Result<Self, Failure> {
        let config = &project.config;
        let commit = history::base(&config.root, name).map_err(|why| no_base(name, why))?;
        let history = history::read(&config.root);
        let files = history.at(&commit);
        let Some(rules) = settings(&files, config) else {
            let after = analyse(&project.files, config)?;
            return Ok(Self { commit, rules: config.clone(), before: None, after });
        };
        let before = Some(analyse_at(&files, &rules, &commit)?);
        let after = analyse(&project.files, &config.judged_by(&rules))?;
        Ok(Self { commit, rules, before, after })
    }

    pub(super) fn before(&self) -> Option<Side<'_>> {
        self.before.as_ref().and_then(side)
    }

    pub(super) fn after(&self) -> Option<Side<'_>> {
        side(&self.after)
    }

    /// What became of the gaps.
    pub(super) fn changes(&self) -> Vec<Change> {
        gate::changes(self.before(), self.after())
    }

    /// What was published and isn't any more.
    pub(super) fn vanished<'a>(&'a self) -> Vec<Diagnostic> {
        let Some(before) = &self.before else { return Vec::new() };
        let parts = |analysis: &'a Analysis| (&*analysis.site, analysis.facts());
        self.rules.leveled(gate::vanished(parts(before), parts(&self.after)))
    }

    /// What is worse, at the levels that the earlier rules give it.
    pub(super) fn regressions(&self, project: &Project) -> Vec<Diagnostic> {
        let mut found = gate::regressions(&self.changes(), self.after());
        let tiers = self.before().map(|side| &side.list.tiers);
        let ranks: BTreeMap<String, usize> = tiers
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(rank, tier)| (tier.id.clone(), rank))
            .collect();
        found.extend(gate::weaker(&self.rules, &project.config, &ranks));
        self.rules.leveled(found)
    }
}

fn side(analysis: &Analysis) -> Option<Side<'_>> {
    let list = analysis.checklist.as_deref()?;
    Some(Side { list, statuses: &analysis.statuses })
}

/// The settings at a commit; none when there is no handbook.
fn settings(files: &dyn Files, now: &Config) -> Option<Config> {
    let bytes = files.read(&Config::path().on_disk(&now.root)).ok()?;
    let (config, _) = Config::open(files, &now.root, now.today).unwrap_or_else(|_| {
        // What was wrong with them then is no fault of the change.
        Config::read(&now.root, &String::from_utf8_lossy(&bytes), now.today)
    });
    (files.kind(&now.root.join(&config.src)) == Kind::Folder).then_some(config)
}

fn no_base(name: &str, why: NoBase) -> Failure {
    let cannot = |message: String, help: &str| Failure::CannotTell(message, help.to_string());
    match why {
        NoBase::NoRepository => cannot(
            format!("there is no git repository to look for `{name}` in"),
            "the handbook is compared with its own history",
        ),
        NoBase::CutOff => cannot(
            format!("this clone doesn't reach back to what it has in common with `{name}`"),
            "fetch the whole history: `git fetch --unshallow`, `fetch-depth: 0`, `GIT_DEPTH: \"0\"`",
        ),
        NoBase::NoCommit => Failure::Helped(
            format!("there is no commit `{name}`"),
            "name a branch, a tag or a commit; of another repository, `git fetch` it first"
                .to_string(),
        ),
    }
}
