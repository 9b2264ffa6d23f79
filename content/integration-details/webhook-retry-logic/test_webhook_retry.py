"""Drives sender and receiver over real HTTP on loopback; only the schedule's clock is virtual."""
import contextlib
import io
import random
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from email.utils import formatdate
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import schedule
import webhook_sender
from webhook_receiver import Inbox, Receiver, Refused, verify
from webhook_sender import AddressRefused, Clock, Endpoint, EndpointDisabled, Sender
from webhook_sender import is_public, run_until_idle, signature_header

SETTINGS = schedule.read_settings()
DELAYS = SETTINGS["delays_s"]
DAY = 86400


def invoice_paid():
    data = {"invoice_id": str(uuid.uuid4()), "amount_minor": 129000}
    return {"id": str(uuid.uuid4()), "type": "invoice.paid", "version": 1, "data": data}


class Schedule(unittest.TestCase):
    def test_the_table_of_the_page_is_what_the_code_computes(self):
        out = io.StringIO()
        schedule.main(out)
        self.assertEqual((HERE / "schedule.csv").read_text(), out.getvalue())

    def test_jitter_only_ever_lengthens_a_wait_and_spreads_it(self):
        dice = random.Random(1)
        for tries in range(1, len(DELAYS)):
            waits = [schedule.wait_s(SETTINGS, tries, dice) for _ in range(500)]
            self.assertGreaterEqual(min(waits), DELAYS[tries])
            self.assertLessEqual(max(waits), DELAYS[tries] * (1 + SETTINGS["jitter"]))
            self.assertGreater(max(waits) - min(waits), DELAYS[tries] * SETTINGS["jitter"] * 0.9)

    def test_the_schedule_ends_after_its_last_attempt(self):
        self.assertIsNotNone(schedule.wait_s(SETTINGS, len(DELAYS) - 1, random))
        self.assertIsNone(schedule.wait_s(SETTINGS, len(DELAYS), random))

    def test_the_settings_fit_together(self):
        last_replay_s = SETTINGS["dead_letter_days"] * DAY + schedule.longest_s(SETTINGS)
        self.assertGreater(SETTINGS["dedupe_days"] * DAY, last_replay_s)
        self.assertGreater(DELAYS[1], SETTINGS["timeout_s"])
        self.assertGreaterEqual(SETTINGS["lease_s"], 2 * SETTINGS["timeout_s"])
        self.assertLess(SETTINGS["warn_after"], len(DELAYS))
        self.assertEqual(DELAYS, sorted(DELAYS))


class Simulation(unittest.TestCase):
    """A sender and a receiver that share a clock; the name resolves to loopback."""

    def setUp(self):
        self.clock = Clock()
        self.secret = "whsec_" + "k" * 43
        self.names = {"hooks.client.example": ["127.0.0.1"]}
        self.lookups = []

    def start(self, *script, **settings):
        self.settings = {**SETTINGS, **settings}
        self.receiver = Receiver([self.secret], self.settings, self.clock, script)
        self.addCleanup(self.receiver.close)
        self.sender = self.new_sender(simulation=True)
        self.endpoint = self.new_endpoint()

    def new_sender(self, **options):
        return Sender(self.settings, self.clock, self.resolve, random.Random(4), **options)

    def new_endpoint(self, path="/hook"):
        return Endpoint(f"http://hooks.client.example:{self.receiver.port}{path}", [self.secret])

    def resolve(self, host, port):
        self.lookups.append(host)
        if host not in self.names:
            raise socket.gaierror("name not known")
        return self.names[host]

    def send(self, event=None):
        delivery = self.sender.publish(self.endpoint, event or invoice_paid())
        run_until_idle(self.sender, self.clock)
        return delivery

    def payments(self):
        return self.receiver.inbox.count("payments")

    def waits(self, delivery):
        times = [at for at, _ in delivery.attempts]
        return [later - earlier for earlier, later in zip(times, times[1:])]


