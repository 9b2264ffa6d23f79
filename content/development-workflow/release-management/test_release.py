"""Tests of release.py in real repositories, with a real signature; and of canary.py."""

import contextlib
import csv
import io
import os
import subprocess
import sys
import tempfile
import unittest
from datetime import date
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import canary
import release

WEDNESDAY = "2026-11-25T10:30:00+00:00"


class Repository:
    """A product with one release of 2026.11.10 and one of 2026.11.24, in the current folder."""

    def __init__(self):
        self.minute = 0
        self.git("init", "--quiet", "--initial-branch=main")
        for name, value in (("gc.auto", "0"), ("user.name", "Eve"), ("user.email", "eve@example.org")):
            self.git("config", name, value)
        self.commit("Start", start="1")
        self.git("tag", "2026.11.10")
        self.commit("Go on", start="2")
        self.git("tag", "2026.11.24")

    def git(self, *arguments):
        self.minute += 1
        when = f"{1793491200 + self.minute * 60} +0000"
        return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}).stdout.strip()

    def commit(self, message, **files):
        for name, text in files.items():
            path = Path(name.replace("__", "/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", message)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch, *commits):
        """A branch with these commits (message, file), merged as the queue does it."""
        self.git("checkout", "--quiet", "-b", branch)
        for message, name in commits:
            self.commit(message, **{name: message})
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge pull request from {branch}", branch)
        return self.git("rev-parse", "HEAD")

    def plan(self, *more, now=WEDNESDAY, outcome="passed", checks=(*release.NEEDED, "night"), by="eve", approved="ada"):
        commit = self.git("rev-parse", "HEAD")
        results = "check,commit,outcome\n" + "".join(f"{check},{commit},{outcome}\n" for check in checks)
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(results)
            file.flush()
            arguments = ["--checks", file.name, "--freezes", str(HERE / "freezes.csv"), "--now", now, "--by", by,
                         "--approved-by", approved, *more]
            with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as told:
                status = release.main(arguments)
        return status, out.getvalue(), told.getvalue()


