//! `docs/themes.md`: each of its examples is built as it stands there.

use std::collections::BTreeMap;

use super::support::Sandbox;

const DOCS: &str = include_str!("../../docs/themes.md");

/// The examples that name their file: the last path in code before the fence, or the comment in
/// its first line.
fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut before = "";
    let mut lines = DOCS.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```").filter(|word| !word.is_empty()) else {
            if !line.is_empty() {
                before = line;
            }
            continue;
        };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let text = text.join("\n") + "\n";
        let name = before.trim_end().strip_suffix("`:").and_then(|rest| rest.rsplit('`').next());
        match (language, name) {
            (_, Some(name)) => drop(files.insert(name.to_string(), text)),
            ("css", None) => drop(files.insert("brand.css".to_string(), text)),
            ("toml", None) => files.entry("book.toml".to_string()).or_default().push_str(&text),
            (language, None) => panic!("an example in {language} that no test builds: {text}"),
        }
    }
    files
}

/// Settings that stand in several examples, each table once.
fn settings(examples: &str) -> String {
    let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut table = "";
    for line in examples.lines() {
        if line.starts_with('[') {
            table = line;
        } else {
            tables.entry(table).or_default().push(line);
        }
    }
    let table = |(name, lines): (&str, Vec<&str>)| format!("{name}\n{}\n", lines.join("\n"));
    tables.into_iter().map(table).collect()
}

#[test]
fn the_examples_of_the_documentation_work() {
    let mut files = files();
    let book = settings(&files["book.toml"]);
    files.insert("book.toml".to_string(), book);
    files.insert("content/checklist.md".to_string(), "# List\n## T\n### A\n- **G**: x\n".into());
    files.insert("content/about.md".to_string(), "# About\n\n## Us\n\nWords.\n".to_string());
    let sandbox = Sandbox::with_files(&files);
    let report = sandbox.build();
    assert!(report.diagnostics.is_empty(), "{}", sandbox.show(&report.diagnostics));
    let output = sandbox.output();
    let page = &output["about.html"];
    for part in [
        "<p class=\"notice\">For people of Handbook only.</p>",
        "<a href=\"mailto:docs@example.org\">docs team</a>",
        "<p>Handbook, for people of Example Ltd</p>",
        "href=\"brand.css\"",
        "href=\"assets/tokens.css?v=",
    ] {
        assert!(page.contains(part), "`{part}` is not in\n{page}");
    }
    assert!(output["a/g.html"].contains("<span class=\"pill s-missing\">MISSING</span>"));
    let tokens = &output["assets/tokens.css"];
    assert!(tokens.contains("--link: light-dark(#0b5d3b, #7fd1a5);\n  --measure: 44rem;"));
}

#[test]
fn without_tokens_there_is_no_style_sheet_for_them() {
    let sandbox = Sandbox::new("-- index.md\n# Home\n");
    assert!(!sandbox.page("index.html").contains("tokens.css"));
    assert!(!sandbox.output().contains_key("assets/tokens.css"));
}