class Delivering(Simulation):
    def test_a_good_endpoint_gets_the_event_once_signed(self):
        self.start()
        delivery = self.send()
        self.assertEqual(("delivered", 1, 1), (delivery.state, len(delivery.attempts), self.payments()))
        path, headers, body = self.receiver.requests[0]
        self.assertEqual("/hook", path)
        self.assertEqual(f"hooks.client.example:{self.receiver.port}", headers["Host"])
        self.assertEqual(body, delivery.body)

    def test_a_failing_endpoint_is_tried_on_the_schedule_then_dead_lettered(self):
        self.start(*[500] * 20)
        delivery = self.send()
        self.assertEqual(("dead", "exhausted"), (delivery.state, delivery.reason))
        self.assertEqual(len(DELAYS), len(delivery.attempts))
        for wait, delay in zip(self.waits(delivery), DELAYS[1:]):
            self.assertTrue(delay <= wait <= delay * (1 + SETTINGS["jitter"]), (wait, delay))

    def test_every_attempt_is_signed_anew_and_keeps_the_body(self):
        self.start(500, 503, 404)
        delivery = self.send()
        stamps = [headers["Harbourline-Signature"].split(",")[0] for _, headers, _ in self.receiver.requests]
        self.assertEqual(("delivered", []), (delivery.state, self.receiver.refused))
        self.assertEqual(4, len(set(stamps)))
        self.assertEqual({delivery.body}, {body for _, _, body in self.receiver.requests})
        numbers = [headers["Harbourline-Attempt"] for _, headers, _ in self.receiver.requests]
        self.assertEqual(["1", "2", "3", "4"], numbers)

    def test_every_answer_but_2xx_and_410_is_tried_again(self):
        for status in (301, 307, 400, 401, 403, 404, 408, 409, 413, 422, 425, 429, 500, 502, 503, 504):
            with self.subTest(status):
                self.start(status)
                self.assertEqual(2, len(self.send().attempts))

    def test_every_2xx_is_a_success(self):
        for status in (200, 201, 202, 204):
            with self.subTest(status):
                self.start(status)
                self.assertEqual(1, len(self.send().attempts))

    def test_a_name_that_does_not_resolve_is_tried_again(self):
        self.start()
        known = self.names.pop("hooks.client.example")
        delivery = self.sender.publish(self.endpoint, invoice_paid())
        self.sender.run_due()
        self.names["hooks.client.example"] = known
        run_until_idle(self.sender, self.clock)
        self.assertEqual(["gaierror", "HTTP 204"], [outcome for _, outcome in delivery.attempts])

    def test_a_receiver_turns_down_what_it_cannot_verify(self):
        self.start()
        self.endpoint.secrets = ["whsec_of_somebody_else"]
        delivery = self.sender.publish(self.endpoint, invoice_paid())
        self.sender.run_due()
        self.assertEqual(("HTTP 400", 0), (delivery.attempts[0][1], self.payments()))

    def test_a_body_over_the_limit_is_never_queued(self):
        self.start()
        event = {**invoice_paid(), "note": "x" * SETTINGS["body_max_bytes"]}
        self.assertRaises(ValueError, self.sender.publish, self.endpoint, event)
        self.assertEqual([], self.sender.deliveries)

    def test_a_slow_answer_is_a_timeout(self):
        self.start("slow", timeout_s=1)
        self.assertEqual(["timeout", "HTTP 204"], [outcome for _, outcome in self.send().attempts])

    def test_an_answer_that_drips_is_cut_off_as_a_whole(self):
        self.start("drip", timeout_s=1)
        started = time.monotonic()
        self.assertEqual(["timeout", "HTTP 204"], [outcome for _, outcome in self.send().attempts])
        self.assertLess(time.monotonic() - started, 4)

    def test_a_lost_answer_means_a_second_delivery_and_one_payment(self):
        self.start("lost")
        delivery = self.send()
        self.assertEqual(("delivered", 2, 1), (delivery.state, len(self.receiver.requests), self.payments()))


