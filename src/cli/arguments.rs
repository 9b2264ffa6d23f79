//! The command line, as it is written.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;

/// Builds the handbook that knows what it is missing.
#[derive(Parser)]
#[command(name = "lacuna", version, max_term_width = 100, propagate_version = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What goes with every command.
#[derive(Args)]
pub(super) struct Global {
    /// The folder of book.toml, instead of this one or the nearest above it.
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The day for which statuses are judged, instead of SOURCE_DATE_EPOCH or the clock.
    #[arg(long, global = true, value_name = "YYYY-MM-DD")]
    pub today: Option<Date>,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
    /// Print findings only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more of what is done.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Start a handbook, from your own checklist if you have one.
    Init(InitOptions),
    /// Write the page of a gap, with its sections and what belongs into each.
    New(NewOptions),
    /// Say what to write next, and why.
    Next(NextOptions),
    /// Build the site.
    Build(BuildOptions),
    /// Preview the site while you write: pages change in the browser as you save.
    Serve(ServeOptions),
    /// Find what is wrong, without writing anything.
    Check(CheckOptions),
    /// Show the status of all gaps, or of one with its evidence.
    Status(StatusOptions),
    /// Record that somebody was asked to review the page of a gap.
    Request(RequestOptions),
    /// Record that you approve the page of a gap as it stands, or ask for changes.
    Approve(ApproveOptions),
    /// Show what has changed since the page of a gap was approved.
    Review(ReviewOptions),
    /// Run the examples of the content: code in pages, and files beside them.
    Test(TestOptions),
    /// Show what a change does to the gaps, before and after.
    Diff(DiffOptions),
    /// Show how coverage has changed over time, from git.
    History(HistoryOptions),
    /// List what waits for whom: overdue reviews, changed texts, waivers that end.
    Remind(RemindOptions),
    /// Write the checklist, or what auditors ask for: reviews, controls.
    Export(ExportOptions),
    /// Explain a rule, or list all of them.
    Explain(ExplainOptions),
    /// Print the JSON Schema of book.toml, of front matter, or of what check writes.
    Schema(SchemaOptions),
    /// Remove what Lacuna has built.
    Clean,
    /// Print the completions of a shell.
    Completions(CompletionsOptions),
}

