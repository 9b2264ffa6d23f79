//! Examples that run: what `lacuna test` finds, runs and says. The examples are in `sh`, which
//! every machine with these tests has; other tools are tested where all of them are installed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::repository::full_page;
use crate::support::parse_fixture;

/// A book on disk.
struct Book(TempDir);

/// What a call gave.
struct Called {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Book {
    fn new(fixture: &str) -> Self {
        let book = Self(tempfile::tempdir().unwrap());
        let mut files = parse_fixture(fixture);
        files.entry("book.toml".to_string()).or_default();
        files.entry("content/index.md".to_string()).or_insert("# Home\n".to_string());
        for (name, text) in &files {
            book.write(name, text);
        }
        book
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn lacuna(&self, arguments: &[&str]) -> Called {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
        command.args(arguments).arg("--today=2026-11-22").current_dir(self.0.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Called { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let called = self.lacuna(&[&["test", "--format=json"], arguments].concat());
        serde_json::from_str(&called.out).unwrap_or_else(|error| panic!("{error}: {}", called.err))
    }
}

/// Checks what `lacuna test` says about a book: all of its output, its summary, its exit code.
#[track_caller]
fn check_test(fixture: &str, out: &str, summary: &str, code: i32) {
    let called = Book::new(fixture).lacuna(&["test"]);
    let expected = (out.trim_start().to_string(), format!("{summary}\n"), Some(code));
    assert_eq!((called.out, called.err, called.code), expected);
}

/// A book with one page, whose text is given.
fn page(text: &str) -> String {
    format!("-- content/a.md\n{text}\n")
}

#[test]
fn a_fence_is_run_when_its_language_has_a_runner() {
    check_test(
        "
        -- content/a.md
        # A
        ```sh
        test -n \"$HOME\"
        ```
        ```text
        no runner
        ```
        ```
        no language
        ```
        ",
        "",
        "1 example: 1 passed",
        0,
    );
}

#[test]
fn a_failure_names_the_line_of_the_fence_and_shows_what_was_printed() {
    check_test(
        "
        -- content/area/a.md
        # A

        ```sh
        echo first
        echo second >&2
        exit 3
        ```
        ",
        "
content/area/a.md:3: this sh example fails: exit status: 3
    first
    second
",
        "1 example: 1 failed",
        1,
    );
}

#[test]
fn lines_in_messages_of_tools_are_those_of_the_page() {
    check_test(
        "
        -- content/a.md
        # A

        Words.

        ```json
        {
          \"a\": 1,,
        }
        ```
        ",
        "
content/a.md:5: this json example fails: it can't be parsed
    line 7: key must be a string
",
        "1 example: 1 failed",
        1,
    );
}

#[test]
fn an_included_text_is_part_of_the_example() {
    check_test(
        "
        -- content/a/index.md
        # A
        ```sh
        {{#include part.txt}}
        ```
        -- content/a/part.txt
        exit 4
        ",
        "content/a/index.md:2: this sh example fails: exit status: 4\n",
        "1 example: 1 failed",
        1,
    );
}

#[test]
fn what_is_ignored_has_a_reason_and_is_counted() {
    let book =
        Book::new("-- a.md\n```sh ignore=\"needs a mailbox\"\nexit 1\n```\n```sh ignore\nx\n```\n");
    let called = book.lacuna(&["test"]);
    assert_eq!((called.code, called.out.as_str()), (Some(0), ""));
    assert_eq!(called.err, "2 examples: 2 ignored\n");
    let list = book.lacuna(&["test", "--list"]);
    assert_eq!(
        list.out,
        "content/a.md:1  sh  ignored: needs a mailbox\ncontent/a.md:4  sh  ignored without a reason\n"
    );
    let strict = book.lacuna(&["test", "--no-skip"]);
    assert_eq!(strict.code, Some(2));
    assert!(strict.err.contains("error: 1 example ignored without a reason"), "{}", strict.err);
}

#[test]
fn no_run_checks_the_syntax_and_runs_nothing() {
    check_test(
        "
        -- content/a.md
        ```sh no_run
        exit 1
        ```
        ",
        "",
        "1 example: 1 passed",
        0,
    );
    let called = Book::new(&page("```sh no_run\nif then\n```")).lacuna(&["test"]);
    assert_eq!(called.code, Some(1));
    assert!(called.out.starts_with("content/a.md:1: this sh example fails: exit status: 2\n"));
}

#[test]
fn an_example_that_should_fail_must_fail_and_say_why() {
    check_test(
        "
        -- content/a.md
        ```sh should_fail
        exit 1
        ```
        ```sh should_fail=\"no such\"
        echo no such key; exit 1
        ```
        ```sh should_fail
        true
        ```
        ```sh should_fail=\"no such\"
        echo something else; exit 1
        ```
        ",
        "
content/a.md:7: this sh example fails: it should fail, and works
content/a.md:10: this sh example fails: it fails without saying `no such`
    exit status: 1
    something else
",
        "4 examples: 2 passed, 2 failed",
        1,
    );
}

#[test]
fn setup_is_part_of_the_next_example() {
    check_test(
        "
        -- content/a.md
        ```sh setup
        word=here
        ```
        ```sh
        test \"$word\" = here
        ```
        ```sh
        test -z \"$word\"
        ```
        ```sh setup
        ```
        ",
        "content/a.md:10: this sh example fails: no example follows that this `setup` could be part of\n",
        "3 examples: 2 passed, 1 failed",
        1,
    );
}

#[test]
fn an_example_can_go_on_from_one_that_has_a_name() {
    check_test(
        "
        -- content/a.md
        ```sh name=first
        word=here; echo from the first
        ```
        ```sh after=first name=second
        word=$word-too; echo $word
        ```
        ```text expect
        here-too
        ```
        ```sh after=second
        echo $word
        ```
        ```text expect
        here-too
        ```
        ```sh after=frist
        ```
        ",
        "content/a.md:16: this sh example fails: no example above it is named `frist`; did you mean `first`?\n",
        "4 examples: 3 passed, 1 failed",
        1,
    );
}

#[test]
fn an_example_after_one_that_fails_says_so() {
    check_test(
        "
        -- content/a.md
        ```sh name=first
        exit 7
        ```
        ```sh after=first
        true
        ```
        ",
        "
content/a.md:1: this sh example fails: exit status: 7
content/a.md:4: this sh example fails: what it comes after fails: exit status: 7
",
        "2 examples: 2 failed",
        1,
    );
}

#[test]
fn what_is_printed_must_be_what_the_page_says() {
    check_test(
        "
        -- content/a.md
        ```sh
        printf 'one  \\ntwo\\n\\n'
        ```
        ```text expect
        one
        two
        ```
        ```sh
        echo three
        ```
        ```text expect
        four
        ```
        ",
        "
content/a.md:8: this sh example fails: it prints something else
    expected:
      four
    printed:
      three
",
        "2 examples: 1 passed, 1 failed",
        1,
    );
}

#[test]
fn json_is_compared_by_value() {
    check_test(
        "
        -- content/a.md
        ```sh name=a
        echo '{\"b\": [1, 2], \"a\": 1.0}'
        ```
        ```sh
        true
        ```
        ```json expect=a
        { \"a\": 1.0,
          \"b\": [1,2] }
        ```
        ",
        "",
        "2 examples: 2 passed",
        0,
    );
}

#[test]
fn a_line_of_the_code_can_say_what_is_printed() {
    check_test(
        "
        -- content/a.md
        ```sh
        echo 1; echo 2
        #> 1
        #> 2
        ```
        ```sh
        echo 3
        #> 4
        ```
        ",
        "
content/a.md:6: this sh example fails: it prints something else
    expected:
      4
    printed:
      3
",
        "2 examples: 1 passed, 1 failed",
        1,
    );
}

#[test]
fn a_slip_in_an_attribute_is_told_and_not_passed_over() {
    check_test(
        "
        -- content/a.md
        ```sh
        echo 1
        ```
        ```text expct
        2
        ```
        ```sh igore
        ```
        ```sh timeout=soon
        ```
        ```sh runner=zsh
        ```
        ```sh title=\"x\" linenos
        ```
        ",
        "
content/a.md:4: this text example fails: unknown attribute `expct`; did you mean `expect`?
content/a.md:7: this sh example fails: unknown attribute `igore`; did you mean `ignore`?
content/a.md:9: this sh example fails: `timeout` is a number of seconds, not `soon`
content/a.md:11: this zsh example fails: there is no runner `zsh`
",
        "6 examples: 2 passed, 4 failed",
        1,
    );
}

#[test]
fn an_example_that_takes_too_long_ends_with_its_children() {
    let started = Instant::now();
    let mark = "lacuna-test-87231";
    let text = format!("```sh timeout=1\nsh -c 'sleep 60; : {mark}' & sleep 60\n```");
    let called = Book::new(&page(&text)).lacuna(&["test"]);
    assert_eq!(called.out, "content/a.md:1: this sh example fails: it takes longer than 1 s\n");
    assert!(started.elapsed() < Duration::from_secs(30));
    let processes = Command::new("ps").args(["-eo", "args"]).output().unwrap().stdout;
    assert!(!String::from_utf8_lossy(&processes).contains(mark));
}

/// It is found by its environment, which Linux shows.
#[cfg(target_os = "linux")]
#[test]
fn what_an_example_leaves_in_a_session_of_its_own_ends_with_it() {
    let mark = "lacuna-test-40917";
    let text = format!("```sh\nsetsid sh -c 'sleep 60; : {mark}' &\n```");
    let called = Book::new(&page(&text)).lacuna(&["test"]);
    assert_eq!((called.out.as_str(), called.code), ("", Some(0)), "{}", called.err);
    let processes = Command::new("ps").args(["-eo", "args"]).output().unwrap().stdout;
    assert!(!String::from_utf8_lossy(&processes).contains(mark));
}

#[test]
fn an_example_that_prints_without_end_is_ended() {
    check_test(
        "
        -- book.toml
        [examples]
        output-limit = 1000
        -- content/a.md
        ```sh
        while :; do :; echo; done
        ```
        ",
        "content/a.md:1: this sh example fails: it prints more than 1000 bytes\n",
        "1 example: 1 failed",
        1,
    );
}

#[test]
fn each_example_has_a_folder_of_its_own_with_the_files_of_the_page() {
    check_test(
        "
        -- content/a/index.md
        [data](../b/linked.txt) and {{#include ../b/included.txt}}
        ```sh
        cat data.txt deep/more.txt ../b/linked.txt ../b/included.txt ../reference/named.csv
        test ! -e ../reference/unnamed.csv; test ! -e index.m*; ls ..
        echo changed > data.txt
        ```
        ```text expect
        data
        more
        linked
        included
        named
        a
        b
        reference
        ```
        ```sh
        cat data.txt
        #> data
        ```
        -- content/a/data.txt
        data
        -- content/a/use.txt
        It reads named.csv.
        -- content/a/deep/more.txt
        more
        -- content/b/linked.txt
        linked
        -- content/b/included.txt
        included
        -- content/c/other.txt
        other
        -- content/reference/named.csv
        named
        -- content/reference/unnamed.csv
        unnamed
        ",
        "",
        "4 examples: 4 passed",
        0,
    );
}

#[test]
fn the_environment_is_clean() {
    let book = Book::new(&page("```sh\necho \"$SECRET_OF_CALLER$TZ$LC_ALL\"\n#> UTCC.UTF-8\n```"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
    command.arg("test").current_dir(book.0.path()).env("SECRET_OF_CALLER", "x");
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "1 example: 1 passed\n");
}

#[test]
fn a_missing_tool_is_not_run_and_never_passed() {
    let book = Book::new(
        "
        -- book.toml
        [examples.runners.odd]
        languages = [\"odd\"]
        command = [\"sh\", \"{file}\"]
        needs = \"lacuna-no-such-tool\"
        -- content/a.md
        ```odd
        x
        ```
        ",
    );
    let called = book.lacuna(&["test"]);
    assert_eq!((called.code, called.err.as_str()), (Some(0), "1 example: 1 not run\n"));
    assert_eq!(
        called.out,
        "content/a.md:1: this odd example isn't run: `lacuna-no-such-tool` isn't installed\n"
    );
    let strict = book.lacuna(&["test", "--no-skip"]);
    assert_eq!(strict.code, Some(2));
    assert!(strict.err.contains("1 example couldn't be run, and --no-skip asks for all"));
}

#[test]
fn a_runner_is_configuration() {
    check_test(
        "
        -- book.toml
        [examples.runners.words]
        languages = [\"words\"]
        files = [\"*.words\"]
        check-files = [\"draft.words\"]
        command = [\"grep\", \"-q\", \"yes\", \"{file}\"]
        check = [\"test\", \"-s\", \"{file}\"]
        setup = [[\"touch\", \"made.txt\"]]
        teardown = [[\"test\", \"-e\", \"made.txt\"]]
        template = \"head\\n{code}\\ntail\\n\"
        -- content/a/index.md
        ```words
        yes
        ```
        ```words
        no
        ```
        -- content/a/some.words
        yes
        -- content/a/draft.words
        no
        ",
        "content/a/index.md:4: this words example fails: exit status: 1\n",
        "4 examples: 3 passed, 1 failed",
        1,
    );
}

#[test]
fn files_are_examples_unless_the_book_says_why_not() {
    let book = Book::new(
        "
        -- book.toml
        [examples.ignore]
        \"a/bad.*\" = \"broken on purpose\"
        -- content/a/index.md
        # A
        -- content/a/bad.json
        {
        -- content/a/good.json
        {}
        -- content/a/table.csv
        a,b
        1,2,3
        -- content/a/data.yaml
        a: 1
        a: 2
        -- content/a/conf.toml
        a =
        ",
    );
    let called = book.lacuna(&["test"]);
    assert_eq!(
        called.out,
        "\
content/a/conf.toml:1: this toml example fails: it can't be parsed
    line 1: string values must be quoted, expected literal string
content/a/data.yaml:1: this yaml example fails: it can't be parsed
    line 2: duplicate mapping key: a
content/a/table.csv:1: this csv example fails: it can't be parsed
    line 2: 3 cells where the first line has 2
"
    );
    assert_eq!(called.err, "5 examples: 1 passed, 3 failed, 1 ignored\n");
}

#[test]
fn only_the_pages_that_are_named_are_tested() {
    let book = Book::new("-- a/index.md\n```sh\n```\n-- a/b.md\n```sh\n```\n-- c.md\n```sh\n```\n");
    for (names, count) in [
        (&["content/a/b.md"][..], "1 example"),
        (&["a"], "2 examples"),
        (&["./content/c.md", "a/b.md"], "2 examples"),
        (&[], "3 examples"),
    ] {
        let called = book.lacuna(&[&["test", "--list"], names].concat());
        assert_eq!(called.err, format!("{count}\n"), "{names:?}");
    }
    let called = book.lacuna(&["test", "nowhere.md"]);
    assert_eq!(
        (called.code, called.err.as_str()),
        (Some(2), "error: there is no page `nowhere.md`\n")
    );
}

#[test]
fn reports_for_programs_hold_every_example() {
    let book = Book::new("-- a.md\n```sh\nexit 1\n```\n```sh\n```\n```sh ignore=\"a & b\"\n```\n");
    let rows = book.json(&[])["examples"].as_array().unwrap().clone();
    let outcomes: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "passed", "ignored"]);
    assert_eq!(rows[0]["page"], "content/a.md");
    assert_eq!(rows[0]["line"], 1);
    assert_eq!(rows[0]["runner"], "sh");
    assert_eq!(rows[0]["message"], "exit status: 1");
    let junit = book.lacuna(&["test", "--format=junit"]).out;
    let document = roxmltree::Document::parse(&junit).unwrap();
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    let counts = ["tests", "failures", "skipped"].map(|name| suite.attribute(name).unwrap());
    assert_eq!(counts, ["3", "1", "1"]);
    let skipped = document.descendants().find(|node| node.has_tag_name("skipped")).unwrap();
    assert_eq!(skipped.attribute("message"), Some("a & b"));
}

#[test]
fn nothing_but_test_runs_an_example() {
    let book = Book::new("-- a.md\n```sh\ntouch /tmp/lacuna-ran-this\n```\n");
    for command in [&["build"][..], &["check"], &["test", "--list"]] {
        assert_eq!(book.lacuna(command).code, Some(0), "{command:?}");
    }
    assert!(!std::path::Path::new("/tmp/lacuna-ran-this").exists());
}

#[test]
fn a_result_is_remembered_until_the_example_or_its_files_change() {
    let book = Book::new(
        "-- a/index.md\n```sh\necho \"$(date +%N)\" > /dev/null; cat data.txt\n```\n-- a/data.txt\none\n",
    );
    let seconds =
        |arguments: &[&str]| book.json(arguments)["examples"][0]["seconds"].as_f64().unwrap();
    // The time of a run is remembered with it, so that another run would show another one.
    let first = (0..3).map(|_| seconds(&[])).collect::<Vec<_>>();
    assert_eq!(first, [first[0]; 3]);
    book.write("content/a/index.md", "```sh\nexit 1\n```\n");
    assert_eq!(book.lacuna(&["test"]).code, Some(1));
    assert_eq!(book.lacuna(&["test"]).code, Some(1), "a failure isn't remembered");
    book.write("content/a/index.md", "```sh\ngrep one data.txt\n```\n");
    assert_eq!(book.lacuna(&["test"]).code, Some(0));
    book.write("content/a/data.txt", "two\n");
    assert_eq!(book.lacuna(&["test"]).code, Some(1));
    assert_eq!(book.0.path().join(".lacuna/.gitignore").metadata().unwrap().len(), 2);
}

const GAP: &str = "
    -- book.toml
    [people.ann]
    -- content/checklist.md
    # Missing
    ## Critical
    ### Operations
    - **Backups**: none
    -- content/operations/backups.reviews.yaml
    - { by: ann, on: 2026-11-20, verdict: requested }
    ";

/// A page of a gap that is written, with an example in it.
fn guidance(example: &str) -> String {
    format!("{}\n```sh\n{example}\n```\n", full_page("Backups"))
}

/// The status of the one gap, with what is said of its examples.
#[track_caller]
fn check_status(book: &Book, status: &str, examples: &Value) {
    let called = book.lacuna(&["status", "--format=json"]);
    let json: Value = serde_json::from_str(&called.out).unwrap();
    let gap = &json["gaps"][0];
    assert_eq!((gap["status"].as_str(), &gap["examples"]), (Some(status), examples), "{gap:#}");
}

#[test]
fn a_recorded_failure_keeps_a_page_at_draft_until_it_is_mended_and_run() {
    let book = Book::new(GAP);
    let page = "content/operations/backups.md";
    book.write(page, &guidance("exit 1"));
    check_status(&book, "in-review", &Value::Null);
    assert_eq!(book.lacuna(&["test", "--record"]).code, Some(1));
    check_status(&book, "draft", &serde_json::json!({ "total": 1, "run": 1, "passed": 0 }));
    let said = book.lacuna(&["status", "backups"]).out;
    assert!(said.contains("- examples-pass: An example failed when it was last run. (content/operations/backups.md:"), "{said}");
    assert!(
        said.contains("next:    Mend the example; lacuna test shows what it prints."),
        "{said}"
    );
    book.write(page, &guidance("true"));
    check_status(&book, "in-review", &serde_json::json!({ "total": 1, "run": 0, "passed": 0 }));
    assert_eq!(book.lacuna(&["test", "--record"]).code, Some(0));
    check_status(&book, "in-review", &serde_json::json!({ "total": 1, "run": 1, "passed": 1 }));
    book.lacuna(&["build"]);
    let html = std::fs::read_to_string(book.0.path().join("book/operations/backups.html")).unwrap();
    assert!(html.contains("<li>Examples ran on <time>2026-11-22</time>: 1 of 1</li>"));
}

#[test]
fn a_book_can_ask_for_examples_that_are_recorded_as_they_stand() {
    let book = Book::new(GAP);
    let page = "content/operations/backups.md";
    book.write("book.toml", "[people.ann]\n[status]\nrequire-examples = true\n");
    book.write(page, &guidance("true"));
    check_status(&book, "draft", &serde_json::json!({ "total": 1, "run": 0, "passed": 0 }));
    let said = book.lacuna(&["status", "backups"]).out;
    assert!(said.contains("- examples-run: 1 of 1 example not recorded as they stand."), "{said}");
    assert!(said.contains("next:    Run the examples: lacuna test --record."), "{said}");
    book.lacuna(&["test", "--record"]);
    check_status(&book, "in-review", &serde_json::json!({ "total": 1, "run": 1, "passed": 1 }));
}

#[test]
fn records_hold_what_was_run_and_outlive_the_cache() {
    let book = Book::new(
        "-- a.md\n```sh name=one\ntrue\n```\n```sh\nexit 1\n```\n-- b.md\n```sh\nfalse || true\n```\n",
    );
    book.lacuna(&["test", "--record"]);
    let lock = || std::fs::read_to_string(book.0.path().join("examples.lock")).unwrap();
    let outcomes = |text: &str| {
        (
            text.matches("\"outcome\":\"passed\"").count(),
            text.matches("\"outcome\":\"failed\"").count(),
        )
    };
    let first = lock();
    assert_eq!(outcomes(&first), (2, 1));
    assert_eq!(book.lacuna(&["test", "--changed", "--list"]).out, "content/a.md:4  sh  run\n");
    // What isn't run this time keeps its record, and what is gone loses it.
    book.write("content/a.md", "```sh name=one\ntrue\n```\n");
    book.lacuna(&["test", "b.md", "--record"]);
    assert_eq!(outcomes(&lock()), (2, 0));
    std::fs::remove_dir_all(book.0.path().join(".lacuna")).unwrap();
    assert_eq!(book.lacuna(&["test", "--changed", "--list"]).err, "0 examples\n");
}

#[test]
fn a_lock_that_cannot_be_read_is_told() {
    let book = Book::new("-- a.md\n```sh\n```\n-- examples.lock\n<<<<<<< HEAD\n");
    book.write("examples.lock", "<<<<<<< HEAD\n");
    let check = book.lacuna(&["check", "--format=short"]);
    assert_eq!(
        check.out,
        "examples.lock:1:1: error[E002]: can't read this file: line 1 is no record; write it anew by `lacuna test --record`\n"
    );
    let test = book.lacuna(&["test"]);
    assert_eq!(test.code, Some(2));
    assert!(test.err.contains("help: delete `examples.lock`"), "{}", test.err);
}

#[test]
fn hidden_lines_are_run_and_not_shown() {
    let book =
        Book::new(&page("# A\n```sh hidelines=~\n~word=hidden\necho \"$word\"\n#> hidden\n```"));
    assert_eq!(book.lacuna(&["test"]).err, "1 example: 1 passed\n");
    book.lacuna(&["build"]);
    let html = std::fs::read_to_string(book.0.path().join("book/a.html")).unwrap();
    assert!(html.contains("echo") && !html.contains("word=hidden") && !html.contains("hidelines"));
}

#[test]
fn a_book_says_for_a_language_which_lines_are_hidden() {
    let book = Book::new(
        "
        -- book.toml
        [output.html.code.hidelines]
        sh = \"!\"
        -- a.md
        # A
        ```sh
        !word=hidden
        echo \"$word\"
        #> hidden
        ```
        ```sh hidelines=~
        ~! test -e nothing
        echo !shown
        #> !shown
        ```
        ",
    );
    assert_eq!(book.lacuna(&["test"]).err, "2 examples: 2 passed\n");
    book.lacuna(&["build"]);
    let html = || std::fs::read_to_string(book.0.path().join("book/a.html")).unwrap();
    assert!(html().contains("!shown") && !html().contains("word=hidden"));
    book.write("book.toml", "");
    book.lacuna(&["build"]);
    assert!(html().contains("word=hidden") || html().contains("word</span>"), "{}", html());
}
