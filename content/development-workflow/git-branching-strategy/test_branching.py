"""Tests of check_message.py and of the procedures of the page, these in real repositories."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import branches
from check_message import branch_faults, direct_faults, main, message_faults

DIGITS = "0123456789" * 4


class Message(unittest.TestCase):
    def check(self, text, *words):
        """Exactly these faults, each known by some of its words."""
        found = list(message_faults(text))
        self.assertEqual(len(words), len(found), found)
        for word, fault in zip(words, found):
            self.assertIn(word, fault)

    def test_the_one_of_the_page_is_fine(self):
        self.check((HERE / "message.txt").read_text(encoding="utf-8"))

    def test_the_first_line(self):
        self.check("A" * 72)
        self.check("A" * 73, "first line of 73 signs")
        self.check("Add a limit.", "no full stop")
        self.check("add a limit", "begins with a capital")
        self.check("", "is empty")
        for text in ("Added a limit", "Adding a limit", "Adds a limit", "Fixed it", "Fixes it"):
            self.check(text, "write a command")
        for text in ("Add it", "Need two", "Feed it", "Bring it", "Pass it on", "Process it", "Embed it",
                     "`x`: mend its end", "404 for strangers"):
            self.check(text)
        for text in ("fixup! Add it", "squash! Add it", "WIP", "wip: limit"):
            self.check(text, "unfinished")

    def test_the_text_below(self):
        self.check("Add a limit\nat once", "second line")
        self.check("Add a limit\n\n" + "a " * 36)
        self.check("Add a limit\n\n" + "a " * 36 + "aa", "line of 74 signs")
        self.check("Add a limit\n\n    " + "a " * 60)
        self.check("Add a limit\n\n" + "a" * 90)

    def test_trailers_are_known_and_have_their_form(self):
        self.check("Add it\n\nWhy.\n\nTicket: T-1\nContract: 2026.11.10\nGenerated-with: the assistant, tests only")
        self.check("Add it\n\nTickets: T-1", "unknown trailer Tickets")
        self.check("Add it\n\nchangelog: fixed: Something", "unknown trailer changelog")
        self.check("Add it\n\nTicket: 482", "trailer Ticket")
        self.check("Add it\n\nContract: 2026.11.10.2")
        for value in ("yes", "2026.11", "2026.11.10.1"):
            self.check(f"Add it\n\nContract: {value}", "trailer Contract")
        self.check("Add it\n\nChangelog: mended: Something", "trailer Changelog")
        self.check("Add it\n\nChangelog: fixed: something", "trailer Changelog")
        self.check("Add it\n\nChangelog: fixed: Something.", "trailer Changelog")
        self.check("Add it\n\nCo-authored-by: Eve", "trailer Co-authored-by")

    def test_a_revert_names_its_commit_and_says_why(self):
        self.check(f'Revert "Add a chart"\n\nThis reverts commit {DIGITS}.\n\nIt loads all rows.')
        self.check(f'Revert "Merge x"\n\nThis reverts commit {DIGITS}, reversing\nchanges made to {DIGITS}.\n\nSlow.')
        self.check(f'Revert "Add a chart"\n\nThis reverts commit {DIGITS}.', "says why")
        self.check(f'Revert "Add a chart"\n\nThis reverts commit {DIGITS}.\n\nTicket: T-1', "says why")
        self.check('Revert "Add a chart"\n\nThis reverts commit 1234567.\n\nSlow.', "40 digits")

    def test_merges_are_the_forge_s(self):
        self.check("Merge pull request #7 from fix/x")


class Branch(unittest.TestCase):
    def test_names(self):
        for name in ("change/t-501-chart", "fix/typo", "hotfix/t-1-x", "bump/2026-11-24", "revert/t-501-chart"):
            self.assertEqual([], list(branch_faults(name)), name)
        for name in ("eve", "feature/x", "fix/T-1-x", "fix/x_y", "fix/x-", "fix/", "fix/t-0-x/y", "fix/x;ls"):
            self.assertEqual(1, len(list(branch_faults(name))), name)
        self.assertEqual([], list(branch_faults("fix/" + "a" * 56)))
        self.assertEqual(1, len(list(branch_faults("fix/" + "a" * 57))))


class Repository:
    """A real repository in a folder of its own, with times that rise and nobody's configuration."""

    def __init__(self, folder):
        self.folder, self.minute = folder, 0
        self.git("init", "--quiet", "--initial-branch=main")
        # Packing in the background would write into the folder while it is being removed.
        self.git("config", "gc.auto", "0")

    def git(self, *arguments):
        self.minute += 1
        date = f"{1793491200 + self.minute * 60} +0000"
        return subprocess.run(
            ["git", "-c", "user.name=Eve", "-c", "user.email=eve@example.org", *arguments], cwd=self.folder, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "HOME": self.folder, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
                 "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}).stdout

    def commit(self, message, **files):
        for name, text in files.items():
            path = Path(self.folder, name.replace("__", "/") + ".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def merge(self, branch, into="main"):
        self.git("checkout", "--quiet", into)
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge pull request from {branch}", branch)
        return self.git("rev-parse", "HEAD").strip()

    def files(self):
        return set(self.git("ls-tree", "-r", "--name-only", "HEAD").split())


@contextlib.contextmanager
def repository():
    with tempfile.TemporaryDirectory() as folder:
        yield Repository(folder)


class Procedures(unittest.TestCase):
    """The commands of the page do what it says, on the history that its diagram shows."""

    def story(self, made):
        made.commit("Start", start="1")
        made.git("tag", "2026.11.24")
        made.git("checkout", "--quiet", "-b", "change/t-501-chart")
        made.commit("Add the query", query="1")
        made.commit("Draw the chart", chart="1")
        chart = made.merge("change/t-501-chart")
        made.git("checkout", "--quiet", "-b", "fix/t-482-export")
        made.commit("Write exports to files", export="1")
        made.commit("Say where the file is", address="1")
        return chart, made.merge("fix/t-482-export")

    def test_main_is_one_line_a_change_and_a_revert_undoes_the_whole_of_it(self):
        with repository() as made:
            chart, _ = self.story(made)
            made.git("checkout", "--quiet", "-b", "revert/t-501-chart")
            made.git("revert", "--no-edit", "-m", "1", chart)
            message = made.git("log", "-1", "--format=%B").rstrip()
            self.assertEqual(["a revert says why"], list(message_faults(message)))
            self.assertEqual([], list(message_faults(message + "\n\nIt loads all rows.")))
            made.merge("revert/t-501-chart")
            self.assertEqual({"start.txt", "export.txt", "address.txt"}, made.files())
            lines = made.git("log", "--first-parent", "--format=%s", "2026.11.24..main").splitlines()
            self.assertEqual(["revert/t-501-chart", "fix/t-482-export", "change/t-501-chart"],
                             [line.split(" from ")[1] for line in lines])

    def test_a_hotfix_holds_the_fix_and_nothing_else_of_main(self):
        with repository() as made:
            _, fix = self.story(made)
            made.git("push", "--quiet", ".", "2026.11.24^{}:refs/heads/hotfix/t-482-export")
            made.git("checkout", "--quiet", "-b", "fix/t-482-export-alone", "2026.11.24")
            made.git("cherry-pick", "-x", f"{fix}^1..{fix}^2")
            self.assertIn("(cherry picked from commit ", made.git("log", "-1", "--format=%B"))
            self.check_cherry(made)
            made.merge("fix/t-482-export-alone", into="hotfix/t-482-export")
            self.assertEqual({"start.txt", "export.txt", "address.txt"}, made.files())
            self.check_cherry(made)

    def check_cherry(self, made):
        """Both commits of the fix are on the main line, too, and nothing else is here."""
        self.assertEqual(["-", "-"], [line[0] for line in made.git("cherry", "main", "HEAD").splitlines()])

    def test_a_fix_that_is_on_the_hotfix_alone_is_seen(self):
        with repository() as made:
            self.story(made)
            made.git("checkout", "--quiet", "-b", "hotfix/t-9-x", "2026.11.24")
            made.commit("Mend it here only", here="1")
            self.assertIn("+", made.git("cherry", "main", "HEAD"))

    def test_only_the_file_of_the_flags_may_come_past_the_queue(self):
        with repository() as made:
            self.story(made)
            made.commit("Start again", start="2")
            Path(made.folder, "config").mkdir()
            Path(made.folder, "config/flags.json").write_text("{}", encoding="utf-8")
            made.commit("Kill ops.webhook-delivery")
            Path(made.folder, "config/flags.json").write_text("{ }", encoding="utf-8")
            made.commit("Kill it and mend the sender", sender="1")
            found = [fault[12:] for fault in direct_faults(made.git, "2026.11.24..main")]
            self.assertEqual([" came without review: sender.txt", " came without review: start.txt"], found)

    def test_the_range_of_a_branch_is_checked_commit_by_commit(self):
        with repository() as made:
            self.story(made)
            made.git("checkout", "--quiet", "-b", "fix/x")
            made.commit("Add one", one="1")
            made.commit("added two.", two="1")
            before = os.getcwd()
            os.chdir(made.folder)
            try:
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    status = main(["--range", "main..HEAD", "--branch", "eve"])
            finally:
                os.chdir(before)
            self.assertEqual(1, status)
            self.assertEqual(3, len(out.getvalue().splitlines()), out.getvalue())

    def test_the_hook_leaves_comments_and_what_is_below_the_scissors(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "message")
            path.write_text("Add it\n# a comment that is longer than seventy-two signs and would be a fault in the text\n"
                            "# ------------------------ >8 ------------------------\ndiff --git " + "a " * 60,
                            encoding="utf-8")
            self.assertEqual(0, main([str(path)]))


class Diagram(unittest.TestCase):
    def test_it_is_drawn_from_the_history(self):
        drawn = "".join(text + "\n" for text in branches.draw(branches.read()))
        self.assertEqual((HERE / "branches.svg").read_text(encoding="utf-8"), drawn)

    def test_the_history_keeps_the_rules(self):
        commits = branches.read()
        lanes = {commit["id"]: commit["lane"] for commit in commits}
        for commit in commits:
            if commit["lane"] != "main":
                self.assertEqual([], list(branch_faults(commit["lane"])))
            elif commit["parents"]:
                first, second = commit["parents"].split()
                self.assertEqual("main", lanes[first])
                self.assertNotIn(lanes[second].split("/")[0], ("main", "hotfix"))


class Protection(unittest.TestCase):
    def read(self, name):
        rules = json.loads((HERE / name).read_text(encoding="utf-8"))
        self.assertEqual("active", rules["enforcement"])
        return rules, {rule["type"]: rule.get("parameters", {}) for rule in rules["rules"]}

    def test_the_one_check_and_a_review_after_the_last_push_are_required(self):
        rules, kinds = self.read("ruleset.json")
        self.assertEqual(["~DEFAULT_BRANCH", "refs/heads/hotfix/**"], rules["conditions"]["ref_name"]["include"])
        self.assertEqual({"deletion", "non_fast_forward", "pull_request", "required_status_checks"}, set(kinds))
        self.assertEqual([{"context": "required"}], kinds["required_status_checks"]["required_status_checks"])
        self.assertIs(True, kinds["required_status_checks"]["do_not_enforce_on_create"])  # Or no hotfix branch begins.
        review = kinds["pull_request"]
        self.assertEqual((1, ["merge"]), (review["required_approving_review_count"], review["allowed_merge_methods"]))
        for rule in ("dismiss_stale_reviews_on_push", "require_code_owner_review", "require_last_push_approval"):
            self.assertIs(True, review[rule], rule)

    def test_the_queue_tries_each_change_on_what_is_before_it(self):
        rules, kinds = self.read("ruleset-queue.json")
        self.assertEqual(["~DEFAULT_BRANCH"], rules["conditions"]["ref_name"]["include"])
        queue = kinds["merge_queue"]
        self.assertEqual(("MERGE", "ALLGREEN", 1),
                         (queue["merge_method"], queue["grouping_strategy"], queue["max_entries_to_merge"]))

    def test_nobody_gets_past_but_the_one_on_call_and_tags_stay(self):
        for name in ("ruleset.json", "ruleset-queue.json"):
            past = self.read(name)[0]["bypass_actors"]
            self.assertEqual([("Team", "always")], [(one["actor_type"], one["bypass_mode"]) for one in past], name)
        rules, kinds = self.read("ruleset-tags.json")
        self.assertEqual([], rules["bypass_actors"])
        self.assertEqual({"update", "deletion"}, set(kinds))


if __name__ == "__main__":
    unittest.main()