class RetryAfter(Simulation):
    def test_a_longer_pause_than_the_schedule_is_kept(self):
        for status in (429, 503):
            with self.subTest(status):
                self.start((status, {"Retry-After": "3600"}))
                self.assertEqual([3600], self.waits(self.send()))

    def test_a_date_is_understood(self):
        self.start((429, {"Retry-After": formatdate(self.clock() + 7200, usegmt=True)}))
        self.assertEqual([7200], self.waits(self.send()))

    def test_a_shorter_pause_does_not_shorten_the_schedule(self):
        self.start((429, {"Retry-After": "1"}))
        self.assertGreaterEqual(self.waits(self.send())[0], DELAYS[1])

    def test_a_pause_is_capped_and_nonsense_ignored(self):
        self.start((429, {"Retry-After": "99999999"}), (503, {"Retry-After": "soon"}))
        first, second = self.waits(self.send())
        self.assertEqual(SETTINGS["retry_after_max_s"], first)
        self.assertLess(second, 2 * DELAYS[2])

    def test_other_statuses_cannot_ask_for_a_pause(self):
        self.start((500, {"Retry-After": "3600"}))
        self.assertLess(self.waits(self.send())[0], 3600)

    def test_the_pause_holds_for_the_endpoint_and_no_other(self):
        self.start((429, {"Retry-After": "3600"}))
        self.sender.publish(self.endpoint, invoice_paid())
        self.sender.run_due()
        same, other = (self.sender.publish(e, invoice_paid()) for e in (self.endpoint, self.new_endpoint("/b")))
        start = self.clock()
        run_until_idle(self.sender, self.clock)
        self.assertEqual((3600, 0), (same.attempts[0][0] - start, other.attempts[0][0] - start))


class Disabling(Simulation):
    def test_410_disables_at_once_and_buries_what_was_pending(self):
        self.start(410)
        first, second = (self.sender.publish(self.endpoint, invoice_paid()) for _ in range(2))
        run_until_idle(self.sender, self.clock)
        self.assertEqual(("gone", "endpoint_disabled"), (first.reason, second.reason))
        self.assertEqual(("gone", 1), (self.endpoint.disabled, len(self.receiver.requests)))
        self.assertIn(("disabled", self.endpoint.id), self.sender.notices)

    def test_nothing_is_sent_to_a_disabled_endpoint_but_nothing_is_lost(self):
        self.start(410)
        self.send()
        later = self.send()
        self.assertEqual(("dead", "endpoint_disabled", 1), (later.state, later.reason, len(self.receiver.requests)))

    def test_dead_letters_in_a_row_disable(self):
        self.start(*[500] * 100)
        for number in range(1, SETTINGS["disable_after"] + 1):
            self.assertEqual("", self.endpoint.disabled)
            self.send()
        self.assertEqual("failing", self.endpoint.disabled)

    def test_a_success_between_starts_the_count_again(self):
        failures = [500] * len(DELAYS)
        self.start(*failures * (SETTINGS["disable_after"] - 1), 204, *failures)
        for _ in range(SETTINGS["disable_after"] + 1):
            self.send()
        self.assertEqual(("", 1), (self.endpoint.disabled, self.endpoint.dead_in_a_row))

    def test_the_client_is_warned_early_and_once_a_day(self):
        self.start(*[500] * 100)
        for _ in range(3):
            self.sender.publish(self.endpoint, invoice_paid())
        run_until_idle(self.sender, self.clock)
        warnings = [notice for notice in self.sender.notices if notice[0] == "failing"]
        self.assertTrue(1 <= len(warnings) <= 3, warnings)
        self.start(*[500] * (SETTINGS["warn_after"] - 1))
        self.send()
        self.assertEqual([], self.sender.notices)


