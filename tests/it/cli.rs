//! The program as people and pipelines call it: arguments, output, exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

/// A folder of its own for one test.
struct Folder(TempDir);

/// What a call gave.
struct Called {
    code: Option<i32>,
    out: String,
    err: String,
}

const LIST: &str = "\
# What we lack

## Critical Missing Information
### 1. Security & Authentication
- **API Key Management**: Nobody knows how keys are rotated
- **Access Control**: Roles aren't written down

## Nice-to-Have Missing Information
### 2. Team
- **Glossary**: Our words aren't explained
";

impl Folder {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A handbook made of [`LIST`] by the program itself.
    fn handbook() -> Self {
        let folder = Self::empty();
        folder.write("LIST.md", LIST);
        let called = folder.lacuna(&["init", "--from", "LIST.md", "."]);
        assert_eq!(called.code, Some(0), "{}", called.err);
        folder
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        for name in ["SOURCE_DATE_EPOCH", "NO_COLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    fn lacuna(&self, arguments: &[&str]) -> Called {
        Called::of(&self.command(arguments).output().unwrap())
    }

    /// Runs a command that must succeed; gives its data.
    #[track_caller]
    fn data(&self, arguments: &[&str]) -> String {
        let called = self.lacuna(arguments);
        assert_eq!(called.code, Some(0), "{arguments:?}: {}", called.err);
        called.out
    }

    /// Runs a command that must be refused; gives what it says.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let called = self.lacuna(arguments);
        assert_eq!(called.code, Some(2), "{arguments:?}: {}", called.err);
        assert_eq!(called.out, "", "a refusal is no data");
        called.err
    }
}

