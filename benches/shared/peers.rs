//! The same pages for mdBook and for Hugo, set up alike: navigation, contents, no search.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that builds the same pages.
pub(crate) struct Peer {
    pub name: String,
    pub output: PathBuf,
    /// The folder of its pages.
    pub content: PathBuf,
    program: String,
    arguments: Vec<String>,
}

impl Peer {
    /// Its call.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }

    /// The call of its preview.
    pub(crate) fn serve(&self, port: u16) -> Command {
        let mut command = Command::new(&self.program);
        let port = port.to_string();
        match self.name.as_str() {
            "mdbook" => {
                command.arg("serve").arg(&self.arguments[1]).args(["-n", "127.0.0.1", "-p"])
            }
            _ => {
                command.arg("server").args(&self.arguments).args(["--bind", "127.0.0.1", "--port"])
            }
        };
        command.arg(port);
        command
    }

    /// Where its preview has a page, by the path below the content.
    pub(crate) fn url(&self, path: &str) -> String {
        let end = if self.name == "mdbook" { ".html" } else { "/" };
        format!("/{}", path.replace(".md", end))
    }
}

/// The peers that are installed, each with a copy of the book.
pub(crate) fn all(root: &Path, folder: &Path) -> Vec<Peer> {
    let mdbook = std::env::var("MDBOOK").unwrap_or("mdbook".to_string());
    let hugo = std::env::var("HUGO").unwrap_or("hugo".to_string());
    let mut peers = Vec::new();
    if is_there(&mdbook, "--version") {
        let own = folder.join("mdbook");
        write_mdbook(root, &own);
        let arguments = vec!["build".to_string(), own.display().to_string()];
        peers.push(Peer {
            name: "mdbook".into(),
            output: own.join("book"),
            content: own.join("src"),
            program: mdbook,
            arguments,
        });
    }
    if is_there(&hugo, "version") {
        let own = folder.join("hugo");
        write_hugo(root, &own);
        let arguments = vec!["--source".to_string(), own.display().to_string()];
        peers.push(Peer {
            name: "hugo".into(),
            output: own.join("public"),
            content: own.join("content"),
            program: hugo,
            arguments,
        });
    }
    peers
}

fn is_there(program: &str, argument: &str) -> bool {
    let call = Command::new(program).arg(argument).stdout(Stdio::null()).status();
    call.is_ok_and(|status| status.success())
}

fn write_mdbook(root: &Path, own: &Path) {
    let mut summary = String::from("# Summary\n\n");
    each_page(root, |path, text| {
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let depth = if path.ends_with("index.md") { "" } else { "  " };
        writeln!(summary, "{depth}- [{title}]({path})").expect("a string takes any text");
        write(&own.join("src").join(path), text);
    });
    write(&own.join("src/SUMMARY.md"), &summary);
    let settings = "[book]\ntitle = \"Benchmark\"\n[output.html.search]\nenable = false\n\
                    [output.html.print]\nenable = false\n";
    write(&own.join("book.toml"), settings);
}

fn write_hugo(root: &Path, own: &Path) {
    each_page(root, |path, text| {
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let path = path.replace("index.md", "_index.md");
        write(&own.join("content").join(path), &format!("---\ntitle: \"{title}\"\n---\n{text}"));
    });
    let settings = "title = 'Benchmark'\nbaseURL = 'https://example.org/'\n\
                    disableKinds = ['RSS', 'sitemap', 'taxonomy', 'term']\n\
                    [markup.highlight]\nnoClasses = false\n";
    write(&own.join("hugo.toml"), settings);
    let page = "<!doctype html><html><head><meta charset=\"utf-8\"><title>{{ .Title }}</title></head>\
                <body><nav>{{ range .CurrentSection.Pages }}<a href=\"{{ .RelPermalink }}\">\
                {{ .Title }}</a>{{ end }}</nav><main>{{ .Content }}</main><aside>\
                {{ .TableOfContents }}</aside></body></html>\n";
    write(&own.join("layouts/_default/single.html"), page);
    write(&own.join("layouts/_default/list.html"), page);
    write(&own.join("layouts/index.html"), page);
    let link = "{{ $page := .Page.GetPage .Destination }}<a href=\"{{ with $page }}\
                {{ .RelPermalink }}{{ else }}{{ .Destination }}{{ end }}\">{{ .Text }}</a>";
    write(&own.join("layouts/_default/_markup/render-link.html"), link);
}

/// All pages of the content, sorted, by their path below it.
fn each_page(root: &Path, mut take: impl FnMut(&str, &str)) {
    let content = root.join("content");
    let mut open = vec![content.clone()];
    let mut paths = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("the corpus can be read") {
            let path = entry.expect("the corpus can be read").path();
            match path.is_dir() {
                true => open.push(path),
                false => paths.push(path),
            }
        }
    }
    // A section's own page comes before its others.
    paths.sort_by_key(|path| (path.parent().map(Path::to_path_buf), !path.ends_with("index.md")));
    for path in paths {
        let text = fs::read_to_string(&path).expect("the corpus can be read");
        let below = path.strip_prefix(&content).expect("it was found there");
        take(&below.to_string_lossy(), &text);
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
    fs::write(path, text).expect("files can be written");
}
