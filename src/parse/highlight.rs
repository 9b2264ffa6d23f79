//! Turns the text of a code block into HTML with one short class for each kind of word.
//!
//! Nothing here knows Markdown, themes or colours. The same language and text give the same
//! HTML on every machine: the length of a line decides what stays plain, never a clock. A span
//! never crosses the end of a line, so that lines can be marked afterwards.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::HashMap;
use pulldown_cmark_escape::escape_html_body_text;
use syntect::parsing::{
    BasicScopeStackOp, ParseState, Scope, ScopeError, ScopeStack, ScopeStackOp, SyntaxReference,
    SyntaxSet,
};

/// The longest line, in bytes, that is highlighted; a longer one is data, not code. Grammars look
/// ahead to the end of the line at every word, so that time grows with the square of its length.
const LONGEST_LINE: usize = 1_000;

/// The widest gap, in bytes, that a highlighted line may have. Some grammars need the cube of its
/// width: 2,000 spaces in an INI file took 7 seconds.
const WIDEST_GAP: usize = 200;

/// So many lines a thread remembers.
const MOST_LINES: usize = 16_384;

/// The class of text that gets no span, whatever it stands in.
const PLAIN: char = ' ';

/// The class of each scope. The longest prefix counts; a scope without one takes the class of
/// the scope around it.
const CLASSES: &[(char, &str)] = &[
    (PLAIN, "source meta.interpolation meta.template.expression meta.group.expansion"),
    (PLAIN, "punctuation.separator.key-value keyword.operator.accessor constant.other.table-name"),
    (PLAIN, "keyword.operator.type.annotation constant.other.database-name"),
    (PLAIN, "string.unquoted.http-header"),
    ('c', "comment"),
    ('s', "string markup.raw markup.underline.link constant.other.symbol storage.type.string"),
    ('s', "keyword.other.template"),
    ('e', "string.regexp source.regexp constant.character constant.other.character-class"),
    ('e', "constant.other.placeholder constant.other.format-spec keyword.other.interpolation"),
    ('e', "punctuation.section.interpolation punctuation.definition.template-expression"),
    ('e', "keyword.other.substitution keyword.control.anchor keyword.operator.quantifier"),
    ('n', "constant.numeric constant.other.datetime constant.other.timestamp storage.type.numeric"),
    ('n', "keyword.other.unit"),
    ('l', "constant support.constant keyword.constant entity.name.constant"),
    ('k', "keyword storage keyword.operator.expression keyword.operator.module"),
    ('k', "keyword.operator.new keyword.operator.word"),
    ('o', "keyword.operator storage.type.function.arrow variable.language.star"),
    ('t', "entity.name.class entity.name.enum entity.name.impl entity.name.interface support.type"),
    ('t', "entity.name.struct entity.name.trait entity.name.type entity.name.union support.class"),
    ('t', "entity.other.inherited-class variable.type storage.modifier.lifetime storage.type.c"),
    ('t', "storage.type.buildin storage.type.c++ storage.type.cs storage.type.go storage.type.sql"),
    ('t', "storage.type.primitive"),
    ('f', "entity.name.function entity.name.macro entity.type.function support.function"),
    ('f', "support.macro variable.annotation variable.function"),
    ('v', "variable.language support.variable.magic support.type.custom-property"),
    ('v', "variable.other.readwrite.shell variable.other.readwrite.powershell variable.other.sass"),
    ('v', "variable.other.readwrite.assignment.shell punctuation.definition.variable.shell"),
    ('v', "variable.other.nginx punctuation.section.expansion.parameter variable.other.alias.yaml"),
    ('v', "variable.parameter.makefile variable.parameter.template entity.name.other.anchor"),
    ('v', "keyword.control.flow.alias keyword.control.property.anchor"),
    ('a', "entity.other.attribute-name entity.other.pseudo-class entity.other.pseudo-element"),
    ('a', "entity.name.tag.toml entity.name.tag.yaml meta.mapping.key meta.object-literal.key"),
    ('a', "constant.other.object.key keyword.name keyword.other.http-header string.unquoted.key"),
    ('a', "support.type.property-name variable.other.env variable.parameter.option"),
    ('g', "entity.name.tag"),
    ('m', "markup.heading"),
    ('i', "markup.inserted"),
    ('d', "markup.deleted"),
    ('h', "meta.diff meta.header entity.name.table entity.section"),
];

/// The class of the prompt of a shell session.
const PROMPT: char = 'q';

/// Names for text without a grammar.
const PLAIN_NAMES: &str = "abnf bnf ebnf mermaid none plain plaintext promql regex text txt";