impl Called {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn what_is_told_of_a_handbook_is_the_same_when_nothing_is_done_again() {
    let folder = Folder::handbook();
    for _ in 0..2 {
        let called = folder.lacuna(&["check"]);
        assert_eq!(called.err, "checked 1 page, nothing found\n");
    }
    let (first, second) = (folder.lacuna(&["build"]), folder.lacuna(&["build"]));
    assert!(first.err.starts_with("built 19 pages ("), "{}", first.err);
    assert_eq!(second.err, "built 19 pages (0 rendered, 0 files written); open book/index.html\n");
}

#[test]
fn help_lists_all_commands() {
    let called = Folder::empty().lacuna(&["--help"]);
    assert_eq!((called.code, called.err.as_str()), (Some(0), ""));
    for command in [
        "init",
        "new",
        "next",
        "build",
        "check",
        "status",
        "test",
        "explain",
        "schema",
        "clean",
        "completions",
    ] {
        let line = called.out.lines().find(|line| line.trim_start().starts_with(command));
        let line = line.unwrap_or_else(|| panic!("no `{command}` in {}", called.out));
        assert!(line.trim().len() > command.len() + 2, "`{command}` says nothing: {line}");
    }
}

#[test]
fn each_command_explains_itself() {
    let folder = Folder::empty();
    for command in ["init", "new", "next", "build", "check", "status", "test", "explain", "schema"]
    {
        let out = folder.data(&[command, "--help"]);
        assert!(out.contains("Usage: lacuna"), "{out}");
    }
}

#[test]
fn wrong_usage_is_exit_code_two_on_standard_error() {
    let folder = Folder::handbook();
    for arguments in [
        &["build", "--no-such-flag"][..],
        &["no-such-command"],
        &[],
        &["check", "--format", "xml"],
        &["--today", "yesterday", "status"],
        &["--today", "2026-02-30", "status"],
        &["-q", "-v", "build"],
        &["init", "--publish", "pages", "other"],
    ] {
        let called = folder.lacuna(arguments);
        assert_eq!((called.code, called.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!called.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_list_and_the_program_are_enough_for_a_site() {
    let folder = Folder::empty();
    folder.write("LIST.md", LIST);
    let init = folder.lacuna(&["init", "--from", "LIST.md", "book one"]);
    assert_eq!((init.code, init.out.as_str()), (Some(0), ""), "{}", init.err);
    let build = Command::new(env!("CARGO_BIN_EXE_lacuna"))
        .args(["build", "--strict"])
        .current_dir(folder.path("book one"))
        .env_clear()
        .output()
        .unwrap();
    let build = Called::of(&build);
    assert_eq!((build.code, build.out.as_str()), (Some(0), ""), "{}", build.err);
    for file in
        ["index.html", "status/index.html", "security-and-authentication/access-control.html"]
    {
        assert!(folder.has(&format!("book one/book/{file}")), "{file}");
    }
}

#[test]
fn init_keeps_the_list_word_for_word_and_adds_ids() {
    let folder = Folder::handbook();
    let copy = folder.read("content/checklist.md");
    let ids = [
        "critical",
        "security-and-authentication",
        "api-key-management",
        "access-control",
        "nice-to-have",
        "team",
        "glossary",
    ];
    let mut without = copy.clone();
    for id in ids {
        let written = format!(" {{#{id}}}");
        assert!(copy.contains(&written), "{id} in {copy}");
        without = without.replace(&written, "");
    }
    assert_eq!(without, LIST);
}

#[test]
fn init_hands_out_the_reference_handbook_without_its_reviews() {
    let folder = Folder::empty();
    let names = ["--var", "organisation=Example \"One\"", "--var", "domain=one.example"];
    let init = folder.lacuna(&[&["init", "--handbook"], &names[..]].concat());
    assert_eq!((init.code, init.out.as_str()), (Some(0), ""), "{}", init.err);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut copied = 0;
    for part in ["content", "tests/handbook"] {
        for name in files_below(root, part) {
            let decided = name.ends_with(".reviews.yaml") || name == "content/waivers.yaml";
            assert_eq!(folder.has(&name), !decided, "{name}");
            if !decided && name != "content/reference/organisation.yaml" {
                let (given, copy) = (fs::read(root.join(&name)), fs::read(folder.path(&name)));
                assert!(given.unwrap() == copy.unwrap(), "`{name}` is copied byte for byte");
                copied += 1;
            }
        }
    }
    assert!(copied > 300, "{copied} files");
    folder.data(&["check", "--strict"]);
    let statuses: Value =
        serde_json::from_str(&folder.data(&["status", "--format", "json"])).unwrap();
    assert_eq!(statuses["summary"]["by_status"].get("in-review").and_then(Value::as_u64), Some(0));
}

/// The files below a folder of the repository that the handbook is made of.
fn files_below(root: &Path, name: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root.join(name)) else { return vec![name.to_string()] };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.filter(|name| !name.starts_with('.') && name != "__pycache__");
    names.flat_map(|file| files_below(root, &format!("{name}/{file}"))).collect()
}

#[test]
fn names_and_addresses_of_the_reference_handbook_follow_from_those_given() {
    let folder = Folder::empty();
    let given = ["--var", "organisation=A \"B\" \\ C", "--var", "domain=one.example"];
    let more = ["--var", "api_url=https://two.example", "--title", "Our\nbook"];
    folder.data(&[&["init", "--handbook"], &given[..], &more[..]].concat());
    let book: toml::Table = folder.read("book.toml").parse().unwrap();
    let text = |table: &str, key: &str| book[table][key].as_str().unwrap().to_string();
    assert_eq!(text("book", "title"), "Our\nbook");
    assert_eq!(text("variables", "organisation"), "A \"B\" \\ C");
    assert_eq!(text("variables", "legal_name"), "A \"B\" \\ C Limited");
    assert_eq!(text("variables", "portal_url"), "https://portal.one.example");
    assert_eq!(text("variables", "api_url"), "https://two.example");
    let contact = book["owners"]["security"]["contact"].as_str();
    assert_eq!(contact, Some("mailto:security@one.example"));
    let organisation = folder.read("content/reference/organisation.yaml");
    assert!(
        organisation.contains("legal_name: \"A \\\"B\\\" \\\\ C Limited\"\n"),
        "{organisation}"
    );
    let book = folder.read("book.toml").to_lowercase();
    assert!(!book.contains("harbourline"), "the invented name is gone from book.toml");
}

#[test]
fn init_refuses_names_that_the_reference_handbook_doesnt_know() {
    for (given, said) in [
        ("domian=x.example", "no variable `domian`; did you mean `domain`?"),
        ("domain", "write `--var name=value`"),
        ("domain= ", "`domain` takes a text on one line"),
        ("domain=a\nb", "`domain` takes a text on one line"),
    ] {
        let folder = Folder::empty();
        let refused = folder.refused(&["init", "--handbook", "--var", given, "new"]);
        assert!(refused.contains(said), "{given}: {refused}");
        assert!(!folder.has("new"), "nothing is begun with a wrong name");
    }
}

#[test]
fn init_never_overwrites() {
    let folder = Folder::empty();
    let names = [
        "book.toml",
        "content/checklist.md",
        "content/index.md",
        ".gitignore",
        ".github/workflows/handbook.yml",
    ];
    for name in names {
        folder.write(name, "mine");
    }
    let called = folder.lacuna(&["init", "--ci", "github"]);
    assert_eq!(called.code, Some(0), "{}", called.err);
    for name in names {
        assert_eq!(folder.read(name), "mine", "{name}");
        assert!(called.err.contains(name), "`{name}` is named in: {}", called.err);
    }
}

#[test]
fn init_quotes_a_title_for_toml() {
    let folder = Folder::empty();
    let title = "The \"best\" \\ book\u{202E} <b>\n[build]";
    folder.data(&["init", "--title", title]);
    let written: toml::Table = folder.read("book.toml").parse().unwrap();
    assert_eq!(written["book"]["title"].as_str(), Some(title));
    assert!(!written.contains_key("build"));
}

#[test]
fn init_says_what_is_wrong_with_the_list() {
    let folder = Folder::empty();
    folder.write("LIST.md", "## T\n### A\n- **Good**: x\n- bad\n");
    let called = folder.lacuna(&["init", "--from", "LIST.md", "new"]);
    assert_eq!((called.code, called.out.as_str()), (Some(1), ""));
    assert!(called.err.contains("K001") && called.err.contains("LIST.md:4:1"), "{}", called.err);
    let missing = folder.refused(&["init", "--from", "nope.md", "other"]);
    assert!(missing.contains("nope.md"), "{missing}");
    assert!(!folder.has("other"), "nothing is begun without the list");
}

#[test]
fn workflows_are_yaml_and_publish_only_when_asked() {
    for (ci, file) in [("github", ".github/workflows/handbook.yml"), ("gitlab", ".gitlab-ci.yml")] {
        for publish in [false, true] {
            let folder = Folder::empty();
            let more = if publish { &["--publish", "pages"][..] } else { &[] };
            let called = folder.lacuna(&[&["init", "--ci", ci], more].concat());
            assert_eq!(called.code, Some(0), "{}", called.err);
            let text = folder.read(file);
            let yaml: Value = serde_yaml::from_str(&text).unwrap();
            let jobs = if ci == "github" { &yaml["jobs"] } else { &yaml };
            let published = jobs.get("publish").or_else(|| jobs.get("pages")).is_some();
            assert_eq!(published, publish, "{ci}: {text}");
            let warned = called.err.contains("everyone");
            assert_eq!(warned, publish, "{ci} says who can read it: {}", called.err);
            assert!(text.contains("lacuna check --strict"), "{text}");
        }
    }
}

#[test]
fn actions_are_pinned_and_may_only_read() {
    let folder = Folder::empty();
    folder.data(&["init", "--ci", "github", "--publish", "pages"]);
    let text = folder.read(".github/workflows/handbook.yml");
    let uses: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("uses: ").map(|(_, used)| used)).collect();
    assert!(uses.len() >= 3, "{text}");
    for used in uses {
        let (_, version) = used.split_once('@').unwrap();
        let (digest, comment) = version.split_once(' ').unwrap();
        let hex = digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(hex && comment.starts_with("# v"), "{used}");
    }
    let yaml: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(yaml["permissions"], serde_json::json!({"contents": "read"}));
    assert_eq!(yaml["jobs"]["build"].get("permissions"), None);
}

#[test]
fn new_writes_the_sections_of_its_kind() {
    let folder = Folder::handbook();
    let id = "security-and-authentication/api-key-management";
    folder.data(&["new", id]);
    let page = folder.read(&format!("content/{id}.md"));
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_data_eq!(
        sections.join("\n"),
        str![[r"
At a glance
Why it matters
Guidance
Procedure
Template
Acceptance criteria
References
"]]
    );
    folder.data(&["new", "glossary", "--kind", "runbook"]);
    let page = folder.read("content/team/glossary.md");
    assert!(page.contains("\nkind: runbook\n") && page.contains("## If a step fails"), "{page}");
    let check = folder.lacuna(&["check"]);
    assert_eq!(check.code, Some(0), "{}", check.out);
}

#[test]
fn a_new_page_is_never_more_than_an_outline() {
    let kinds = ["guidance", "runbook", "policy", "template", "how-to", "reference", "concept"];
    for kind in kinds {
        let folder = Folder::handbook();
        folder.data(&["new", "glossary", "--kind", kind]);
        let status = json(&folder.data(&["status", "glossary", "--format", "json"]));
        // Words of the template don't count, so such a page has none of its own yet.
        let word = status["gaps"][0]["status"].as_str().unwrap();
        assert!(["missing", "outline"].contains(&word), "{kind}: {word}");
    }
}

#[test]
fn new_refuses_what_is_there_and_suggests_what_is_near() {
    let folder = Folder::handbook();
    folder.data(&["new", "glossary"]);
    let before = folder.read("content/team/glossary.md");
    assert!(folder.refused(&["new", "glossary"]).contains("content/team/glossary.md"));
    assert_eq!(folder.read("content/team/glossary.md"), before);
    let unknown = folder.refused(&["new", "api-key-managment"]);
    assert!(unknown.contains("did you mean `api-key-management`?"), "{unknown}");
    let kind = folder.refused(&["new", "access-control", "--kind", "runbok"]);
    assert!(kind.contains("did you mean `runbook`?"), "{kind}");
    assert!(!folder.has("content/security-and-authentication/access-control.md"));
}

#[test]
fn next_names_the_tier_that_matters_most_first() {
    let folder = Folder::handbook();
    let out = folder.data(&["next"]);
    let gaps: Vec<&str> = out.lines().filter(|line| line.starts_with('○')).collect();
    assert_eq!(gaps.len(), 3, "{out}");
    assert!(gaps[0].ends_with("security-and-authentication/api-key-management"), "{out}");
    assert!(gaps[2].ends_with("team/glossary"), "{out}");
    let one = folder.data(&["next", "-n", "1", "--tier", "nice-to-have"]);
    assert!(one.contains("team/glossary") && !one.contains("security"), "{one}");
    assert!(folder.refused(&["next", "--tier", "critcal"]).contains("did you mean `critical`?"));
    assert!(folder.refused(&["next", "--owner", "x"]).contains("there is no owner `x`"));
}

#[test]
fn status_is_told_in_four_formats() {
    let folder = Folder::handbook();
    let table = folder.data(&["status"]);
    assert!(table.contains("3 missing · written 0 of 3 · approved 0 of 3"), "{table}");
    let all = json(&folder.data(&["status", "--format", "json"]));
    assert_eq!(all["gaps"].as_array().unwrap().len(), 3);
    assert_eq!(all["summary"]["total"], 3);
    let csv = folder.data(&["status", "--format", "csv"]);
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert_eq!(&rows[2][0], "team/glossary");
    let markdown = folder.data(&["status", "--format", "md"]);
    assert_eq!(markdown.lines().filter(|line| line.starts_with("| ○ missing |")).count(), 3);
}

#[test]
fn status_of_one_gap_names_its_evidence() {
    let folder = Folder::handbook();
    assert_data_eq!(
        folder.data(&["status", "glossary"]),
        str![[r"
○ Glossary: missing
  team/glossary · Team · Nice-to-Have
  missing: Our words aren't explained
  owner:   nobody
  evidence:
...
"]]
    );
    let unknown = folder.refused(&["status", "glosary"]);
    assert!(unknown.contains("did you mean `glossary`?"), "{unknown}");
}

#[test]
fn a_spreadsheet_takes_no_cell_for_a_formula() {
    let folder = Folder::empty();
    folder.write("LIST.md", "## T\n### A\n- **=HYPERLINK(\"x\")** {#one}: @SUM\n");
    folder.data(&["init", "--from", "LIST.md"]);
    let csv = folder.data(&["status", "--format", "csv"]);
    let cells: Vec<csv::StringRecord> =
        csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(&cells[0][1], "'=HYPERLINK(\"x\")");
}

#[test]
fn status_without_a_list_says_how_to_get_one() {
    let folder = Folder::empty();
    folder.write("book.toml", "");
    folder.write("content/index.md", "# Home\n");
    let said = folder.refused(&["status"]);
    assert!(said.contains("checklist.md") && said.contains("lacuna init --from"), "{said}");
}

#[test]
fn findings_are_told_in_three_formats() {
    let folder = Folder::handbook();
    folder.write("content/index.md", "# Home\n\n[x](nope.md) [y](alsonope.md)\n");
    let human = folder.lacuna(&["check"]);
    assert_eq!(human.code, Some(1));
    assert!(human.out.contains("error[L001]: no page at `nope.md`"), "{}", human.out);
    assert!(human.err.contains("2 errors"), "{}", human.err);
    assert!(!human.out.contains('\u{1B}'), "no colour in a pipe: {}", human.out);
    let short = folder.lacuna(&["check", "--format", "short"]);
    assert_data_eq!(
        short.out,
        str![[r"
content/index.md:3:1: error[L001]: no page at `nope.md`[..]
content/index.md:3:14: error[L001]: no page at `alsonope.md`[..]

"]]
    );
    let lines = folder.lacuna(&["check", "--format", "json"]).out;
    assert_eq!(lines.lines().count(), 2);
    for line in lines.lines() {
        assert_eq!(json(line)["code"], "L001", "{line}");
    }
    assert!(!folder.has("book"), "a check writes nothing");
}

#[test]
fn warnings_fail_under_strict_only() {
    let folder = Folder::handbook();
    folder.write("content/index.md", "# Home\n\n```pyhton\nx\n```\n");
    for command in ["check", "build"] {
        assert_eq!(folder.lacuna(&[command]).code, Some(0), "{command}");
        assert_eq!(folder.lacuna(&[command, "--strict"]).code, Some(1), "{command}");
    }
}

#[test]
fn an_error_fails_the_build_and_the_rest_is_built() {
    let folder = Folder::handbook();
    folder.write("content/broken.md", "# Broken\n\n[x](nope.md)\n");
    let called = folder.lacuna(&["build"]);
    assert_eq!((called.code, called.out.as_str()), (Some(1), ""));
    assert!(called.err.contains("content/broken.md:3:1"), "{}", called.err);
    assert!(folder.has("book/index.html") && folder.has("book/broken.html"));
}

#[test]
fn each_rule_is_explained_by_code_and_by_name() {
    let folder = Folder::empty();
    let list = folder.data(&["explain"]);
    assert!(list.lines().count() > 40, "{list}");
    for line in list.lines() {
        let mut words = line.split_whitespace();
        let (code, name) = (words.next().unwrap(), words.next().unwrap());
        let text = folder.data(&["explain", code]);
        assert!(text.starts_with(&format!("{code} {name} (")), "{text}");
        assert!(text.contains("Why\n") && text.contains("Good\n"), "{text}");
    }
    assert_eq!(folder.data(&["explain", "broken-link"]), folder.data(&["explain", "l001"]));
    assert!(folder.refused(&["explain", "broken-lnk"]).contains("did you mean `broken-link`?"));
}

#[test]
fn schemas_are_json_schemas_that_name_their_keys() {
    let folder = Folder::empty();
    for (kind, keys) in [
        ("book", &["book", "build", "output", "owners", "variables"][..]),
        ("page", &["title", "gap"]),
        ("findings", &["code", "message", "path", "start"]),
    ] {
        let schema = json(&folder.data(&["schema", kind]));
        assert!(schema["$schema"].as_str().unwrap().starts_with("https://json-schema.org/draft/"));
        for key in keys {
            assert!(schema["properties"][key].is_object(), "{kind}: {key}");
        }
    }
}

#[test]
fn completions_are_written_for_each_shell() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = folder.data(&["completions", shell]);
        assert!(text.contains("lacuna") && text.contains("strict"), "{shell}: {text}");
    }
    assert!(folder.refused(&["completions", "tcsh"]).contains("bash"));
}

#[test]
fn clean_removes_what_was_built_and_nothing_else() {
    let folder = Folder::handbook();
    folder.data(&["build"]);
    folder.write("book/mine.txt", "mine");
    let called = folder.lacuna(&["clean"]);
    assert_eq!(called.code, Some(0), "{}", called.err);
    let left: Vec<_> =
        fs::read_dir(folder.path("book")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["mine.txt"]);
    assert!(folder.has("content/checklist.md"));
}

#[test]
fn the_day_can_be_given() {
    let folder = Folder::handbook();
    let day = |mut command: Command| {
        let called = Called::of(&command.output().unwrap());
        assert_eq!(called.code, Some(0), "{}", called.err);
        json(&called.out)["today"].clone()
    };
    let arguments = ["status", "--format", "json"];
    let with_day = [&["--today", "2031-05-06"], &arguments[..]].concat();
    assert_eq!(day(folder.command(&with_day)), "2031-05-06");
    let mut epoch = folder.command(&arguments);
    epoch.env("SOURCE_DATE_EPOCH", "1700000000");
    assert_eq!(day(epoch), "2023-11-14");
    let mut both = folder.command(&with_day);
    both.env("SOURCE_DATE_EPOCH", "1700000000");
    assert_eq!(day(both), "2031-05-06", "the argument wins");
    for bad in ["tomorrow", "", "99999999999999999999"] {
        let mut command = folder.command(&arguments);
        let called = Called::of(&command.env("SOURCE_DATE_EPOCH", bad).output().unwrap());
        assert_eq!(called.code, Some(2), "{bad:?}: {}", called.err);
        assert!(called.err.contains("SOURCE_DATE_EPOCH"), "{}", called.err);
    }
}

#[test]
fn without_a_book_every_command_says_how_to_start_one() {
    let folder = Folder::empty();
    for arguments in [&["build"][..], &["check"], &["status"], &["next"], &["new", "x"], &["clean"]]
    {
        let said = folder.refused(arguments);
        assert!(said.contains("no book.toml") && said.contains("lacuna init"), "{said}");
    }
    assert!(folder.refused(&["build", "--root", "nope"]).contains("nope"));
}

#[test]
fn a_wrong_key_in_the_settings_stops_everything() {
    let folder = Folder::handbook();
    folder.write("book.toml", "[book]\ntitel = \"x\"\n");
    for command in ["build", "check", "status", "next", "clean"] {
        let said = folder.refused(&[command]);
        assert!(said.contains("book.toml:2:1"), "{command}: {said}");
        assert!(said.contains("did you mean `title`?"), "{command}: {said}");
    }
    assert!(!folder.has("book"));
}

#[test]
fn a_book_is_found_from_below_and_by_name() {
    let folder = Folder::handbook();
    fs::create_dir_all(folder.path("content/team/deep")).unwrap();
    let mut below = folder.command(&["build"]);
    let called = Called::of(&below.current_dir(folder.path("content/team/deep")).output().unwrap());
    assert_eq!(called.code, Some(0), "{}", called.err);
    assert!(folder.has("book/index.html"));
    let elsewhere = Folder::empty();
    let root = folder.0.path().to_str().unwrap();
    elsewhere.data(&["build", "--root", root, "-d", "out"]);
    assert!(elsewhere.has("out/index.html"), "`-d` counts from where the command is given");
}

#[test]
fn colour_is_asked_for_or_left_out() {
    let folder = Folder::handbook();
    folder.write("content/index.md", "[x](nope.md)\n");
    let colored = |arguments: &[&str], plain: bool| {
        let mut command = folder.command(arguments);
        if plain {
            command.env("NO_COLOR", "1");
        }
        let called = Called::of(&command.output().unwrap());
        called.out.contains('\u{1B}') || called.err.contains('\u{1B}')
    };
    assert!(colored(&["check", "--color", "always"], false));
    assert!(colored(&["build", "--color", "always"], true), "the argument wins over NO_COLOR");
    assert!(!colored(&["check", "--color", "never"], false));
    assert!(!colored(&["check"], true));
    assert!(!colored(&["--color", "always", "check", "--format", "json"], false), "data is plain");
}

#[test]
fn quiet_prints_findings_only() {
    let folder = Folder::handbook();
    let called = folder.lacuna(&["build", "-q"]);
    assert_eq!((called.out.as_str(), called.err.as_str()), ("", ""));
    folder.write("content/index.md", "[x](nope.md)\n");
    let called = folder.lacuna(&["build", "-q"]);
    assert!(called.err.contains("L001") && !called.err.contains("built"), "{}", called.err);
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let folder = Folder::handbook();
    for arguments in
        [&["explain"][..], &["schema"], &["status"], &["completions", "bash"], &["--help"]]
    {
        let mut child = folder
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let called = Called::of(&child.wait_with_output().unwrap());
        assert_eq!((called.code, called.err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_name_that_is_no_text_is_reported_and_left_out() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::handbook();
    let name = std::ffi::OsStr::from_bytes(b"caf\xE9.md");
    fs::write(folder.path("content").join(name), "# Caf\n").unwrap();
    let called = folder.lacuna(&["build"]);
    assert_eq!(called.code, Some(1), "{}", called.err);
    assert!(called.err.contains("E002") && called.err.contains("caf"), "{}", called.err);
    assert!(folder.has("book/index.html"));
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_cannot_be_written_is_a_fault_of_the_machine() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::handbook();
    // A file in the place of the folder stops everybody, also root.
    folder.write("taken", "mine");
    let called = folder.lacuna(&["build", "-d", "taken"]);
    assert_eq!(called.code, Some(2), "{}", called.err);
    assert!(called.err.contains("taken"), "{}", called.err);
    assert_eq!(folder.read("taken"), "mine");
    fs::create_dir(folder.path("closed")).unwrap();
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(folder.path("closed/probe"), "").is_ok();
    if !is_root {
        let called = folder.lacuna(&["build", "-d", "closed"]);
        assert_eq!(called.code, Some(2), "{}", called.err);
        assert!(called.err.contains("closed"), "{}", called.err);
    }
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_handbook_of_this_project_builds_without_a_finding() {
    let folder = Folder::empty();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["content", "themes", "book.toml"] {
        copy(&project.join(name), &folder.path(name));
    }
    let called = folder.lacuna(&["build", "--strict", "--today", "2026-11-22"]);
    assert_eq!((called.code, called.out.as_str()), (Some(0), ""), "{}", called.err);
    let status = json(&folder.data(&["status", "--format", "json", "--today", "2026-11-22"]));
    let list = |key: &str| status[key].as_array().unwrap().clone();
    let (gaps, areas, tiers) = (list("gaps"), list("areas"), list("tiers"));
    assert_eq!((gaps.len(), areas.len(), tiers.len()), (60, 12, 3));
    let per_tier: Vec<usize> = tiers
        .iter()
        .map(|tier| gaps.iter().filter(|gap| gap["tier"] == tier["id"]).count())
        .collect();
    assert_eq!(per_tier, [25, 20, 15]);
    for gap in &gaps {
        assert!(folder.has(&format!("book/{}.html", gap["id"].as_str().unwrap())), "{gap}");
    }
    for area in &areas {
        assert!(folder.has(&format!("book/{}/index.html", area["id"].as_str().unwrap())), "{area}");
    }
    assert!(count(&folder.path("book/badges"), "svg") >= 76);
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn count(folder: &Path, extension: &str) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: std::path::PathBuf| match path.is_dir() {
        true => count(&path, extension),
        false => usize::from(path.extension().is_some_and(|found| found == extension)),
    };
    entries.map(of).sum()
}

#[test]
fn a_baseline_lets_known_findings_pass_and_new_ones_fail() {
    let folder = Folder::handbook();
    folder.write("content/index.md", "# Home\n\n[x](nope.md)\n");
    let check = ["check", "--format", "short", "--baseline", "known.json"];
    assert!(folder.refused(&check).contains("known.json"), "there is none yet");
    let called = folder.lacuna(&[&check[..], &["--update-baseline"]].concat());
    assert_eq!(called.code, Some(0), "{}", called.err);
    folder.write("content/index.md", "# Home\n\nMoved.\n\n[x](nope.md) and [y](other.md)\n");
    let called = folder.lacuna(&check);
    assert_eq!(called.code, Some(1));
    assert_data_eq!(
        called.out,
        str![[r"
content/index.md:5:1: error[L001]: no page at `nope.md` (known)
content/index.md:5:18: error[L001]: no page at `other.md`

"]]
    );
    assert!(called.err.contains("(1 error, 1 known)"), "{}", called.err);
    folder.write("content/index.md", "# Home\n");
    let called = folder.lacuna(&check);
    assert_eq!(called.code, Some(0));
    assert!(called.err.contains("1 finding fewer than the baseline holds"), "{}", called.err);
}
