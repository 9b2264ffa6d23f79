//! Mermaid diagrams: drawn once, shown on light and dark pages, and harmless.

use std::time::{Duration, Instant};

use lacuna::diagrams::{Shade, draw};

use crate::support::{Sandbox, check_findings, check_report};

/// More than a busy machine needs for what is bounded.
const PATIENCE: Duration = Duration::from_mins(2);

const FLOW: &str = "flowchart LR\n    a[Draft] --> b[Sent]\n";

/// A page with one diagram.
fn page(text: &str) -> Sandbox {
    let sandbox = Sandbox::new("\n-- index.md\n# Home\n");
    sandbox.write("content/page.md", &format!("# Page\n\n```mermaid\n{text}\n```\n"));
    sandbox
}

/// The URLs of the pictures of a book.
fn pictures(sandbox: &Sandbox) -> Vec<String> {
    let output = sandbox.output();
    output.into_keys().filter(|url| url.starts_with("assets/diagrams/")).collect()
}

/// What isn't known beforehand in HTML: digests and sizes.
fn without_numbers(html: &str) -> String {
    let mut out = String::new();
    for (index, part) in html.split("assets/diagrams/").enumerate() {
        let (name, rest) = part.split_at(if index == 0 { 0 } else { 32 });
        out.push_str(if name.is_empty() { "" } else { "assets/diagrams/NAME" });
        out.push_str(rest);
    }
    let mut words: Vec<&str> = out.split(' ').collect();
    words.retain(|word| !word.starts_with("width=") && !word.starts_with("height="));
    words.join(" ")
}

#[test]
fn a_fence_becomes_a_picture_for_light_pages_and_one_for_dark_ones() {
    let sandbox = Sandbox::new(
        "
        -- guide/index.md
        # Guide
        -- guide/invoice.md
        # Invoice

        ```mermaid title=\"From draft to sent\"
        flowchart LR
            a[\"Draft <1>\"] --> b[Sent]
        ```
        ",
    );
    let prose = without_numbers(&sandbox.prose("guide/invoice.html"));
    let image = |class: &str, end: &str| {
        format!(
            "<img class=\"{class}\" src=\"../assets/diagrams/NAME{end}.svg\" \
             alt=\"From draft to sent\" loading=\"lazy\">"
        )
    };
    let expected = format!(
        "<figure class=\"diagram\">\n\
         <div role=\"group\" tabindex=\"0\" aria-label=\"Diagram\">{}{}</div>\n\
         <figcaption><p>From draft to sent</p>\n\
         <details><summary>Source of the diagram</summary>\n\
         <div class=\"code\" data-language=\"mermaid\"><pre tabindex=\"0\"><code>flowchart LR\n    \
         a[\"Draft &lt;1&gt;\"] --&gt; b[Sent]\n</code></pre></div>\n\
         </details></figcaption></figure>",
        image("only-light", ""),
        image("only-dark", "-dark")
    );
    assert_eq!(prose, expected);
    assert_eq!(pictures(&sandbox).len(), 2);
    let print = without_numbers(&sandbox.page("print.html"));
    assert!(print.contains("src=\"assets/diagrams/NAME-dark.svg\""), "{print}");
}

#[test]
fn a_diagram_may_be_a_tab() {
    let sandbox = Sandbox::new(
        "
        -- page.md
        # Page

        ```mermaid tab=\"A & B\" title=\"Drawn\"
        flowchart LR
            a --> b
        ```
        ```text tab=\"Words\"
        From a to b.
        ```
        ",
    );
    let prose = sandbox.prose("page.html");
    let head = "<div class=\"tabs\"><div class=\"panel\"><p class=\"code-title\">A &amp; B</p>\n\
                <figure class=\"diagram\">\n";
    assert!(prose.starts_with(head), "{prose}");
    let tail = "<div class=\"code\" data-language=\"mermaid\"><pre tabindex=\"0\">\
                <code>flowchart LR\n    a --&gt; b\n</code></pre></div>\n\
                </details></figcaption></figure>\n</div>\n\
                <div class=\"code\" data-language=\"text\"><p class=\"code-title\">Words</p>\
                <pre tabindex=\"0\"><code>From a to b.\n</code></pre></div>\n</div>";
    assert!(prose.ends_with(tail), "{prose}");
    assert_eq!(prose.matches("alt=\"Drawn\"").count(), 2);
    assert_eq!(sandbox.findings(), "");
}

