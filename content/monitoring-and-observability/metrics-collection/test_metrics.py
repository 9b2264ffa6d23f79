import io
import unittest
from pathlib import Path

import budget
from check_metrics import faults, parse
from metrics import Registry, Uncatalogued, catalogue, exposition, merge, rows
from promql import faults as query_faults
from promql import used

HERE = Path(__file__).resolve().parent
DEMO = (HERE / "demo.txt").read_text(encoding="utf-8")


def values(registry):
    return {(name, *sorted(labels.items())): value for name, labels, value in parse(exposition(registry))[1]}


class Writing(unittest.TestCase):
    def setUp(self):
        self.metrics = Registry(service="api")

    def test_a_counter_counts_and_never_falls(self):
        for _ in range(2):
            self.metrics.add("auth_failures_total", code="auth.key_unknown")
        self.metrics.add("auth_failures_total", 3, code="auth.key_unknown")
        self.assertEqual([5], list(values(self.metrics).values()))
        with self.assertRaises(ValueError):
            self.metrics.add("auth_failures_total", -1, code="auth.key_unknown")

    def test_a_gauge_is_what_was_set_last(self):
        self.metrics.set("db_up", 1)
        self.metrics.set("db_up", 0)
        self.assertEqual({("db_up",): 0}, values(self.metrics))

    def test_a_value_on_the_limit_of_a_bucket_is_in_it(self):
        self.metrics.observe("http_request_duration_seconds", 0.3, route="/")
        counts = {labels["le"]: value for name, labels, value in parse(exposition(self.metrics))[1] if "le" in labels}
        self.assertEqual((0, 1, 1), (counts["0.1"], counts["0.3"], counts["+Inf"]))

    def test_what_the_catalogue_lacks_is_refused(self):
        for wrong in (lambda: self.metrics.add("http_request_total", route="/"),
                      lambda: self.metrics.set("http_requests_total", 1, route="/", method="GET", status="200"),
                      lambda: self.metrics.add("http_requests_total", route="/"),
                      lambda: self.metrics.add("rate_limited_requests_total", plan="team", organisation="a")):
            with self.assertRaises(Uncatalogued):
                wrong()

    def test_a_label_that_runs_away_costs_its_detail_and_is_counted(self):
        for number in range(5000):
            self.metrics.add("auth_failures_total", code=f"c{number}")
        found = values(self.metrics)
        failures = {key: value for key, value in found.items() if key[0] == "auth_failures_total"}
        self.assertEqual((30, 5000), (len(failures), sum(failures.values())))
        self.assertEqual(5000 - 29, failures["auth_failures_total", ("code", "other"), ("service", "api")])
        self.assertEqual(5000 - 29, found["metric_overflows_total", ("service", "api")])
        self.assertEqual([], faults(exposition(self.metrics)))

    def test_label_values_cannot_break_out_of_their_line(self):
        evil = 'a"} 1\nb\\'
        self.metrics.add("auth_failures_total", code=evil)
        text = exposition(self.metrics)
        self.assertEqual(3, len(text.splitlines()))
        self.assertIn(r'code="a\"} 1\nb\\"', text)
        self.assertEqual([], faults(text))

    def test_workers_of_a_host_add_up_and_those_that_ended_still_count(self):
        workers = [Registry(service="api") for _ in range(3)]
        for number, worker in enumerate(workers, 1):
            worker.add("rate_limited_requests_total", number, plan="team")
            worker.observe("http_request_duration_seconds", number, route="/")
            worker.set("app_info", 1, version="1")
            worker.set("http_requests_in_flight", number)
        found = values(merge(workers[:2], ended=workers[2:]))
        self.assertEqual(6, found["rate_limited_requests_total", ("plan", "team")])
        self.assertEqual(6, found["http_request_duration_seconds_sum", ("route", "/"), ("service", "api")])
        self.assertEqual(3, found["http_request_duration_seconds_count", ("route", "/"), ("service", "api")])
        self.assertEqual(1, found["app_info", ("service", "api"), ("version", "1")])
        self.assertEqual(3, found["http_requests_in_flight", ("service", "api")])


