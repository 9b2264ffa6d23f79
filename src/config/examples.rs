//! `[examples]`: which examples of the content are run, and by what.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// What is run, and by what.
#[derive(Clone, Debug)]
pub struct Examples {
    /// Output beyond so many bytes fails an example.
    pub output_limit: u64,
    /// How many run at once; none for as many as there are processors.
    pub jobs: Option<usize>,
    /// Files of the project that lie in the folder of every example, relative to the root.
    pub files: Vec<String>,
    /// Patterns of files that are no examples, with the reason.
    pub ignore: Vec<(String, String)>,
    /// The runners; those that `book.toml` names come first.
    pub runners: Vec<Arc<Runner>>,
}

/// How the examples of one language are run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Runner {
    /// Its name.
    pub name: String,
    /// The languages of fences that it runs.
    pub languages: Vec<String>,
    /// Patterns of the names of files that it runs.
    pub files: Vec<String>,
    /// Patterns of the names of files that it only checks.
    pub check_files: Vec<String>,
    /// What parses the example inside the program, before anything else.
    pub parse: Option<Format>,
    /// What runs an example; empty when parsing is all.
    pub command: Vec<String>,
    /// What runs a file beside a page; empty when that is `command`, too.
    pub file_command: Vec<String>,
    /// What checks the syntax and runs nothing; empty when nothing can.
    pub check: Vec<String>,
    /// What validates an example against the schema that it names.
    pub schema_command: Vec<String>,
    /// Programs that must be there besides those of the commands.
    pub needs: Vec<String>,
    /// What prints the version of the tool; empty when nothing can.
    pub version: Vec<String>,
    /// What is run before the example, in its folder.
    pub setup: Vec<Vec<String>>,
    /// What is run after it, whatever came out.
    pub teardown: Vec<Vec<String>>,
    /// The extension of the file that a fence is written to.
    pub extension: String,
    /// The text around the code of a fence, at `{code}`.
    pub template: Option<String>,
    /// Code that holds this needs no template.
    pub template_unless: Option<String>,
    /// A line of code that prints `{marker}`; without it examples can't share a session and
    /// expect output.
    pub separator: Option<String>,
    /// How lines begin that say what is printed.
    pub inline: Option<String>,
    /// What must be there while it runs.
    pub service: Option<Service>,
    /// Variables of its environment.
    pub env: BTreeMap<String, String>,
    /// Variables that it gets from ours.
    pub inherit: Vec<String>,
    /// How long an example may take.
    pub timeout: Duration,
}

impl Runner {
    /// A runner that has only a name and can run nothing.
    pub fn named(name: &str) -> Self {
        runner(name, RunnerTable::default(), 0)
    }
}

/// A format that is parsed inside the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON.
    Json,
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
    /// A table with as many cells in each row.
    Csv,
    /// A diagram, which is drawn.
    Mermaid,
}

/// A server that an example gets for itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// An empty PostgreSQL cluster on a Unix socket.
    Postgresql,
}

impl Service {
    /// As it is written.
    pub fn id(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
        }
    }
}

/// `[examples]` as written.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct ExamplesTable {
    /// Seconds that an example may take, unless its runner or its fence says otherwise; 60 unless
    /// set.
    pub timeout: Option<u64>,
    /// Bytes that an example may print; 1,000,000 unless set.
    pub output_limit: Option<u64>,
    /// How many examples run at once; as many as there are processors unless set.
    pub jobs: Option<usize>,
    /// Files of the project that every example may read, relative to the folder of `book.toml`.
    pub files: Vec<String>,
    /// Patterns of files that are no examples, and why: `"samples/*.json" = "broken on purpose"`.
    pub ignore: BTreeMap<String, String>,
    /// What runs examples, by name.
    pub runners: BTreeMap<String, RunnerTable>,
}

/// One name or several.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Names {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Names {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names,
        }
    }
}

/// A runner as written.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct RunnerTable {
    /// The languages of fences that it runs.
    pub languages: Option<Vec<String>>,
    /// Patterns of the names of files beside pages that it runs.
    pub files: Option<Vec<String>>,
    /// Patterns of the names of files beside pages that it only checks.
    pub check_files: Option<Vec<String>>,
    /// What the program parses itself: `json`, `yaml`, `toml`, `csv` or `mermaid`.
    pub parse: Option<Format>,
    /// What runs an example: `["python3", "{file}"]`.
    pub command: Option<Vec<String>>,
    /// What runs a file beside a page; as `command` unless set.
    pub file_command: Option<Vec<String>>,
    /// What checks the syntax of an example and runs nothing.
    pub check: Option<Vec<String>>,
    /// What validates an example that names a schema: `["validate", "{schema}", "{file}"]`.
    pub schema_command: Option<Vec<String>>,
    /// Programs that must be installed, besides those that the commands begin with.
    pub needs: Option<Names>,
    /// What prints the version of the tool; a result is kept for one version.
    pub version: Option<Vec<String>>,
    /// Commands that are run before each example.
    pub setup: Option<Vec<Vec<String>>>,
    /// Commands that are run after each example, whatever came out.
    pub teardown: Option<Vec<Vec<String>>>,
    /// The extension of the file that a fence is written to.
    pub extension: Option<String>,
    /// The text around the code of a fence, which stands at `{code}`.
    pub template: Option<String>,
    /// Code that holds this text needs no template.
    pub template_unless: Option<String>,
    /// A line of code that prints `{marker}`, for examples that share a session.
    pub separator: Option<String>,
    /// How lines begin that say what the example prints: `#>`.
    pub inline: Option<String>,
    /// A server that each example gets for itself: `postgresql`.
    pub service: Option<Service>,
    /// Variables of the environment.
    pub env: BTreeMap<String, String>,
    /// Variables that are taken over from the caller's environment.
    pub inherit: Option<Vec<String>>,
    /// Seconds that an example may take.
    pub timeout: Option<u64>,
}

