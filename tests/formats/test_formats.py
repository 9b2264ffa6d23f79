"""What Lacuna writes for other programs is valid by the schemas of these programs.

Run by scripts/test, which installs requirements.txt into target/format-tools, after `cargo build`:
python3 -m unittest discover -s tests/formats
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

try:
    import jsonschema
except ImportError:  # Another Python than Debian's, whose python3-jsonschema it is.
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema

ROOT = Path(__file__).resolve().parents[2]
LACUNA = os.environ.get("LACUNA", str(ROOT / "target/debug/lacuna"))

TOOLS = ROOT / "target/format-tools/bin"

# One page with an error, a warning and signs that each format must escape.
PAGE = """# Page, with: 50 % <b>&"signs"</b>

See [this, that: 100 %](gone,100%25:x.md) and [^1].

![](https://example.org/ü.png)
"""


class Formats(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.book = Path(folder.name) / "docs"
        (self.book / "content").mkdir(parents=True)
        (self.book / "book.toml").write_text("[book]\n")
        (self.book / "content/päge, 1.md").write_text(PAGE)
        subprocess.run(["git", "init", "-q", folder.name], check=True)

    def lacuna(self, *arguments):
        command = [LACUNA, *arguments]
        return subprocess.run(command, cwd=self.book, capture_output=True, text=True).stdout

    def test_sarif_is_valid_by_its_schema(self):
        log = json.loads(self.lacuna("check", "--format", "sarif"))
        schema = json.loads((ROOT / "tests/schemas/sarif-2.1.0.json").read_text())
        jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
        results = log["runs"][0]["results"]
        self.assertGreater(len(results), 1)
        rules = log["runs"][0]["tool"]["driver"]["rules"]
        for result in results:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            self.assertEqual(place, "docs/content/p%C3%A4ge,%201.md")

    def test_a_log_without_findings_is_valid_too(self):
        (self.book / "content/päge, 1.md").write_text("# Page\n")
        log = json.loads(self.lacuna("check", "--format", "sarif"))
        schema = json.loads((ROOT / "tests/schemas/sarif-2.1.0.json").read_text())
        jsonschema.validate(log, schema)
        self.assertEqual(log["runs"][0]["results"], [])

    def test_json_lines_are_valid_by_the_schema_that_lacuna_prints(self):
        schema = json.loads(self.lacuna("schema", "findings"))
        jsonschema.Draft202012Validator.check_schema(schema)
        lines = self.lacuna("check", "--format", "json").splitlines()
        self.assertGreater(len(lines), 1)
        for line in lines:
            jsonschema.validate(json.loads(line), schema)

    def test_junit_counts_what_it_holds(self):
        suite = ElementTree.fromstring(self.lacuna("check", "--format", "junit")).find("testsuite")
        count = lambda tag: str(len(suite.findall(f"testcase/{tag}")))
        self.assertEqual(suite.get("tests"), str(len(suite.findall("testcase"))))
        self.assertEqual(suite.get("failures"), count("failure"))
        self.assertEqual(suite.get("skipped"), count("skipped"))


class Workflows(unittest.TestCase):
    """Each workflow of `lacuna init --ci`, with and without publishing."""

    def workflows(self, host, name):
        for more in [], ["--publish", "pages"]:
            with tempfile.TemporaryDirectory() as folder, self.subTest(more=more):
                command = [LACUNA, "init", folder, "--ci", host, *more]
                subprocess.run(command, check=True, capture_output=True)
                yield Path(folder) / name

    def check(self, program, *arguments):
        done = subprocess.run([TOOLS / program, *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_those_of_github_are_valid_and_without_known_dangers(self):
        for path in self.workflows("github", ".github/workflows/handbook.yml"):
            self.check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
            self.check("zizmor", "--offline", "--no-progress", path)

    def test_those_of_gitlab_are_valid(self):
        for path in self.workflows("gitlab", ".gitlab-ci.yml"):
            self.check("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", path)


if __name__ == "__main__":
    unittest.main()