#[derive(Args)]
pub(super) struct InitOptions {
    /// Where to start it.
    #[arg(default_value = ".", value_name = "DIR")]
    pub folder: PathBuf,
    /// A list of missing documentation: headings for tiers and areas, `- **Title**: what is
    /// missing` for gaps.
    #[arg(long, value_name = "LIST.md")]
    pub from: Option<PathBuf>,
    /// Take over the reference handbook: guidance for the gaps of a small software business. On a
    /// terminal it asks for the names and addresses, unless `--var` gives some.
    #[arg(long, conflicts_with = "from")]
    pub handbook: bool,
    /// A name or an address for the reference handbook, such as `organisation=Example` or
    /// `domain=example.org`; can be repeated. What isn't given follows from these two.
    #[arg(long, value_name = "NAME=VALUE", requires = "handbook")]
    pub var: Vec<String>,
    /// The title of the handbook.
    #[arg(long)]
    pub title: Option<String>,
    /// Write a workflow that checks and builds the handbook.
    #[arg(long, value_enum)]
    pub ci: Option<Ci>,
    /// Let the workflow publish the site, too.
    #[arg(long, value_enum, requires = "ci")]
    pub publish: Option<Publish>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    Github,
    Gitlab,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Publish {
    /// GitHub Pages or GitLab Pages.
    Pages,
}

#[derive(Args)]
pub(super) struct NewOptions {
    /// The id of the gap: `area/gap`, or `gap` when only one area has it.
    pub gap: String,
    /// The kind of page, which decides its sections.
    #[arg(long, default_value = "guidance")]
    pub kind: String,
}

#[derive(Args)]
pub(super) struct NextOptions {
    /// Only gaps of this owner.
    #[arg(long)]
    pub owner: Option<String>,
    /// Only gaps of this tier.
    #[arg(long)]
    pub tier: Option<String>,
    /// How many to show.
    #[arg(short = 'n', long, default_value_t = 10)]
    pub count: usize,
}

#[derive(Args)]
pub(super) struct BuildOptions {
    /// The output folder, instead of the one in book.toml.
    #[arg(short, long, value_name = "DIR")]
    pub dest_dir: Option<PathBuf>,
    /// Let warnings fail the build, too.
    #[arg(long)]
    pub strict: bool,
    /// Say why a page was read, parsed, rendered and written, or why not: its path below the
    /// content, or its URL.
    #[arg(long, value_name = "PAGE")]
    pub explain: Option<String>,
    /// Print how long each stage took.
    #[arg(long)]
    pub timings: bool,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct ServeOptions {
    /// The port; the next free one is used when it is taken.
    #[arg(short, long, default_value_t = 3000)]
    pub port: u16,
    /// The address to listen on.
    #[arg(short = 'n', long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub hostname: IpAddr,
    /// Open the site in a browser.
    #[arg(short, long)]
    pub open: bool,
    /// Take open pages to the page that was just saved.
    #[arg(long)]
    pub follow: bool,
    /// Fail when the port is taken.
    #[arg(long)]
    pub strict_port: bool,
    /// Answer to this host name, too, such as that of this machine in the local network.
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Look for changes from time to time, where the system can't tell of them.
    #[arg(long)]
    pub poll: bool,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct CheckOptions {
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// Let warnings fail the check, too.
    #[arg(long)]
    pub strict: bool,
    /// Let findings that this file holds not fail the check.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found now to the baseline.
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// Compare with what this has in common with a branch, tag or commit: what was published must
    /// not vanish.
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// Let gaps that are worse than at the base, and weaker rules, fail the check.
    #[arg(long, requires = "base")]
    pub no_regression: bool,
    /// Look at what only the calendar changes, too: overdue reviews, ended waivers.
    #[arg(long)]
    pub calendar: bool,
    /// Let gaps with one of these statuses or flags fail the check: `stale,unowned`.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub fail_on: Vec<String>,
    /// Ask other sites whether the links to them still lead somewhere.
    #[arg(long)]
    pub external: bool,
}

#[derive(Args)]
pub(super) struct DiffOptions {
    /// The branch, tag or commit that the change goes to; compared is what both have in common.
    #[arg(long, value_name = "REF")]
    pub base: String,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = DiffFormat::Md)]
    pub format: DiffFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// Markdown, for a comment.
    Md,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// With the lines around each place.
    Human,
    /// One line each.
    Short,
    /// One JSON object a line; `lacuna schema findings` prints its schema.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of a pull request on GitHub.
    Github,
    /// JUnit XML, which most continuous integration shows as tests.
    Junit,
}

#[derive(Args)]
pub(super) struct StatusOptions {
    /// Explain one gap: `area/gap`, or `gap` when only one area has it.
    pub gap: Option<String>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = StatusFormat::Table)]
    pub format: StatusFormat,
    /// Only gaps of this tier.
    #[arg(long)]
    pub tier: Option<String>,
    /// Only gaps of this area.
    #[arg(long)]
    pub area: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StatusFormat {
    /// For people.
    Table,
    /// Everything that is known, as in api/status.json.
    Json,
    Csv,
    /// A Markdown table.
    Md,
}

/// What a review is about.
#[derive(Args)]
pub(super) struct Reviewed {
    /// The id of a gap, or the path of its page where it has several.
    #[arg(value_name = "GAP")]
    pub gap: String,
}

#[derive(Args)]
pub(super) struct RequestOptions {
    #[command(flatten)]
    pub reviewed: Reviewed,
    /// Who is asked: a key of `[people]` in book.toml, a name or an address.
    #[arg(long, value_name = "WHO")]
    pub from: String,
}

