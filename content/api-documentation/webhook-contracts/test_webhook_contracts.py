"""Handling of events, and the signature's test vectors against each of our implementations."""

import contextlib
import copy
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "sdk-documentation"),
                str(HERE.parents[1] / "integration-details" / "webhook-retry-logic")]

import handle_event
import harbourline
import webhook_receiver
import webhook_sender

VECTORS = json.loads((HERE / "signature_vectors.json").read_text(encoding="utf-8"))
BODY = VECTORS["body"].encode()


def sample(name):
    return json.loads((HERE / "samples" / f"{name}.v1.json").read_text(encoding="utf-8"))


class Signature(unittest.TestCase):
    def check(self, verify, error):
        for case in VECTORS["cases"]:
            with self.subTest(case["name"]):
                if case["accept"]:
                    verify(case)
                else:
                    with self.assertRaises(error):
                        verify(case)

    def test_the_client_library_decides_as_the_vectors_say(self):
        self.check(lambda case: harbourline.verify_webhook(case["header"], BODY, case["secrets"], case["now"]), ValueError)

    def test_the_sample_receiver_decides_as_the_vectors_say(self):
        self.check(lambda case: webhook_receiver.verify(case["header"], BODY, case["secrets"], case["now"], 300),
                   webhook_receiver.Refused)

    def test_the_sender_signs_as_the_first_vectors_do(self):
        first, second = VECTORS["cases"][:2]
        time = int(first["header"].split(",")[0][2:])
        self.assertEqual(first["header"], webhook_sender.signature_header(first["secrets"], BODY, time))
        both = [second["secrets"][0], first["secrets"][0]]
        self.assertEqual(second["header"], webhook_sender.signature_header(both, BODY, time))

    def test_the_check_by_hand_agrees_but_for_the_age(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(BODY)
            file.flush()
            for case in VECTORS["cases"]:
                if "a second" in case["name"] or case["name"] == "two timestamps":
                    continue
                done = subprocess.run(["sh", HERE / "check_signature.sh", file.name, case["header"]], text=True,
                                      capture_output=True, check=False, timeout=30,
                                      env={"PATH": os.environ["PATH"], "WEBHOOK_SECRET": case["secrets"][0]})
                wanted = (0, "signature ok\n", "") if case["accept"] else (1, "signature wrong\n", "")
                self.assertEqual(wanted, (done.returncode, done.stdout, done.stderr), case["name"])

    def test_a_body_that_was_parsed_and_written_again_is_not_the_same(self):
        case = VECTORS["cases"][0]
        written = json.dumps(json.loads(BODY)).encode()
        with self.assertRaises(ValueError):
            harbourline.verify_webhook(case["header"], written, case["secrets"], case["now"])

    def test_there_are_as_many_as_the_page_says(self):
        self.assertEqual(12, len(VECTORS["cases"]))

    def test_the_vectors_are_of_the_sample(self):
        self.assertEqual(sample("invoice.paid"), json.loads(BODY))


class Handling(unittest.TestCase):
    def setUp(self):
        self.db = sqlite3.connect(":memory:")
        self.addCleanup(self.db.close)
        self.db.execute("create table effects (type text)")
        self.fail = False
        handlers = {(name, 1): self.effect for name in ("invoice.created", "invoice.paid", "api_key.revoked")}
        self.events = handle_event.Events(self.db, handlers, dict.fromkeys(("invoice.created", "invoice.paid"), "invoice_id"))

    def effect(self, event, db):
        db.execute("insert into effects values (?)", (event["type"],))
        if self.fail:
            raise RuntimeError("the ledger is down")

    def receive(self, name, **changes):
        return self.events.receive({**copy.deepcopy(sample(name)), **changes}, 0)

    def effects(self):
        return [row[0] for row in self.db.execute("select type from effects")]

    def test_the_same_event_twice_has_one_effect(self):
        self.assertEqual(["handled", "duplicate"], [self.receive("invoice.paid"), self.receive("invoice.paid")])
        self.assertEqual(["invoice.paid"], self.effects())

    def test_an_older_state_does_not_overwrite_a_newer_one(self):
        self.assertEqual(["handled", "stale"], [self.receive("invoice.paid"), self.receive("invoice.created")])
        self.assertEqual(["invoice.paid"], self.effects())

    def test_in_order_both_count(self):
        self.assertEqual(["handled", "handled"], [self.receive("invoice.created"), self.receive("invoice.paid")])

    def test_another_invoice_has_versions_of_its_own(self):
        self.receive("invoice.paid")
        data = {**sample("invoice.created")["data"], "invoice_id": "another"}
        self.assertEqual("handled", self.receive("invoice.created", data=data))

    def test_an_object_without_versions_is_never_stale(self):
        self.assertEqual("handled", self.receive("api_key.revoked"))
        self.assertEqual("handled", self.receive("api_key.revoked", id="another"))

    def test_a_new_type_or_version_is_taken_and_ignored(self):
        self.assertEqual("ignored", self.receive("webhook.ping"))
        self.assertEqual("ignored", self.receive("invoice.paid", version=2))
        self.assertEqual([], self.effects())

    def test_a_failed_effect_leaves_no_trace_and_comes_again(self):
        self.fail = True
        with self.assertRaises(RuntimeError):
            self.receive("invoice.paid")
        self.fail = False
        self.assertEqual("handled", self.receive("invoice.paid"))
        self.assertEqual(["invoice.paid"], self.effects())

    def test_the_example_prints_what_the_page_shows(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            handle_event.main()
        self.assertEqual((HERE / "handled.txt").read_text(encoding="utf-8"), out.getvalue())


if __name__ == "__main__":
    unittest.main()