class Case(unittest.TestCase):
    def setUp(self):
        folder, before = tempfile.TemporaryDirectory(), os.getcwd()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, before)
        os.chdir(folder.name)
        clean = {"HOME": folder.name, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
        patch = mock.patch.dict(os.environ, clean, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        self.made = Repository()

    def check_refused(self, *words, **options):
        more = options.pop("more", ())
        status, _, told = self.made.plan(*more, **options)
        self.assertEqual((1, len(words)), (status, len(told.splitlines())), told)
        for word in words:
            self.assertIn(word, told)

    def check_fine(self, **options):
        more = options.pop("more", ())
        status, out, told = self.made.plan(*more, **options)
        self.assertEqual((0, ""), (status, told))
        return out


class Plan(Case):
    def test_a_dry_run_writes_the_notes_and_changes_nothing(self):
        self.made.merge("fix/t-482-export", ("Send long exports as files\n\nTicket: T-482\nChangelog: fixed: Exports of more "
                                             "than 100,000 rows no longer time out", "export"))
        self.made.merge("change/t-7-filter", ("Add a filter\n\nChangelog: added: Invoices can be listed by status", "filter"))
        self.made.commit("Rename a variable", start="3")
        out = self.check_fine()
        commit = self.made.git("rev-parse", "HEAD")
        self.assertEqual(f"""release: 2026.11.25
commit: {commit}
from: 2026.11.24
contract: no
by: eve
approved by: ada

Added
- Invoices can be listed by status

Fixed
- Exports of more than 100,000 rows no longer time out (T-482)

dry run: nothing was changed
""", out)
        self.assertEqual("2026.11.10\n2026.11.24", self.made.git("tag"))

    def test_what_was_merged_and_reverted_is_not_announced(self):
        chart = self.made.merge("change/chart", ("Draw it\n\nChangelog: added: A chart", "chart"), ("Colour it", "colour"))
        self.made.commit("Add y\n\nChangelog: added: Something else", y="1")
        self.made.git("revert", "--no-edit", "-m", "1", chart)
        out = self.check_fine()
        self.assertNotIn("A chart", out)
        self.assertIn("Something else", out)

    def test_what_was_reverted_and_brought_back_is_announced(self):
        chart = self.made.merge("change/chart", ("Draw it\n\nChangelog: added: A chart", "chart"))
        self.made.git("revert", "--no-edit", "-m", "1", chart)
        self.made.git("revert", "--no-edit", "HEAD")
        self.assertIn("A chart", self.check_fine())

    def test_nothing_since_the_last_release_is_refused(self):
        self.check_refused("nothing has changed")

    def test_a_second_release_of_the_day_has_a_number_and_a_third_is_refused(self):
        self.made.commit("Add x", x="1")
        self.made.git("tag", "2026.11.25")
        self.made.commit("Add y", y="1")
        self.assertIn("release: 2026.11.25.2\n", self.check_fine())
        self.made.git("tag", "2026.11.25.2")
        self.made.commit("Add z", z="1")
        self.check_refused("2 releases a day")
        self.check_fine(more=["--hotfix", "SEV2"])


class Gates(Case):
    def setUp(self):
        super().setUp()
        self.made.commit("Add x", x="1")

    def test_the_window_in_the_time_of_dublin(self):
        for now in ("2026-11-25T09:30:00+00:00", "2026-11-25T15:59:00+00:00", "2026-11-27T11:59:00+00:00",
                    "2026-07-01T08:30:00+00:00"):  # In summer an hour ahead of UTC.
            self.check_fine(now=now)
        for now in ("2026-11-25T09:29:00+00:00", "2026-11-25T16:00:00+00:00", "2026-11-27T12:00:00+00:00",
                    "2026-11-28T10:30:00+00:00", "2026-07-01T15:00:00+00:00"):
            self.check_refused("outside the window", now=now)

    def test_maintenance_on_a_sunday_morning_only(self):
        for now in ("2026-11-29T04:00:00+00:00", "2026-11-29T05:59:00+00:00"):
            self.assertIn("maintenance: announced\n", self.check_fine(now=now, more=["--maintenance"]))
            self.check_refused("outside the window", now=now)
        for now in ("2026-11-29T03:59:00+00:00", "2026-11-29T06:00:00+00:00", "2026-11-28T05:00:00+00:00", WEDNESDAY):
            self.check_refused("outside the window: ", now=now, more=["--maintenance"])
        self.check_refused("frozen until", now="2026-12-20T05:00:00+00:00", more=["--maintenance"])

    def test_a_freeze_from_its_first_to_its_last_day_and_a_hotfix_goes_past(self):
        self.check_fine(now="2026-12-17T10:30:00+00:00")
        self.check_refused("frozen until 2027-01-03", now="2026-12-18T10:30:00+00:00")
        self.check_fine(now="2027-01-04T10:30:00+00:00")
        out = self.check_fine(now="2026-12-26T03:00:00+00:00", more=["--hotfix", "SEV2: exports"])
        self.assertIn("hotfix: SEV2: exports", out)

    def test_every_check_has_passed_on_this_commit_also_for_a_hotfix(self):
        for more in ((), ("--hotfix", "SEV1")):
            self.check_refused("check required", "check staging", checks=["night"], more=more)
            self.check_refused("check staging", checks=["required", "night"], more=more)
            self.check_refused("the last night: has not run", checks=release.NEEDED, more=more)
            self.check_refused("check required", "check staging", "the last night: failed", outcome="failed", more=more)

    def test_a_check_of_another_commit_counts_for_the_night_alone_and_the_last_one_counts(self):
        def faults(*rows, contained=("a", "b")):
            table = [dict(zip(("check", "commit", "outcome"), row)) for row in rows]
            return list(release.check_faults(table, "b", contained.__contains__))

        good = [("required", "b", "passed"), ("staging", "b", "passed")]
        self.assertEqual([], faults(*good, ("night", "a", "passed")))
        self.assertEqual(1, len(faults(*good, ("night", "c", "passed"))))
        self.assertEqual(1, len(faults(*good, ("night", "a", "passed"), ("night", "b", "failed"))))
        self.assertEqual([], faults(*good, ("night", "a", "failed"), ("night", "b", "passed")))
        self.assertEqual([], faults(*good, ("night", "a", "passed"), ("night", "c", "failed")))
        self.assertEqual(["check staging on b: failed"],
                         faults(*good, ("staging", "b", "failed"), ("night", "a", "passed")))
        self.assertEqual(["check required on b: has not run"],
                         faults(("required", "a", "passed"), good[1], ("night", "a", "passed")))

    def test_somebody_else_approves(self):
        self.check_refused("somebody else", approved="eve")
        self.check_refused("somebody else", approved="")

    def test_only_from_main_or_a_hotfix_branch_and_with_nothing_uncommitted(self):
        self.made.git("checkout", "--quiet", "-b", "change/x")
        self.check_refused("a release comes from main")
        self.made.git("checkout", "--quiet", "-b", "hotfix/x")
        self.check_fine()
        Path("start").write_text("other", encoding="utf-8")
        self.check_refused("nobody committed")

    def test_a_hotfix_begins_at_its_own_release(self):
        self.made.git("checkout", "--quiet", "-b", "hotfix/x", "2026.11.24")
        self.made.commit("Mend it\n\nChangelog: fixed: It", fix="1")
        out = self.check_fine()
        self.assertIn("from: 2026.11.24\n", out)
        self.assertIn("- It", out)


class Contract(Case):
    MIGRATION = {"migrations__0005_contract_urgency.up.sql": "alter table support_cases drop column urgency;"}

    def contract(self, trailer=""):
        self.made.commit("Drop urgency" + (f"\n\nContract: {trailer}" if trailer else ""), **self.MIGRATION)

    def test_a_release_and_seven_days_lie_between(self):
        self.contract("2026.11.10")
        self.assertIn("contract: yes", self.check_fine())

    def test_a_hotfix_beside_the_main_line_is_a_release_too(self):
        self.made.git("checkout", "--quiet", "-b", "hotfix/x", "2026.11.10")
        self.made.commit("Mend it", fix="1")
        self.made.git("tag", "2026.11.12")
        self.made.git("checkout", "--quiet", "main")
        self.contract("2026.11.12")
        self.assertIn("from: 2026.11.24\n", self.check_fine())

    def test_the_last_release_still_used_it(self):
        self.contract("2026.11.24")
        self.check_refused("wait for a release in between", now="2026-12-16T10:30:00+00:00")

    def test_six_days_are_too_few_and_seven_enough(self):
        self.contract("2026.11.10")
        self.assertEqual(1, len(list(release.contract_faults(["x\n\nContract: 2026.11.10"], ["2026.11.10", "2026.11.12"],
                                                             date(2026, 11, 16), "2026.11.24"))))
        self.assertEqual([], list(release.contract_faults(["x\n\nContract: 2026.11.10"], ["2026.11.10", "2026.11.12"],
                                                          date(2026, 11, 17), "2026.11.24")))

    def test_a_contract_that_says_nothing_is_found_by_its_file(self):
        self.contract()
        self.check_refused("without the trailer")

    def test_a_release_that_never_was(self):
        self.contract("2026.11.11")
        self.check_refused("is no release")


class Publish(Case):
    def test_the_tag_is_signed_and_only_by_those_who_may(self):
        for name in ("eve", "mallory"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name], check=True)
        Path("signers").write_text(f"eve@example.org {Path('eve.pub').read_text()}", encoding="utf-8")
        self.made.git("config", "gpg.format", "ssh")
        self.made.commit("Add x\n\nChangelog: added: X", x="1")
        for name, expected in (("eve", 0), ("mallory", 1)):
            self.made.git("config", "user.signingkey", str(Path(f"{name}.pub").resolve()))
            out = self.check_fine(more=["--publish"])
            tag = self.made.git("tag", "--points-at", "HEAD").split()[-1]
            self.assertIn(f"git push origin {tag}", out)
            verified = subprocess.run(["git", "-c", "gpg.ssh.allowedSignersFile=signers", "verify-tag", tag],
                                      capture_output=True, check=False)
            self.assertEqual(expected, min(verified.returncode, 1), verified.stderr)
            self.made.commit("Add more", **{name + "-more": "1"})
        self.assertIn("- X", self.made.git("tag", "-l", "--format=%(contents)", "2026.11.25"))

    def test_a_refused_release_gets_no_tag(self):
        self.made.commit("Add x", x="1")
        self.check_refused("somebody else", approved="eve", more=["--publish"])
        self.assertEqual("2026.11.10\n2026.11.24", self.made.git("tag"))


class Canary(unittest.TestCase):
    def verdict(self, canary_host, other=(1500, 1, 15)):
        keys = ("requests", "errors", "slow")
        return canary.judge(dict(zip(keys, canary_host)), dict(zip(keys, other)))[0]

    def test_verdicts_at_both_ends(self):
        for host, expected in (((1500, 1, 15), "go on"), ((299, 299, 0), "wait"), ((300, 10, 0), "roll back"),
                               ((1500, 9, 0), "go on"), ((1500, 10, 0), "roll back"), ((2000, 10, 0), "go on"),
                               ((1500, 0, 30), "go on"), ((1500, 0, 31), "roll back"), ((1500, 0, 29), "go on")):
            self.assertEqual(expected, self.verdict(host), host)

    def test_what_hits_both_hosts_is_not_the_release(self):
        self.assertEqual("hold", self.verdict((1500, 30, 0), (1500, 20, 0)))
        self.assertEqual("hold", self.verdict((1500, 30, 0), (1500, 10, 0)))
        self.assertEqual("roll back", self.verdict((1500, 31, 0), (1500, 10, 0)))

    def test_the_printed_chances_are_those_of_a_count(self):
        """Against the sum over exact fractions for a small case, and a good release is never stopped."""
        from fractions import Fraction
        from math import comb
        exact = 1 - sum(comb(400, k) * Fraction(1, 50) ** k * Fraction(49, 50) ** (400 - k) for k in range(10))
        self.assertAlmostEqual(float(exact), canary.chance(400, 0.02), places=9)
        self.assertLess(canary.chance(1515, 0.0005), 1e-6)

    def test_the_table_of_the_page_is_computed(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            canary.main(["power"])
        self.assertEqual((HERE / "power.csv").read_text(encoding="utf-8"), out.getvalue())

    def test_the_sample_is_rolled_back(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(1, canary.main([str(HERE / "canary.csv")]))
        self.assertEqual("roll back: errors: 2.05% here, 0.07% on the other host\n", out.getvalue())


class Freezes(unittest.TestCase):
    def test_rows_are_whole_and_in_order(self):
        with open(HERE / "freezes.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        days = [(date.fromisoformat(row["from"]), date.fromisoformat(row["until"])) for row in rows]
        self.assertEqual(days, sorted(days))
        for start, end in days:
            self.assertLessEqual(start, end)
            self.assertLessEqual((end - start).days, 21, "a freeze longer than three weeks hides changes, not risk")
        self.assertTrue(all(row["why"] and row["set_by"] for row in rows))


if __name__ == "__main__":
    unittest.main()
