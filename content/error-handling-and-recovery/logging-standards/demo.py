"""Prints four lines of a log: a request, a refused sign-in, a failure that carried secrets, a library's line."""
import logging
import sys

import structured_log

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ORGANISATION = "00000000-0000-4000-8000-00000000000a"


def main(out=sys.stdout):
    structured_log.setup(service="api", version="2026.11.25", environment="production", stream=out)
    log = logging.getLogger("demo")
    with structured_log.bind(trace_id=TRACE, organisation_id=ORGANISATION):
        structured_log.event(log, logging.INFO, "http.request", "Request answered", method="GET",
                             route="/v1/invoices/{id}", status=200, seconds=0.041, client_address="192.0.2.7")
        structured_log.event(log, logging.WARNING, "credential.refused", "Credential refused", code="auth.key_unknown",
                             authorization="Bearer hbl_live_7Kq", note="sent by ops@client.example")
        try:
            raise ConnectionError("postgresql://app:hunter2@db-1/portal refused; password=hunter2")
        except ConnectionError:
            structured_log.event(log, logging.ERROR, "database.unreachable", "Database not reached", exc_info=True,
                                 attempt=3)
    logging.getLogger("urllib3").warning("Retrying https://api.example/v1?code=4711 after %s", "timeout")


if __name__ == "__main__":
    main()
