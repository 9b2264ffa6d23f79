//! What each rule finds, and how it is told.

use std::collections::BTreeSet;
use std::path::Path;

use super::support::{Sandbox, check_findings, parse_fixture};
use lacuna::diag::rules;
use lacuna::files::Files as _;

/// A book that breaks one rule, and the line that tells of it.
const BROKEN: &[(&str, &str)] = &[
    (
        "-- book.toml\n[book]\ntitel = \"x\"\n",
        "book.toml:2:1: error[C001]: unknown setting `book.titel`",
    ),
    (
        "-- book.toml\n[rules]\nbroken-lnik = \"off\"\n",
        "book.toml:2:1: error[C001]: there is no rule `broken-lnik`",
    ),
    (
        "-- book.toml\n[build]\nbuild-dir = 3\n",
        "book.toml:2:13: error[C002]: invalid type: integer `3`, expected a string",
    ),
    (
        "-- book.toml\n[output.html.tokens]\nlnik = \"#123\"\n",
        "book.toml:1:1: warning[T003]: no style sheet of the theme uses `--lnik`, so `tokens.lnik` has no effect",
    ),
    (
        "-- book.toml\n[output.html]\nadditional-css = [\"gone.css\"]\n",
        "book.toml:1:1: error[C002]: no file at `gone.css`, which `[output.html]` adds to all pages",
    ),
    (
        "-- book.toml\ntitle = Handbook\n",
        "book.toml:1:9: error[C003]: string values must be quoted, expected literal string",
    ),
    (
        "-- book.toml\n[preprocessor.toc]\ncommand = \"x\"\n",
        "book.toml:1:2: warning[C004]: `preprocessor` has no effect: Lacuna doesn't have this part of mdBook",
    ),
    (
        "-- page.md\nA {{#include b.md}}\n",
        "content/page.md:1:3: error[D001]: no file at `content/b.md`",
    ),
    (
        "-- b.txt\nx\n-- page.md\n{{#include b.txt:y}}\n",
        "content/page.md:1:1: error[D002]: `content/b.txt` has no anchor `y`",
    ),
    (
        "-- b.txt\nx\n-- page.md\n{{#include b.txt:2}}\n",
        "content/page.md:1:1: error[D003]: `content/b.txt` has 1 lines, so none from 2 on",
    ),
    (
        "-- page.md\n{{#var x}}\n",
        "content/page.md:1:1: error[D004]: `[variables]` in `book.toml` doesn't set `x`",
    ),
    (
        "-- page.md\n{{#include page.md}}\n",
        "content/page.md:1:1: error[D005]: `content/page.md` includes itself",
    ),
    (
        "-- page.md\n{{#include ../../x}}\n",
        "content/page.md:1:1: error[D006]: `../../x` leads out of the project",
    ),
    (
        "-- page.md\nA [x](../../x.md)\n",
        "content/page.md:1:3: error[D006]: `../../x.md` leads out of the project",
    ),
    (
        "-- page.md\n{{#tabel x.csv}}\n",
        "content/page.md:1:1: warning[D007]: there is no directive `tabel`; it stays as it is",
    ),
    (
        "-- r.csv\na,b\n-- page.md\n{{#table r.csv columns=c}}\n",
        "content/page.md:1:1: error[D008]: there is no column `c`: `a`, `b`",
    ),
    ("-- page.md\n{{#include}}\n", "content/page.md:1:1: error[D009]: the directive names no file"),
    (
        "-- page.md\n---\ntitle: A\ndescripton: B\n---\n",
        "content/page.md:3:1: error[F001]: unknown key `descripton` in front matter",
    ),
    (
        "-- page.md\n---\ndraft: maybe\n---\n",
        "content/page.md:2:8: error[F002]: `draft` takes `true` or `false`",
    ),
    (
        "-- page.md\n---\nkind: runbok\n---\n",
        "content/page.md:2:7: error[F002]: `kind` takes a kind of page",
    ),
    ("-- page.md\n---\ntitle: A\n", "content/page.md:1:1: error[F003]: front matter has no end"),
    (
        "-- page.md\n---\ntitle: a\ntitle: b\n---\n",
        "content/page.md:3:1: error[F003]: duplicate mapping key: title",
    ),
    (
        "-- book.toml\n[owners.security]\n-- page.md\n---\nowner: sec\n---\n",
        "content/page.md:2:8: warning[F004]: `[owners]` in `book.toml` has no `sec`",
    ),
    (
        "-- checklist.md\n## T\n### A\n- **B**: c\n- Backups are not described\n",
        "content/checklist.md:4:1: error[K001]: an item without a title in bold isn't read as a gap",
    ),
    (
        "-- checklist.md\n## T\n### A\n- **B**: c\n- **B**: d\n",
        "content/checklist.md:4:1: error[K002]: the id `a/b` is taken; this one becomes `a/b-2`",
    ),
    (
        "-- checklist.md\n## T\n### A\n- **B**: c\n-- page.md\n---\ngap: a/bb\n---\n",
        "content/page.md:2:6: error[K003]: the checklist has no gap `a/bb`",
    ),
    (
        "-- page.md\n---\ngap: [a/b]\n---\n",
        "content/page.md:2:6: error[K003]: the checklist has no gap `a/b`",
    ),
    (
        "-- checklist.md\n- **B**: c\n",
        "content/checklist.md:1:1: warning[K004]: this gap stands under no heading of an area",
    ),
    (
        "-- checklist.md\n# List\n",
        "content/checklist.md:1:1: warning[K005]: the checklist has no gaps",
    ),
    ("-- page.md\nSee [x](y.md).\n", "content/page.md:1:5: error[L001]: no page at `y.md`"),
    ("-- page.md\n# A\n\n[x](#b)\n", "content/page.md:3:1: error[L002]: this page has no id `b`"),
    (
        "-- b.md\n# B\n-- page.md\n[x](b.md#c)\n",
        "content/page.md:1:1: error[L002]: `content/b.md` has no id `c`",
    ),
    ("-- page.md\n![x](y.png)\n", "content/page.md:1:1: error[L003]: no image at `y.png`"),
    (
        "-- page.md\n![x](https://a.org/y.png)\n",
        "content/page.md:1:1: warning[L004]: the image `https://a.org/y.png` is on another site",
    ),
    (
        "-- page.md\n[x](javascript:y)\n",
        "content/page.md:1:1: error[L005]: this link would run a script; it is taken out",
    ),
    (
        "-- SUMMARY.md\n- [A](a.md)\n-- a.md\n# A\n-- b.md\n# B\n",
        "content/b.md:1:1: warning[N001]: no line of `SUMMARY.md` leads to this page",
    ),
    (
        "-- SUMMARY.md\n- [A](a.md)\n- [B](b.md)\n-- a.md\n# A\n",
        "content/SUMMARY.md:2:3: error[N002]: no page at `content/b.md`",
    ),
    (
        "-- SUMMARY.md\n- [A](a.md)\n- [B](a.md)\n-- a.md\n# A\n",
        "content/SUMMARY.md:2:3: error[N002]: `content/a.md` stands twice in the summary",
    ),
    (
        "-- SUMMARY.md\n- [A](a.md)\n- Intro\n-- a.md\n# A\n",
        "content/SUMMARY.md:2:1: error[N003]: this item has no link, so it is no chapter",
    ),
    (
        "-- page.md\nA\n\n```pyhton\nx\n```\n",
        "content/page.md:3:1: warning[P001]: no highlighting for the language `pyhton`",
    ),
    (
        "-- page.md\n## A {#x}\n\n## B {#x}\n",
        "content/page.md:3:1: error[P002]: the id `x` stands twice on this page",
    ),
    ("-- page.md\nA[^x].\n", "content/page.md:1:1: warning[P003]: the footnote `x` isn't defined"),
    (
        "-- page.md\nA.\n\n[^x]: B\n",
        "content/page.md:3:1: warning[P004]: the footnote `x` isn't referred to",
    ),
    (
        "-- page.md\nA\n-- page.reviews.yaml\n- by: ann\n  on: 2026-11-01\n  verdict: aproved\n",
        "content/page.reviews.yaml:1:3: error[R001]: `verdict` can't be `aproved`",
    ),
    (
        "-- pag.reviews.yaml\n- by: ann\n  on: 2026-11-01\n  verdict: approved\n",
        "content/pag.reviews.yaml:1:1: error[R001]: there is no page `content/pag.md` that these reviews could be about",
    ),
    (
        "-- checklist.md\n## T\n### A\n- **B**: c\n-- waivers.yaml\n- gap: a/c\n  kind: not-applicable\n  reason: r\n  requested_by: ann\n  approved_by: bea\n  approved_on: 2026-11-01\n  expires: 2027-05-01\n",
        "content/waivers.yaml:1:3: error[R002]: the checklist has no gap `a/c`",
    ),
    (
        "-- a.md\nA\n-- a.markdown\nB\n",
        "content/a.md:1:1: error[S001]: `a.html` is taken by `content/a.markdown`, so this file isn't published",
    ),
    (
        "-- a.md\nA\n-- a.html\nB\n",
        "content/a.html:1:1: error[S001]: `a.html` is taken by `content/a.md`, so this file isn't published",
    ),
    (
        "-- a.md\nA\n-- 404.md\nB\n",
        "content/404.md:1:1: error[S001]: `404.html` is taken by a page that Lacuna makes, so this file isn't published",
    ),
    (
        "-- a.md\nA\n-- robots.txt\nB\n",
        "content/robots.txt:1:1: error[S001]: `robots.txt` is taken by a file that Lacuna makes, so this one isn't published",
    ),
    (
        "-- book.toml\n[variables]\nretries = 3\n-- page.md\nA\n",
        "book.toml:1:1: note[D010]: no page uses the variable `retries`",
    ),
    (
        "-- book.toml\n[owners.a]\nhandles = [\"@x/a\"]\n-- CODEOWNERS\n* @x/b @x/c\n-- page.md\n---\nowner: a\n---\n",
        "content/page.md:2:8: warning[F005]: the owner is `a`, and CODEOWNERS names @x/b, @x/c for this file",
    ),
    (
        "-- page.md\n# A\n\n### B\n",
        "content/page.md:3:1: warning[P005]: a heading of level 3 follows one of level 1",
    ),
    (
        "-- page.md\n## A\n\n### C\n\n## B\n\n### C\n\n## a\n",
        "content/page.md:9:1: warning[P006]: a second heading `a` at this level",
    ),
    (
        "-- x.svg\n<svg/>\n-- page.md\nA ![](x.svg) and <img alt=\"\" src=\"x.svg\">.\n",
        "content/page.md:1:3: warning[P007]: this image has no text alternative",
    ),
    (
        "-- x.svg\n<svg/>\n-- page.md\n<p>\n<IMG\n src=\"x.svg\">\n</p>\n",
        "content/page.md:2:1: warning[P007]: this image has no text alternative",
    ),
    (
        "-- page.md\nA [Click here!](page.md) and [here it is](page.md).\n",
        "content/page.md:1:3: warning[P008]: `Click here!` doesn't say where this link leads",
    ),
    (
        "-- page.md\nA [b][c], m[i][j], [d] and `[e][f]`.\n",
        "content/page.md:1:3: warning[P010]: no line defines the reference `c`",
    ),
    (
        "-- page.md\nA [page], ![x][X Y].\n\n[page]: page.md\n[x  y]: x.svg\n[b]: page.md\n[//]: # (a comment)\n-- x.svg\n<svg/>\n",
        "content/page.md:5:1: warning[P011]: nothing refers to `b`",
    ),
    (
        "-- book.toml\n[rules]\nabsent-section = \"warning\"\n-- checklist.md\n## T\n### A\n- **B**: c\n-- a/b.md\n---\nkind: concept\n---\n# B\n",
        "content/a/b.md:1:1: warning[Q001]: the section `At a glance` is absent",
    ),
    (
        "-- book.toml\n[rules]\nempty-section = \"warning\"\n-- checklist.md\n## T\n### A\n- **B**: c\n-- page.md\n---\nkind: concept\n---\n# B\n\n## At a glance\n\n## C\n\nText.\n",
        "content/page.md:6:1: warning[Q002]: the section `At a glance` is empty",
    ),
    (
        "-- book.toml\n[rules]\nthin-section = \"warning\"\n-- checklist.md\n## T\n### A\n- **B**: c\n-- a/b.md\n---\nkind: concept\n---\n# B\n\n## At a glance\n\nAs usual.\n",
        "content/a/b.md:6:1: warning[Q003]: the section `At a glance` has fewer than 12 words",
    ),
    (
        "-- page.md\nTODO: who?\n\nThen `TODO: x`.\n\n    TODO: y\n",
        "content/page.md:1:1: note[Q004]: something is still to be written here",
    ),
    (
        "-- page.md\n---\naliases: [index.html]\n---\n",
        "content/page.md:2:10: error[S005]: `index.html` is the address of something else, so it can't lead here",
    ),
    (
        "-- book.toml\n[rules]\nunused-file = \"note\"\n-- a.csv\nx\n-- b.csv\nx\n-- c.csv\nx\n-- favicon.ico\nx\n-- page.md\n[a](a.csv) {{#include b.csv}}\n",
        "content/c.csv:1:1: note[S006]: no page links to this file, shows it or includes it",
    ),
    (
        "-- page.md\n[x](y.md) <!-- lacuna-ignore broken-link: soon -->\n<!-- lacuna-ignore broken-link -->\n",
        "content/page.md:2:1: error[X001]: this suppression gives no reason",
    ),
    (
        "-- page.md\n<!-- lacuna-ignore broken-link: soon -->\nText.\n",
        "content/page.md:1:1: warning[X002]: there is no `broken-link` here to suppress",
    ),
    (
        "-- page.md\n```math\n1 + \\fraction 2\n```\n",
        "content/page.md:2:5: error[P012]: this formula can't be drawn: undefined control sequence: \\fraction",
    ),
    (
        "-- page.md\n```mermaid\nno diagram\n```\n",
        "content/page.md:1:1: warning[P013]: this diagram can't be drawn: ",
    ),
    (
        "-- page.md\n---\naliases: [../old.html]\n---\n",
        "content/page.md:2:10: error[S004]: `../old.html` can't be an old path of this site",
    ),
    (
        "-- book.toml\n[output.html.redirect]\n\"//x/y.html\" = \"page.html\"\n-- page.md\nA\n",
        "book.toml:1:1: error[S004]: `//x/y.html` in `[output.html.redirect]` isn't a path of this site",
    ),
    (
        "-- book.toml\n[output.html]\ntheme = \"own\"\n-- themes/own/templates/page.html\n{% if %}\n-- page.md\nA\n",
        "themes/own/templates/page.html:1:7: error[T001]: ",
    ),
    (
        "-- book.toml\n[output.html]\ntheme = \"own\"\n-- page.md\nA\n",
        "book.toml:1:1: error[T002]: there is no theme in `themes/own`; the default one is used",
    ),
];

