import datetime
import gzip
import io
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import logs
import scan

HERE = Path(__file__).resolve().parent
DEMO = (HERE.parents[1] / "error-handling-and-recovery/logging-standards/demo.txt").read_text(encoding="utf-8")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CLIENT = "00000000-0000-4000-8000-00000000000a"
KEY = "11111111-0000-4000-8000-00000000000a"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def request(number, **fields):
    data = {"method": "GET", "route": "/v1/invoices", "status": 200, "seconds": 0.1, "client_address": "192.0.2.7",
            **fields.pop("data", {})}
    return json.dumps({"time": f"2026-11-25T10:{number % 60:02}:00.000Z", "level": "info", "event": "http.request",
                       "trace_id": f"{number + 1:032x}", **fields, "data": data}, separators=(",", ":")) + "\n"


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / "hbl"
        self.folder.mkdir()
        self.enterContext(mock.patch.object(logs, "FOLDER", self.folder))
        self.noted = self.enterContext(mock.patch("syslog.syslog"))
        self.path = self.folder / f"api-{TODAY}.json"

    def write(self, *lines, path=None):
        with open(path or self.path, "a", encoding="utf-8") as file:
            file.writelines(lines)
        return logs.index(path or self.path)

    def run_main(self, *arguments):
        out = io.StringIO()
        logs.main(list(arguments), out)
        return out.getvalue()


class Finding(Folder):
    def test_a_trace_is_found_whole_and_in_order(self):
        self.write(DEMO)
        self.write(request(1))
        found = self.run_main("find", "--reason", "CASE-1", "--trace", TRACE)
        self.assertEqual("".join(DEMO.splitlines(True)[:3]), found)

    def test_a_trace_through_two_services_is_told_in_the_order_of_time(self):
        worker = self.folder / f"worker-{TODAY}.json"
        self.write(request(5, trace_id=TRACE), request(50, trace_id=TRACE))
        self.write(request(20, trace_id=TRACE), path=worker)
        found = self.run_main("find", "--reason", "x", "--trace", TRACE).splitlines(True)
        self.assertEqual([request(n, trace_id=TRACE) for n in (5, 20, 50)], found)

    def test_ids_are_compared_whole(self):
        self.write(request(1, key_id=KEY), request(2, key_id=KEY[:-1] + "b"), request(3))
        self.assertEqual(1, len(self.run_main("find", "--reason", "x", "--key", KEY).splitlines()))
        with self.assertRaises(ValueError):
            self.run_main("find", "--reason", "x", "--key", "1' or '1'='1")

    def test_level_means_this_one_and_worse(self):
        self.write(DEMO)
        self.assertEqual(3, len(self.run_main("find", "--reason", "x", "--level", "warning").splitlines()))
        self.assertEqual(1, len(self.run_main("find", "--reason", "x", "--level", "error").splitlines()))

    def test_what_the_index_lacks_is_compared_in_the_lines(self):
        self.write(request(1, data={"status": 500}), request(2))
        found = self.run_main("find", "--reason", "x", "--event", "http.request", "--where", "data.status=500")
        self.assertEqual(request(1, data={"status": 500}), found)

    def test_requests_of_a_key_are_counted_by_address_and_route(self):
        self.write(*(request(n, key_id=KEY) for n in range(3)), request(4, key_id=KEY, data={"client_address": "198.51.100.9"}),
                   request(5))
        self.assertEqual("3\t192.0.2.7\t/v1/invoices\n1\t198.51.100.9\t/v1/invoices\n", self.run_main(
            "count", "--reason", "LEAK-1", "--key", KEY, "--by", "data.client_address,data.route"))

    def test_days_services_and_times_bound_a_search(self):
        old = self.folder / f"worker-{TODAY - datetime.timedelta(days=2)}.json"
        self.write(request(1), path=old)
        self.write(request(30))
        self.assertEqual(1, len(self.run_main("find", "--reason", "x").splitlines()))
        self.assertEqual(2, len(self.run_main("find", "--reason", "x", "--days", "3").splitlines()))
        self.assertEqual(1, len(self.run_main("find", "--reason", "x", "--days", "3", "--service", "worker").splitlines()))
        self.assertEqual(1, len(self.run_main("find", "--reason", "x", "--days", "3", "--since", "2026-11-25T10:15").splitlines()))

    def test_each_search_is_noted_with_who_and_why_and_none_goes_without_a_reason(self):
        self.write(DEMO)
        self.run_main("find", "--reason", "CASE-4711", "--trace", TRACE)
        note = json.loads(self.noted.call_args.args[1])
        self.assertEqual(("CASE-4711", TRACE), (note["reason"], note["asked"]["trace"]))
        self.assertTrue(note["by"])
        with self.assertRaises(SystemExit), mock.patch("sys.stderr", io.StringIO()):
            self.run_main("find", "--trace", TRACE)