#[test]
fn what_a_diagram_says_of_itself_is_its_alternative() {
    let text = "flowchart LR\n    accTitle: States\n    accDescr: A draft is sent.\n    a --> b";
    let prose = page(text).prose("page.html");
    assert!(prose.contains("alt=\"States. A draft is sent.\""), "{prose}");
    let silent = page("flowchart LR\n    a --> b");
    assert!(silent.prose("page.html").contains("alt=\"Diagram\""));
    assert_eq!(
        silent.findings(),
        "content/page.md:3:1: warning[P007]: this diagram has no text alternative\n"
    );
}

#[test]
fn a_picture_has_the_colours_of_its_page_whatever_its_text_says() {
    let drawing = draw(FLOW).unwrap();
    let themed = draw(&format!("%%{{init: {{\"theme\": \"forest\"}}}}%%\n{FLOW}")).unwrap();
    assert!(drawing.light.contains("#fdfcfa") && !drawing.light.contains("#16181b"));
    assert!(drawing.dark.contains("#16181b") && !drawing.dark.contains("#fdfcfa"));
    let colours = |svg: &str| svg.split("<g").next().unwrap().matches("#cde498").count();
    assert_eq!(colours(&themed.light), 0);
}

#[test]
fn two_diagrams_have_no_id_in_common() {
    let ids = |text: &str| -> Vec<String> {
        let drawing = draw(text).unwrap();
        let svg = roxmltree::Document::parse(&drawing.light).unwrap();
        svg.descendants().filter_map(|node| Some(node.attribute("id")?.to_string())).collect()
    };
    let (first, second) = (ids(FLOW), ids("flowchart LR\n    a[Draft] --> b[Paid]\n"));
    assert!(
        !first.is_empty() && first.iter().all(|id| !second.contains(id)),
        "{first:?} {second:?}"
    );
}

#[test]
fn an_unchanged_diagram_is_not_drawn_again() {
    let sandbox = page(FLOW);
    check_report(
        &sandbox.build(),
        "read 2, parsed 2, resolved yes, rendered 3, written 19, removed 0, drawn 1",
    );
    check_report(
        &sandbox.build(),
        "read 0, parsed 0, resolved no, rendered 0, written 0, removed 0",
    );
    sandbox.edit("content/page.md", "# Page\n", "# Page\n\nMore text.\n");
    let report = sandbox.build();
    assert_eq!((report.parsed, report.drawn), (1, 0));
    sandbox.edit("content/page.md", "Sent", "Paid");
    let report = sandbox.build();
    assert_eq!((report.drawn, report.removed), (1, 2));
}

#[test]
fn the_same_diagram_on_many_pages_is_drawn_once() {
    let sandbox = Sandbox::new("\n-- index.md\n# Home\n");
    for number in 0..20 {
        let text = format!("# Page {number}\n\n```mermaid\n{FLOW}```\n");
        sandbox.write(&format!("content/page-{number}.md"), &text);
    }
    assert_eq!(sandbox.build().drawn, 1);
    assert_eq!(pictures(&sandbox).len(), 2);
}

#[test]
fn what_cannot_be_drawn_is_reported_on_its_line_and_shown_as_code() {
    let fixture = "
        -- page.md
        # Page

        ```mermaid
        flowchart LR
            a --> b
            b -->
        ```
        ";
    let said = "unexpected end of input; expected node identifier, edge label";
    let found = format!("content/page.md:6:5: warning[P013]: this diagram can't be drawn: {said}");
    check_findings(fixture, &[&found]);
    let prose = Sandbox::new(fixture).prose("page.html");
    assert!(prose.starts_with("<div class=\"code\" data-language=\"mermaid\">"), "{prose}");
}

#[test]
fn a_book_may_leave_its_diagrams_as_code() {
    let sandbox = Sandbox::new(
        "
        -- book.toml
        [output.html]
        diagrams = false
        -- page.md
        # Page

        ```mermaid
        no diagram at all
        ```
        ",
    );
    assert_eq!(sandbox.findings(), "");
    assert!(
        sandbox.prose("page.html").starts_with("<div class=\"code\" data-language=\"mermaid\">")
    );
    assert_eq!(pictures(&sandbox), Vec::<String>::new());
}

