//! `docs/themes.md`: each of its examples is built as it stands there.

use std::collections::BTreeMap;

use super::support::{Sandbox, check_report};

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
    let prose = sandbox.prose("cards.html");
    let expected = "<p class=\"pointer\"><a href=\"about.html\">About us</a> five minutes</p>\n\
         <p class=\"pointer\"><a href=\"status/index.html\">The list of what is missing</a></p>";
    assert_eq!(prose, expected);
    assert!(output["a/g.html"].contains("<span class=\"pill s-missing\">MISSING</span>"));
    let tokens = &output["assets/tokens.css"];
    assert!(tokens.contains("--link: light-dark(#0b5d3b, #7fd1a5);\n  --measure: 44rem;"));
}

#[test]
fn what_a_theme_puts_into_the_head_stands_on_every_page() {
    let sandbox = Sandbox::new(
        "-- book.toml
[output.html]
theme = \"own\"
-- themes/own/templates/base.html
{%- extends \"default/base.html\" -%}
{%- block head %}<meta name=\"own\" content=\"yes\">{% endblock head %}
-- checklist.md
# List
## T
### A
- **G**: x
",
    );
    sandbox.build();
    let pages = sandbox.output().into_iter().filter(|(url, _)| url.ends_with(".html"));
    let pages: Vec<(String, String)> = pages.collect();
    assert!(pages.iter().any(|(url, _)| url == "status/index.html"));
    for (url, page) in pages {
        assert_eq!(page.matches("<meta name=\"own\"").count(), 1, "{url}");
    }
}

#[test]
fn without_tokens_there_is_no_style_sheet_for_them() {
    let sandbox = Sandbox::new("-- index.md\n# Home\n");
    assert!(!sandbox.page("index.html").contains("tokens.css"));
    assert!(!sandbox.output().contains_key("assets/tokens.css"));
}

const DIRECTIVES: &str = r#"
-- book.toml
[output.html]
theme = "own"
-- themes/own/templates/directives/card.html
<p class="card"><a href="{{ href }}">{{ title }}</a></p>
-- themes/own/templates/directives/key.html
<kbd title="{{ root }}">{{ name }}</kbd>
"#;

fn with_directives(rest: &str) -> Sandbox {
    Sandbox::new(&format!("{DIRECTIVES}{rest}"))
}

/// Checks the HTML of `content/in/page.md` with the directives `card` and `key`.
#[track_caller]
fn check_directives(markdown: &str, expected: &str) {
    let sandbox = with_directives(&format!("-- in/page.md\n{markdown}\n"));
    assert_eq!(sandbox.prose("in/page.html"), expected);
}

#[test]
fn a_directive_of_a_theme_stands_in_a_sentence_or_by_itself() {
    let card = |title: &str| format!("<p class=\"card\"><a href=\"page.html\">{title}</a></p>");
    check_directives("Press {{#key name=K}} now.", "<p>Press <kbd title=\"../\">K</kbd> now.</p>");
    check_directives("{{#card title=\"A *b*\" href=page.md}}", &card("A *b*"));
    check_directives(
        "{{#card title=A href=page.md}}\n{{#card title=B href=page.md}}",
        &format!("{}\n{}", card("A"), card("B")),
    );
    check_directives(
        "<div>\n{{#card title=A href=page.md}}\n</div>",
        &format!("<div>\n{}\n\n</div>", card("A")),
    );
    check_directives(
        "- **{{#key name=K}}**",
        "<ul>\n<li><strong><kbd title=\"../\">K</kbd></strong></li>\n</ul>",
    );
}

#[test]
fn a_directive_of_a_theme_stays_as_it_is_in_code() {
    let code = "{{#key name=K}}";
    check_directives(&format!("`{code}` \\{code}"), &format!("<p><code>{code}</code> {code}</p>"));
    check_directives(
        &format!("Text\n\n    {code}"),
        &format!(
            "<p>Text</p>\n<div class=\"code\"><pre tabindex=\"0\"><code>{code}\n</code></pre></div>"
        ),
    );
}

#[test]
fn what_a_directive_is_given_is_escaped() {
    check_directives(
        r#"{{#key name="<script>alert('1')</script>"}}"#,
        "<kbd title=\"../\">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</kbd>",
    );
    let sandbox = with_directives("-- page.md\n{{#card title=x href=\"javascript:alert(1)\"}}\n");
    assert!(!sandbox.prose("page.html").contains("javascript"));
    assert!(
        sandbox.findings().starts_with("content/page.md:1:1: error[L"),
        "{}",
        sandbox.findings()
    );
}

#[test]
fn what_is_wrong_with_a_directive_is_found_where_it_stands() {
    let findings =
        |markdown: &str| with_directives(&format!("-- page.md\n{markdown}\n")).findings();
    for (markdown, expected) in [
        (
            "a {{#crd title=x}}",
            "content/page.md:1:3: warning[D007]: there is no directive `crd`; it stays as it is\n",
        ),
        (
            "{{#key K}}",
            "content/page.md:1:1: error[D009]: `key`: `K` isn't of the form `name=\"value\"`\n",
        ),
        ("{{#card title=x href=no.md}}", "content/page.md:1:1: error[L001]: no page at `no.md`\n"),
        ("{{#key name=K}}", ""),
    ] {
        assert_eq!(findings(markdown), expected, "{markdown}");
    }
    let sandbox = with_directives("-- page.md\n{{#card href=page.md}}\n");
    let report = sandbox.build();
    let found = sandbox.show(&report.diagnostics);
    assert!(found.starts_with("themes/own/templates/directives/card.html:1:"), "{found}");
    assert!(found.contains("title"), "{found}");
}

#[test]
fn a_directive_leaves_no_trace_in_titles_and_lists() {
    let sandbox =
        with_directives("-- page.md\n# Press {{#key name=K}}\n\nThe {{#key name=K}} key.\n");
    let page = sandbox.page("page.html");
    assert!(page.contains("<title>Press"), "{page}");
    assert!(!page.contains('\u{FDD0}') && !page.contains('\u{F007B}'), "{page}");
    let output = sandbox.output();
    assert!(output["page.md"].contains("The {{#key name=K}} key."), "{}", output["page.md"]);
    for (name, text) in &output {
        assert!(!text.contains('\u{FDD0}'), "{name}");
    }
}

#[test]
fn an_edit_of_a_directive_makes_only_the_pages_anew_that_use_it() {
    let sandbox = with_directives(
        "-- card.md\n{{#card title=x href=key.md}}\n-- key.md\n{{#key name=K}}\n-- none.md\nText.\n",
    );
    sandbox.build();
    sandbox.edit("themes/own/templates/directives/key.html", "<kbd", "<kbd class=\"k\"");
    let report = sandbox.build();
    check_report(&report, "read 0, parsed 0, resolved no, rendered 1, written 2, removed 0");
    sandbox.write("themes/own/templates/directives/none.html", "x");
    check_report(
        &sandbox.build(),
        "read 0, parsed 0, resolved no, rendered 0, written 0, removed 0",
    );
    sandbox.edit(
        "themes/own/templates/directives/card.html",
        "<p",
        "{% include \"directives/key.html\" %}<p",
    );
    sandbox.build();
    assert!(sandbox.output()["card.html"].contains("<kbd"));
}
