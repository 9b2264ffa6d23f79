"""The sender's side of webhooks: sign, check the address, deliver, retry, dead-letter, replay.

Deliveries live in memory and time is a clock that tests can move; the HTTP is real. In production
the same functions run in the worker, over the tables webhook_endpoints, webhook_events and
webhook_deliveries.
"""
import hashlib
import hmac
import http.client
import ipaddress
import json
import random
import socket
import ssl
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from schedule import longest_s, read_settings, wait_s

# ANCHOR: addresses
# Every range that isn't a public unicast address (IANA special-purpose registries), and public
# addresses that a hosting provider answers on from the inside. IPv6 is refused outside 2000::/3,
# which takes loopback, link-local, unique local, mapped IPv4 and NAT64 with it.
DENIED = [
    ipaddress.ip_network(network)
    for network in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
    2001::/23 2001:db8::/32 2002::/16 3fff::/20
    """.split()
]
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")


def is_public(address):
    ip = ipaddress.ip_address(address.split("%")[0])
    if ip.version == 6 and ip not in PUBLIC_IPV6:
        return False
    return not any(ip in network for network in DENIED if network.version == ip.version)
# ANCHOR_END: addresses


def is_name(host):
    """Whether a host is a name with a dot in it and a last label that isn't a number."""
    labels = host.rstrip(".").split(".")
    return len(labels) > 1 and ":" not in host and not labels[-1].isdigit()


class AddressRefused(Exception):
    """The URL leads, or now leads, where we don't send."""


class EndpointDisabled(Exception):
    """A replay to an endpoint that is disabled: HTTP 409, see the page Detailed Error Codes."""

    code = "webhook.endpoint_disabled"


@dataclass
class Endpoint:
    url: str
    secrets: list  # Newest first; two of them during a rotation.
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    disabled: str = ""  # The reason, or nothing.
    dead_in_a_row: int = 0
    not_before: float = 0
    warned_at: float = float("-inf")


@dataclass
class Delivery:
    endpoint: Endpoint
    event_id: str
    body: bytes  # Kept as bytes: what is signed is what is sent, on every attempt.
    event_at: float
    due_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "pending"  # pending, delivered or dead
    reason: str = ""
    attempts: list = field(default_factory=list)  # (time, outcome)


# ANCHOR: sign
def signature_header(secrets, body, now):
    """The header for one attempt. During a rotation it carries one signature per secret."""
    stamp = str(int(now))
    signed = stamp.encode() + b"." + body
    values = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={stamp}"] + [f"v1={value}" for value in values])
# ANCHOR_END: sign


def retry_after_s(headers, now):
    """Seconds from a Retry-After header in either form, or None."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        return max(0, parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None


class Sender:
    """Delivers events. `simulation` lets it use plain HTTP to 127.0.0.1, which production refuses."""

    def __init__(self, settings=None, now=time.time, resolve=None, dice=None, tls=None, simulation=False):
        self.settings = settings or read_settings()
        self.now, self.simulation = now, simulation
        self.resolve = resolve or lookup
        self.random = dice or random.SystemRandom()
        self.tls = tls or ssl.create_default_context()
        self.deliveries, self.notices = [], []

    def publish(self, endpoint, event):
        body = json.dumps(event, separators=(",", ":"), sort_keys=True).encode()
        if len(body) > self.settings["body_max_bytes"]:
            raise ValueError("an event refers to what is large, it doesn't hold it")
        return self.queue(Delivery(endpoint, event["id"], body, self.now(), self.now()))

    def queue(self, delivery):
        if delivery.endpoint.disabled:
            self.bury(delivery, "endpoint_disabled")
        self.deliveries.append(delivery)
        return delivery

    # ANCHOR: replay
    def replay(self, dead, delay_s=0):
        """Sends an event again: same event id and body, new delivery, new schedule, new signatures."""
        if dead.endpoint.disabled:
            raise EndpointDisabled(dead.endpoint.disabled)
        if self.now() - dead.event_at > self.settings["dead_letter_days"] * 86400:
            raise LookupError("the payload is past its retention")
        again = Delivery(dead.endpoint, dead.event_id, dead.body, dead.event_at, self.now() + delay_s)
        return self.queue(again)

    def replay_since(self, endpoint, since):
        """Replays each event that is dead and nothing else, oldest first, at a steady pace."""
        mine = [d for d in self.deliveries if d.endpoint is endpoint and d.event_at >= since]
        alive = {d.event_id for d in mine if d.state != "dead"}
        dead = {d.event_id: d for d in mine if d.event_id not in alive}
        oldest_first = sorted(dead.values(), key=lambda d: d.event_at)
        pace = 1 / self.settings["replay_per_s"]
        return [self.replay(d, number * pace) for number, d in enumerate(oldest_first)]
    # ANCHOR_END: replay

    def next_due(self):
        """When the next attempt is due, or None when nothing is pending."""
        pending = [d for d in self.deliveries if d.state == "pending"]
        return min((max(d.due_at, d.endpoint.not_before) for d in pending), default=None)

    def run_due(self):
        """Makes every attempt that is due now, once."""
        for delivery in list(self.deliveries):
            due = max(delivery.due_at, delivery.endpoint.not_before)
            if delivery.state == "pending" and due <= self.now():
                self.attempt(delivery)

    # ANCHOR: attempt
    def attempt(self, delivery):
        """One attempt, from a fresh address check and signature to the verdict."""
        endpoint, started = delivery.endpoint, self.now()
        try:
            status, headers = self.post(delivery)
        except AddressRefused as refusal:
            delivery.attempts.append((started, f"address refused: {refusal}"))
            return self.disable(delivery, "address_refused")
        except TimeoutError:
            status, headers, outcome = 0, {}, "timeout"
        except (OSError, http.client.HTTPException) as error:
            status, headers, outcome = 0, {}, type(error).__name__
        else:
            outcome = f"HTTP {status}"
        delivery.attempts.append((started, outcome))
        if 200 <= status <= 299:
            delivery.state, endpoint.dead_in_a_row = "delivered", 0
        elif status == 410:
            self.disable(delivery, "gone")
        else:
            self.retry(delivery, retry_after_s(headers, self.now()) if status in (429, 503) else None)

    def retry(self, delivery, asked_s):
        endpoint, tries = delivery.endpoint, len(delivery.attempts)
        wait = wait_s(self.settings, tries, self.random, asked_s)
        if asked_s is not None:
            # The whole endpoint asked for a pause, so its other deliveries wait as well.
            pause = min(asked_s, self.settings["retry_after_max_s"])
            endpoint.not_before = max(endpoint.not_before, self.now() + pause)
        if wait is None:
            return self.exhaust(delivery)
        delivery.due_at = self.now() + wait
        if tries >= self.settings["warn_after"] and self.now() - endpoint.warned_at >= self.settings["warn_every_s"]:
            endpoint.warned_at = self.now()
            self.notices.append(("failing", endpoint.id))
    # ANCHOR_END: attempt

    # ANCHOR: disable
    def exhaust(self, delivery):
        endpoint = delivery.endpoint
        self.bury(delivery, "exhausted")
        endpoint.dead_in_a_row += 1
        if endpoint.dead_in_a_row >= self.settings["disable_after"]:
            self.disable(delivery, "failing")

    def disable(self, delivery, reason):
        """Stops all sending to the endpoint. Nothing is lost: what was pending can be replayed."""
        endpoint = delivery.endpoint
        endpoint.disabled = reason
        self.notices.append(("disabled", endpoint.id))
        if delivery.state == "pending":
            self.bury(delivery, reason)
        for other in self.deliveries:
            if other.endpoint is endpoint and other.state == "pending":
                self.bury(other, "endpoint_disabled")

    def bury(self, delivery, reason):
        delivery.state, delivery.reason = "dead", reason

    def enable(self, endpoint):
        """A person at the client says that it works again. Replaying is a decision of its own."""
        endpoint.disabled, endpoint.dead_in_a_row, endpoint.not_before = "", 0, 0
    # ANCHOR_END: disable

    # ANCHOR: connect
    def checked_target(self, url):
        """The host, port, path and addresses of a URL; AddressRefused if any of them is unfit."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or self.settings["connect_port"]
        except ValueError as error:
            raise AddressRefused(str(error)) from None
        schemes = ("https", "http") if self.simulation else ("https",)
        if parts.scheme not in schemes or parts.username is not None or not is_name(host):
            raise AddressRefused("not plain https to a host name")
        if not url.isascii() or not url.isprintable() or " " in url:
            raise AddressRefused("characters that a URL can't hold")
        if port != self.settings["connect_port"] and not self.simulation:
            raise AddressRefused(f"port {port}")
        addresses = self.resolve(host, port)
        for address in addresses:
            if not is_public(address) and not (self.simulation and address == "127.0.0.1"):
                raise AddressRefused(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return host, port, path, addresses

    def connect(self, addresses, port, deadline):
        """Connects to the address that was checked: the name is not looked up a second time."""
        failure = OSError("no address")
        for address in addresses:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                return socket.create_connection((address, port), timeout=left)
            except OSError as error:
                failure = error
        raise failure

    def post(self, delivery):
        url, deadline = delivery.endpoint.url, time.monotonic() + self.settings["timeout_s"]
        host, port, path, addresses = self.checked_target(url)
        try:
            with self.connect(addresses, port, deadline) as raw, hang_up_at(deadline, raw):
                sock = raw
                if url.startswith("https:"):
                    # The certificate must be good for the name, though we connect to an address.
                    sock = self.tls.wrap_socket(raw, server_hostname=host)
                with sock:
                    answer = self.exchange(sock, host, port, path, delivery)
        except (OSError, http.client.HTTPException):
            if time.monotonic() < deadline:
                raise
            raise TimeoutError from None
        if time.monotonic() >= deadline:
            raise TimeoutError  # A head cut off at the deadline can parse as an answer.
        return answer

    def exchange(self, sock, host, port, path, delivery):
        """Sends the request and reads status and headers; the body of the answer is never read."""
        connection = http.client.HTTPConnection(host, port)
        connection.sock = sock
        secrets, body = delivery.endpoint.secrets, delivery.body
        connection.request("POST", path, body, {
            "Host": host if port == self.settings["connect_port"] else f"{host}:{port}",
            "Content-Type": "application/json",
            "User-Agent": "Harbourline-Webhooks/1",
            "Harbourline-Delivery": delivery.id,
            "Harbourline-Attempt": str(len(delivery.attempts) + 1),
            "Harbourline-Signature": signature_header(secrets, body, self.now()),
        })
        response = connection.getresponse()
        return response.status, response.headers
    # ANCHOR_END: connect


@contextmanager
def hang_up_at(deadline, sock):
    """Ends the connection at the deadline: a socket's own timeout starts anew with every byte."""
    with sock.dup() as line:
        def hang_up():
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0, deadline - time.monotonic()), hang_up)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def lookup(host, port):
    """All addresses of a name, in the resolver's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


class Clock:
    """A clock that a simulation moves by hand."""

    def __init__(self, start=1_795_000_000):
        self.time = float(start)

    def __call__(self):
        return self.time


def run_until_idle(sender, clock):
    """Moves the clock from one due attempt to the next until nothing is pending."""
    while (due := sender.next_due()) is not None:
        clock.time = max(clock.time, due)
        sender.run_due()


def main():
    """A story on loopback: fails, asks for a pause, loses its answer, gets the event once."""
    from webhook_receiver import Receiver

    clock, settings, secret = Clock(), read_settings(), "whsec_for_the_simulation"
    script = [500, (503, {"Retry-After": "900"}), "lost", 204]
    receiver = Receiver([secret], settings, clock, script)
    sender = Sender(settings, clock, lambda *_: ["127.0.0.1"], random.Random(7), simulation=True)
    endpoint = Endpoint(f"http://hooks.client.example:{receiver.port}/billing", [secret])
    event = {"id": "0d4f5f0e-6a3e-4a52-9d0e-5b7a3c1f2e10", "type": "invoice.paid", "version": 1,
             "data": {"invoice_id": "7f0c2a54-51b5-4f0b-8f5e-2f3f6f1f9b11", "amount_minor": 129000}}
    delivery = sender.publish(endpoint, event)
    start = clock()
    run_until_idle(sender, clock)
    receiver.close()
    for number, (at, outcome) in enumerate(delivery.attempts, 1):
        print(f"attempt {number} after {at - start:6.0f} s: {outcome}")
    print(f"delivery {delivery.state}; requests {len(receiver.requests)}; "
          f"payments booked {receiver.inbox.count('payments')}")
    print(f"an event is given up after at most {longest_s(settings) / 3600:.1f} h")


if __name__ == "__main__":
    main()