class Replaying(Simulation):
    def exhaust(self):
        self.start(*[500] * len(DELAYS))
        return self.send()

    def test_a_replay_is_a_new_delivery_of_the_same_event(self):
        dead = self.exhaust()
        again = self.sender.replay(dead)
        run_until_idle(self.sender, self.clock)
        self.assertEqual(("dead", "delivered", 1), (dead.state, again.state, self.payments()))
        self.assertEqual((dead.event_id, dead.body), (again.event_id, again.body))
        self.assertNotEqual(dead.id, again.id)
        self.assertEqual([], self.receiver.refused)

    def test_a_replay_of_something_received_changes_nothing(self):
        self.start()
        self.sender.replay(self.send())
        run_until_idle(self.sender, self.clock)
        self.assertEqual((2, 1), (len(self.receiver.requests), self.payments()))

    def test_a_disabled_endpoint_refuses_a_replay_until_enabled(self):
        self.start(410)
        dead = self.send()
        with self.assertRaises(EndpointDisabled) as caught:
            self.sender.replay(dead)
        self.assertEqual("webhook.endpoint_disabled", caught.exception.code)
        self.sender.enable(self.endpoint)
        again = self.sender.replay(dead)
        run_until_idle(self.sender, self.clock)
        self.assertEqual("delivered", again.state)

    def test_the_payload_is_gone_after_its_retention(self):
        dead = self.exhaust()
        self.clock.time = dead.event_at + SETTINGS["dead_letter_days"] * DAY + 1
        self.assertRaises(LookupError, self.sender.replay, dead)

    def test_replaying_a_period_sends_each_dead_event_once_oldest_first_and_paced(self):
        self.start(*[500] * len(DELAYS), 410)
        before = self.send()
        since = self.clock() + 1
        self.clock.time = since
        gone, waiting = self.send(), self.send()
        self.sender.enable(self.endpoint)
        self.sender.replay(waiting)
        run_until_idle(self.sender, self.clock)
        again = self.sender.replay_since(self.endpoint, since)
        self.assertEqual([gone.event_id], [d.event_id for d in again])
        again = self.sender.replay_since(self.endpoint, 0)
        self.assertEqual([before.event_id], [d.event_id for d in again])

    def test_a_replay_keeps_to_its_pace(self):
        self.start(*[410] * 3)
        for _ in range(3):
            self.send()
            self.sender.enable(self.endpoint)
        again = self.sender.replay_since(self.endpoint, 0)
        paces = [round(d.due_at - self.clock(), 6) for d in again]
        self.assertEqual([0, 1 / SETTINGS["replay_per_s"], 2 / SETTINGS["replay_per_s"]], paces)


class Addresses(Simulation):
    REFUSED = """
        127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 169.254.169.254 169.254.170.2
        172.16.0.1 172.31.255.254 192.168.1.1 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9
        224.0.0.1 255.255.255.255 168.63.129.16 :: ::1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1
        ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:1:: 2001:db8::1 100::1
    """.split()
    PUBLIC = "1.1.1.1 8.8.8.8 172.32.0.1 100.128.0.1 2606:4700::1111 2a00:1450:4001::1".split()

    def test_only_public_addresses_pass(self):
        for address in self.REFUSED:
            self.assertFalse(is_public(address), address)
        for address in self.PUBLIC:
            self.assertTrue(is_public(address), address)

    def target(self, url, addresses=("1.1.1.1",)):
        return Sender(SETTINGS, resolve=lambda *_: list(addresses)).checked_target(url)

    def test_production_takes_https_to_a_name_on_443_only(self):
        for url in ("https://hooks.client.example/a?b=1", "https://hooks.client.example:443/a?b=1"):
            self.assertEqual(("hooks.client.example", 443, "/a?b=1", ["1.1.1.1"]), self.target(url))
        for url in """http://hooks.client.example/ ftp://hooks.client.example/ https://1.1.1.1/ https://[::1]/
                      https://localhost/ https://2130706433/ https://127.1/ https://0x7f.1/ https://intranet/
                      https://user@hooks.client.example/ https://@hooks.client.example/
                      https://hooks.client.example:8443/ https://hooks.client.example:99999/ https:///
                      https://hooks.client.example/é""".split() + ["https://hooks.client.example/a b"]:
            self.assertRaises(AddressRefused, self.target, url)

    def test_one_bad_address_among_good_ones_refuses(self):
        for addresses in (["1.1.1.1", "10.0.0.1"], ["10.0.0.1", "1.1.1.1"], ["1.1.1.1", "::1"]):
            self.assertRaises(AddressRefused, self.target, "https://hooks.client.example/", addresses)

    def test_a_spelling_that_only_the_resolver_knows_is_caught_after_it(self):
        sender = Sender(SETTINGS)
        self.assertRaises(AddressRefused, sender.checked_target, "https://127.0.0.0x1/")

    def test_without_the_switch_loopback_gets_nothing(self):
        self.start()
        self.sender = self.new_sender()
        for url in (self.endpoint.url, "https://hooks.client.example/"):
            self.endpoint = Endpoint(url, [self.secret])
            delivery = self.send()
            self.assertEqual(("dead", "address_refused"), (delivery.state, delivery.reason))
        self.assertEqual([], self.receiver.requests)

    def test_the_switch_opens_one_address_and_no_more(self):
        self.start()
        self.names["hooks.client.example"] = ["127.0.0.2"]
        self.assertEqual("address_refused", self.send().reason)

    def test_a_name_is_checked_again_on_every_attempt(self):
        self.start(500)
        delivery = self.sender.publish(self.endpoint, invoice_paid())
        self.sender.run_due()
        self.names["hooks.client.example"] = ["169.254.169.254"]
        run_until_idle(self.sender, self.clock)
        self.assertEqual(("dead", "address_refused"), (delivery.state, delivery.reason))
        self.assertEqual("address_refused", self.endpoint.disabled)
        self.assertEqual(1, len(self.receiver.requests))

    def test_the_connection_goes_to_the_checked_address_with_one_lookup(self):
        # Only the sender's resolver knows this name: a second lookup by the system would fail.
        self.start()
        self.assertEqual("delivered", self.send().state)
        self.assertEqual(["hooks.client.example"], self.lookups)

    def test_a_redirect_is_not_followed(self):
        self.start((307, {"Location": "http://169.254.169.254/latest/meta-data"}), (302, {"Location": "/other"}))
        delivery = self.send()
        self.assertEqual(["HTTP 307", "HTTP 302", "HTTP 204"], [outcome for _, outcome in delivery.attempts])
        self.assertEqual({"/hook"}, {path for path, _, _ in self.receiver.requests})


