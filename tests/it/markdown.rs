//! Text → HTML.

use super::support::{Sandbox, check_findings, check_html, check_html_with, html};

#[test]
fn a_table_has_its_alignment_in_classes() {
    check_html(
        "| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | *2* | 3 | `x\\|y` |\n",
        "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\"><table>\n\
         <thead>\n<tr><th scope=\"col\">a</th><th scope=\"col\" class=\"align-left\">b</th>\
         <th scope=\"col\" class=\"align-center\">c</th><th scope=\"col\" class=\"align-right\">d</th></tr>\n\
         </thead>\n<tbody>\n<tr><td>1</td><td class=\"align-left\"><em>2</em></td>\
         <td class=\"align-center\">3</td><td class=\"align-right\"><code>x|y</code></td></tr>\n\
         </tbody>\n</table></div>",
    );
}

#[test]
fn a_row_with_too_few_cells_is_filled_up() {
    let html = html("", "| a | b |\n|---|--:|\n| 1 |\n");
    assert!(html.contains("<tr><td>1</td><td class=\"align-right\"></td></tr>"), "{html}");
}

#[test]
fn a_task_list_has_boxes_that_tell_their_state() {
    check_html(
        "- [ ] a\n- [x] b\n- c\n",
        "<ul>\n\
         <li class=\"task\"><input type=\"checkbox\" disabled aria-label=\"To do\"> a</li>\n\
         <li class=\"task\"><input type=\"checkbox\" disabled checked aria-label=\"Done\"> b</li>\n\
         <li>c</li>\n</ul>",
    );
}

#[test]
fn footnotes_stand_at_the_end_in_the_order_of_their_first_reference() {
    check_html(
        "B[^b], a[^a].\n\n[^a]: The *first*.\n[^b]: The second.\n\nMore.\n",
        "<p>B<sup class=\"footnote-ref\" id=\"fnref-1\"><a href=\"#fn-1\">1</a></sup>, \
         a<sup class=\"footnote-ref\" id=\"fnref-2\"><a href=\"#fn-2\">2</a></sup>.</p>\n\
         <p>More.</p>\n\
         <section class=\"footnotes\" aria-label=\"Footnotes\">\n<ol>\n\
         <li id=\"fn-1\"><p>The second.\
         <a class=\"footnote-back\" href=\"#fnref-1\" aria-label=\"Back to reference 1\">↩</a></p>\n</li>\n\
         <li id=\"fn-2\"><p>The <em>first</em>.\
         <a class=\"footnote-back\" href=\"#fnref-2\" aria-label=\"Back to reference 2\">↩</a></p>\n</li>\n\
         </ol>\n</section>",
    );
}

#[test]
fn a_footnote_leads_back_to_each_of_its_references() {
    check_html(
        "A[^a], b[^a].\n\n[^a]: Note.\n",
        "<p>A<sup class=\"footnote-ref\" id=\"fnref-1\"><a href=\"#fn-1\">1</a></sup>, \
         b<sup class=\"footnote-ref\" id=\"fnref-1-2\"><a href=\"#fn-1\">1</a></sup>.</p>\n\
         <section class=\"footnotes\" aria-label=\"Footnotes\">\n<ol>\n<li id=\"fn-1\"><p>Note.\
         <a class=\"footnote-back\" href=\"#fnref-1\" aria-label=\"Back to reference 1\">↩</a>\
         <a class=\"footnote-back\" href=\"#fnref-1-2\" aria-label=\"Back to reference 1, place 2\">↩</a>\
         </p>\n</li>\n</ol>\n</section>",
    );
}

#[test]
fn a_footnote_without_a_definition_stays_as_it_was_written() {
    check_html("Text[^x].\n", "<p>Text[^x].</p>");
}

#[test]
fn a_footnote_without_a_reference_is_not_shown() {
    check_html("Text.\n\n[^x]: Note.\n", "<p>Text.</p>");
}

