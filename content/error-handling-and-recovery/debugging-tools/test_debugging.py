"""Tests of debug_mode.py and support_bundle.py: nothing stays on, nothing secret gets out."""

import contextlib
import hashlib
import io
import json
import stat
import sys
import tarfile
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import debug_mode
import support_bundle

TRACE, OTHER = "4bf92f3577b34da6a3ce929d0e0e4736", "5bf92f3577b34da6a3ce929d0e0e4736"
ORGANISATION = "00000000-0000-4000-8000-00000000000a"
KEY = "hbl_live_0123456789ABCDEFGHIJKLMNOPQRSTUV_1a2B3c"
AT = datetime(2026, 11, 25, 22, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


class DebugMode(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name, "debug.json")

    def on(self, organisation=ORGANISATION, minutes=30, case="CASE-4711", by="engineer:aoife"):
        return debug_mode.switch_on(self.file, organisation, minutes, case, by, AT)

    def is_on(self, at, organisation=ORGANISATION):
        return debug_mode.is_on(self.file, organisation, at)

    def test_it_ends_by_itself_and_holds_for_one_organisation(self):
        self.on()
        self.assertTrue(self.is_on(AT))
        self.assertTrue(self.is_on(AT + 30 * MINUTE - timedelta(seconds=1)))
        self.assertFalse(self.is_on(AT + 30 * MINUTE))
        self.assertFalse(self.is_on(AT - MINUTE))
        self.assertFalse(self.is_on(AT, ORGANISATION[:-1] + "b"))

    def test_it_can_be_switched_off_early(self):
        self.on()
        debug_mode.switch_off(self.file, ORGANISATION, AT)
        self.assertFalse(self.is_on(AT))

    def test_60_minutes_are_the_most_and_a_reason_is_asked_for(self):
        self.on(minutes=60)
        for wrong in ({"minutes": 61}, {"minutes": 0}, {"case": "because"}, {"by": "bob"}, {"organisation": "all"}):
            with self.assertRaises(ValueError):
                self.on(**wrong)

    def test_three_at_once_are_the_most(self):
        names = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
        for name in names[:3]:
            self.on(name)
        self.on(names[0])
        self.assertRaises(ValueError, self.on, names[3])

    def test_what_is_odd_means_off(self):
        late = {"begins": AT.isoformat(), "ends": (AT + timedelta(days=1)).isoformat()}
        for text in ("", "[]", "{", json.dumps({ORGANISATION: late}), json.dumps({ORGANISATION: {}}),
                     json.dumps({ORGANISATION: None}), json.dumps({ORGANISATION: {"begins": "x", "ends": "y"}})):
            self.file.write_text(text)
            self.assertFalse(self.is_on(AT + MINUTE), text)
        self.file.unlink()
        self.assertFalse(self.is_on(AT))

    def test_the_commands_say_what_is_on(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            debug_mode.main(["--file", str(self.file), "on", ORGANISATION, "--case", "INC-2026-09", "--by", "engineer:aoife"])
            debug_mode.main(["--file", str(self.file), "list"])
            debug_mode.main(["--file", str(self.file), "off", ORGANISATION])
            debug_mode.main(["--file", str(self.file), "list"])
        first, second = out.getvalue().splitlines()
        self.assertIn(f"debug for {ORGANISATION} until ", first)
        self.assertIn("INC-2026-09 engineer:aoife", second)


class Bundle(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.settings = self.folder / "settings.ini"
        self.settings.write_text("[database]\nurl = postgresql://app:hunter2@db-1/portal\npassword = hunter2\npool = 20\n")
        # A line of an old version, whose logger let secrets through.
        self.write("api.json", [self.line(2, message=f"key {KEY}", data={
            "password": "hunter2", "client_address": "192.0.2.77", "nested": [{"token": "hunter2"}],
            "note": "from aoife@foods.example"}), self.line(1, trace=OTHER)])
        self.write("worker.json", [self.line(1, service="worker"), f"broken {TRACE} password=hunter2\n"])
        self.out = self.folder / "bundle.tar.gz"

    def line(self, second, trace=TRACE, service="api", **fields):
        return json.dumps({"time": f"2026-11-25T22:00:0{second}.000Z", "service": service, "version": "2026.11.25",
                           "trace_id": trace, "message": "m", **fields}) + "\n"

    def write(self, name, lines):
        (self.folder / name).write_text("".join(lines))

    def run_tool(self, trace=TRACE):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as told:
            status = support_bundle.main([trace, "--logs", str(self.folder), "--settings", str(self.settings),
                                          "--out", str(self.out)])
        return status, out.getvalue(), told.getvalue()

    def content(self):
        with tarfile.open(self.out) as archive:
            return {entry.name: archive.extractfile(entry).read().decode() for entry in archive}

    def test_it_holds_the_trace_in_order_of_time_and_nothing_of_others(self):
        status, said, _ = self.run_tool()
        self.assertEqual((0, f"{self.out}: 3 lines of the trace, 4 files\n"), (status, said))
        lines = [json.loads(line) for line in self.content()["bundle/trace.jsonl"].splitlines()]
        self.assertEqual(["unknown", "worker", "api"], [line["service"] for line in sorted(lines, key=lambda x: x["time"])])
        self.assertNotIn(OTHER, self.content()["bundle/trace.jsonl"])

    def test_no_secret_address_or_person_is_in_any_file(self):
        self.run_tool()
        everything = "".join(self.content().values())
        for secret in ("hunter2", KEY[9:], "aoife", "192.0.2.77"):
            self.assertNotIn(secret, everything)
        for kept in ("192.0.2.0/24", "pool = 20", "[url-password]", "[field]", "[email]", "worker 2026.11.25"):
            self.assertIn(kept, everything)

    def test_networks_are_cut(self):
        self.assertEqual("2001:db8:1::/48", support_bundle.network("2001:db8:1:2::7"))

    def test_the_manifest_proves_every_file(self):
        self.run_tool()
        content = self.content()
        lines = [line.split("  ") for line in content["bundle/MANIFEST"].splitlines()]
        self.assertEqual(["settings.ini", "trace.jsonl", "versions.txt"], [name for _, name in lines])
        for digest, name in lines:
            self.assertEqual(hashlib.sha256(content[f"bundle/{name}"].encode()).hexdigest(), digest)

    def test_a_secret_that_is_left_stops_it(self):
        with mock.patch.object(support_bundle, "clean_settings", return_value=f"key = {KEY}\n"):
            status, _, told = self.run_tool()
        self.assertEqual((1, False), (status, self.out.exists()))
        self.assertIn("a secret is left: settings.ini", told)

    def test_only_its_owner_may_read_it_and_none_is_overwritten(self):
        self.run_tool()
        self.assertEqual(0o600, stat.S_IMODE(self.out.stat().st_mode))
        self.assertEqual(1, self.run_tool()[0])

    def test_an_unknown_or_odd_trace_gives_none(self):
        for trace, words in (("a" * 32, "no line of this trace"), ("x", "32 hexadecimal digits"), (TRACE[:8], "32 hex")):
            status, _, told = self.run_tool(trace)
            self.assertEqual((1, False), (status, self.out.exists()))
            self.assertIn(words, told)


if __name__ == "__main__":
    unittest.main()