class Signatures(unittest.TestCase):
    NOW, BODY = 1_795_000_000, b'{"id":"1"}'

    def check(self, header, body=BODY, secrets=("a",), now=NOW):
        verify(header, body, secrets, now, SETTINGS["tolerance_s"])

    def test_a_known_value(self):
        # echo -n '1795000000.{"id":"1"}' | openssl dgst -sha256 -hmac a
        value = "e7df10640a67136e6577c3526ecaacb2486a3893504d662dba25c833a9ed9975"
        self.assertEqual(f"t={self.NOW},v1={value}", signature_header(["a"], self.BODY, self.NOW))

    def test_another_body_secret_or_time_is_refused(self):
        header = signature_header(["a"], self.BODY, self.NOW)
        self.check(header)
        moved = header.replace(str(self.NOW), str(self.NOW + 1))
        for arguments in ((header, b'{"id":"2"}'), (header, self.BODY, ["b"]), (moved,)):
            self.assertRaises(Refused, self.check, *arguments)

    def test_the_tolerance_holds_both_ways(self):
        header, tolerance = signature_header(["a"], self.BODY, self.NOW), SETTINGS["tolerance_s"]
        for shift in (-tolerance, tolerance):
            self.check(header, now=self.NOW + shift)
        for shift in (-tolerance - 1, tolerance + 1):
            self.assertRaises(Refused, self.check, header, now=self.NOW + shift)

    def test_headers_that_are_none(self):
        good = signature_header(["a"], self.BODY, self.NOW)
        for header in (None, "", "t=1", "v1=ab", good.replace("v1", "v0"), f"t=1,{good}", good.replace("t=", "t=-")):
            self.assertRaises(Refused, self.check, header)

    def test_a_rotation_overlaps_on_either_side(self):
        both = signature_header(["new", "old"], self.BODY, self.NOW)
        self.check(both, secrets=["old"])
        self.check(both, secrets=["new"])
        self.check(signature_header(["old"], self.BODY, self.NOW), secrets=["new", "old"])
        self.assertRaises(Refused, self.check, both, secrets=["other"])