#[test]
fn inline_markup_becomes_elements() {
    for (markdown, expected) in [
        ("*a* _b_", "<em>a</em> <em>b</em>"),
        ("**a** __b__", "<strong>a</strong> <strong>b</strong>"),
        ("~~a~~", "<del>a</del>"),
        ("`a < b` ``c`d``", "<code>a &lt; b</code> <code>c`d</code>"),
        ("a &amp; b &copy; \\*c\\*", "a &amp; b © *c*"),
        ("a < b > c", "a &lt; b &gt; c"),
    ] {
        check_html(markdown, &format!("<p>{expected}</p>"));
    }
}

#[test]
fn addresses_become_links() {
    for (markdown, expected) in [
        ("<https://a.org>", "<a href=\"https://a.org\">https://a.org</a>"),
        (
            "https://a.org/x?a=1&b=2.",
            "<a href=\"https://a.org/x?a=1&amp;b=2\">https://a.org/x?a=1&amp;b=2</a>.",
        ),
        ("(www.a.org)", "(<a href=\"http://www.a.org\">www.a.org</a>)"),
        ("ann@a.org,", "<a href=\"mailto:ann@a.org\">ann@a.org</a>,"),
        ("<ann@a.org>", "<a href=\"mailto:ann@a.org\">ann@a.org</a>"),
        ("`https://a.org`", "<code>https://a.org</code>"),
        ("[see https://a.org](https://b.org)", "<a href=\"https://b.org\">see https://a.org</a>"),
        ("main.rs a.org", "main.rs a.org"),
    ] {
        check_html(markdown, &format!("<p>{expected}</p>"));
    }
}

#[test]
fn each_kind_of_alert_has_its_class_and_title() {
    for (kind, class, title) in [
        ("NOTE", "note", "Note"),
        ("tip", "tip", "Tip"),
        ("Important", "important", "Important"),
        ("WARNING", "warning", "Warning"),
        ("CAUTION", "caution", "Caution"),
    ] {
        check_html(
            &format!("> [!{kind}]\n> Text.\n"),
            &format!(
                "<div class=\"alert alert-{class}\" role=\"note\">\
                 <p class=\"alert-title\">{title}</p>\n<p>Text.</p>\n</div>"
            ),
        );
    }
}

#[test]
fn the_rest_of_the_first_line_of_an_alert_is_its_title_with_markup() {
    check_html(
        "> [!WARNING] Mind *the* `gap` [here](index.md)\n> Text.\n",
        "<div class=\"alert alert-warning\" role=\"note\"><p class=\"alert-title\">\
         Mind <em>the</em> <code>gap</code> <a href=\"index.html\">here</a></p>\n\
         <p>Text.</p>\n</div>",
    );
}

#[test]
fn an_alert_may_be_all_title() {
    check_html(
        "> [!TIP] Title\n\nAfter.",
        "<div class=\"alert alert-tip\" role=\"note\"><p class=\"alert-title\">Title</p>\n</div>\n\
         <p>After.</p>",
    );
}

#[test]
fn an_alert_folds_by_plus_and_minus() {
    check_html(
        "> [!TIP]- Closed\n> Text.\n\n<!-- -->\n\n> [!TIP]+\n> Text.\n",
        "<details class=\"alert alert-tip\"><summary class=\"alert-title\">Closed</summary>\n\
         <p>Text.</p>\n</details>\n<!-- -->\n\
         <details class=\"alert alert-tip\" open><summary class=\"alert-title\">Tip</summary>\n\
         <p>Text.</p>\n</details>",
    );
}

#[test]
fn an_alert_holds_lists_code_and_quotations() {
    check_html(
        "> [!NOTE]\n>\n> - a\n>\n> ```\n> c\n> ```\n>\n> > [!TIP]\n> > inner\n",
        "<div class=\"alert alert-note\" role=\"note\"><p class=\"alert-title\">Note</p>\n\
         <ul>\n<li>a</li>\n</ul>\n\
         <div class=\"code\"><pre tabindex=\"0\"><code>c\n</code></pre></div>\n\
         <div class=\"alert alert-tip\" role=\"note\"><p class=\"alert-title\">Tip</p>\n\
         <p>inner</p>\n</div>\n</div>",
    );
}

