//! What is to be written, and how each file is made.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{Analysis, Made};
use crate::base::SitePath;
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::{Error, Files, Kind};
use crate::render::{self, Scene};

/// One file to be written.
#[derive(Clone, Debug)]
pub(super) enum Job {
    /// A copy of a file.
    Copy(PathBuf),
    /// What is already at hand.
    Bytes(Vec<u8>),
    /// A page, by its entry.
    Page(usize),
    /// `api/pages.json`.
    Pages,
    /// The page for addresses that don't exist.
    NotFound,
    /// A redirect, by its number.
    Redirect(usize),
    /// `sitemap.xml`.
    Sitemap,
    /// `feed.xml`.
    Feed,
}

impl Job {
    /// True for what is rendered from a view of a page.
    pub(super) fn is_page(&self) -> bool {
        matches!(self, Self::Page(_) | Self::NotFound)
    }
}

/// URLs and how each is made: files that pages need first, then pages.
pub(super) type Jobs = Vec<(String, Job)>;

/// All that is to be written.
pub(super) struct Plan {
    pub jobs: Jobs,
    pub diagnostics: Vec<Diagnostic>,
}

/// Decides what is written. A file of the content in the place of a page that we make is
/// reported and left out.
pub(super) fn plan(files: &dyn Files, config: &Config, analysis: &Analysis, scene: &Scene) -> Plan {
    let site = &analysis.site;
    let pages =
        site.entries.iter().enumerate().map(|(entry, page)| (page.url.clone(), Job::Page(entry)));
    let redirects = site.redirects.iter().enumerate();
    let redirects = redirects.map(|(number, to)| (to.from.clone(), Job::Redirect(number)));
    let mut pages: Jobs = pages.chain(redirects).collect();
    pages.push(("404.html".to_string(), Job::NotFound));
    if config.html.site_url.is_some() {
        pages.push(("sitemap.xml".to_string(), Job::Sitemap));
        pages.push(("feed.xml".to_string(), Job::Feed));
    }
    let mut made = made(config, analysis, scene);
    made.push(("api/pages.json".to_string(), Job::Pages));
    let mut taken: HashSet<String> =
        pages.iter().chain(&made).map(|(url, _)| url.clone()).collect();
    let mut diagnostics = Vec::new();
    let mut jobs = Jobs::new();
    let mut copy = |path: &SitePath, url: String| match taken.insert(url.clone()) {
        true => jobs.push((url, Job::Copy(path.on_disk(&config.root)))),
        false => diagnostics.push(in_our_place(path, &url)),
    };
    for (path, url) in &site.assets {
        copy(path, url.clone());
    }
    let mut missing = Vec::new();
    for name in config.html.styles.iter().chain(&config.html.scripts) {
        let path = SitePath::new(name);
        match path.filter(|path| files.kind(&path.on_disk(&config.root)) == Kind::File) {
            Some(path) => copy(&path, path.to_string()),
            None => missing.push(missing_addition(name)),
        }
    }
    diagnostics.extend(missing);
    jobs.extend(made);
    jobs.extend(pages);
    Plan { jobs, diagnostics: config.leveled(diagnostics) }
}

/// What is small and made at once: badges, JSON, the theme's static files.
fn made(config: &Config, analysis: &Analysis, scene: &Scene) -> Jobs {
    let mut files: Vec<(String, Vec<u8>)> = vec![
        (".nojekyll".to_string(), Vec::new()),
        ("robots.txt".to_string(), render::robots(config).into_bytes()),
    ];
    for (name, bytes) in &analysis.theme.statics {
        files.push((format!("assets/{name}"), bytes.clone()));
    }
    if let Some(cname) = &config.html.cname {
        files.push(("CNAME".to_string(), format!("{cname}\n").into_bytes()));
    }

    if let Some(list) = &analysis.checklist {
        let statuses = &analysis.statuses;
        let status = render::status_json(config, list, &analysis.site, statuses, scene.gaps);
        files.push(("api/status.json".to_string(), json(&status)));
        let badges = render::badges(list, statuses, scene.gaps);
        files.extend(badges.into_iter().map(|(url, text)| (url, text.into_bytes())));
    }
    files.into_iter().map(|(url, bytes)| (url, Job::Bytes(bytes))).collect()
}

fn json(value: &serde_json::Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("JSON values can be written");
    text.push('\n');
    text.into_bytes()
}

/// Makes one file. A page that can't be rendered is a diagnostic.
pub(super) fn run(
    files: &dyn Files,
    config: &Config,
    analysis: &Analysis,
    scene: &Scene,
    job: &Job,
) -> Made {
    let theme = &analysis.theme;
    let text = match job {
        Job::Copy(path) => {
            return files.read(path).map(Ok).map_err(Error::at("read", path));
        }
        Job::Bytes(bytes) => return Ok(Ok(bytes.clone())),
        Job::Pages => return Ok(Ok(pages_json(analysis, scene))),
        Job::Page(entry) => {
            let page = analysis.site.entries[*entry].page;
            let text = page.map(|page| (&*analysis.bodies[page], &*analysis.own[page]));
            let view = render::page_view(scene, *entry, text);
            theme.page(&view, scene.site_value(), scene.nav_value(*entry))
        }
        Job::NotFound => {
            theme.page(&render::not_found(scene), scene.site_value(), scene.root_nav())
        }
        Job::Redirect(number) => {
            render::redirect(theme, scene, config, &analysis.site.redirects[*number])
        }
        Job::Sitemap => render::sitemap(theme, scene, &analysis.site).unwrap_or(Ok(String::new())),
        Job::Feed => render::feed(theme, scene, config, &analysis.site, &analysis.own)
            .unwrap_or(Ok(String::new())),
    };
    Ok(text.map(String::into_bytes).map_err(Box::new))
}

fn pages_json(analysis: &Analysis, scene: &Scene) -> Vec<u8> {
    let owner = |facts: &std::sync::Arc<crate::parse::PageFacts>| {
        facts.front.owner.as_ref().map(|owner| owner.text.clone())
    };
    let owners: Vec<Option<String>> = analysis.facts.iter().map(owner).collect();
    json(&render::pages_json(scene, &analysis.site, &owners))
}

fn in_our_place(path: &SitePath, url: &str) -> Diagnostic {
    let message =
        format!("`{url}` is taken by a file that Lacuna makes, so this one isn't published");
    Diagnostic::new("S001", Some(Span::file(path)), message).help("rename it")
}

fn missing_addition(name: &str) -> Diagnostic {
    let message = format!("no file at `{name}`, which `[output.html]` adds to all pages");
    Diagnostic::new("C002", Some(Span::file(&Config::path())), message)
}