/// Names for a shell session: commands after a prompt, and what they print.
const CONSOLE_NAMES: &str = "console sh-session shell-session shellsession terminal";

/// Further names of a grammar, and names that several grammars claim.
const ALIASES: &[(&str, &str)] = &[
    ("Bourne Again Shell (bash)", "dash ksh posix shell"),
    ("C", "h"),
    ("C#", "csharp"),
    ("DotENV", "env"),
    ("Dockerfile (with bash)", "containerfile docker dockerfile"),
    ("F#", "fs fsharp"),
    ("Go", "golang"),
    ("INI", "conf"),
    ("JSON", "jsonc jsonl ndjson"),
    ("JavaScript (Babel)", "javascript json5"),
    ("LaTeX", "tex"),
    ("Objective-C", "objc objectivec"),
    ("PowerShell", "pwsh"),
    ("SQL", "mysql plsql postgres postgresql psql sqlite tsql"),
];

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);
static GRAMMARS: LazyLock<BTreeMap<String, Grammar>> = LazyLock::new(grammars);
static PREFIXES: LazyLock<Vec<(Scope, char)>> = LazyLock::new(prefixes);

/// What the name of a language stands for.
#[derive(Clone, Copy)]
enum Grammar {
    Plain,
    Console,
    Code(&'static SyntaxReference),
}

/// Highlights code as HTML: escaped text in spans of one short class each.
///
/// None when the language is unknown; the caller then writes plain text and says so.
pub(super) fn highlight(language: &str, code: &str) -> Option<String> {
    let grammar = grammar(language)?;
    let mut html = String::with_capacity(code.len() * 5 / 2);
    match grammar {
        Grammar::Plain => escape(&mut html, code),
        Grammar::Console => write_console(&mut html, code),
        Grammar::Code(syntax) => write_code(&mut html, syntax, code),
    }
    Some(html)
}

/// True for the name of a language.
pub(super) fn knows(language: &str) -> bool {
    grammar(language).is_some()
}

/// All names that people can write, in lower case, sorted and unique.
pub fn names() -> Vec<&'static str> {
    GRAMMARS.keys().map(String::as_str).collect()
}

fn grammar(language: &str) -> Option<Grammar> {
    GRAMMARS.get(&language.to_lowercase()).copied()
}

thread_local! {
    /// Each thread has its own, so that none waits; what is remembered depends on nothing else.
    static LINES: RefCell<Lines> = RefCell::default();
}

/// Lets go of the lines that this thread remembers.
pub(super) fn forget() {
    LINES.take();
}

fn write_code(html: &mut String, syntax: &SyntaxReference, code: &str) {
    LINES.with_borrow_mut(|lines| {
        let mut at = Some(lines.start(syntax));
        for line in code.split_inclusive('\n') {
            at = lines.write(html, at, line);
        }
    });
}

/// Commands are highlighted, each by itself; a backslash at the end takes in the next line.
fn write_console(html: &mut String, code: &str) {
    let Some(Grammar::Code(shell)) = grammar("bash") else { return escape(html, code) };
    LINES.with_borrow_mut(|lines| {
        let mut command = None;
        for line in code.split_inclusive('\n') {
            let (prompt, rest) = split_prompt(line);
            if !prompt.is_empty() {
                write_span(html, PROMPT, prompt);
                command = Some(lines.start(shell));
            }
            command = lines.write(html, command, rest);
            command = command.filter(|_| rest.trim_end().ends_with('\\'));
        }
    });
}

/// The prompt, a lone `$` or `#`, and what follows it.
fn split_prompt(line: &str) -> (&str, &str) {
    let is_prompt = ["$ ", "# ", "$\n", "#\n"].iter().any(|prompt| line.starts_with(prompt));
    line.split_at(usize::from(is_prompt))
}

/// Lines that were highlighted before, by what stood before them. Much of what is written in code is
/// written again and again: ends of blocks, imports, what a language asks for.
#[derive(Default)]
struct Lines {
    states: Vec<State>,
    /// The states with the same scopes.
    by_scopes: HashMap<Vec<Scope>, Vec<usize>>,
    /// How many lines there are.
    count: usize,
    classes: Classes,
}

/// What highlighting has come to between two lines, and the lines that were seen behind it.
struct State {
    parser: ParseState,
    scopes: ScopeStack,
    /// The class in force for each of `scopes`.
    classes: Vec<char>,
    lines: HashMap<Box<str>, Line>,
}

/// A line as it was highlighted, and the state behind it.
struct Line {
    html: Box<str>,
    then: At,
}

/// The number of a state; none after the grammar has failed: the rest of the block is then plain.
type At = Option<usize>;