#[test]
fn an_alert_of_no_known_kind_is_a_quotation() {
    check_html("> [!HINT]\n> Text.\n", "<blockquote>\n<p>[!HINT]\nText.</p>\n</blockquote>");
}

#[test]
fn alerts_can_be_switched_off() {
    check_html_with(
        "[output.html]\nadmonitions = false\n",
        "> [!NOTE]\n> Text.\n",
        "<blockquote>\n<p>[!NOTE]\nText.</p>\n</blockquote>",
    );
}

#[test]
fn a_definition_list_has_ids_at_its_terms() {
    check_html(
        "Term *one*\n: First\n: Second\n",
        "<dl>\n<dt id=\"term-one\">Term <em>one</em></dt>\n<dd>First</dd>\n<dd>Second</dd>\n</dl>",
    );
}

#[test]
fn definition_lists_can_be_switched_off() {
    check_html_with(
        "[output.html]\ndefinition-lists = false\n",
        "Term\n: First\n",
        "<p>Term\n: First</p>",
    );
}

#[test]
fn heading_ids_are_made_from_their_text_or_written() {
    for (markdown, expected) in [
        ("## At a glance", "<h2 id=\"at-a-glance\">At a glance</h2>"),
        ("## `run` & *go*", "<h2 id=\"run--go\"><code>run</code> &amp; <em>go</em></h2>"),
        ("## Über uns", "<h2 id=\"über-uns\">Über uns</h2>"),
        ("## 文書", "<h2 id=\"文書\">文書</h2>"),
        ("## Keys {#own-id}", "<h2 id=\"own-id\">Keys</h2>"),
        ("###### Six", "<h6 id=\"six\">Six</h6>"),
        (
            "## A\n\n## A\n\n## A",
            "<h2 id=\"a\">A</h2>\n<h2 id=\"a-1\">A</h2>\n<h2 id=\"a-2\">A</h2>",
        ),
    ] {
        check_html(&format!("# Title\n\n{markdown}"), expected);
    }
}

#[test]
fn the_first_heading_is_the_title_and_keeps_its_id() {
    let sandbox = Sandbox::new("-- page.md\n# One\n\n## One\n");
    assert!(sandbox.page("page.html").contains("<h1 id=\"one\">One</h1>"));
    assert!(sandbox.prose("page.html").starts_with("<h2 id=\"one-1\">"));
}

#[test]
fn a_heading_has_a_link_to_itself() {
    let sandbox = Sandbox::new("-- page.md\n# One\n\n## A \"b\"\n");
    assert_eq!(
        sandbox.prose("page.html"),
        "<h2 id=\"a-b\">A “b”<a class=\"anchor\" href=\"#a-b\" \
         aria-label=\"Link to section A “b”\">#</a></h2>"
    );
}

#[test]
fn code_is_highlighted_by_classes() {
    check_html(
        "```rust\nfn f() {}\n```\n",
        "<div class=\"code\" data-language=\"rust\"><pre tabindex=\"0\"><code>\
         <span class=k>fn</span> <span class=f>f</span>() {}\n</code></pre></div>",
    );
}

#[test]
fn the_language_is_the_first_word_behind_the_fence() {
    for info in ["rust,ignore", "rust ignore", "rust{1,3}", "  rust  "] {
        let html = html("", &format!("```{info}\nfn f() {{}}\n```\n"));
        assert!(
            html.contains("data-language=\"rust\"") && html.contains("<span class=k>fn</span>"),
            "{html}"
        );
    }
}