/// One small diagram of each kind.
const KINDS: &[&str] = &[
    "flowchart TD\n a{Paid?} -- yes --> b([Close])\n a -- no --> c[[Remind]]\n subgraph s [Later]\n c\n end",
    "sequenceDiagram\n autonumber\n actor C as Customer\n C->>+S: order\n alt paid\n S-->>-C: receipt\n else\n S--)C: reminder\n end\n Note over C,S: by post",
    "classDiagram\n class Account {\n <<interface>>\n +String id\n +close()\n }\n Account <|-- Trial\n Account *-- Invoice",
    "stateDiagram-v2\n [*] --> Draft\n Draft --> Sent : send\n state Sent {\n [*] --> Open\n }\n note right of Draft : nobody sees it\n Sent --> [*]",
    "erDiagram\n CUSTOMER ||--o{ INVOICE : gets\n CUSTOMER {\n string name PK\n }",
    "gantt\n title Launch\n dateFormat YYYY-MM-DD\n section Text\n Write :a1, 2026-01-01, 5d\n Review :after a1, 2d",
    "pie title Causes\n \"Change\" : 6\n \"Load\" : 3",
    "gitGraph\n commit\n branch fix\n commit\n checkout main\n merge fix",
    "mindmap\n root((Handbook))\n  Support\n  Legal",
    "timeline\n title History\n 2025 : First customer\n 2026 : Tenth",
    "journey\n title Sign-up\n section Find\n Search: 3: Visitor\n Read: 5: Visitor",
    "quadrantChart\n x-axis Low --> High\n y-axis Rare --> Often\n A: [0.3, 0.6]",
    "xychart-beta\n x-axis [Jan, Feb]\n y-axis \"Orders\" 0 --> 10\n bar [3, 8]",
    "block-beta\n columns 2\n a b",
    "requirementDiagram\n requirement r {\n id: 1\n text: fast\n risk: low\n verifymethod: test\n }",
    "C4Context\n Person(a, \"Customer\")\n System(b, \"Shop\")\n Rel(a, b, \"buys\")",
    "kanban\n todo[To do]\n  t1[Write]",
    "sankey-beta\nA,B,10\nB,C,5",
];

#[test]
fn every_kind_is_drawn_without_html() {
    for text in KINDS {
        let drawing = draw(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        for svg in [&drawing.light, &drawing.dark] {
            check_harmless(text, svg);
        }
        assert!(drawing.width > 20 && drawing.height > 20, "{text}: {drawing:?}");
    }
}

/// Checks that a picture is well-formed, runs nothing, and names nothing outside itself.
#[track_caller]
fn check_harmless(text: &str, svg: &str) {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|fault| panic!("{fault}: {svg}"));
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        let unwanted =
            ["script", "foreignObject", "iframe", "image", "a", "animate", "set", "handler"];
        assert!(!unwanted.contains(&name), "{text}: <{name}>");
        assert_eq!(node.tag_name().namespace(), Some("http://www.w3.org/2000/svg"), "{text}");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.to_lowercase().starts_with("on"), "{text}: {name}");
            assert!(name != "href" || value.starts_with('#'), "{text}: {name}={value}");
            check_inside(text, value);
        }
        if name == "style" {
            check_inside(text, node.text().unwrap_or_default());
        }
    }
}

#[track_caller]
fn check_inside(text: &str, value: &str) {
    let lower = value.to_lowercase().replace([' ', '"', '\''], "");
    for (at, _) in lower.match_indices("url(") {
        assert!(lower[at + 4..].starts_with('#'), "{text}: {value}");
    }
    for word in ["javascript:", "@import", "data:", "\\"] {
        assert!(!lower.contains(word), "{text}: {value}");
    }
}

#[test]
fn hostile_texts_run_nothing_and_lead_nowhere() {
    let evil = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='https://example.org/'></iframe>",
        "<svg onload=alert(1)>",
        "</style><script>alert(1)</script>",
        "</text><script>alert(1)</script>",
        "]]><script>alert(1)</script><![CDATA[",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "&lt;script&gt;alert(1)",
        "<style>@import url(https://example.org/)</style>",
        "<foreignObject><p onclick=alert(1)>x</p></foreignObject>",
        "url(https://example.org/)",
        "fa:fa-user x; background: url(https://example.org/)",
        "![x](https://example.org/a.png)",
        "$$\\href{javascript:alert(1)}{x}$$",
    ];
    let frames = [
        "flowchart LR\n a[\"X\"] -- \"X\" --> b(\"X\")\n subgraph s [\"X\"]\n a\n end",
        "sequenceDiagram\n participant A as X\n A->>B: X\n Note over A: X",
        "classDiagram\n class A[\"X\"]\n A : X\n note \"X\"",
        "stateDiagram-v2\n a : X\n note right of a : X",
        "erDiagram\n A ||--o{ B : \"X\"",
        "gantt\n title X\n section X\n X :a1, 2026-01-01, 5d",
        "pie title X\n \"X\" : 6",
        "mindmap\n root\n  X",
        "timeline\n title X\n 2025 : X",
        "journey\n title X\n section X\n X: 3: X",
        "---\ntitle: 'X'\n---\nflowchart LR\n accTitle: X\n accDescr: X\n a",
    ];
    for frame in frames {
        for evil in evil {
            check_any(&frame.replace('X', evil));
        }
    }
}