/// The class of each scope that was met, none for one without an own class.
type Classes = HashMap<Scope, Option<char>>;

/// A part of a line in one class, without white space around it.
struct Run {
    range: Range<usize>,
    class: char,
}

impl Lines {
    /// The beginning of a block.
    fn start(&mut self, syntax: &SyntaxReference) -> usize {
        let (scopes, classes) = (ScopeStack::new(), Vec::new());
        let parser = ParseState::new(syntax);
        self.number(State { parser, scopes, classes, lines: HashMap::default() })
    }

    fn write(&mut self, html: &mut String, at: At, line: &str) -> At {
        let Some(mut number) = at.filter(|_| !is_data(line)) else {
            escape(html, line);
            return at;
        };
        if let Some(known) = self.states[number].lines.get(line) {
            html.push_str(&known.html);
            return known.then;
        }
        if self.count >= MOST_LINES {
            number = self.forget_all_but(number);
        }
        let start = html.len();
        let mut state = self.states[number].without_lines();
        let then = match state.runs(line, &mut self.classes) {
            Some(runs) => {
                write_runs(html, line, &runs);
                Some(self.number(state))
            }
            None => {
                escape(html, line);
                None
            }
        };
        self.count += 1;
        let known = Line { html: html[start..].into(), then };
        self.states[number].lines.insert(line.into(), known);
        then
    }

    /// The number of a state: that of its equal, or a new one.
    fn number(&mut self, state: State) -> usize {
        let same = self.by_scopes.entry(state.scopes.scopes.clone()).or_default();
        let equal = same.iter().find(|number| self.states[**number].is_equal(&state));
        if let Some(known) = equal {
            return *known;
        }
        same.push(self.states.len());
        self.states.push(state);
        self.states.len() - 1
    }

    fn forget_all_but(&mut self, number: usize) -> usize {
        let state = self.states[number].without_lines();
        *self = Self { classes: std::mem::take(&mut self.classes), ..Self::default() };
        self.number(state)
    }
}

impl State {
    fn without_lines(&self) -> Self {
        let (parser, scopes) = (self.parser.clone(), self.scopes.clone());
        Self { parser, scopes, classes: self.classes.clone(), lines: HashMap::default() }
    }

    fn is_equal(&self, other: &Self) -> bool {
        self.parser == other.parser && self.scopes == other.scopes && self.classes == other.classes
    }

    /// Reads a line; none when the grammar fails.
    fn runs(&mut self, line: &str, known: &mut Classes) -> Option<Vec<Run>> {
        let changes = self.parser.parse_line(line, &SYNTAXES).ok()?;
        let mut runs = Vec::new();
        let mut start = 0;
        for (at, change) in changes {
            // What a look-behind captured lies before the word that is being read.
            let end = at.max(start);
            add_run(&mut runs, line, start..end, self.class());
            self.apply(&change, known).ok()?;
            start = end;
        }
        add_run(&mut runs, line, start..line.len(), self.class());
        Some(runs)
    }

    fn class(&self) -> char {
        self.classes.last().copied().unwrap_or(PLAIN)
    }

    fn apply(&mut self, change: &ScopeStackOp, known: &mut Classes) -> Result<(), ScopeError> {
        let classes = &mut self.classes;
        self.scopes.apply_with_hook(change, |step, _| match step {
            BasicScopeStackOp::Push(scope) => {
                let own = *known.entry(scope).or_insert_with(|| own_class(scope));
                classes.push(class(own, classes.last()));
            }
            BasicScopeStackOp::Pop => drop(classes.pop()),
        })
    }
}

fn is_data(line: &str) -> bool {
    let mut gaps = line.split(|c: char| !c.is_whitespace());
    line.len() > LONGEST_LINE || gaps.any(|gap| gap.len() > WIDEST_GAP)
}

/// The class that the table gives a scope.
fn own_class(scope: Scope) -> Option<char> {
    PREFIXES.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map(|(_, class)| *class)
}

/// The class of a scope inside a class.
fn class(own: Option<char>, outer: Option<&char>) -> char {
    match (outer, own) {
        // A key in quotes is a key.
        (Some('a'), Some('s')) => 'a',
        (_, Some(class)) => class,
        (outer, None) => outer.copied().unwrap_or(PLAIN),
    }
}

/// Adds a part of a line to its runs, as one with the run before it if they have the same class.
fn add_run(runs: &mut Vec<Run>, line: &str, part: Range<usize>, class: char) {
    let text = &line[part.clone()];
    if text.trim().is_empty() {
        return;
    }
    let start = part.end - text.trim_start().len();
    let end = part.start + text.trim_end().len();
    match runs.last_mut() {
        Some(last) if last.class == class => last.range.end = end,
        _ => runs.push(Run { range: start..end, class }),
    }
}

