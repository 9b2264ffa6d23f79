"""The pages of Development Workflow agree with each other, with the pipeline, and with the registers."""

import importlib.util
import json
import re
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from tools import ROOT, load_csv, load_yaml, run

AREA = ROOT / "content/development-workflow"
BRANCHING = AREA / "git-branching-strategy"
REVIEW = AREA / "code-review-process"
RELEASE = AREA / "release-management"
ENVIRONMENT = AREA / "development-environment"
REFERENCE = ROOT / "content/reference"
PIPELINE = ROOT / "content/testing-and-quality-assurance/automated-testing-pipeline"
OWNERS = set(tomllib.loads((ROOT / "book.toml").read_text(encoding="utf-8"))["owners"])


def module(path):
    """A module beside a page, under a name of its own."""
    loader = importlib.util.spec_from_file_location(f"workflow_{path.stem}", path)
    made = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(made)
    return made


class Branching(unittest.TestCase):
    def rules(self, name):
        return {rule["type"]: rule.get("parameters", {}) for rule in json.loads((BRANCHING / name).read_text())["rules"]}

    def test_the_branch_requires_the_check_that_the_pipeline_has(self):
        required = {check["context"] for check in self.rules("ruleset.json")["required_status_checks"]["required_status_checks"]}
        self.assertLessEqual(required, {row["stage"] for row in load_csv(PIPELINE / "stages.csv")})

    def test_the_pipeline_runs_on_each_branch_that_is_protected(self):
        protected = json.loads((BRANCHING / "ruleset.json").read_text())["conditions"]["ref_name"]["include"]
        pushed = load_yaml(PIPELINE / "ci.yaml")[True]["push"]["branches"]  # YAML 1.1 reads `on` as true.
        self.assertEqual(["main" if name == "~DEFAULT_BRANCH" else name.removeprefix("refs/heads/") for name in protected],
                         pushed)

    def test_the_queue_waits_longer_than_the_longest_blocking_stage_and_the_gate(self):
        budgets = {row["stage"]: int(row["budget_min"]) for row in load_csv(PIPELINE / "stages.csv") if row["blocks"] == "merge"}
        waits = self.rules("ruleset-queue.json")["merge_queue"]["check_response_timeout_minutes"]
        self.assertGreaterEqual(waits, max(budgets.values()) + budgets["required"])


class Review(unittest.TestCase):
    PATHS = load_csv(REVIEW / "paths.csv")

    def test_groups_are_owners_of_the_book(self):
        self.assertLessEqual({owner for row in self.PATHS for owner in row["owners"].split()}, OWNERS)

    def test_places_have_the_approvals_that_their_own_pages_ask(self):
        """Migration Strategy, Automated Testing Pipeline, Code Quality Standards, SDK Documentation, Feature Flags."""
        asked = {row["path"]: (row["owners"], row["approvals"]) for row in self.PATHS}
        for path, owners, approvals in (("/migrations/", "platform", "two"), ("/.github/", "platform security", "each"),
                                        ("/tools/", "platform security", "each"), ("/ruff.toml", "platform", "two"),
                                        ("/sdk/", "platform", "two"), ("/config/flags.json", "platform product", "any")):
            self.assertEqual((owners, approvals), asked[path], path)

    def test_the_reviewers_of_the_ruleset_are_those_of_the_list(self):
        told = json.loads((REVIEW / "required-reviewers.json").read_text(encoding="utf-8"))
        needed = {"each": 1, "two": 2}
        self.assertEqual([(row["path"], owner, needed[row["approvals"]]) for row in self.PATHS if row["approvals"] in needed
                          for owner in row["owners"].split()],
                         [(rule["file_patterns"][0], rule["reviewer"]["id"], rule["minimum_approvals"]) for rule in told])

    def test_the_one_assistant_of_the_register_gets_no_data_of_clients(self):
        known = {row["id"]: row for row in load_csv(ROOT / "content/reference/providers.csv") if row["id"].startswith("ai-")}
        self.assertEqual(["ai-assistant"], list(known))
        self.assertEqual("none", known["ai-assistant"]["data_classes"])

    def test_a_change_has_the_same_size_on_both_pages(self):
        most = module(REVIEW / "check_change.py").MOST_LINES
        for page in (REVIEW, BRANCHING):
            self.assertRegex((page / "index.md").read_text(encoding="utf-8"), rf"[Aa]t most \**{most} lines")

    def test_what_one_may_merge_past_review_is_the_same_everywhere(self):
        self.assertIn('UNREVIEWED = {"config/flags.json"}', (BRANCHING / "check_message.py").read_text(encoding="utf-8"))
        flags = (ROOT / "content/advanced-features/feature-flags/index.md").read_text(encoding="utf-8")
        self.assertIn("config/flags.json", flags)