class Checking(unittest.TestCase):
    def test_the_printed_text_is_well_formed(self):
        self.assertEqual([], faults(DEMO))
        self.assertEqual(17, len(parse(DEMO)[1]))

    def test_each_fault_is_named(self):
        for old, new, message in [
            ("rate_limited_requests_total", "rate_limit_total", "rate_limit_total: not in metrics.csv"),
            ('{plan="starter"}', "", "rate_limited_requests_total: labels [], expected ['plan']"),
            ('plan="starter"', 'plan="starter",organisation="x"', "expected ['plan']"),
            ("# TYPE app_info gauge", "# TYPE app_info counter", "app_info: TYPE is counter"),
            ("# TYPE app_info gauge\n", "", "app_info: TYPE is None"),
            ('starter"} 1', 'starter"} -1', "a counter below 0"),
            ('le="0.3"} 3', 'le="0.3"} 9', "a wider bucket holds less"),
            ('le="0.3"', 'le="0.25"', "expected ['+Inf'"),
            ('_count{service="api",route="/v1/invoices"} 5', '_count{service="api",route="/v1/invoices"} 6',
             "the last bucket isn't the count"),
            ('status="429"} 1', 'status="500"} 1', "twice with the same labels"),
        ]:
            self.assertIn(old, DEMO)
            found = faults(DEMO.replace(old, new))
            self.assertTrue(any(message in fault for fault in found), (message, found))

    def test_a_line_that_is_none_is_refused_with_its_number(self):
        for line in ("http_requests_total", 'a{b="c} 1', 'a{b="c"d="e"} 1', "a 1 2 3", "a one"):
            with self.assertRaises(ValueError, msg=line) as caught:
                parse(f"b 1\n{line}\n")
            self.assertTrue(line == "a one" or "line 2" in str(caught.exception), line)

    def test_too_many_series_are_told(self):
        lines = "".join(f'rate_limited_requests_total{{plan="p{n}"}} 1\n' for n in range(13))
        self.assertEqual(["rate_limited_requests_total: 13 series, at most 12"],
                         faults("# TYPE rate_limited_requests_total counter\n" + lines))


class Queries(unittest.TestCase):
    def test_metrics_and_labels_are_found(self):
        self.assertEqual(({"a_total": {"x"}, "b": set()}, {"y"}),
                         used('sum by (y) (rate(a_total{x=~"c{1}d"}[5m])) / on (y) 2 * b offset 1h > bool 0'))

    def test_a_query_uses_only_what_there_is(self):
        known = catalogue()
        for query, expected in [
            ('sum(rate(http_requests_total{service="api"}[5m]))', []),
            ('sum by (le) (rate(http_request_duration_seconds_bucket{route="/"}[5m]))', []),
            ("up == 0", []),
            ("slo:burn:rate1h > 14.4", []),
            ("sum(http_request_total)", ["http_request_total is not in the catalogue"]),
            ("rate(http_request_duration_seconds[5m])", ["http_request_duration_seconds is not in the catalogue"]),
            ('db_up{host="db-1"}', ["db_up has no label host"]),
            ("sum by (organisation) (http_requests_total)", ["no metric of the query has the label organisation"]),
        ]:
            self.assertEqual(expected, query_faults(query, known, {"slo:burn:rate1h"}), query)


class Catalogue(unittest.TestCase):
    def setUp(self):
        self.known = catalogue()

    def test_histograms_alone_have_buckets_and_those_rise(self):
        self.assertEqual({name for name, row in self.known.items() if row["type"] == "histogram"},
                         {row["metric"] for row in rows(HERE / "buckets.csv")})
        for name, row in self.known.items():
            limits = [float(limit) for limit in row["buckets"]]
            self.assertEqual(sorted(set(limits)), limits, name)

    def test_the_printed_budget_is_the_computed_one(self):
        out = io.StringIO()
        budget.main(out)
        self.assertEqual((HERE / "budget.csv").read_text(encoding="utf-8"), out.getvalue())
        self.assertLessEqual(sum(row["max_series"] for row in self.known.values()), budget.SERIES)

    def test_the_tables_name_catalogued_metrics(self):
        words = [word for row in rows(HERE / "signals.csv") for key, cell in row.items() if key != "component"
                 for word in cell.split() if "_" in word]
        words += [word for row in rows(HERE / "business.csv") for word in row["metric"].split() if "_" in word]
        self.assertEqual(set(), set(words) - set(self.known))


if __name__ == "__main__":
    unittest.main()