#[test]
fn hostile_settings_and_links_run_nothing_and_lead_nowhere() {
    for text in [
        "flowchart LR\n a\n click a \"javascript:alert(1)\" \"x\" _blank",
        "flowchart LR\n a\n click a href \"https://example.org/\"",
        "flowchart LR\n a\n click a call alert(1)",
        "flowchart LR\n a\n style a fill:url(https://example.org/),stroke:red;}</style><script>",
        "flowchart LR\n a:::b\n classDef b background:url(//example.org/),fill:expression(alert(1))",
        "flowchart LR\n a@{ img: \"https://example.org/a.png\", label: \"x\", w: 60, h: 60 }",
        "flowchart LR\n a@{ icon: \"fa:user\", label: \"x\" }",
        "flowchart LR\n a --> b\n linkStyle 0 stroke:url(https://example.org/)",
        "sequenceDiagram\n participant A\n link A: X @ javascript:alert(1)\n A->>A: x",
        "sequenceDiagram\n participant A\n links A: {\"X\": \"javascript:alert(1)\"}\n A->>A: x",
        "classDiagram\n class A\n link A \"javascript:alert(1)\"\n callback A \"alert\"",
        "stateDiagram-v2\n classDef x fill:url(https://example.org/)\n class a x\n a --> b",
        "gantt\n section A\n b :a1, 2026-01-01, 5d\n click a1 href \"javascript:alert(1)\"",
        "%%{init: {\"securityLevel\": \"loose\", \"htmlLabels\": true}}%%\nflowchart LR\n a[\"<img src=x onerror=alert(1)>\"]",
        "%%{init: {\"themeCSS\": \"@import url(https://example.org/);\"}}%%\nflowchart LR\n a",
        "%%{init: {\"fontFamily\": \"x;}@import 'https://example.org/';a{\"}}%%\nflowchart LR\n a",
        "%%{init: {\"themeVariables\": {\"primaryColor\": \"url(https://example.org/)\"}}}%%\nflowchart LR\n a",
        "---\nconfig:\n  kanban:\n    ticketBaseUrl: 'javascript:alert(1)#TICKET#'\n---\nkanban\n Todo\n  id4[x]@{ ticket: MC-1 }",
        "C4Context\n Person(a, \"x\", \"y\", $link=\"javascript:alert(1)\", $sprite=\"https://example.org/a.png\")",
    ] {
        check_any(text);
    }
}

/// Checks that a text is drawn harmlessly, or not at all.
#[track_caller]
fn check_any(text: &str) {
    let started = Instant::now();
    if let Ok(drawing) = draw(text) {
        for shade in [Shade::Light, Shade::Dark] {
            check_harmless(text, drawing.svg(shade));
        }
    }
    assert!(started.elapsed() < PATIENCE, "{text}: {:?}", started.elapsed());
}

#[test]
fn texts_without_measure_end_in_time() {
    let nested = |count: usize, open: &str, close: &str| {
        format!("flowchart TD\n{}a\n{}", open.repeat(count), close.repeat(count))
    };
    let edges: String =
        (0..20_000).map(|number| format!(" a{} --> b{number}\n", number % 7)).collect();
    let dense: String = (0..200)
        .flat_map(|a| (0..8).map(move |b| format!(" n{a} --> n{}\n", (a * b + 1) % 200)))
        .collect();
    for text in [
        format!("flowchart TD\n{edges}"),
        format!("flowchart TD\n{dense}"),
        nested(3000, "subgraph x\n", "end\n"),
        format!("flowchart TD\n a{}", "[".repeat(50_000)),
        format!("flowchart TD\n {}", "a & ".repeat(10_000)),
        format!(
            "flowchart LR\n{} --> z",
            "a & ".repeat(300) + "b --> " + &"c & ".repeat(300) + "d"
        ),
        format!("mindmap\n{}", (0..400).map(|depth| " ".repeat(depth) + "x\n").collect::<String>()),
        format!("stateDiagram-v2\n{}{}", "state x {\n".repeat(3000), "}\n".repeat(3000)),
        format!("sequenceDiagram\n{}", "loop x\n".repeat(5000)),
        format!("gantt\n a :{}", "after a,".repeat(5000)),
        "gantt\n dateFormat YYYY-MM-DD\n a :2026-01-01, 999999999999999999999d".to_string(),
        format!("---\nconfig: {}\n---\nflowchart\n a", "[".repeat(20_000)),
        format!("%%{{init: {} }}%%\nflowchart\n a", "{\"a\":".repeat(10_000)),
        format!("pie\n \"a\" : {}", "9".repeat(400)),
        "x".repeat(100_000),
        "\u{0}\u{1}\u{202e}\u{fffe}".to_string(),
        String::new(),
    ] {
        check_any(&text);
    }
}