fn write_runs(html: &mut String, line: &str, runs: &[Run]) {
    let mut written = 0;
    for Run { range, class } in runs {
        html.push_str(&line[written..range.start]);
        write_span(html, *class, &line[range.clone()]);
        written = range.end;
    }
    html.push_str(&line[written..]);
}

fn write_span(html: &mut String, class: char, text: &str) {
    if class == PLAIN {
        return escape(html, text);
    }
    html.push_str("<span class=");
    html.push(class);
    html.push('>');
    escape(html, text);
    html.push_str("</span>");
}

fn escape(html: &mut String, text: &str) {
    escape_html_body_text(html, text).expect("a string takes any text");
}

fn grammars() -> BTreeMap<String, Grammar> {
    let mut grammars = BTreeMap::new();
    for syntax in SYNTAXES.syntaxes().iter().filter(|syntax| !syntax.hidden) {
        let names = syntax.file_extensions.iter().chain([&syntax.name]);
        grammars.extend(names.filter_map(|name| Some((word(name)?, Grammar::Code(syntax)))));
    }
    for (name, aliases) in ALIASES {
        let syntax = SYNTAXES.find_syntax_by_name(name);
        let aliases = syntax.into_iter().flat_map(|syntax| all(aliases, Grammar::Code(syntax)));
        grammars.extend(aliases);
    }
    grammars.extend(all(PLAIN_NAMES, Grammar::Plain));
    grammars.extend(all(CONSOLE_NAMES, Grammar::Console));
    grammars
}

fn all(names: &str, grammar: Grammar) -> impl Iterator<Item = (String, Grammar)> {
    names.split(' ').map(move |name| (name.to_owned(), grammar))
}

/// A name as it is looked up. The info string of a block gives one word, so that `hosts file`
/// and the like can't be written, and `1` (a manual page) isn't a language to anybody.
fn word(name: &str) -> Option<String> {
    let is_word = !name.contains(' ') && name.contains(char::is_alphabetic);
    is_word.then(|| name.to_lowercase())
}