#[test]
fn code_without_a_known_language_is_plain_and_escaped() {
    for (markdown, language) in [
        ("```pyhton\n<b> & c\n```\n", " data-language=\"pyhton\""),
        ("```text\n<b> & c\n```\n", " data-language=\"text\""),
        ("```\n<b> & c\n```\n", ""),
        ("    <b> & c\n", ""),
    ] {
        check_html(
            markdown,
            &format!(
                "<div class=\"code\"{language}><pre tabindex=\"0\"><code>\
                 &lt;b&gt; &amp; c\n</code></pre></div>"
            ),
        );
    }
}

#[test]
fn a_block_of_code_has_its_title() {
    check_html(
        "```text title=\"<b> & c.txt\"\nx\n```\n",
        "<div class=\"code\" data-language=\"text\">\
         <p class=\"code-title\">&lt;b&gt; &amp; c.txt</p>\
         <pre tabindex=\"0\"><code>x\n</code></pre></div>",
    );
}

#[test]
fn lines_of_code_are_marked_by_comments_that_are_not_shown() {
    check_html(
        "```rust\nfn f() {} // [!code highlight]\nfn g() {}\n```\n",
        "<div class=\"code\" data-language=\"rust\"><pre tabindex=\"0\"><code>\
         <span class=\"line\"><span class=k>fn</span> <span class=f>f</span>() {}\n</span>\
         <span class=k>fn</span> <span class=f>g</span>() {}\n</code></pre></div>",
    );
    check_html(
        "```text\n<a> # [!code ++]\n<b> # [!code --]\n# [!code focus]\n```\n",
        "<div class=\"code\" data-language=\"text\"><pre tabindex=\"0\"><code>\
         <ins class=\"line\">&lt;a&gt;\n</ins><del class=\"line\">&lt;b&gt;\n</del>\
         # [!code focus]\n</code></pre></div>",
    );
}

#[test]
fn blocks_with_a_tab_that_stand_together_are_tabs_of_one_box() {
    let block = |name: &str| {
        format!(
            "<div class=\"code\" data-language=\"text\"><p class=\"code-title\">{name}</p>\
             <pre tabindex=\"0\"><code>x\n</code></pre></div>\n"
        )
    };
    let fence = |name: &str| format!("```text tab=\"{name}\"\nx\n```\n");
    check_html(
        &format!("{}\n{}\nBetween.\n\n{}", fence("A & B"), fence("C"), fence("D")),
        &format!(
            "<div class=\"tabs\">{}{}</div>\n<p>Between.</p>\n<div class=\"tabs\">{}</div>",
            block("A &amp; B"),
            block("C"),
            block("D")
        ),
    );
}

#[test]
fn an_image_can_be_for_light_or_for_dark_colours_only() {
    let book = "-- index.md\n# Home\n![a](a.svg#gh-dark-mode-only) ![b](a.svg#only-light)\n-- a.svg\n<svg/>\n";
    assert_eq!(
        Sandbox::new(book).prose("index.html"),
        "<p><img class=\"only-dark\" src=\"a.svg#gh-dark-mode-only\" alt=\"a\"> \
         <img class=\"only-light\" src=\"a.svg#only-light\" alt=\"b\"></p>"
    );
}

#[test]
fn raw_html_passes_through() {
    check_html(
        "<div class=\"x\">\n<b>y</b>\n</div>\n\nA <kbd>k</kbd>.\n",
        "<div class=\"x\">\n<b>y</b>\n</div>\n<p>A <kbd>k</kbd>.</p>",
    );
}

#[test]
fn raw_html_is_text_when_it_is_switched_off() {
    check_html_with(
        "[output.html]\nraw-html = false\n",
        "<div class=\"x\">y</div>\n\nA <kbd>k</kbd>.\n",
        "&lt;div class=&quot;x&quot;&gt;y&lt;/div&gt;\n<p>A &lt;kbd&gt;k&lt;/kbd&gt;.</p>",
    );
}