/// The runners that a book starts with.
const DEFAULTS: &str = include_str!("runners.toml");

impl ExamplesTable {
    /// What was written, with all defaults filled in.
    pub(super) fn meant(self) -> Examples {
        let defaults: BTreeMap<String, RunnerTable> =
            toml::from_str(DEFAULTS).expect("the table inside the program is right");
        let timeout = self.timeout.unwrap_or(60);
        let mut runners = Vec::new();
        for (name, written) in &self.runners {
            let base = defaults.get(name).cloned().unwrap_or_default();
            runners.push(runner(name, written.clone().over(base), timeout));
        }
        for (name, table) in defaults {
            if !self.runners.contains_key(&name) {
                runners.push(runner(&name, table, timeout));
            }
        }
        Examples {
            output_limit: self.output_limit.unwrap_or(1_000_000),
            jobs: self.jobs,
            files: self.files,
            ignore: self.ignore.into_iter().collect(),
            runners: runners.into_iter().map(Arc::new).collect(),
        }
    }
}

impl RunnerTable {
    /// What is written here, and what `base` says about the rest.
    fn over(self, base: Self) -> Self {
        let mut env = base.env;
        env.extend(self.env);
        Self {
            languages: self.languages.or(base.languages),
            files: self.files.or(base.files),
            check_files: self.check_files.or(base.check_files),
            parse: self.parse.or(base.parse),
            command: self.command.or(base.command),
            file_command: self.file_command.or(base.file_command),
            check: self.check.or(base.check),
            schema_command: self.schema_command.or(base.schema_command),
            needs: self.needs.or(base.needs),
            version: self.version.or(base.version),
            setup: self.setup.or(base.setup),
            teardown: self.teardown.or(base.teardown),
            extension: self.extension.or(base.extension),
            template: self.template.or(base.template),
            template_unless: self.template_unless.or(base.template_unless),
            separator: self.separator.or(base.separator),
            inline: self.inline.or(base.inline),
            service: self.service.or(base.service),
            env,
            inherit: self.inherit.or(base.inherit),
            timeout: self.timeout.or(base.timeout),
        }
    }
}

fn runner(name: &str, table: RunnerTable, timeout: u64) -> Runner {
    Runner {
        name: name.to_string(),
        languages: table.languages.unwrap_or_default(),
        files: table.files.unwrap_or_default(),
        check_files: table.check_files.unwrap_or_default(),
        parse: table.parse,
        command: table.command.unwrap_or_default(),
        file_command: table.file_command.unwrap_or_default(),
        check: table.check.unwrap_or_default(),
        schema_command: table.schema_command.unwrap_or_default(),
        needs: table.needs.map_or_else(Vec::new, Names::list),
        version: table.version.unwrap_or_default(),
        setup: table.setup.unwrap_or_default(),
        teardown: table.teardown.unwrap_or_default(),
        extension: table.extension.unwrap_or_else(|| "txt".to_string()),
        template: table.template,
        template_unless: table.template_unless,
        separator: table.separator,
        inline: table.inline,
        service: table.service,
        env: table.env,
        inherit: table.inherit.unwrap_or_default(),
        timeout: Duration::from_secs(table.timeout.unwrap_or(timeout)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_changes_some_keys_of_a_runner_and_keeps_the_rest() {
        let book = "[runners.python]\ncommand = [\"python3.12\", \"{file}\"]\n[runners.mine]\n";
        let table: ExamplesTable = toml::from_str(book).unwrap();
        let meant = table.meant();
        let names: Vec<&str> =
            meant.runners.iter().map(|runner| runner.name.as_str()).take(3).collect();
        assert_eq!(names, ["mine", "python", "bash"]);
        let python = &meant.runners[1];
        assert_eq!(python.command, ["python3.12", "{file}"]);
        assert_eq!(python.languages, ["python", "py", "python3"]);
        assert_eq!(python.timeout, Duration::from_mins(1));
    }
}