/// The table of classes, longest scopes first.
fn prefixes() -> Vec<(Scope, char)> {
    let mut prefixes: Vec<_> = CLASSES
        .iter()
        .flat_map(|(class, scopes)| scopes.split(' ').map(|scope| (scope, *class)))
        .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, class)))
        .collect();
    prefixes.sort_by_key(|(scope, _)| Reverse(scope.len()));
    prefixes
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &[(&str, &str)] = &[
        ("rust", "/// Doc <T>.\nfn main() -> &'static str { \"a & b\\n\" } // 1\r\n"),
        ("python", "def f(x: int = 1):\n    \"\"\"Two\n    lines.\"\"\"\n    return f\"{x!r}\""),
        ("html", "<p class=\"a\">x &amp; y</p>\n<script>if (a < b) {}</script>\n"),
        ("console", "$ echo \"<a>\" \\\n  && ls\n<b> & c\n# exit\n$\n"),
        ("yaml", "# Größe\n\"a b\": &x 'é'\n\tc: [1, <2>]\n\n\n"),
        ("text", "a < b\n\n"),
        ("javascript", "`a ${b +\n `${c}`} d\u{a0}` /* \n\n */ /re[<]/g"),
    ];

    #[test]
    fn the_text_survives_and_no_span_crosses_the_end_of_a_line() {
        let others = ["bash", "json", "md", "tsx", "php", "sql", "ruby"];
        let languages = SAMPLES.iter().map(|sample| sample.0).chain(others);
        for (language, (_, code)) in languages.flat_map(|l| SAMPLES.iter().map(move |s| (l, s))) {
            let html = highlight(language, code).unwrap();
            assert_eq!(text_of(&html), *code, "as {language}");
            for line in html.lines() {
                assert_eq!(line.matches("<span").count(), line.matches("</span").count(), "{line}");
            }
        }
    }

    #[test]
    fn each_kind_of_word_gets_its_class() {
        check("rust", "let x = 1;", "<k:let> x <o:=> <n:1>;");
        check("rust", "pub fn f() {}", "<k:pub fn> <f:f>() {}");
        check("rust", "/// a < b\n", "<c:/// a &lt; b>\n");
        check("python", "f\"a{self.x}\"", "<s:f\"a><e:{><v:self>.x<e:}><s:\">");
        check(
            "json",
            r#"{"a": "\n", "b": null}"#,
            r#"{<a:"a">: <s:"><e:\n><s:">, <a:"b">: <l:null>}"#,
        );
        check("jsonc", "[1] // a", "[<n:1>] <c:// a>");
        check("yaml", "a: true\n", "<a:a>: <l:true>\n");
        check("toml", "[a]\nb.c = 'd'", "[<h:a>]\n<a:b>.<a:c> = <s:'d'>");
        check("html", "<a href=\"x\">", "&lt;<g:a> <a:href>=<s:\"x\">&gt;");
        check("diff", "-a\n+b\n", "<d:-a>\n<i:+b>\n");
        check("bash", "echo -n $x", "<f:echo> <a:-n> <v:$x>");
        check("java", "class A { int b; }", "<k:class> <t:A> { <t:int> b; }");
        check("md", "# A", "<m:# A>");
    }

    #[test]
    fn a_session_has_prompts_commands_and_output() {
        let code = "$ ls \\\n  -l\nls -l\n# id\n#1 > 0\n";
        let html = "<q:$> <f:ls> \\\n  <a:-l>\nls -l\n<q:#> <f:id>\n#1 &gt; 0\n";
        check("console", code, html);
    }

    #[test]
    fn languages_go_by_many_names() {
        let common = "rust python javascript typescript tsx toml yaml json jsonc dockerfile graphql \
            protobuf hcl terraform nginx powershell diff bash console sql html css scss xml go java \
            kotlin swift c cpp csharp ruby php lua perl r makefile cmake ini markdown http elixir \
            haskell scala zig nix text golang yml sh zsh py rb rs ts jsx docker tf proto gql ps1 \
            make cfg dotenv c++ hpp cxx kt md vue svelte C# JSON PlainText";
        let aliases = ALIASES.iter().flat_map(|(_, aliases)| aliases.split(' '));
        for name in common.split_whitespace().chain(aliases).chain(names()) {
            assert!(grammar(name).is_some(), "{name}");
        }
        assert!(names().is_sorted());
        assert!(grammar("klingon").is_none() && grammar("").is_none());
    }

    #[test]
    fn every_scope_of_the_table_counts_once() {
        let scopes = CLASSES.iter().flat_map(|(_, scopes)| scopes.split(' '));
        let unique: std::collections::BTreeSet<_> = scopes.clone().collect();
        assert_eq!((PREFIXES.len(), unique.len()), (scopes.clone().count(), PREFIXES.len()));
    }

    #[test]
    fn a_line_is_the_same_whatever_was_highlighted_before() {
        let fresh = |language: &str, code: &str| {
            let (language, code) = (language.to_string(), code.to_string());
            std::thread::spawn(move || highlight(&language, &code).unwrap()).join().unwrap()
        };
        let languages = ["rust", "python", "html", "yaml", "javascript", "bash", "md"];
        for language in languages {
            for (_, code) in SAMPLES.iter().chain(SAMPLES) {
                // Whole, and from each of its lines on, so that lines stand in other places.
                for (at, _) in code.match_indices('\n') {
                    let rest = &code[at + 1..];
                    assert_eq!(highlight(language, rest).unwrap(), fresh(language, rest), "{rest}");
                }
            }
        }
    }

    #[test]
    fn more_lines_than_are_remembered_are_highlighted_alike() {
        let lines: Vec<String> =
            (0..MOST_LINES + 100).map(|n| format!("let x{n} = {n}; /*\n*/\n")).collect();
        let block = lines.concat();
        let html = highlight("rust", &block).unwrap();
        let last = html.lines().rev().nth(1).unwrap();
        assert!(last.ends_with("<span class=c>/*</span>"), "{last}");
        assert_eq!(text_of(&html), block);
    }

    #[test]
    fn data_is_written_as_it_is() {
        for line in ["[".repeat(1 << 20), format!("let x ={}1;", " ".repeat(2000))] {
            assert_eq!(highlight("rust", &line).unwrap(), line);
        }
        let code = "[\n".repeat(100_000);
        assert_eq!(text_of(&highlight("json", &code).unwrap()), code);
    }

    /// Spans are written short: `<k:let>`.
    fn check(language: &str, code: &str, expected: &str) {
        let html = highlight(language, code).unwrap().replace("</span>", ">");
        let mut parts = html.split("<span class=");
        let first = parts.next().unwrap().to_owned();
        let short = parts.fold(first, |text, part| text + "<" + &part.replacen('>', ":", 1));
        assert_eq!(short, expected);
    }

    fn text_of(html: &str) -> String {
        let mut parts = html.split('<');
        let first = parts.next().unwrap().to_owned();
        let text = parts.fold(first, |text, part| text + part.split_once('>').unwrap().1);
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }
}
