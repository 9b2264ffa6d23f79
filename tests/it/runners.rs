//! Each kind of example with the tool that runs it: one that works passes, and one change for the
//! worse is told in these words.
//!
//! `scripts/test` installs the tools. Where one is missing its test passes over it, unless
//! `LACUNA_SLOW_TESTS` is set as that script does.

#![expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them so")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use snapbox::{Data, assert_data_eq, str};

use crate::support::parse_fixture;

/// Where programs are looked for: what `scripts/test` installs, then the rest of the machine.
fn path() -> OsString {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = ["target/handbook-tools/programs", "node_modules/.bin"].map(|name| here.join(name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = own.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(all.chain([PathBuf::from("/usr/sbin")])).unwrap()
}

fn test(book: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
    command.arg("test").args(arguments).current_dir(book).env("PATH", path());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Checks that all examples of a book pass, with the tool that is named or in the program itself,
/// and what is said when `right` is replaced by `wrong`.
#[track_caller]
fn check_mutant(
    tool: Option<&str>,
    fixture: &str,
    right: &str,
    wrong: &str,
    said: impl Into<Data>,
) {
    if let Some(tool) = tool.filter(|tool| !is_here(tool)) {
        let is_asked = std::env::var_os("LACUNA_SLOW_TESTS").is_some();
        assert!(!is_asked, "{tool} is missing; scripts/test installs it");
        return;
    }
    let book = tempfile::tempdir().unwrap();
    write(book.path(), fixture);
    let (code, out, err) = test(book.path(), &["--no-skip"]);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert_eq!(fixture.matches(right).count(), 1, "`{right}` stands there once");
    write(book.path(), &fixture.replace(right, wrong));
    let (code, out, err) = test(book.path(), &["--no-skip"]);
    assert_data_eq!(out, said.into());
    assert_eq!(code, Some(1), "{err}");
}

fn is_here(tool: &str) -> bool {
    std::env::split_paths(&path()).any(|folder| folder.join(tool).is_file())
}

fn write(book: &Path, fixture: &str) {
    let mut files = parse_fixture(fixture);
    files.entry("book.toml".to_string()).or_default();
    files.entry("content/index.md".to_string()).or_insert("# Home\n".to_string());
    for (name, text) in files {
        let path = book.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn python_prints_something_else() {
    check_mutant(
        Some("python3"),
        "
        -- content/a.md
        # A

        ```python
        print(2 + 3)
        #> 5
        ```
        ",
        "#> 5",
        "#> 6",
        str![[r#"
content/a.md:3: this python example fails: it prints something else
    expected:
      6
    printed:
      5

"#]],
    );
}

#[test]
fn python_raises_on_a_line_of_the_page() {
    check_mutant(
        Some("python3"),
        "
        -- content/a.md
        # A

        ```python
        rates = {\"EUR\": 1}
        rates[\"EUR\"]
        ```
        ",
        "rates[\"EUR\"]",
        "rates[\"USD\"]",
        str![[r#"
content/a.md:3: this python example fails: exit status: 1
    Traceback (most recent call last):
      File "content/a.md", line 5, in <module>
        rates["USD"]
        ~~~~~^^^^^^^
    KeyError: 'USD'

"#]],
    );
}

#[test]
fn a_python_file_is_no_python() {
    check_mutant(
        Some("python3"),
        "
        -- content/a/index.md
        # A
        -- content/a/tool.py
        def half(number):
            return number / 2
        ",
        "half(number):",
        "half(number)",
        str![[r#"
content/a/tool.py:1: this python example fails: exit status: 1
    Traceback (most recent call last):
...
      File "tool.py", line 1
        def half(number)
                        ^
    SyntaxError: expected ':'

"#]],
    );
}

#[test]
fn a_test_in_python_fails() {
    check_mutant(
        Some("python3"),
        "
        -- content/a/index.md
        # A
        -- content/a/half.py
        def half(number):
            return number / 2
        -- content/a/test_half.py
        import unittest
        from half import half


        class HalfTest(unittest.TestCase):
            def test_half_of_four(self):
                self.assertEqual(half(4), 2)
        ",
        "number / 2",
        "number / 3",
        str![[r#"
content/a/test_half.py:1: this python-unittest example fails: exit status: 1
    F
    ======================================================================
    FAIL: test_half_of_four (test_half.HalfTest[..])
    ----------------------------------------------------------------------
    Traceback (most recent call last):
      File "content/a/test_half.py", line 7, in test_half_of_four
        self.assertEqual(half(4), 2)
...
    AssertionError: 1.3333333333333333 != 2
    ----------------------------------------------------------------------
    Ran 1 test in [..]s
    FAILED (failures=1)

"#]],
    );
}

#[test]
fn a_pipe_fails_in_bash() {
    check_mutant(
        Some("bash"),
        "
        -- content/a.md
        ```bash
        true | cat
        ```
        ",
        "true |",
        "false |",
        str![[r#"
content/a.md:1: this bash example fails: exit status: 1

"#]],
    );
}

#[test]
fn shellcheck_finds_a_fault_in_a_script() {
    check_mutant(
        Some("shellcheck"),
        "
        -- content/a/index.md
        # A
        -- content/a/run.sh
        #!/bin/sh
        rm -- \"$1\"
        ",
        "\"$1\"",
        "$1",
        str![[r#"
content/a/run.sh:1: this shellcheck example fails: exit status: 1
    In run.sh line 2:
    rm -- $1
          ^-- SC2086 (info): Double quote to prevent globbing and word splitting.
    Did you mean:[..]
    rm -- "$1"
...

"#]],
    );
}

#[test]
fn postgresql_finds_a_fault_of_syntax() {
    check_mutant(
        Some("psql"),
        "
        -- content/a.md
        # A

        ```sql setup
        create table keys (id int primary key, ends date);
        ```
        ```sql
        insert into keys values (1, null);
        ```
        ",
        "insert into",
        "insert onto",
        str![[r#"
content/a.md:6: this sql example fails: exit status: 3
    psql:a.md:7: ERROR:  syntax error at or near "onto"
    LINE 1: insert onto keys values (1, null);
                   ^

"#]],
    );
}

#[test]
fn postgresql_refuses_a_row() {
    check_mutant(
        Some("psql"),
        "
        -- content/a.md
        # A

        ```sql
        create table prices (cents int check (cents > 0));
        insert into prices values (1);
        ```
        ",
        "values (1)",
        "values (0)",
        str![[r#"
content/a.md:3: this sql example fails: exit status: 3
    psql:a.md:5: ERROR:  new row for relation "prices" violates check constraint "prices_cents_check"
    DETAIL:  Failing row contains (0).

"#]],
    );
}

#[test]
fn postgresql_gives_another_value() {
    check_mutant(
        Some("psql"),
        "
        -- content/a.md
        # A

        ```sql
        \\pset format unaligned
        \\pset tuples_only
        select sum(n) from generate_series(1, 4) as n;
        --> 10
        ```
        ",
        "series(1, 4)",
        "series(1, 5)",
        str![[r#"
content/a.md:3: this sql example fails: it prints something else
    expected:
      10
    printed:
      15

"#]],
    );
}

#[test]
fn postgresql_checks_the_syntax_of_a_file_that_is_not_run() {
    check_mutant(
        Some("psql"),
        "
        -- content/a/index.md
        # A
        -- content/a/revoke.sql
        update nowhere set ended = now() where id = :'id';
        ",
        "update nowhere set",
        "update nowhere sett",
        str![[r#"
content/a/revoke.sql:1: this sql example fails: exit status: 1
    ERROR:  syntax error at or near "ended"
    LINE 1: ...ntax is right'; end $lacuna$; update nowhere sett ended = no...
                                                                 ^

"#]],
    );
}

#[test]
fn sqlite_gives_another_value() {
    check_mutant(
        Some("sqlite3"),
        "
        -- content/a.md
        # A

        ```sqlite
        select 6 * 7;
        --> 42
        ```
        ",
        "6 * 7",
        "6 * 8",
        str![[r#"
content/a.md:3: this sqlite example fails: it prints something else
    expected:
      42
    printed:
      48

"#]],
    );
}

#[test]
fn sqlite_finds_a_fault_of_syntax() {
    check_mutant(
        Some("sqlite3"),
        "
        -- content/a.md
        ```sqlite
        create table t (a int);
        ```
        ",
        "create table",
        "create tabel",
        str![[r#"
content/a.md:1: this sqlite example fails: exit status: 1
    Parse error near line 2: near "tabel": syntax error
...

"#]],
    );
}

#[test]
fn node_finds_an_assertion_that_fails() {
    check_mutant(
        Some("node"),
        "
        -- content/a.md
        # A

        ```js
        import assert from 'node:assert/strict';
        assert.equal([1, 2].length, 2);
        ```
        ",
        "length, 2)",
        "length, 3)",
        str![[r#"
content/a.md:3: this javascript example fails: exit status: 1
...
    AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
    2 !== 3
        at file://content/a.md:5:8
...

"#]],
    );
}

#[test]
fn a_script_is_no_javascript() {
    check_mutant(
        Some("node"),
        "
        -- content/a/index.md
        # A
        -- content/a/send.mjs
        export const send = () => 1;
        ",
        "() => 1",
        "() => ",
        str![[r#"
content/a/send.mjs:1: this javascript example fails: exit status: 1
    content/a/send.mjs:1
    export const send = () => ;
                              ^
    SyntaxError: Unexpected token ';'
...

"#]],
    );
}

#[test]
fn a_test_in_javascript_fails() {
    check_mutant(
        Some("node"),
        "
        -- content/a/index.md
        # A
        -- content/a/half.test.mjs
        import assert from 'node:assert/strict';
        import { test } from 'node:test';
        test('half of four', () => assert.equal(4 / 2, 2));
        ",
        "4 / 2, 2",
        "4 / 2, 3",
        str![[r#"
content/a/half.test.mjs:1: this javascript-test example fails: exit status: 1
...
        2 !== 3
...

"#]],
    );
}

#[test]
fn rustdoc_finds_an_assertion_that_fails() {
    check_mutant(
        Some("rustdoc"),
        "
        -- content/a.md
        # A

        ```rust
        # let limit = 3;
        assert_eq!(limit, 3);
        ```
        ",
        "(limit, 3)",
        "(limit, 4)",
        str![[r#"
content/a.md:3: this rust example fails: exit status: 101
    running 1 test
    test a.md - (line 3) ... FAILED
...
    assertion `left == right` failed
      left: 3
     right: 4
...

"#]],
    );
}

#[test]
fn json_has_a_comma_too_many() {
    check_mutant(
        None,
        "
        -- content/a.md
        # A

        ```json
        { \"a\": 1 }
        ```
        ",
        "1 }",
        "1, }",
        str![[r#"
content/a.md:3: this json example fails: it can't be parsed
    line 4: trailing comma

"#]],
    );
}

#[test]
fn yaml_has_a_key_twice() {
    check_mutant(
        None,
        "
        -- content/a.md
        # A

        ```yaml
        a: 1
        b: 2
        ```
        ",
        "b: 2",
        "a: 2",
        str![[r#"
content/a.md:3: this yaml example fails: it can't be parsed
    line 5: duplicate mapping key: a

"#]],
    );
}

#[test]
fn toml_has_a_table_twice() {
    check_mutant(
        None,
        "
        -- content/a.md
        # A

        ```toml
        [a]
        [b]
        ```
        ",
        "[b]",
        "[a]",
        str![[r#"
content/a.md:3: this toml example fails: it can't be parsed
    line 5: duplicate key

"#]],
    );
}

#[test]
fn csv_has_a_row_that_is_too_short() {
    check_mutant(
        None,
        "
        -- content/a/index.md
        # A
        -- content/a/roles.csv
        role,may
        owner,all
        ",
        "owner,all",
        "owner",
        str![[r#"
content/a/roles.csv:1: this csv example fails: it can't be parsed
    line 2: 1 cell where the first line has 2

"#]],
    );
}

#[test]
#[cfg(feature = "diagrams")]
fn a_diagram_has_an_arrow_that_leads_nowhere() {
    check_mutant(
        None,
        "
        -- content/a.md
        # A

        ```mermaid
        ---
        title: States
        ---
        flowchart LR
            draft --> sent
            sent --> paid
        ```
        ",
        "sent --> paid",
        "sent -->",
        str![[r#"
content/a.md:3: this mermaid example fails: it can't be drawn
    line 9: unexpected end of input; expected node identifier, edge label

"#]],
    );
}

#[test]
#[cfg(feature = "diagrams")]
fn a_diagram_beside_a_page_is_of_no_kind() {
    check_mutant(
        None,
        "
        -- content/a/index.md
        # A
        -- content/a/flow.mmd
        sequenceDiagram
            customer->>shop: order
        ",
        "sequenceDiagram",
        "sequenceDiagarm",
        str![[r#"
content/a/flow.mmd:1: this mermaid example fails: it can't be drawn
    it names no kind of diagram

"#]],
    );
}

#[test]
fn a_sample_violates_its_schema() {
    check_mutant(
        Some("check-jsonschema"),
        "
        -- content/a/index.md
        # A
        -- content/a/event.schema.json
        { \"type\": \"object\", \"required\": [\"id\"], \"properties\": { \"id\": { \"type\": \"string\" } } }
        -- content/a/event.json
        { \"$schema\": \"event.schema.json\", \"id\": \"evt_1\" }
        ",
        "\"evt_1\"",
        "1",
        str![[r#"
content/a/event.json:1: this json example fails: exit status: 1
    Schema validation errors were encountered.
      event.json::$.id: 1 is not of type 'string'

"#]],
    );
}

#[test]
fn a_fence_violates_the_schema_that_it_names() {
    check_mutant(
        Some("check-jsonschema"),
        "
        -- content/a/index.md
        # A

        ```yaml schema=plan.schema.json
        seats: 5
        ```
        -- content/a/plan.schema.json
        { \"type\": \"object\", \"properties\": { \"seats\": { \"minimum\": 1 } } }
        ",
        "seats: 5",
        "seats: 0",
        str![[r#"
content/a/index.md:3: this yaml example fails: exit status: 1
    Schema validation errors were encountered.
      index.md::$.seats: 0 is less than the minimum of 1

"#]],
    );
}

#[test]
fn a_schema_is_none() {
    check_mutant(
        Some("check-jsonschema"),
        "
        -- content/a/index.md
        # A
        -- content/a/event.schema.json
        { \"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\" }
        ",
        "\"object\"",
        "\"objekt\"",
        str![[r#"
content/a/event.schema.json:1: this jsonschema example fails: exit status: 1
    Schema validation errors were encountered.
      event.schema.json::$.type: 'objekt' is not valid under any of the given schemas
...

"#]],
    );
}

#[test]
fn an_openapi_document_lacks_what_it_must_have() {
    check_mutant(
        Some("openapi-spec-validator"),
        "
        -- content/a/index.md
        # A
        -- content/a/openapi.yaml
        openapi: 3.1.0
        info: { title: T, version: '1' }
        paths:
          /keys:
            get:
              responses:
                '200': { description: The keys }
        ",
        "{ description: The keys }",
        "{ summary: The keys }",
        str![[r#"
content/a/openapi.yaml:1: this openapi example fails: exit status: 1
    openapi.yaml: Validation Error: 'description' is a required property
...
    On instance['paths']['/keys']['get']['responses']['200']:
        {'summary': 'The keys'}

"#]],
    );
}

#[test]
fn promtool_refuses_a_rule() {
    check_mutant(
        Some("promtool"),
        "
        -- content/a/index.md
        # A
        -- content/a/alerts.yaml
        groups:
          - name: api
            rules:
              - alert: Slow
                expr: rate(slow_total[5m]) > 1
        ",
        "[5m]) >",
        "[5m] >",
        str![[r#"
content/a/alerts.yaml:1: this promtool example fails: exit status: 1
    Checking alerts.yaml
      FAILED:
    alerts.yaml: 5:15: group "api", rule 1, "Slow": could not parse expression: 1:24: parse error: unclosed left parenthesis

"#]],
    );
}

#[test]
fn promtool_finds_that_an_alert_does_not_fire() {
    check_mutant(
        Some("promtool"),
        "
        -- content/a/index.md
        # A
        -- content/a/alerts.yaml
        groups:
          - name: api
            rules:
              - alert: Down
                expr: up == 0
                for: 2m
        -- content/a/alerts.test.yaml
        rule_files: [alerts.yaml]
        tests:
          - interval: 1m
            input_series:
              - series: up
                values: 0x10
            alert_rule_test:
              - eval_time: 5m
                alertname: Down
                exp_alerts: [{ exp_labels: {} }]
        ",
        "for: 2m",
        "for: 9m",
        str![[r#"
content/a/alerts.test.yaml:1: this promtool-test example fails: exit status: 1
    Unit Testing:  alerts.test.yaml
      FAILED:
        alertname: Down, time: 5m,[..]
            exp:[
...
            got:[]

"#]],
    );
}

#[test]
fn nginx_refuses_a_directive() {
    check_mutant(
        Some("nginx"),
        "
        -- content/a.md
        # A

        ```nginx
        server {
            listen 127.0.0.1:8080;
            server_tokens off;
        }
        ```
        ",
        "server_tokens",
        "server_token",
        str![[r#"
content/a.md:3: this nginx example fails: exit status: 1
    [..] [emerg] [..]: unknown directive "server_token" in content/a.md:6
    nginx: configuration file content/a.md test failed

"#]],
    );
}

#[test]
fn a_dockerfile_has_an_instruction_that_does_not_exist() {
    check_mutant(
        Some("dockerfile-utils"),
        "
        -- content/a.md
        # A

        ```dockerfile
        FROM debian:13
        COPY . /srv
        ```
        ",
        "COPY .",
        "CPOY .",
        str![[r#"
content/a.md:3: this dockerfile example fails: exit status: 1
    Line: 5
    CPOY . /srv
    ^^^^
    Error: Unknown instruction: CPOY

"#]],
    );
}