#[test]
fn links_in_raw_html_are_resolved_like_others() {
    for (markdown, expected) in [
        ("<a href=\"index.md\">x</a> y", "<p><a href=\"index.html\">x</a> y</p>"),
        (
            "<div>\n<a\n  href='index.md'>x</a>\n</div>",
            "<div>\n<a\n  href='index.html'>x</a>\n</div>",
        ),
        ("<div><a href=\"javascript:x()\">x</a></div>", "<div><a href=\"#\">x</a></div>"),
        ("<div>\n<a\nhref=\"javascript:x()\">x</a>\n</div>", "<div>\n<a\nhref=\"#\">x</a>\n</div>"),
    ] {
        check_html(markdown, expected);
    }
}

#[test]
fn quotes_and_dashes_become_typographic_unless_switched_off() {
    let markdown = "\"a\" 'b' -- c --- d ... `\"e\" --`";
    check_html(markdown, "<p>“a” ‘b’ – c — d … <code>&quot;e&quot; --</code></p>");
    check_html_with(
        "[output.html]\nsmart-punctuation = false\n",
        markdown,
        "<p>&quot;a&quot; &#39;b&#39; -- c --- d ... <code>&quot;e&quot; --</code></p>",
    );
}

/// Checks the address that a link on the page `content/guide/deep/page.md` gets.
#[track_caller]
fn check_link(dest: &str, expected: &str) {
    let sandbox = Sandbox::new(&format!(
        "-- index.md
# Home
-- guide/index.md
# Guide
## Part
-- guide/deep/other page.md
# Other
-- guide/deep/data.csv
a,b
-- guide/deep/page.md
[x]({dest})
"
    ));
    let expected = format!("<p><a href=\"{expected}\">x</a></p>");
    assert_eq!(sandbox.prose("guide/deep/page.html"), expected);
}

#[test]
fn links_are_relative_to_the_page() {
    for (dest, expected) in [
        ("../index.md", "../index.html"),
        ("../index.md#part", "../index.html#part"),
        ("../", "../index.html"),
        ("/index.md", "../../index.html"),
        ("/guide/index.md", "../index.html"),
        ("other%20page.md", "other%20page.html"),
        ("<other page.md>", "other%20page.html"),
        ("data.csv", "data.csv"),
        ("data.csv?x=1&y=2#z", "data.csv?x=1&amp;y=2#z"),
        ("#here", "#here"),
        ("page.md#here", "page.html#here"),
        ("../index.html", "../index.html"),
    ] {
        check_link(dest, expected);
    }
}

#[test]
fn links_to_other_sites_stay_as_they_are() {
    for dest in ["https://a.org/x", "//a.org/x", "mailto:a@b.c", "tel:+491", "ftp://a.org/"] {
        check_link(dest, dest);
    }
}

#[test]
fn links_that_run_scripts_are_taken_out() {
    for dest in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "&#106;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "vbscript:x",
        "data:text/html,x",
    ] {
        check_link(dest, "#");
    }
}

#[test]
fn a_link_out_of_the_project_is_taken_out() {
    check_link("../../../../secret.md", "#");
}