class Release(unittest.TestCase):
    release, messages = module(RELEASE / "release.py"), module(BRANCHING / "check_message.py")

    def test_notes_are_made_from_trailers_that_messages_may_have(self):
        read = set(self.release.TRAILER.pattern.removeprefix("^(").split(")")[0].split("|"))
        self.assertLessEqual(read, set(self.messages.TRAILERS))
        for kind in self.release.KINDS:
            self.assertRegex(f"{kind}: Something", self.messages.TRAILERS["Changelog"])
        self.assertNotRegex("mended: Something", self.messages.TRAILERS["Changelog"])
        for name in ("2026.11.25", "2026.11.25.2"):
            self.assertTrue(self.messages.TRAILERS["Contract"].fullmatch(name) and self.release.NAME.fullmatch(name))

    def test_a_release_needs_checks_that_the_pipeline_has(self):
        stages = {row["stage"]: row["blocks"] for row in load_csv(PIPELINE / "stages.csv")}
        self.assertEqual({"required": "merge", "staging": "release"}, {check: stages[check] for check in self.release.NEEDED})
        self.assertEqual("next release", stages["night"])

    def test_the_window_lies_within_working_hours_in_our_time(self):
        organisation = load_yaml(REFERENCE / "organisation.yaml")
        self.assertEqual(organisation["timezone"], self.release.ZONE.key)
        hours = organisation["hours"]
        self.assertLessEqual(hours["opens"], f"{self.release.OPENS:%H:%M}")
        self.assertGreaterEqual(hours["closes"], f"{self.release.CLOSES:%H:%M}")
        self.assertLessEqual({row["set_by"] for row in load_csv(RELEASE / "freezes.csv")}, OWNERS)

    def test_maintenance_is_when_contracts_say(self):
        day, opens, closes = self.release.MAINTENANCE
        said = f"on {('Mon', 'Tues', 'Wednes', 'Thurs', 'Fri', 'Satur', 'Sun')[day]}days between {opens:%H:%M} and {closes:%H:%M}"
        self.assertIn(said, (ROOT / "content/business-operations/sla-definitions/index.md").read_text(encoding="utf-8"))

    def test_a_contract_waits_as_long_as_migration_strategy_says(self):
        said = (ROOT / "content/database-design/migration-strategy/index.md").read_text(encoding="utf-8")
        self.assertIn(f"**one release and at least {self.release.CONTRACT_DAYS} days**", said)

    def test_the_job_goes_by_the_minutes_of_the_canary_and_is_called_as_the_runbook_says(self):
        text = (RELEASE / "deploy.yaml").read_text(encoding="utf-8")
        minutes = module(RELEASE / "canary.py").MINUTES
        self.assertIn(f"vars.CANARY_MINUTES || '{minutes}'", text)
        self.assertIn(f"on the other after {minutes} minutes",
                      (ROOT / "content/database-design/migration-strategy/index.md").read_text(encoding="utf-8"))
        runbook = (ROOT / "content/error-handling-and-recovery/recovery-procedures/bad-deploy.md").read_text(encoding="utf-8")
        flow = load_yaml(RELEASE / "deploy.yaml")
        self.assertIn(f"job **{flow['name']}**", runbook)
        self.assertIn("skip canary", runbook)
        self.assertEqual("production", flow["jobs"]["deploy"]["environment"])
        self.assertEqual({"contents": "read", "id-token": "write"}, flow["jobs"]["deploy"]["permissions"])

    def check_workflow(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, ".github/workflows/deploy.yml")
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            return (run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path),
                    run("zizmor", "--offline", "--no-progress", "--no-config", path))

    def test_the_job_has_the_right_form_and_no_finding_until_a_name_reaches_the_shell(self):
        text = (RELEASE / "deploy.yaml").read_text(encoding="utf-8")
        form, security = self.check_workflow(text)
        self.assertEqual((0, 0), (form[0], security[0]), form[1] + security[1])
        worse = re.sub(r'fetch "\$RELEASE"', "fetch ${{ inputs.release }}", text)
        self.assertNotEqual(text, worse)
        self.assertIn("[template-injection]", self.check_workflow(worse)[1][1])


class Environment(unittest.TestCase):
    SCRIPT = (ENVIRONMENT / "bootstrap.sh").read_text(encoding="utf-8")

    def test_it_asks_for_the_versions_of_the_toolchain(self):
        tested = {row["tool"]: row["tested"] for row in load_csv(REFERENCE / "toolchain.csv")}
        asked = {name.lower(): version for name, version in re.findall(r"\$\{(\w+)_TESTED:-([\d.]+)\}", self.SCRIPT)}
        self.assertEqual({"python", "postgresql", "git", "curl", "openssl", "shellcheck"}, set(asked))
        for tool, version in asked.items():
            self.assertTrue(f"{tested[tool]}.".startswith(f"{version}."), f"{tool}: {version}, tested {tested[tool]}")

    def test_the_page_shows_what_the_script_says(self):
        page = (ENVIRONMENT / "index.md").read_text(encoding="utf-8")
        shown = re.search(r"```text\n(.*?)```", page, re.S)[1].split("\n")
        table = re.search(r"### When a step fails\n\n(.*?)\n\n", page, re.S)[1].splitlines()[2:]
        said = [line.strip() for line in shown] + [re.match(r"\| `([^`]*)`", row)[1] for row in table]
        self.assertGreater(len(said), 15)
        for words in filter(None, said):
            for part in re.split(r"…|\d+|http://\S+", words):
                self.assertIn(part.strip(), self.SCRIPT, words)

    def test_each_provider_has_something_that_stands_for_it(self):
        stands = " ".join(row["stands for"] for row in load_csv(ENVIRONMENT / "local-services.csv"))
        for row in load_csv(REFERENCE / "providers.csv"):
            self.assertRegex(stands, rf"(^| ){row['id']}( |$)")

    def test_the_address_is_the_one_of_the_environments(self):
        address = {row["id"]: row["url"] for row in load_csv(REFERENCE / "environments.csv")}["development"]
        self.assertIn(f"port=${{PORTAL_PORT:-{address.rsplit(':', 1)[1]}}}", self.SCRIPT)
        self.assertIn(address, {row["where"] for row in load_csv(ENVIRONMENT / "local-services.csv")})


if __name__ == "__main__":
    unittest.main()
