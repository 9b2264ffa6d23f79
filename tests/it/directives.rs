//! Directives: what `{{#include}}`, `{{#var}}`, `{{#table}}` and `{{#value}}` fill in, and what
//! is said when they can't.

use super::support::{Sandbox, check_findings, parse_fixture, without_anchors};

/// Checks the HTML of `content/page.md`.
#[track_caller]
fn check_page(fixture: &str, expected: &str) {
    let sandbox = Sandbox::with_files(&parse_fixture(fixture));
    assert_eq!(without_anchors(&sandbox.prose("page.html")), expected);
}

/// Checks what a block of code on `content/page.md` holds.
#[track_caller]
fn check_code(fixture: &str, expected: &str) {
    let sandbox = Sandbox::with_files(&parse_fixture(fixture));
    let prose = sandbox.prose("page.html");
    let (_, code) = prose.split_once("<code>").expect("there is code");
    assert_eq!(code.split("</code>").next(), Some(expected));
}

#[test]
fn a_whole_file_is_included() {
    check_page(
        "
        -- parts/a.md
        One *two*.

        Three.
        -- page.md
        Before

        {{#include parts/a.md}}

        after.
        ",
        "<p>Before</p>\n<p>One <em>two</em>.</p>\n<p>Three.</p>\n<p>after.</p>",
    );
}

#[test]
fn an_include_may_stand_in_a_sentence() {
    check_page(
        "
        -- name.txt
        the harbour
        -- page.md
        At {{#include name.txt}}, twice: {{#include  name.txt }}.
        ",
        "<p>At the harbour, twice: the harbour.</p>",
    );
}

#[test]
fn lines_are_included_in_all_forms() {
    for (lines, expected) in [
        (":2", "2\n"),
        (":2:3", "2\n3\n"),
        (":3:", "3\n4\n"),
        ("::2", "1\n2\n"),
        (":1:4", "1\n2\n3\n4\n"),
        (":", "1\n2\n3\n4\n"),
    ] {
        check_code(
            &format!(
                "-- four.txt\n1\n2\n3\n4\n-- page.md\n```text\n{{{{#include four.txt{lines}}}}}\n```\n"
            ),
            expected,
        );
    }
}

#[test]
fn an_anchor_is_included_without_the_lines_that_mark_it() {
    check_code(
        "
        -- keys.sql
        select 0;
        # ANCHOR: table
        create table keys (
        # ANCHOR: inner
          id int
        # ANCHOR_END: inner
        );
        # ANCHOR_END: table
        select 1;
        -- page.md
        ```text
        {{#include keys.sql:table}}
        ```
        ",
        "create table keys (\n  id int\n);\n",
    );
}

#[test]
fn a_whole_file_is_included_without_its_anchor_lines() {
    check_code(
        "
        -- a.txt
        1
        // ANCHOR: x
        2
        // ANCHOR_END: x
        3
        -- page.md
        ```text
        {{#include a.txt}}
        ```
        ",
        "1\n2\n3\n",
    );
}

#[test]
fn an_included_page_may_include_others_relative_to_itself() {
    check_page(
        "
        -- deep/er/c.txt
        innermost
        -- deep/b.md
        Here {{#include er/c.txt}}.
        -- page.md
        {{#include deep/b.md}}
        ",
        "<p>Here innermost.</p>",
    );
}

#[test]
fn code_that_is_included_is_not_searched_for_directives() {
    check_code(
        "
        -- a.txt
        {{#include b.txt}} {{#var x}}
        -- page.md
        ```text
        {{#include a.txt}}
        ```
        ",
        "{{#include b.txt}} {{#var x}}\n",
    );
}

#[test]
fn an_include_in_a_list_item_stays_in_it() {
    check_page(
        "
        -- a.md
        One.

        - inner
        -- page.md
        - item

          {{#include a.md}}
        - next
        ",
        "<ul>\n<li><p>item</p>\n<p>One.</p>\n<ul>\n<li>inner</li>\n</ul>\n</li>\n\
         <li><p>next</p>\n</li>\n</ul>",
    );
}

#[test]
fn an_include_in_a_quotation_stays_in_it() {
    check_page(
        "
        -- a.md
        One.

        Two.
        -- page.md
        > {{#include a.md}}

        After.
        ",
        "<blockquote>\n<p>One.</p>\n<p>Two.</p>\n</blockquote>\n<p>After.</p>",
    );
}

#[test]
fn indented_code_in_a_list_item_keeps_its_lines_together() {
    check_code(
        "
        -- a.sh
        if x
          then y
        -- page.md
        1. Run

           ```text
           {{#include a.sh}}
           ```
        ",
        "if x\n  then y\n",
    );
}

#[test]
fn line_ends_of_windows_do_not_reach_the_text() {
    let files = [
        (
            "content/page.md",
            "---\r\ntitle: T\r\n---\r\nA\r\n\r\n```text\r\n{{#include b.txt:2:3}}\r\n```\r\n",
        ),
        ("content/b.txt", "1\r\n2\r\n3\r\n4\r\n"),
    ];
    let files = files.map(|(name, text)| (name.to_string(), text.to_string()));
    let sandbox = Sandbox::with_files(&files.into());
    assert_eq!(
        sandbox.prose("page.html"),
        "<p>A</p>\n<div class=\"code\" data-language=\"text\"><pre tabindex=\"0\"><code>2\n3\n\
         </code></pre></div>"
    );
}

#[test]
fn the_front_matter_of_an_included_page_is_left_out() {
    for name in ["other.md", "other.markdown"] {
        check_page(
            &format!(
                "-- {name}\n---\ntitle: Other\n---\nIts text.\n-- page.md\n{{{{#include {name}}}}}\n"
            ),
            "<p>Its text.</p>",
        );
    }
}

#[test]
fn an_escaped_directive_stays_as_text() {
    check_page(
        "
        -- page.md
        Write \\{{#include a.md}} and `\\{{#var x}}`.
        ",
        "<p>Write {{#include a.md}} and <code>{{#var x}}</code>.</p>",
    );
}

#[test]
fn an_unknown_directive_stays_as_text() {
    check_page("-- page.md\nWrite {{#inlcude a.md}}.\n", "<p>Write {{#inlcude a.md}}.</p>");
}

#[test]
fn an_unknown_directive_is_worth_a_warning_in_text_only() {
    check_findings(
        "
        -- page.md
        Write {{#inlcude a.md}}.

        `{{#inlcude a.md}}`

        ```text
        {{#inlcude a.md}}
        ```

        ~~~~
        ```
        {{#inlcude a.md}}
        ~~~~

        {{#if x}}
        ",
        &[
            "content/page.md:1:7: warning[D007]: there is no directive `inlcude`; it stays as it is",
            "content/page.md:14:1: warning[D007]: there is no directive `if`; it stays as it is",
        ],
    );
}

#[test]
fn what_is_no_directive_is_left_alone() {
    for text in ["{{#}}", "{{#a.b c}}", "{{#include x", "{{x}}", "{{/if}}"] {
        check_findings(&format!("-- page.md\nText {text}\n"), &[]);
    }
}

#[test]
fn variables_are_filled_in_everywhere() {
    check_page(
        "
        -- book.toml
        [variables]
        organisation = \"Harbour & *Co*\"
        days = 90
        live = true
        -- page.md
        At {{#var organisation}}: {{#var days}} days, {{#var live}}.

        ```text
        {{#var organisation}}
        ```
        ",
        "<p>At Harbour &amp; <em>Co</em>: 90 days, true.</p>\n\
         <div class=\"code\" data-language=\"text\"><pre tabindex=\"0\"><code>Harbour &amp; *Co*\n\
         </code></pre></div>",
    );
}

const ROLES: &str = "-- roles.csv
role,mfa_days,note
owner,30,a|b
member,90,\"two
lines\"
";

fn row(cells: &[&str], tag: &str) -> String {
    let open = if tag == "th" { "th scope=\"col\"" } else { tag };
    let cells: String = cells.iter().map(|cell| format!("<{open}>{cell}</{tag}>")).collect();
    format!("<tr>{cells}</tr>\n")
}

#[track_caller]
fn check_table(fixture: &str, head: &[&str], rows: &[&[&str]]) {
    let rows: String = rows.iter().map(|cells| row(cells, "td")).collect();
    check_page(
        fixture,
        &format!(
            "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\"><table>\n\
             <thead>\n{}</thead>\n<tbody>\n{rows}</tbody>\n</table></div>",
            row(head, "th")
        ),
    );
}

#[test]
fn a_csv_file_becomes_a_table() {
    check_table(
        &format!("{ROLES}-- page.md\n{{{{#table roles.csv}}}}\n"),
        &["Role", "Mfa days", "Note"],
        &[&["owner", "30", "a|b"], &["member", "90", "two lines"]],
    );
}

#[test]
fn html_in_data_is_shown_as_it_stands() {
    check_page(
        r"
        -- data.csv
        id,note
        a,<b>bold</b> `<id>` *so*
        -- data.yaml
        name: <img src=x onerror=alert(1)>
        -- page.md
        {{#value data.csv a.note}}, {{#value data.yaml name}}, `{{#value data.yaml name}}`
        ",
        "<p>&lt;b&gt;bold&lt;/b&gt; <code>&lt;id&gt;</code> <em>so</em>, \
         &lt;img src=x onerror=alert(1)&gt;, \
         <code>&lt;img src=x onerror=alert(1)&gt;</code></p>",
    );
    check_table(
        "
        -- data.csv
        id,note
        a,<b>bold</b> `<id>` *so*
        -- page.md
        {{#table data.csv}}
        ",
        &["Id", "Note"],
        &[&["a", "&lt;b&gt;bold&lt;/b&gt; <code>&lt;id&gt;</code> <em>so</em>"]],
    );
}

#[test]
fn columns_and_rows_of_a_table_are_chosen() {
    check_table(
        &format!(
            "{ROLES}-- page.md\n{{{{#table roles.csv columns=\"mfa_days, role\" where=\"role=member\"}}}}\n"
        ),
        &["Mfa days", "Role"],
        &[&["90", "member"]],
    );
}

#[test]
fn a_yaml_list_of_maps_becomes_a_table() {
    check_table(
        "
        -- events.yaml
        - name: created
          fields: [id, at]
        - name: gone
          why: asked
        -- page.md
        {{#table events.yaml}}
        ",
        &["Name", "Fields", "Why"],
        &[&["created", "id, at", ""], &["gone", "", "asked"]],
    );
}

#[test]
fn a_yaml_map_of_maps_becomes_a_table_with_its_keys() {
    check_table(
        "
        -- plans.yaml
        free:
          seats: 3
        team:
          seats: 50
        -- page.md
        {{#table plans.yaml}}
        ",
        &["Id", "Seats"],
        &[&["free", "3"], &["team", "50"]],
    );
}

#[test]
fn a_table_in_a_list_item_stays_in_it() {
    let fixture = format!("{ROLES}-- page.md\n- item\n\n  {{{{#table roles.csv columns=role}}}}\n");
    let prose = Sandbox::new(&fixture).prose("page.html");
    assert!(prose.contains("<td>member</td></tr>\n</tbody>\n</table></div>\n</li>"), "{prose}");
}

#[test]
fn single_values_come_from_yaml_and_csv() {
    check_page(
        &format!(
            "{ROLES}-- limits.yaml
api:
  rates: [10, 60]
  name: Public API
-- page.md
{{{{#value limits.yaml api.name}}}}: {{{{#value limits.yaml api.rates.1}}}}, all {{{{#value limits.yaml api.rates}}}}; {{{{#value roles.csv owner.mfa_days}}}}.
"
        ),
        "<p>Public API: 60, all 10, 60; 30.</p>",
    );
}

#[test]
fn a_missing_file_is_an_error_and_the_directive_stays() {
    let fixture = "
        -- page.md
        # T

        See {{#include parts/a.md}}.
        ";
    check_findings(fixture, &["content/page.md:3:5: error[D001]: no file at `content/parts/a.md`"]);
    check_page(fixture, "<p>See {{#include parts/a.md}}.</p>");
}

#[test]
fn a_missing_anchor_is_an_error() {
    check_findings(
        "
        -- a.txt
        # ANCHOR: table
        -- page.md
        {{#include a.txt:tabel}}
        ",
        &["content/page.md:1:1: error[D002]: `content/a.txt` has no anchor `tabel`"],
    );
}

#[test]
fn missing_lines_are_an_error() {
    check_findings(
        "
        -- a.txt
        1
        2
        -- page.md
        {{#include a.txt:3:4}}
        ",
        &["content/page.md:1:1: error[D003]: `content/a.txt` has 2 lines, so none from 3 on"],
    );
}

#[test]
fn a_missing_value_is_an_error() {
    check_findings(
        "
        -- a.yaml
        b: 1
        -- page.md
        {{#value a.yaml c}}
        ",
        &["content/page.md:1:1: error[D002]: `content/a.yaml` has no value `c`"],
    );
}

#[test]
fn an_include_cannot_leave_the_project() {
    for path in ["../../secret", "../../../etc/passwd", "C:/x", "/../x", "a/..\\..\\..\\x"] {
        // A colon begins the lines that are meant, so that `C:/x` is the anchor `/x` of `C`.
        let code = if path == "C:/x" { "D001" } else { "D006" };
        let fixture = format!("-- page.md\n{{{{#include {path}}}}}\n");
        let found = Sandbox::new(&fixture).findings();
        assert!(found.starts_with(&format!("content/page.md:1:1: error[{code}]: ")), "{found}");
    }
}

#[test]
fn files_of_the_project_outside_the_content_can_be_included() {
    check_page(
        "
        -- themes/x/a.txt
        shared
        -- page.md
        {{#include ../themes/x/a.txt}} {{#include /themes/x/a.txt}}
        ",
        "<p>shared shared</p>",
    );
}

#[test]
fn a_page_that_includes_itself_is_an_error() {
    check_findings(
        "
        -- page.md
        {{#include page.md}}
        ",
        &["content/page.md:1:1: error[D005]: `content/page.md` includes itself"],
    );
}

#[test]
fn a_circle_of_includes_is_an_error_where_it_closes() {
    check_findings(
        "
        -- a.txt
        -- x.md
        X {{#include y.md}}
        -- y.md
        Y {{#include x.md}}
        ",
        &[
            "content/x.md:1:3: error[D005]: `content/y.md` includes itself",
            "content/y.md:1:3: error[D005]: `content/x.md` includes itself",
        ],
    );
}

#[test]
fn includes_nest_ten_deep() {
    let chain = |length: usize| {
        let link = |n: usize| format!("-- n{n}.md\n{{{{#include n{}.md}}}}\n", n + 1);
        (0..length).map(link).collect::<String>() + &format!("-- n{length}.md\nEnd.\n")
    };
    assert_eq!(Sandbox::new(&chain(10)).findings(), "");
    let found = Sandbox::new(&chain(11)).findings();
    assert_eq!(found, "content/n10.md:1:1: error[D005]: includes are nested deeper than 10\n");
}

#[test]
fn an_unset_variable_is_an_error() {
    check_findings(
        "
        -- page.md
        At {{#var organization}}.
        ",
        &[
            "content/page.md:1:4: error[D004]: `[variables]` in `book.toml` doesn't set `organization`",
        ],
    );
}

#[test]
fn faults_of_tables_are_told_where_they_are() {
    for (files, directive, expected) in [
        (
            "-- r.csv\na,b\n1,2\n",
            "table r.csv columns=\"c\"",
            "content/page.md:1:1: error[D008]: there is no column `c`: `a`, `b`",
        ),
        (
            "-- r.csv\na,b\n1,2\n",
            "table r.csv where=\"c=1\"",
            "content/page.md:1:1: error[D008]: there is no column `c`: `a`, `b`",
        ),
        (
            "-- r.csv\na,b\n1,2\n",
            "table r.csv sort=a",
            "content/page.md:1:1: error[D009]: `table` has no option `sort`: `columns`, `where`",
        ),
        (
            "-- r.csv\na,b\n1,2\n",
            "table r.csv where=\"a\"",
            "content/page.md:1:1: error[D009]: `where` reads like `where=\"column=value\"`",
        ),
        (
            "-- r.csv\na,b\n1,2\n",
            "table r.csv columns=\"a",
            "content/page.md:1:1: error[D009]: a quotation mark has no partner",
        ),
        (
            "-- r.yaml\n- 1\n",
            "table r.yaml",
            "content/r.yaml:1:1: error[D008]: a table is made from a list of maps, or from a map of maps",
        ),
        (
            "-- r.yaml\n- 1\n",
            "table s.yaml",
            "content/page.md:1:1: error[D001]: no file at `content/s.yaml`",
        ),
        (
            "-- r.yaml\n- 1\n",
            "table",
            "content/page.md:1:1: error[D009]: the directive names no file",
        ),
        (
            "-- r.yaml\n- 1\n",
            "include",
            "content/page.md:1:1: error[D009]: the directive names no file",
        ),
        (
            "-- r.yaml\n- 1\n",
            "value r.yaml",
            "content/page.md:1:1: error[D009]: `value` takes a file and a key",
        ),
    ] {
        check_findings(&format!("{files}-- page.md\n{{{{#{directive}}}}}\n"), &[expected]);
    }
}

#[test]
fn a_row_of_another_length_is_told_in_the_data_file() {
    check_findings(
        "
        -- r.csv
        a,b
        1,2
        1
        -- page.md
        {{#table r.csv}}
        ",
        &[
            "content/r.csv:3:1: error[D008]: CSV error: record 2 (line: 3, byte: 8): found record with 1 fields, but the previous record has 2 fields",
        ],
    );
}

#[test]
fn findings_in_an_included_text_name_its_own_file_and_line() {
    check_findings(
        "
        -- parts/a.txt
        ignored
        -- page.md
        # T

        {{#include other/b.md}}

        [x](also-missing.md)
        -- other/b.md
        ---
        title: B
        ---
        One
        two [y](missing.md)
        -- other/c.csv
        ",
        &[
            "content/other/b.md:5:5: error[L001]: no page at `missing.md`",
            "content/page.md:5:1: error[L001]: no page at `also-missing.md`",
        ],
    );
}

#[test]
fn links_in_an_included_text_start_from_its_own_folder() {
    check_page(
        "
        -- other/b.md
        See [c](c.md).
        -- other/c.md
        # C
        -- page.md
        {{#include other/b.md}}
        ",
        "<p>See <a href=\"other/c.html\">c</a>.</p>",
    );
}

#[test]
fn findings_after_a_made_text_keep_their_places() {
    check_findings(
        "
        -- book.toml
        [variables]
        long = \"a very long value indeed\"
        -- roles.csv
        a,b
        1,2
        -- page.md
        {{#var long}} [x](missing.md)

        {{#table roles.csv}}

        [y](missing.md)
        ",
        &[
            "content/page.md:1:15: error[L001]: no page at `missing.md`",
            "content/page.md:5:1: error[L001]: no page at `missing.md`",
        ],
    );
}

#[test]
fn a_file_that_is_not_utf8_cannot_be_included() {
    use lacuna::files::Files as _;
    let sandbox = Sandbox::new("-- page.md\n{{#include a.txt}}\n");
    let path = std::path::Path::new("/book-under-test/content/a.txt");
    sandbox.files().write(path, b"caf\xe9").unwrap();
    assert_eq!(
        sandbox.findings(),
        "content/page.md:1:1: error[E001]: `content/a.txt` isn't UTF-8, so it can't be included\n"
    );
}
