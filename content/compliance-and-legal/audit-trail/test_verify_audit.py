"""The recorded sample is whole, and each change to it is told."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from datetime import timedelta
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import verify_audit as audit

HERE = Path(__file__).parent
NOW = audit.time("2026-11-25T22:30:00Z")


def sample():
    return list(audit.read_entries(str(HERE / "sample/export.jsonl")))


def verify(entries, anchors=None, cuts=(), now=NOW):
    found = audit.read_anchors(str(HERE / "sample/anchors")) if anchors is None else anchors
    return audit.verify(entries, found, list(cuts), now)[0]


def chained_anew(entries):
    before = entries[0]["previous_hash"]
    for entry in entries:
        entry["previous_hash"] = before
        before = entry["hash"] = audit.chained(entry)
    return entries


class Sample(unittest.TestCase):
    def test_it_is_whole(self):
        self.assertEqual([], verify(sample()))

    def test_each_part_of_an_entry_is_covered_by_its_hash(self):
        for part in ("seq", "occurred_at", "organisation_id", "actor", "action", "target", "trace_id", "detail_digest",
                     "previous_hash"):
            entries = sample()
            entries[3][part] = {"seq": 40, "occurred_at": "2026-11-24T09:15:20.730993Z"}.get(part, "00" * 32)
            self.assertIn("entry 40" if part == "seq" else "entry 4", verify(entries)[0], part)
            self.assertIn("its hash doesn't fit", verify(entries)[0], part)

    def test_another_detail_is_told_and_an_erased_one_is_not(self):
        entries = sample()
        entries[3]["detail"] = entries[3]["detail"].replace("live", "test")
        self.assertEqual(["entry 4: its detail isn't the one that was written"], verify(entries))
        self.assertEqual(2, sum(entry["detail"] is None for entry in sample()))

    def test_entries_that_are_missing_are_told_wherever_they_were(self):
        self.assertIn("entry 5: entries are missing before it, the last one is 3", verify(sample()[:3] + sample()[4:]))
        self.assertEqual(["anchor 2026-11-25: entry 5 is gone before its time"], verify(sample()[:4])[-1:])
        self.assertIn("anchor 2026-11-24: entry 3 is gone before its time", verify(sample()[3:]))

    def test_a_new_chain_fails_at_the_anchors_alone(self):
        entries = sample()
        entries[0]["actor"] = "user:somebody.else"
        self.assertEqual([f"anchor 2026-11-{day}: entry {seq} has been rewritten, or one before it"
                          for day, seq in (("24", 3), ("25", 5))], verify(chained_anew(entries)))

    def test_without_anchors_it_is_never_called_whole(self):
        self.assertEqual(["the newest anchor is older than 36 hours"], verify(sample(), {}))
        self.assertEqual(["there is no entry"], verify([]))

    def test_an_anchor_of_another_day_or_of_the_future_is_told(self):
        anchors = audit.read_anchors(str(HERE / "sample/anchors"))
        fault = "anchor 2026-11-26: it wasn't made on its day"
        self.assertEqual([fault], verify(sample(), {**anchors, "2026-11-26": anchors["2026-11-25"]}))
        coming = {**anchors["2026-11-25"], "anchored_at": "2026-11-26T02:00:00.000000Z"}
        self.assertEqual([fault], verify(sample(), {**anchors, "2026-11-26": coming}))
        self.assertEqual([], verify(sample(), {**anchors, "2026-11-26": coming}, now=NOW + timedelta(hours=4)))

    def test_the_period_ends_the_duty_to_show_an_entry(self):
        anchors = audit.read_anchors(str(HERE / "sample/anchors"))
        last = audit.time(anchors["2026-11-24"]["occurred_at"])
        for now, gone in ((last + audit.KEPT, True), (last + audit.KEPT + timedelta(seconds=1), False)):
            self.assertEqual(gone, "anchor 2026-11-24: entry 3 is gone before its time" in verify(sample()[3:], now=now))

    def test_times_may_step_back_an_hour(self):
        for text, told in (("2026-11-24T08:15:20.730992Z", False), ("2026-11-24T08:15:20.730991Z", True)):
            entries = sample()
            entries[4]["occurred_at"] = text
            self.assertEqual(told, any("dated more than an hour before" in fault for fault in verify(entries)), text)


class Program(unittest.TestCase):
    def run_it(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = audit.main([*map(str, arguments), "--now", "2026-11-25T22:30:00Z"])
        return status, out.getvalue() + err.getvalue()

    def test_the_printed_run_is_a_real_one(self):
        status, out = self.run_it(HERE / "sample/export.jsonl", HERE / "sample/anchors", HERE / "cuts.csv")
        self.assertEqual((0, (HERE / "demo.txt").read_text()), (status, out))

    def test_faults_and_what_cannot_be_told_have_their_own_exit_status(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = Path(folder, "export.jsonl")
            bad.write_text("".join(json.dumps(entry) + "\n" for entry in sample()[:-3]))
            self.assertEqual(1, self.run_it(bad, HERE / "sample/anchors", HERE / "cuts.csv")[0])
            bad.write_text("not json\n")
            self.assertEqual(2, self.run_it(bad, HERE / "sample/anchors", HERE / "cuts.csv")[0])
            self.assertEqual(2, self.run_it("missing", HERE / "sample/anchors", HERE / "cuts.csv")[0])
            cuts = Path(folder, "cuts.csv")
            cuts.write_text("restored_at,seq,hash,reason,approved_by\n2026-11-25T10:00:00Z,3,00,lost,\n")
            status, out = self.run_it(HERE / "sample/export.jsonl", HERE / "sample/anchors", cuts)
            self.assertEqual((2, True), (status, "who approved it" in out))

    def test_the_alerts_get_their_figures_and_keep_them_when_it_cannot_tell(self):
        with tempfile.TemporaryDirectory() as folder:
            figures, bad = Path(folder, "audit.prom"), Path(folder, "export.jsonl")

            def told(export):
                self.run_it(export, HERE / "sample/anchors", HERE / "cuts.csv", "--metrics", figures)
                return [line for line in figures.read_text().splitlines() if not line.startswith("#")]

            ended = 'schedule_last_success_timestamp_seconds{task="audit-verification"} 1795645800'
            self.assertEqual(["audit_verification_faults 0", ended], told(HERE / "sample/export.jsonl"))
            bad.write_text("".join(json.dumps(entry) + "\n" for entry in sample()[:-3]))
            broken = told(bad)
            self.assertRegex(broken[0], r"\Aaudit_verification_faults [1-9]")
            bad.write_text("not json\n")
            self.assertEqual(broken, told(bad))
            self.assertEqual(["audit.prom", "export.jsonl"], sorted(path.name for path in Path(folder).iterdir()))


if __name__ == "__main__":
    unittest.main()