/// Rules that need bytes, links or an output folder; they have tests of their own, the latter
/// two in `build`.
const BROKEN_OTHERWISE: &[&str] = &[
    "E001", "E002", "G001", "G002", "G003", "G004", "G005", "G006", "G007", "G008", "L006", "P009",
    "S002", "S003", "S007", "S008",
];

#[test]
fn each_rule_is_told_with_its_place() {
    let mut wrong = Vec::new();
    for (fixture, expected) in BROKEN {
        let found = Sandbox::with_files(&parse_fixture(fixture)).findings();
        let lines: Vec<&str> = found.lines().collect();
        let same = match expected.ends_with(": ") {
            // The words are those of a library.
            true => lines.len() == 1 && lines[0].starts_with(expected),
            false => lines == [*expected],
        };
        if !same {
            wrong.push(format!("{fixture}\nexpected {expected}\nfound    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_book_that_breaks_it() {
    let code = |line: &&str| line.split_once('[').unwrap().1[..4].to_string();
    let mut told: BTreeSet<String> = BROKEN.iter().map(|(_, line)| code(line)).collect();
    told.extend(BROKEN_OTHERWISE.iter().map(ToString::to_string));
    let known: BTreeSet<String> = rules().map(|rule| rule.code.to_string()).collect();
    assert_eq!(told, known);
}

#[test]
fn a_page_that_is_not_utf8_is_told_with_the_first_wrong_byte() {
    let sandbox = Sandbox::new("-- index.md\n# Home\n");
    let path = Path::new("/book-under-test/content/page.md");
    sandbox.files().write(path, b"one\ncaf\xe9\n").unwrap();
    assert_eq!(
        sandbox.findings(),
        "content/page.md:2:4: error[E001]: this file isn't UTF-8 (first at byte 7)\n"
    );
    assert_eq!(sandbox.prose("page.html"), "<p>one\ncaf\u{FFFD}</p>");
}

#[cfg(unix)]
#[test]
fn a_broken_symbolic_link_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let content = folder.path().join("content");
    std::fs::create_dir(&content).unwrap();
    std::os::unix::fs::symlink("gone.md", content.join("page.md")).unwrap();
    let (config, _) = lacuna::config::Config::read(folder.path(), "", super::support::TODAY);
    let report = lacuna::build::check(&lacuna::files::DiskFiles, &config).unwrap();
    let found: Vec<(&str, &str)> = report
        .diagnostics
        .iter()
        .map(|found| (found.rule.code, found.span.as_ref().unwrap().path.as_str()))
        .collect();
    assert_eq!(found, [("E002", "content/page.md")]);
}

#[test]
fn a_finding_says_what_was_probably_meant() {
    for (fixture, help) in [
        ("-- book.toml\n[book]\ntitel = \"x\"\n", "title"),
        ("-- book.toml\n[rules]\nbroken-lnik = \"off\"\n", "broken-link"),
        (
            "-- book.toml\n[variables]\norganisation = \"x\"\n-- p.md\n{{#var organization}}\n",
            "organisation",
        ),
        ("-- a.txt\n# ANCHOR: table\n-- p.md\n{{#include a.txt:tabel}}\n", "table"),
        ("-- p.md\n{{#inlcude a.txt}}\n", "include"),
        ("-- p.md\n---\ndescripton: x\n---\n", "description"),
        ("-- p.md\n---\nkind: runbok\n---\n", "runbook"),
        ("-- p.md\n---\nclaim: complet\n---\n", "complete"),
        ("-- book.toml\n[owners.security]\n-- p.md\n---\nowner: securty\n---\n", "security"),
        (
            "-- checklist.md\n## T\n### A\n- **Backups**: c\n-- p.md\n---\ngap: a/backup\n---\n",
            "a/backups",
        ),
        ("-- guide/install.md\nA\n-- guide/p.md\n[x](instal.md)\n", "install.md"),
        ("-- guide/install.md\nA\n-- p.md\n[x](guide/instal.md#a)\n", "guide/install.md"),
        ("-- p.md\n## Rotation\n\n[x](#rotaton)\n", "#rotation"),
        ("-- flow.svg\nx\n-- p.md\n![x](flwo.svg)\n", "flow.svg"),
        ("-- SUMMARY.md\n- [A](inrto.md)\n-- intro.md\nA\n", "content/intro.md"),
        ("-- p.md\n```pyhton\n```\n", "python"),
        (
            "-- p.md\nA\n-- p.reviews.yaml\n- by: ann\n  on: 2026-11-01\n  verdict: aproved\n",
            "approved",
        ),
        (
            "-- book.toml\n[output.html]\ntheme = \"own\"\n-- themes/own/templates/page.html\n{% extends \"bsae.html\" %}\n",
            "base.html",
        ),
    ] {
        let sandbox = Sandbox::with_files(&parse_fixture(fixture));
        let found = sandbox.all_human();
        let expected = format!("did you mean `{help}`?");
        assert!(found.contains(&expected), "{fixture}\nexpected {expected}\n{found}");
    }
}

#[test]
fn a_broken_link_is_shown_with_its_line_and_a_suggestion() {
    let sandbox = Sandbox::new(
        "
        -- guide/install.md
        # Install
        -- guide/index.md
        # Guide

        See [install](instal.md) first.
        ",
    );
    insta::assert_snapshot!(sandbox.human(), @r"
    error[L001]: no page at `instal.md`
     --> content/guide/index.md:3:5
      |
    3 | See [install](instal.md) first.
      |     ^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `install.md`?
    ");
}

#[test]
fn an_unknown_key_is_shown_with_its_line() {
    let sandbox = Sandbox::new("-- page.md\n---\ntitle: Keys\ndescripton: How\n---\nText.\n");
    insta::assert_snapshot!(sandbox.human(), @r"
    error[F001]: unknown key `descripton` in front matter
     --> content/page.md:3:1
      |
    3 | descripton: How
      | ^^^^^^^^^^
      |
      = help: did you mean `description`?
    ");
}

#[test]
fn a_finding_about_a_whole_file_names_the_file_alone() {
    let sandbox = Sandbox::new("-- SUMMARY.md\n- [A](a.md)\n-- a.md\n# A\n-- b.md\n# B\n");
    insta::assert_snapshot!(sandbox.human(), @r"
    warning[N001]: no line of `SUMMARY.md` leads to this page
    --> content/b.md
     = help: add `- [Title](path.md)`
    ");
}

#[test]
fn a_circle_of_includes_is_shown_with_its_way() {
    let sandbox = Sandbox::new("-- a.md\nA\n{{#include b.txt}} {{#include a.md}}\n-- b.txt\nB\n");
    insta::assert_snapshot!(sandbox.human(), @r"
    error[D005]: `content/a.md` includes itself
     --> content/a.md:2:20
      |
    2 | {{#include b.txt}} {{#include a.md}}
      |                    ^^^^^^^^^^^^^^^^^
      |
      = help: content/a.md → content/a.md
    ");
}

#[test]
fn levels_of_rules_are_set_in_the_book() {
    let fixture = |level: &str| {
        format!("-- book.toml\n[rules]\nbroken-link = \"{level}\"\n-- page.md\n[x](y.md)\n")
    };
    check_findings(&fixture("error"), &["content/page.md:1:1: error[L001]: no page at `y.md`"]);
    check_findings(&fixture("warning"), &["content/page.md:1:1: warning[L001]: no page at `y.md`"]);
    check_findings(&fixture("off"), &[]);
}

#[test]
fn a_level_that_does_not_exist_is_told() {
    check_findings(
        "-- book.toml\n[rules]\nbroken-link = \"loud\"\n",
        &["book.toml:2:16: error[C002]: `broken-link` must be `error`, `warning`, `note` or `off`"],
    );
}

#[test]
fn findings_are_sorted_by_file_and_place() {
    check_findings(
        "
        -- b.md
        [x](1.md) [y](2.md)

        [z](3.md)
        -- a.md
        [^n]

        [x](1.md)
        ",
        &[
            "content/a.md:1:1: warning[P003]: the footnote `n` isn't defined",
            "content/a.md:3:1: error[L001]: no page at `1.md`",
            "content/b.md:1:1: error[L001]: no page at `1.md`",
            "content/b.md:1:11: error[L001]: no page at `2.md`",
            "content/b.md:3:1: error[L001]: no page at `3.md`",
        ],
    );
}

#[test]
fn a_fault_in_a_text_that_two_pages_include_is_told_once() {
    check_findings(
        "
        -- a.md
        {{#include part.txt}}
        -- b.md
        {{#include part.txt}}
        -- part.txt
        [x](y.md)
        ",
        &["content/part.txt:1:1: error[L001]: no page at `y.md`"],
    );
}

#[test]
fn all_undefined_footnotes_of_a_paragraph_are_told() {
    check_findings(
        "-- page.md\nA[^x], b[^y].\n",
        &[
            "content/page.md:1:1: warning[P003]: the footnote `x` isn't defined",
            "content/page.md:1:1: warning[P003]: the footnote `y` isn't defined",
        ],
    );
}

#[test]
fn links_that_lead_somewhere_are_not_told() {
    check_findings(
        "
        -- checklist.md
        ## T
        ### Area
        - **Gap**: g
        - **Other**: o
        -- area/other/index.md
        # Other
        ## Part
        -- guide/a.md
        # A
        ## Own {#own}
        <p id=\"raw\"></p>
        -- guide/data.csv
        a,b
        -- guide/page.md
        # Page
        [a](a.md) [a](a.md#own) [a](a.md#a) [a](a.md#raw) [d](data.csv) [top](#top) [self](#page)
        [gap](../area/gap.md) [gap](/area/gap.md#x) [other](../area/other.md#part) [area](../area/)
        [area](../area/index.md) [status](../checklist.md) [home](../index.md) [m](mailto:a@b.c)
        ",
        &[],
    );
}

#[test]
fn a_long_paragraph_is_told_when_it_is_asked_for() {
    let page = format!("-- page.md\n{}\n", "word ".repeat(151));
    check_findings(&page, &[]);
    check_findings(
        &format!("-- book.toml\n[rules]\nlong-paragraph = \"note\"\n{page}"),
        &["content/page.md:1:1: note[P009]: this paragraph has more than 150 words"],
    );
}

#[test]
fn a_section_with_code_is_not_thin() {
    check_findings(
        "
        -- book.toml
        [rules]
        thin-section = \"warning\"
        -- checklist.md
        ## T
        ### A
        - **B**: c
        -- a/b.md
        ---
        kind: concept
        ---
        # B

        ## At a glance

        ```sh
        ls
        ```
        ",
        &[],
    );
}

#[test]
fn an_owner_that_codeowners_names_is_fine_and_one_without_handles_is_not_compared() {
    check_findings(
        "
        -- book.toml
        [owners.ops]
        handles = [\"@Org/Ops\"]
        [owners.web]
        -- CODEOWNERS
        # Who is asked.
        *  @org/all
        /content/ @org/web @org/ops # and a comment
        -- a.md
        ---
        owner: ops
        ---
        -- b.md
        ---
        owner: web
        ---
        ",
        &[],
    );
}
