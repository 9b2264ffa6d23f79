"""The pages Code Quality Standards and Automated Testing Pipeline: their configurations, by the tools themselves."""

import configparser
import re
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from tools import ROOT, load_csv, load_yaml, run

AREA = ROOT / "content/testing-and-quality-assurance"
QUALITY = AREA / "code-quality-standards"
PIPELINE = AREA / "automated-testing-pipeline"
OWNERS = set(tomllib.loads((ROOT / "book.toml").read_text(encoding="utf-8"))["owners"])


class CodeQuality(unittest.TestCase):
    def ruff(self, command, name, *options):
        return run("ruff", command, "--config", QUALITY / "ruff.toml", "--no-cache", *options, QUALITY / "samples" / name)

    def mypy(self, name):
        with tempfile.TemporaryDirectory() as cache:
            return run("mypy", "--config-file", QUALITY / "mypy.ini", "--cache-dir", cache, QUALITY / "samples" / name)

    def expected(self, name):
        return [row["rule"] for row in load_csv(QUALITY / "expected.csv") if row["file"] == name]

    def test_the_good_sample_passes_format_lint_and_types(self):
        self.assertEqual(0, self.ruff("format", "good.py", "--check")[0])
        self.assertEqual(0, self.ruff("check", "good.py")[0])
        status, said = self.mypy("good.py")
        self.assertEqual(0, status, said)

    def test_each_rule_of_the_table_is_what_refuses_the_bad_sample(self):
        status, said = self.ruff("check", "bad.py", "--output-format", "concise")
        self.assertEqual(1, status, said)
        found = re.findall(r"^\S+:\d+:\d+: ([A-Z]+\d+) ", said, re.M)
        self.assertEqual(sorted(self.expected("bad.py")), sorted(found), said)
        self.assertEqual(1, self.ruff("format", "bad.py", "--check")[0])

    def test_types_refuse_what_the_table_says(self):
        status, said = self.mypy("bad_types.py")
        self.assertEqual(1, status, said)
        self.assertEqual(sorted(self.expected("bad_types.py")), sorted(re.findall(r"\[([a-z-]+)\]$", said, re.M)), said)

    def test_a_function_too_complex_or_too_long_a_line_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "sample.py")
            for depth, complexity in ((9, 0), (10, 1)):
                path.write_text("def f(a: int) -> None:\n" + "".join(f"    if a == {n}:\n        f({n})\n" for n in range(depth)))
                said = run("ruff", "check", "--config", QUALITY / "ruff.toml", "--no-cache", path)[1]
                self.assertEqual(complexity, said.count("C901"), said)
            for length, count in ((120, 0), (121, 1)):
                path.write_text("A = '" + "x" * (length - 6) + "'\n")
                said = run("ruff", "check", "--config", QUALITY / "ruff.toml", "--no-cache", path)[1]
                self.assertEqual(count, said.count("E501"), said)

    def test_the_limits_of_the_page_are_those_of_the_tools(self):
        limits = {row["measure"]: row["limit"] for row in load_csv(QUALITY / "limits.csv")}
        config = tomllib.loads((QUALITY / "ruff.toml").read_text(encoding="utf-8"))
        self.assertEqual((limits["length of a line"], limits["complexity of a function (McCabe)"], limits["parameters"]),
                         (str(config["line-length"]), str(config["lint"]["mccabe"]["max-complexity"]),
                          str(config["lint"]["pylint"]["max-args"])))

    def test_the_editor_knows_the_same_length_of_a_line(self):
        parser = configparser.ConfigParser()
        parser.read_string("[top]\n" + (QUALITY / "editorconfig.ini").read_text(encoding="utf-8"))
        config = tomllib.loads((QUALITY / "ruff.toml").read_text(encoding="utf-8"))
        self.assertEqual(config["line-length"], parser.getint("*", "max_line_length"))
        self.assertEqual("true", parser["top"]["root"])

    def test_hooks_run_local_programs_only_and_cover_every_tool(self):
        repos = load_yaml(QUALITY / "pre-commit-config.yaml")["repos"]
        self.assertEqual(["local"], [repo["repo"] for repo in repos])
        hooks = {hook["id"]: hook for hook in repos[0]["hooks"]}
        self.assertEqual({"format", "lint", "types", "shell", "secrets", "large"}, set(hooks))
        for hook in hooks.values():
            self.assertEqual("system", hook["language"], hook)
            self.assertTrue(set(hook) <= {"id", "name", "entry", "language", "types", "pass_filenames"}, hook)

    def test_exceptions_are_owned_by_owners_of_the_book(self):
        self.assertLessEqual({row["owner"] for row in load_csv(QUALITY / "exceptions.csv")}, OWNERS)


class Pipeline(unittest.TestCase):
    def check(self, change=lambda text: text):
        """What the schema and what zizmor say of the workflow, changed."""
        text = (PIPELINE / "ci.yaml").read_text(encoding="utf-8")
        changed = change(text)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, ".github/workflows/ci.yml")
            path.parent.mkdir(parents=True)
            path.write_text(changed)
            form = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
            security = run("zizmor", "--offline", "--no-progress", "--no-config", path)
        return form, security, changed != text

    def test_the_workflow_has_the_right_form_and_no_finding(self):
        form, security, _ = self.check()
        self.assertEqual(0, form[0], form[1])
        self.assertEqual(0, security[0], security[1])
        self.assertIn("No findings", security[1])

    def test_a_wrong_form_is_refused(self):
        for old, new in (("runs-on: ubuntu-24.04", "runs_on: ubuntu-24.04"), ("timeout-minutes: 5", "timeout-minutes: soon"),
                         ("needs: [static", "need: [static")):
            form, _, changed = self.check(lambda text, old=old, new=new: text.replace(old, new))
            self.assertTrue(changed)
            self.assertEqual(1, form[0], new)

    def test_insecure_workflows_are_found(self):
        pin = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
        for finding, old, new in (
            ("unpinned-uses", pin, "actions/checkout@v4"),
            ("dangerous-triggers", "  pull_request:\n", "  pull_request_target:\n"),
            ("template-injection", "tools/check unit", "echo ${{ github.event.pull_request.title }}"),
            ("artipacked", "          persist-credentials: false\n", "          submodules: false\n"),
        ):
            _, security, changed = self.check(lambda text, old=old, new=new: text.replace(old, new))
            self.assertTrue(changed, finding)
            self.assertNotEqual(0, security[0], finding)
            self.assertIn(f"[{finding}]", security[1])

    def test_owners_are_those_of_the_book(self):
        self.assertLessEqual({row["owner"] for row in load_csv(PIPELINE / "quarantine.csv")}, OWNERS)


if __name__ == "__main__":
    unittest.main()
