import copy
import io
import json
import unittest

import check_trace
import trace_volume
from check_trace import ATTRIBUTES, HERE, rows, trace_faults

TRACE = json.loads((HERE / "trace.json").read_text(encoding="utf-8"))


def spans(document):
    return [span for part in document["resourceSpans"] for scope in part["scopeSpans"] for span in scope["spans"]]


def attribute(name, value):
    return {"key": name, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}


class Checking(unittest.TestCase):
    def faults(self, change):
        document = copy.deepcopy(TRACE)
        change(document, spans(document))
        return trace_faults(document)

    def test_the_example_is_as_it_should_be(self):
        self.assertEqual([], trace_faults(TRACE))
        self.assertEqual({2, 3, 4, 5}, {span["kind"] for span in spans(TRACE)})

    def test_each_fault_is_told(self):
        for expected, change in [
            ("the name doesn't fit the kind server", lambda _, s: s[0].update(name="/v1/invoices")),
            ("the name holds an id", lambda _, s: s[0].update(name="GET /v1/invoices/4711")),
            ("the name doesn't fit the kind database", lambda _, s: s[1].update(name="SELECT * FROM invoices WHERE id = 7")),
            ("url.full isn't allowed", lambda _, s: s[4]["attributes"].append(attribute("url.full", "https://x"))),
            ("db.query.text isn't allowed", lambda _, s: s[1]["attributes"].append(attribute("db.query.text", "select 1"))),
            ("http.route doesn't belong on database", lambda _, s: s[1]["attributes"].append(attribute("http.route", "/x"))),
            ("hbl.attempt isn't of type int", lambda _, s: s[3]["attributes"].append(attribute("hbl.attempt", "one"))),
            ("hbl.error_code holds what may not leave", lambda _, s: s[0]["attributes"].append(
                attribute("hbl.error_code", "for ann@client.example"))),
            ("hbl.error_code holds what may not leave", lambda _, s: s[0]["attributes"].append(
                attribute("hbl.error_code", "hbl_live_" + "A1b2C3d4" * 4))),
            ("http.route holds what may not leave", lambda _, s: s[0]["attributes"][1].update(attribute("http.route", "/v1?x=1"))),
            ("error.type holds what may not leave", lambda _, s: s[0]["attributes"].append(attribute("error.type", "x" * 257))),
            ("http.route is missing", lambda _, s: s[0]["attributes"].pop(1)),
            ("status 503 and the span's status disagree", lambda _, s: s[4].pop("status")),
            ("status 404 and the span's status disagree", lambda _, s: (
                s[0]["attributes"][2].update(attribute("http.response.status_code", 404)), s[0].update(status={"code": 2}))),
            ("the message of an error may hold data", lambda _, s: s[4]["status"].update(message="no such client ann")),
            ("says more than its type", lambda _, s: s[4].update(events=[
                {"name": "exception", "attributes": [attribute("exception.message", "x")]}])),
            ("it ends before it starts", lambda _, s: s[1].update(endTimeUnixNano="1")),
            ("its parent isn't here", lambda _, s: s[3].update(parentSpanId="00f067aa0ba90000")),
            ("it starts before its parent", lambda _, s: s[1].update(startTimeUnixNano="1")),
            ("2 spans have no parent", lambda _, s: s[3].pop("parentSpanId")),
            ("the spans aren't of one trace", lambda _, s: s[3].update(traceId="a" * 32)),
            ("the spans aren't of one trace", lambda _, s: [span.update(traceId="0" * 32) for span in s]),
            ("its id is none, or taken", lambda _, s: s[1].update(spanId=s[0]["spanId"])),
            ("resource: service.version is missing", lambda d, _: d["resourceSpans"][0]["resource"]["attributes"].pop(1)),
            ("resource: process.command_line isn't allowed", lambda d, _: d["resourceSpans"][0]["resource"]["attributes"].append(
                attribute("process.command_line", "x"))),
        ]:
            found = self.faults(change)
            self.assertTrue(any(expected in fault for fault in found), (expected, found))

    def test_a_refusal_is_the_clients_affair_and_no_error_of_the_server(self):
        def refuse(_, found):
            found[0]["attributes"][2].update(attribute("http.response.status_code", 404))
        self.assertEqual([], self.faults(refuse))

    def test_what_an_exception_may_say_is_its_type(self):
        self.assertEqual([], self.faults(lambda _, s: s[4].update(events=[
            {"name": "exception", "attributes": [attribute("exception.type", "TimeoutError")]}])))


class Tables(unittest.TestCase):
    def test_names_of_the_table_fit_their_kinds(self):
        for row in rows(HERE / "names.csv"):
            kind = "database" if row["span"] == "statement" else row["kind"].lower()
            self.assertRegex(row["example"], rf"\A{check_trace.NAMES[kind]}\Z")

    def test_examples_of_attributes_are_of_their_type(self):
        for name, row in ATTRIBUTES.items():
            self.assertEqual(row["type"] == "int", row["example"].isdigit() and name != "db.response.status_code", name)
            self.assertIn(row["required"], {"yes", "no"})
            self.assertLessEqual(set(row["on"].split()), {"any", *check_trace.NAMES})

    def test_the_printed_volume_is_the_computed_one(self):
        out = io.StringIO()
        trace_volume.main(out)
        self.assertEqual((HERE / "volume.csv").read_text(encoding="utf-8"), out.getvalue())

    def test_settings_are_pairs_and_agree_with_the_rules(self):
        lines = [line for line in (HERE / "otel.env").read_text().splitlines() if not line.startswith("#")]
        for line in lines:
            self.assertRegex(line, r"\AOTEL_[A-Z_]+=\S+\Z")
        settings = dict(line.split("=", 1) for line in lines)
        self.assertEqual(len(lines), len(settings))
        self.assertEqual(str(check_trace.LONGEST), settings["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"])
        self.assertEqual(str(check_trace.MOST), settings["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"])
        self.assertEqual("tracecontext", settings["OTEL_PROPAGATORS"])
        self.assertTrue(settings["OTEL_EXPORTER_OTLP_ENDPOINT"].startswith("https://"))
        self.assertGreaterEqual(int(settings["OTEL_BSP_MAX_QUEUE_SIZE"]), 2 * int(settings["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"]))


if __name__ == "__main__":
    unittest.main()
