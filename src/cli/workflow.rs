//! The workflows that `lacuna init --ci` writes.

use super::arguments::{Ci, Publish};

/// The name and the text of a workflow.
pub(super) fn file(ci: Ci, publish: Option<Publish>) -> (&'static str, String) {
    match (ci, publish) {
        (Ci::Github, None) => (".github/workflows/handbook.yml", github(false)),
        (Ci::Github, Some(Publish::Pages)) => (".github/workflows/handbook.yml", github(true)),
        (Ci::Gitlab, None) => (".gitlab-ci.yml", gitlab(false)),
        (Ci::Gitlab, Some(Publish::Pages)) => (".gitlab-ci.yml", gitlab(true)),
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Actions are pinned by digest, and the token can only read, since the workflow runs on what
/// other people propose.
fn github(publish: bool) -> String {
    let mut out = format!(
        "name: Handbook
on:
  push:
    branches: [main]
  pull_request:
  schedule:
    # Once a week, for what only the calendar changes: overdue reviews, ended waivers.
    - cron: \"17 6 * * 1\"
permissions:
  contents: read
concurrency:
  group: handbook-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          # The whole history: pages show when they changed, and changes are compared with it.
          fetch-depth: 0
          persist-credentials: false
      # From the registry of crates; for a build of your own: cargo install --git URL --locked lacuna
      - name: Install Lacuna
        run: cargo install lacuna --locked --version {VERSION}
      - name: Say what the change does to the gaps
        if: github.event_name == 'pull_request'
        env:
          BASE: origin/${{{{ github.base_ref }}}}
        run: lacuna diff --base \"$BASE\" >>\"$GITHUB_STEP_SUMMARY\"
      - name: Check the change
        if: github.event_name == 'pull_request'
        env:
          BASE: origin/${{{{ github.base_ref }}}}
        run: lacuna check --strict --format github --no-regression --base \"$BASE\"
      - name: Check the handbook
        if: github.event_name == 'push'
        run: lacuna check --strict
      - name: Check the calendar
        if: github.event_name == 'schedule'
        run: lacuna check --strict --calendar
      - name: Build
        run: lacuna build
      - name: Keep the site
        uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        with:
          name: handbook
          path: book
          include-hidden-files: true
          if-no-files-found: error
"
    );
    if publish {
        out += GITHUB_PAGES;
    }
    out
}

const GITHUB_PAGES: &str = "      - name: Hand the site to Pages
        if: github.event_name == 'push'
        uses: actions/upload-pages-artifact@56afc609e74202658d3ffba0e8f6dda462b719fa # v3.0.1
        with:
          path: book
  publish:
    # Everyone on the internet can read a Pages site, also that of a private repository.
    if: github.event_name == 'push'
    needs: build
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      pages: write
      id-token: write
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - id: deployment
        uses: actions/deploy-pages@d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e # v4.0.5
";

fn gitlab(publish: bool) -> String {
    let mut out = format!(
        "workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_PIPELINE_SOURCE == \"schedule\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

handbook:
  image: rust:1-bookworm
  variables:
    # The whole history: pages show when they changed, and changes are compared with it.
    GIT_DEPTH: \"0\"
    CARGO_HOME: $CI_PROJECT_DIR/.cargo
  cache:
    key: lacuna-{VERSION}
    paths: [.cargo]
  script:
    - cargo install lacuna --locked --version {VERSION}
    - .cargo/bin/lacuna build
    # Merge requests show what changes.md and the list of tests say. A schedule looks at what only
    # the calendar changes: overdue reviews, ended waivers.
    - |
      case $CI_PIPELINE_SOURCE in
      merge_request_event)
        base=$CI_MERGE_REQUEST_DIFF_BASE_SHA
        .cargo/bin/lacuna diff --base \"$base\" | tee changes.md
        set -- --no-regression --base \"$base\" ;;
      schedule) set -- --calendar ;;
      *) set -- ;;
      esac
      .cargo/bin/lacuna check --strict --format junit \"$@\" >lacuna.xml
  artifacts:
    when: always
    expose_as: Handbook
    paths: [book/, changes.md]
    reports:
      junit: lacuna.xml
"
    );
    if publish {
        out += GITLAB_PAGES;
    }
    out
}

const GITLAB_PAGES: &str = "
pages:
  # Who can read it is set under Settings > General > Visibility > Pages.
  needs: [handbook]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - mv book public
  artifacts:
    paths: [public]
";