#[test]
fn an_image_has_its_text_and_title() {
    let sandbox = Sandbox::new(
        "
        -- a/flow.svg
        <svg/>
        -- a/page.md
        ![The *flow* & \"more\"](flow.svg \"A <title>\") ![](../a/flow.svg)
        ",
    );
    assert_eq!(
        sandbox.prose("a/page.html"),
        "<p><img src=\"flow.svg\" alt=\"The flow &amp; “more”\" title=\"A &lt;title&gt;\"> \
         <img src=\"flow.svg\" alt=\"\"></p>"
    );
}

#[test]
fn lists_nest_and_keep_their_first_number() {
    check_html(
        "3. a\n   - b\n     1. c\n4. d\n",
        "<ol start=\"3\">\n<li>a<ul>\n<li>b<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n</li>\n\
         <li>d</li>\n</ol>",
    );
}

#[test]
fn a_loose_list_has_paragraphs() {
    check_html("- a\n\n- b\n", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>");
}

#[test]
fn lines_break_where_they_are_told_to() {
    check_html("a  \nb\\\nc\nd", "<p>a<br>\nb<br>\nc\nd</p>");
}

#[test]
fn quotations_and_rules_are_elements() {
    check_html(
        "> a\n> > b\n\n***\n",
        "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n<hr>",
    );
}

#[test]
fn nothing_that_is_written_has_a_style_attribute() {
    let html = html(
        "",
        "| a |\n|:-:|\n| b |\n\n```rust\nfn f() {}\n```\n\n> [!NOTE]+ x\n> y\n\n- [ ] a\n\nA[^a]\n\n[^a]: b\n",
    );
    assert!(!html.contains("style="), "{html}");
}

const MATH: &str = "[output.html]\nmath = true\n";

fn framed(mathml: &str) -> String {
    format!(
        "<span class=\"formula\" role=\"group\" tabindex=\"0\" aria-label=\"Formula\">{mathml}</span>"
    )
}

#[test]
fn a_block_of_math_becomes_mathml() {
    let formula =
        framed("<math display=\"block\"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>");
    check_html("```math\nx^2\n```\n", &format!("<p>{formula}</p>"));
    check_html(
        "```math\n\\fraction\n```\n",
        "<div class=\"code\" data-language=\"math\"><pre tabindex=\"0\"><code>\\fraction\n</code></pre></div>",
    );
}

#[test]
fn dollar_signs_are_formulas_only_in_a_book_that_says_so() {
    let x = "<math><mrow><mi>x</mi></mrow></math>";
    let block = framed("<math display=\"block\"><mrow><mi>x</mi></mrow></math>");
    check_html("$x$ and $5/$6\n", "<p>$x$ and $5/$6</p>");
    for (markdown, expected) in [
        ("$x$, $`x`$", format!("{x}, {x}")),
        ("a $$x$$ b", format!("a {block} b")),
        ("from $5 to $9, \\$x\\$", "from $5 to $9, $x$".to_string()),
        ("`$x$`", "<code>$x$</code>".to_string()),
        ("$\\frac{1}$", "<code>$\\frac{1}$</code>".to_string()),
        ("**$x$**", format!("<strong>{x}</strong>")),
    ] {
        check_html_with(MATH, markdown, &format!("<p>{expected}</p>"));
    }
}

#[test]
fn a_formula_in_a_heading_is_part_of_its_id_and_of_its_title() {
    let html = html(MATH, "# T\n\n## The $x$ axis\n");
    assert!(html.contains("<h2 id=\"the-x-axis\">The <math>"), "{html}");
}

#[test]
fn a_formula_that_cannot_be_drawn_is_found_with_its_place() {
    check_findings(
        "
        -- book.toml
        [output.html]
        math = true
        -- page.md
        # Page

        The rate is $1 + \\fraction 2$ or $$\\frac{1}$$ so.

        > ```math
        > \\begin{nothing}
        > x
        > ```
        ",
        &[
            "content/page.md:3:18: error[P012]: this formula can't be drawn: undefined control sequence: \\fraction",
            "content/page.md:3:36: error[P012]: this formula can't be drawn: unexpected end of input in a macro argument, expected '}'",
            "content/page.md:5:3: error[P012]: this formula can't be drawn: no such environment: nothing",
        ],
    );
}

/// Formulas of all kinds, each with the command that it is about.
#[test]
fn the_formulas_that_the_documentation_says_fail_do() {
    let guide = include_str!("../../docs/writing.md");
    let (_, table) = guide.split_once("| can't be drawn |").expect("the guide has the table");
    let formulas: Vec<&str> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('`').nth(1).expect("a formula stands in code"))
        .collect();
    assert!(formulas.len() > 5, "{formulas:?}");
    for formula in formulas {
        let formula = formula.replace("\\|", "|");
        let html = html("", &format!("```math\n{formula}\n```\n"));
        assert!(html.contains("data-language=\"math\""), "{formula} is drawn: {html}");
    }
}