#[derive(Args)]
pub(super) struct ApproveOptions {
    #[command(flatten)]
    pub reviewed: Reviewed,
    /// Who you are: a key of `[people]` in book.toml, or your name or address in git.
    #[arg(long, value_name = "WHO")]
    pub by: String,
    /// How you have reviewed it.
    #[arg(long, value_enum)]
    pub method: ReviewMethod,
    /// What came out.
    #[arg(long, value_enum, default_value_t = ReviewVerdict::Approved)]
    pub verdict: ReviewVerdict,
    /// The change since the last approval is small: show it, and keep the due date.
    #[arg(long)]
    pub minor: bool,
    /// Record it for somebody else; it then lifts nothing above in review.
    #[arg(long)]
    pub on_behalf: bool,
    /// What else there is to say.
    #[arg(long)]
    pub note: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReviewMethod {
    /// You have read it.
    Read,
    /// You have followed its steps.
    RanTheSteps,
    /// You have compared it with what it describes.
    ComparedWithSource,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReviewVerdict {
    /// The text is right.
    Approved,
    /// The text must change.
    ChangesRequested,
}

#[derive(Args)]
pub(super) struct ReviewOptions {
    #[command(flatten)]
    pub reviewed: Reviewed,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct TestOptions {
    /// Only the examples of these pages: files, folders, or ids of gaps.
    #[arg(value_name = "PAGE")]
    pub pages: Vec<String>,
    /// List the examples, and run none.
    #[arg(long)]
    pub list: bool,
    /// Fail when an example can't be run, such as for want of a tool.
    #[arg(long)]
    pub no_skip: bool,
    /// Run what is remembered as passed, too.
    #[arg(long)]
    pub no_cache: bool,
    /// Only examples that examples.lock doesn't hold as passed, as they stand.
    #[arg(long)]
    pub changed: bool,
    /// Write what came out to examples.lock, which statuses rest on.
    #[arg(long, conflicts_with = "list")]
    pub record: bool,
    /// How results are written.
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub format: TestFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TestFormat {
    /// What failed, with what it printed.
    Human,
    /// All examples.
    Json,
    /// For pipelines that show tests.
    Junit,
}

#[derive(Args)]
pub(super) struct HistoryOptions {
    /// How it is written.
    #[arg(long, value_enum, default_value_t = HistoryFormat::Json)]
    pub format: HistoryFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HistoryFormat {
    /// One object a day, with the counts of all statuses.
    Json,
    /// One line a day.
    Csv,
}

#[derive(Args)]
pub(super) struct RemindOptions {
    /// How it is written.
    #[arg(long, value_enum, default_value_t = RemindFormat::Md)]
    pub format: RemindFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RemindFormat {
    /// Markdown, for a chat or an issue.
    Md,
}

#[derive(Args)]
pub(super) struct ExportOptions {
    /// How it is written.
    #[arg(long, value_enum, default_value_t = ExportFormat::Md)]
    pub format: ExportFormat,
    /// All records of reviews, with what each proves.
    #[arg(long, conflicts_with = "controls")]
    pub reviews: bool,
    /// Only reviews from this day on.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "reviews")]
    pub since: Option<Date>,
    /// Which pages answer which control, with their statuses.
    #[arg(long)]
    pub controls: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// The checklist as it was written, without the ids that its titles give anyway; else a table.
    Md,
    Csv,
    Json,
}

#[derive(Args)]
pub(super) struct ExplainOptions {
    /// The code or name of a rule: `L001`, `broken-link`. All are listed without it.
    pub rule: Option<String>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub format: ExplainFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExplainFormat {
    /// For people.
    Text,
    /// A page in Markdown.
    Md,
}

#[derive(Args)]
pub(super) struct SchemaOptions {
    /// Which file the schema is for.
    #[arg(value_enum, default_value_t = SchemaKind::Book)]
    pub kind: SchemaKind,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    /// book.toml.
    Book,
    /// Front matter.
    Page,
    /// A line of `lacuna check --format json`.
    Findings,
}

#[derive(Args)]
pub(super) struct CompletionsOptions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}