class ReceivingOnce(unittest.TestCase):
    def test_an_id_is_dropped_only_when_it_cannot_come_again(self):
        inbox, event = Inbox(), invoice_paid()
        self.assertTrue(inbox.accept(event, 0))
        inbox.forget(SETTINGS["dedupe_days"] * DAY, SETTINGS["dedupe_days"])
        self.assertFalse(inbox.accept(event, 1))
        inbox.forget(SETTINGS["dedupe_days"] * DAY + 1, SETTINGS["dedupe_days"])
        self.assertTrue(inbox.accept(event, 2))

    def test_an_effect_that_fails_leaves_the_event_to_the_next_delivery(self):
        inbox, event = Inbox(), invoice_paid()
        broken = {**event, "data": {**event["data"], "amount_minor": None}}
        self.assertRaises(sqlite3.IntegrityError, inbox.accept, broken, 0)
        self.assertTrue(inbox.accept(event, 1))


@unittest.skipUnless(shutil.which("openssl"), "needs openssl to make a certificate")
class Tls(Simulation):
    def certificate(self, name):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "1", "-subj", f"/CN={name}",
             "-addext", f"subjectAltName=DNS:{name}"],
            check=True, capture_output=True)
        return key, certificate

    def deliver(self, name):
        key, certificate = self.certificate(name)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        self.settings = SETTINGS
        self.receiver = Receiver([self.secret], SETTINGS, self.clock, tls=server)
        self.addCleanup(self.receiver.close)
        self.sender = self.new_sender(simulation=True, tls=ssl.create_default_context(cafile=certificate))
        self.endpoint = Endpoint(f"https://hooks.client.example:{self.receiver.port}/", [self.secret])
        self.sender.publish(self.endpoint, invoice_paid())
        self.sender.run_due()
        return self.sender.deliveries[0]

    def test_the_certificate_is_checked_for_the_name_though_the_address_is_pinned(self):
        self.assertEqual("delivered", self.deliver("hooks.client.example").state)

    def test_a_certificate_for_another_name_is_a_failure_to_try_again(self):
        delivery = self.deliver("evil.example")
        self.assertEqual(("pending", "SSLCertVerificationError"), (delivery.state, delivery.attempts[0][1]))
        self.assertEqual([], self.receiver.requests)


class Page(unittest.TestCase):
    def test_the_figures_in_the_text_are_computed(self):
        page = HERE / "index.md"
        if not page.exists():
            self.skipTest("downloaded without the page")
        shortest, longest = sum(DELAYS), schedule.longest_s(SETTINGS)
        warned = sum(DELAYS[:SETTINGS["warn_after"]])
        last_replay = SETTINGS["dead_letter_days"] + longest / DAY
        for words in (
            f"{len(DELAYS)} attempts in {shortest / 3600:.1f} to {longest / 3600:.1f} hours",
            f"random 0 to {SETTINGS['jitter']:.0%}".replace("%", " %"),
            f"failed attempts of one event ({warned / 3600:.1f} h)",
            f"until day {last_replay:.1f}",
            f"Friday at 18:00 can be mended until Monday at {schedule.clock(shortest + 18 * 3600 - 72 * 3600)[:5]}",
        ):
            self.assertIn(words, page.read_text(encoding="utf-8"))

    def test_the_output_on_the_page_is_what_the_simulation_prints(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            webhook_sender.main()
        self.assertEqual((HERE / "demo.txt").read_text(), out.getvalue())

    def test_the_triage_query_finds_the_endpoints_in_trouble(self):
        db = sqlite3.connect(":memory:")
        db.execute("""CREATE TABLE webhook_deliveries (endpoint_id, state, reason, last_outcome,
                                                       created_at, due_at, attempts)""")
        rows = [("a", "dead", "exhausted", "HTTP 500"), ("a", "dead", "exhausted", "HTTP 500"),
                ("b", "pending", None, "timeout"), ("c", "delivered", None, "HTTP 204")]
        db.executemany("INSERT INTO webhook_deliveries VALUES (?, ?, ?, ?, 1, 2, 3)", rows)
        db.execute("INSERT INTO webhook_deliveries VALUES ('d', 'pending', NULL, NULL, 1, 2, 0)")
        found = db.execute((HERE / "triage.sql").read_text()).fetchall()
        self.assertEqual([("a", 2), ("b", 1)], [(row[0], row[4]) for row in found])


if __name__ == "__main__":
    unittest.main()
