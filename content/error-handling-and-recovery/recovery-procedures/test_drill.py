"""Runs drill.sh on PostgreSQL: it measures, it passes, and it fails when it must."""

import csv
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
DRILL = HERE / "drill.sh"


def binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else Path(shutil.which("initdb")).resolve().parent


def drill(mode, **settings):
    """Exit status, what it printed, what it complained of. PostgreSQL refuses to run as root."""
    environment = {"PATH": f"{binaries()}:{os.environ['PATH']}", "TMPDIR": "/tmp", "LC_ALL": "C.UTF-8",
                   "HEARTBEAT_S": "3", "ARCHIVE_S": "1", **settings}
    as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    # From standard input, because that user may not be let into this folder; so the promises are given, too.
    done = subprocess.run(["sh", "-s", mode], input=DRILL.read_text(encoding="utf-8"), capture_output=True,
                          text=True, timeout=300, check=False, cwd="/tmp", env=environment, **as_user)
    return done.returncode, done.stdout.strip(), done.stderr.strip()


class Drill(unittest.TestCase):
    def check_line(self, mode, line):
        match = re.fullmatch(rf"\d{{4}}-\d\d-\d\d,{mode},(\d+\.\d),(-?\d+\.\d),(\d+)", line)
        self.assertTrue(match, line)
        self.assertGreater(int(match[3]), 3)
        return float(match[1]), float(match[2])

    def test_a_standby_takes_over_and_loses_next_to_nothing(self):
        # A folder of its own: other drills of this machine leave theirs in /tmp while they run.
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            os.chmod(folder, 0o777)
            status, line, told = drill("failover", RTO_S="120", RPO_S="2", TMPDIR=folder)
            self.assertEqual((0, ""), (status, told))
            self.assertEqual([], os.listdir(folder))
        self.check_line("failover", line)

    def test_base_copy_and_log_bring_back_all_but_the_last_seconds(self):
        status, line, told = drill("restore", RTO_S="120", RPO_S="3.5")
        self.assertEqual((0, ""), (status, told))
        self.check_line("restore", line)

    def test_it_fails_when_the_log_was_not_archived_in_time(self):
        status, line, told = drill("restore", RTO_S="120", RPO_S="2", ARCHIVE_S="3600")
        self.assertEqual(1, status, line)
        self.assertIn("lost more than 2 s", told)

    def test_it_fails_when_recovery_takes_longer_than_promised(self):
        status, line, told = drill("failover", RTO_S="0.01", RPO_S="60", HEARTBEAT_S="1")
        self.assertEqual(1, status, line)
        self.assertIn("down longer than 0.01 s", told)

    def test_it_asks_for_a_mode_it_knows(self):
        self.assertEqual(2, drill("everything")[0])


class Tables(unittest.TestCase):
    def rows(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_each_mode_keeps_what_its_services_are_promised(self):
        services = {row["id"]: row for row in self.rows(HERE.parents[1] / "reference/services.csv")}
        for mode in self.rows(HERE / "failure-modes.csv"):
            for name in mode["services"].split():
                self.assertLessEqual(int(mode["target_min"]), int(services[name]["rto_min"]), (mode["runbook"], name))
                self.assertLessEqual(int(mode["loss_min"]), int(services[name]["rpo_min"]), (mode["runbook"], name))

    def test_each_mode_has_its_runbook_and_each_service_names_one(self):
        runbooks = {path.stem for path in HERE.glob("*.md")} - {"index"}
        self.assertEqual(runbooks, {mode["runbook"] for mode in self.rows(HERE / "failure-modes.csv")})
        named = {row["runbook"] for row in self.rows(HERE.parents[1] / "reference/services.csv")}
        self.assertLessEqual(named, runbooks)

    def test_a_runbook_is_short(self):
        for path in HERE.glob("*.md"):
            if path.stem != "index":
                text = re.sub(r"^---.*?^---|```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
                self.assertLessEqual(len(text.split()), 400, path.name)

    def test_the_steps_for_another_region_fit_into_the_promise(self):
        minutes = sum(int(row["minutes"]) for row in self.rows(HERE / "region-timeline.csv"))
        target = {row["runbook"]: int(row["target_min"]) for row in self.rows(HERE / "failure-modes.csv")}["region-down"]
        self.assertLessEqual(minutes, 0.9 * target)


if __name__ == "__main__":
    unittest.main()
