//! `lacuna serve`.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use super::arguments::{Global, ServeOptions};
use super::console::Console;
use super::project::{root, text, today};
use super::{Outcome, Verdict};
use crate::base::plural;
use crate::files::DiskFiles;
use crate::serve::{Notice, Options, serve};

pub(super) fn run(options: &ServeOptions, global: &Global, console: &Arc<Console>) -> Outcome {
    // A fault in `book.toml` is shown in the browser, too, and may be mended while this runs.
    let mut settings = Options::new(root(global)?, today(global)?);
    settings.address = options.hostname;
    settings.port = options.port;
    settings.any_port = !options.strict_port;
    settings.hosts.clone_from(&options.allow_host);
    settings.follow = options.follow;
    settings.poll = options.poll;
    let (open, root) = (options.open, settings.root.clone());
    let console = Arc::clone(console);
    serve(Arc::new(DiskFiles), &settings, move |notice| tell(&console, &root, &notice, open))?;
    Ok(Verdict::Fine)
}

fn tell(console: &Console, root: &Path, notice: &Notice, open: bool) {
    match notice {
        Notice::Found(found) => console.findings(found, &|path| text(DiskFiles, root, path)),
        Notice::OtherPort(wanted, used) => {
            console.say(&format!("port {wanted} is taken, so {used} is used"));
        }
        Notice::Ready(address) => {
            let url = url(*address);
            console.say(&format!("the preview is at {url} (Ctrl-C ends it)"));
            if open {
                open_browser(console, &url);
            }
        }
        Notice::Updated(errors, warnings, took) => {
            let counts = [(*errors, "error"), (*warnings, "warning")];
            let counts: Vec<String> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, noun)| plural(*count, noun))
                .collect();
            let found =
                if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
            console.say(&format!("updated in {} ms{found}", took.as_millis()));
        }
        Notice::Trouble(message) => console.say(&format!("warning: {message}")),
    }
}

/// The address that a browser on this machine can open.
fn url(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => "localhost".to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        IpAddr::V4(ip) => ip.to_string(),
    };
    format!("http://{host}:{}/", address.port())
}

fn open_browser(console: &Console, url: &str) {
    if let Err(error) = open::that_detached(url) {
        console.say(&format!("warning: no browser could be opened: {error}"));
    }
}