class Indexing(Folder):
    def test_only_whole_new_lines_are_added(self):
        self.assertEqual(4, self.write(DEMO))
        self.assertEqual(0, self.write())
        half = request(7)
        self.assertEqual(0, self.write(half[:40]))
        self.assertEqual(1, self.write(half[40:]))
        self.assertEqual(half, self.run_main("find", "--reason", "x", "--trace", f"{8:032x}"))

    def test_broken_lines_do_not_stop_it(self):
        self.assertEqual(4, self.write("no json\n", '[1]\n', '{"trace_id":7}\n', '{"level":"odd","trace_id":"zz"}\n'))

    def test_the_index_takes_less_than_a_third_of_the_lines(self):
        filler = "x" * 500
        lines = [request(n, organisation_id=CLIENT, service="api", version="2026.11.25", environment="production",
                         host="app-1", message="Request answered", data={"note": filler}) for n in range(5000)]
        self.write(*lines)
        size = sum(map(len, lines))
        self.assertAlmostEqual(900, size / len(lines), delta=60)
        self.assertLess(Path(f"{self.path}.index").stat().st_size / size, 0.3)


class Rules(Folder):
    def test_more_than_twenty_refusals_of_one_caller_count(self):
        def lines(times, key):
            at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            return [request(n, time=at, key_id=key, data={"status": 403, "code": "auth.scope_missing"}) for n in range(times)]
        other = KEY[:-1] + "b"
        self.write(*lines(20, KEY), *lines(21, other))
        self.assertIn('log_rule_matches{rule="denied"} 1\n', self.run_main("denied"))
        self.assertEqual([(("None", "None", other), 21)], logs.denied_often(logs.find(self.path)))

    def test_refusals_of_an_hour_ago_do_not_count(self):
        self.write(*(request(n, time="2020-01-01T00:00:00.000Z", key_id=KEY, data={"code": "auth.scope_missing"})
                     for n in range(30)))
        self.assertIn('rule="denied"} 0\n', self.run_main("denied"))


class Scanning(Folder):
    SECRET = "hbl_live_" + "A1b2C3d4" * 4

    def test_a_secret_is_counted_once_and_not_repeated(self):
        self.write(request(1, data={"note": self.SECRET}), request(2))
        state = {}
        self.assertEqual([f"{self.path.name} at byte 0: api-key"], scan.scan(self.folder, state))
        self.assertEqual([], scan.scan(self.folder, state))
        self.assertEqual({"api-key": 1}, state["hits"])
        text = scan.figures(state, 1795000000)
        self.assertIn('log_scan_hits_total{rule="api-key"} 1\n', text)
        self.assertIn('{task="log-redaction-scan"} 1795000000\n', text)
        self.assertNotIn(self.SECRET, json.dumps(state) + text)

    def test_lines_of_the_system_are_scanned_too(self):
        system = self.folder.with_name("hbl-system")
        system.mkdir()
        (system / f"app-1-{TODAY}.log").write_text(f"nginx: {self.SECRET}\n")
        self.assertEqual(1, len(scan.scan(self.folder, {})))


class Tiers(Folder):
    def setUp(self):
        super().setUp()
        self.archive = self.folder.parent / "archive"
        self.archive.mkdir()
        self.holds = self.folder.parent / "holds"

    def tiers(self, today, **environment):
        return subprocess.run(["sh", HERE / "tiers.sh", today], capture_output=True, text=True, check=False, timeout=60,
                              env={**os.environ, "HBL_LOGS": str(self.folder), "LOG_ARCHIVE": str(self.archive),
                                   "LOG_HOLDS": str(self.holds), **environment})

    def names(self):
        return sorted(path.name for path in [*self.folder.iterdir(), *self.archive.iterdir()])

    def test_a_day_stays_fourteen_days_and_then_moves_whole(self):
        path = self.folder / "api-2026-11-01.json"
        self.write(DEMO, path=path)
        (self.folder / "notes.txt").write_text("not ours to move")
        self.assertEqual(0, self.tiers("2026-11-14").returncode)
        self.assertEqual(["api-2026-11-01.json", "api-2026-11-01.json.index", "notes.txt"], self.names())
        self.assertEqual(0, self.tiers("2026-11-15").returncode)
        self.assertEqual(["api-2026-11-01.json.gz", "notes.txt"], self.names())
        self.assertEqual(DEMO, gzip.decompress((self.archive / "api-2026-11-01.json.gz").read_bytes()).decode())

    def test_after_ninety_days_it_is_gone_unless_it_is_held(self):
        for day in ("2026-11-01", "2026-11-02"):
            (self.archive / f"api-{day}.json.gz").write_bytes(gzip.compress(b"{}\n"))
        self.holds.write_text("2026-11-01\n")
        self.tiers("2027-01-29")
        self.assertEqual(["api-2026-11-01.json.gz", "api-2026-11-02.json.gz"], self.names())
        self.tiers("2027-01-31")
        self.assertEqual(["api-2026-11-01.json.gz"], self.names())
        self.holds.write_text("")
        self.tiers("2027-01-31")
        self.assertEqual([], self.names())

    def test_nothing_is_deleted_when_the_copy_is_bad(self):
        self.write(DEMO, path=self.folder / "api-2026-11-01.json")
        programs = self.folder.parent / "bin"
        programs.mkdir()
        (programs / "gzip").write_text("#!/bin/sh\n[ \"$1\" = -dc ] && exec /bin/gzip \"$@\"\nprintf damaged | /bin/gzip\n")
        (programs / "gzip").chmod(0o755)
        done = self.tiers("2026-12-01", PATH=f"{programs}:{os.environ['PATH']}")
        self.assertEqual(1, done.returncode)
        self.assertIn("differ; nothing is deleted", done.stderr)
        self.assertIn("api-2026-11-01.json", self.names())
        self.assertNotIn("api-2026-11-01.json.gz", self.names())


if __name__ == "__main__":
    unittest.main()
