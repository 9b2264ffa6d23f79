"""A client's handling of events: once, in order of the object, and open to what is new.

Python 3.11, standard library only. Comes after the signature check (`verify_webhook` of harbourline.py).
"""

import json
import sqlite3

TABLES = """
create table if not exists received_events (id text primary key, received_at integer not null);
create table if not exists seen_objects (id text primary key, version integer not null);
"""


# ANCHOR: handle
class Events:
    """`handlers` maps (type, version) to a function that gets the event and the transaction. `object_ids` names for
    each type the member of `data` that is the object's id."""

    def __init__(self, db: sqlite3.Connection, handlers, object_ids):
        self.db, self.handlers, self.object_ids = db, handlers, object_ids
        db.executescript(TABLES)

    def receive(self, event, now):
        """Gives what became of it. The effect and its record are one transaction: an exception undoes both, and the
        delivery, answered with 500, comes again."""
        with self.db:
            if not self.db.execute("insert into received_events values (?, ?) on conflict do nothing",
                                   (event["id"], int(now))).rowcount:
                return "duplicate"
            handler = self.handlers.get((event["type"], event["version"]))
            if handler is None:
                return "ignored"  # A new event or version: not ours to refuse, and never an error.
            if self.overtaken(event):
                return "stale"
            handler(event, self.db)
            return "handled"

    def overtaken(self, event):
        """Whether a later state of the object was handled before. Events arrive in any order."""
        version = event["object_version"]
        if version is None:
            return False
        object_id = event["data"][self.object_ids[event["type"]]]
        return not self.db.execute(
            "insert into seen_objects values (?, ?) on conflict (id) do update set version = excluded.version"
            " where excluded.version > seen_objects.version", (object_id, version)).rowcount
# ANCHOR_END: handle


def main():
    """What the page shows: the events of one invoice in the wrong order, one of them twice, one unknown."""
    from pathlib import Path

    samples = Path(__file__).resolve().parent / "samples"
    created, paid, ping = (json.loads((samples / f"{name}.v1.json").read_text(encoding="utf-8"))
                           for name in ("invoice.created", "invoice.paid", "webhook.ping"))
    state = {}

    def keep(event, _):
        state[event["data"]["invoice_id"]] = event["type"]

    events = Events(sqlite3.connect(":memory:"), {("invoice.created", 1): keep, ("invoice.paid", 1): keep},
                    {"invoice.created": "invoice_id", "invoice.paid": "invoice_id"})
    for event in (paid, created, paid, ping):
        print(f"{event['type']:16} version {event['object_version']}: {events.receive(event, 0)}")
    print("the invoice is:", *state.values())


if __name__ == "__main__":
    main()
