"""What the pages of Monitoring & Observability share with the registers, with each other, and with Debian's programs."""

import copy
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from tools import ROOT, jsonschema, load_csv, load_yaml

AREA = ROOT / "content/monitoring-and-observability"
CONTENT = ROOT / "content"
REFERENCE = CONTENT / "reference"
APM, DASHBOARDS = AREA / "apm-integration", AREA / "dashboard-templates"
METRICS, ALERTS, LOGS = AREA / "metrics-collection", AREA / "alert-thresholds", AREA / "log-aggregation"
AUDIT = CONTENT / "compliance-and-legal/audit-trail"
sys.path[:0] = [str(METRICS), str(ALERTS), str(LOGS), str(APM), str(AUDIT)]

import check_metrics
import check_trace
import logs
import metrics
import rules as alert_rules
import trace_volume
import verify_audit


def program(*arguments, **options):
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
                          **options)
    return done.returncode, done.stdout


class MetricsCollection(unittest.TestCase):
    def test_prometheus_reads_what_the_registry_writes_and_has_nothing_to_add(self):
        text = (METRICS / "demo.txt").read_text(encoding="utf-8")
        self.assertEqual((0, ""), program("promtool", "check", "metrics", input=text))
        self.assertNotEqual(0, program("promtool", "check", "metrics", input=text.replace('le="0.3"', "le=0.3"))[0])

    def test_what_the_verifier_of_the_audit_log_writes_is_catalogued(self):
        with tempfile.TemporaryDirectory() as folder:
            figures = Path(folder, "audit.prom")
            verify_audit.write_metrics(str(figures), 2, verify_audit.time("2026-11-25T03:01:00Z"))
            text = figures.read_text(encoding="utf-8")
        self.assertEqual([], list(check_metrics.faults(text)))
        self.assertEqual((0, ""), program("promtool", "check", "metrics", input=text))

    def test_prometheus_accepts_its_configuration(self):
        code, said = program("promtool", "check", "config", "--syntax-only", METRICS / "prometheus.yaml")
        self.assertEqual(0, code, said)

    def test_every_host_of_the_register_is_read(self):
        config = load_yaml(METRICS / "prometheus.yaml")
        targets = {target.split(":")[0] for job in config["scrape_configs"] for part in job["static_configs"]
                   for target in part["targets"]}
        hosts = {host for row in load_csv(REFERENCE / "services.csv") for host in re.findall(r"\w+-\d", row["host"])}
        self.assertEqual(set(), hosts - targets)

    def test_no_target_may_offer_more_than_the_budget(self):
        budget = sum(int(row["max_series"]) for row in load_csv(REFERENCE / "metrics.csv"))
        for job in load_yaml(METRICS / "prometheus.yaml")["scrape_configs"]:
            self.assertLess(job["sample_limit"], budget / 2, job["job_name"])

    def test_the_limit_of_each_objective_is_an_edge_of_its_histogram(self):
        edges = {row["metric"]: row["seconds"].split() for row in load_csv(METRICS / "buckets.csv")}
        found = 0
        for slo in load_csv(REFERENCE / "slos.csv"):
            for name, limit in re.findall(r'(\w+)_bucket\{[^}]*le="([\d.]+)"', slo["sli_query"]):
                self.assertIn(limit, edges[name], slo["id"])
                found += 1
        self.assertEqual(4, found)

    def test_each_part_that_runs_has_its_signals(self):
        parts = {row["component"] for row in load_csv(METRICS / "signals.csv")}
        running = {row["id"] for row in load_csv(REFERENCE / "services.csv")} - {"backups", "metrics", "status-page"}
        self.assertEqual(set(), running - parts)

    def test_a_metric_of_the_catalogue_can_be_written_by_two_hosts(self):
        for name, row in metrics.catalogue().items():
            self.assertGreaterEqual(metrics.Registry().room(row), 2, name)


class AlertThresholds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.alerts = {rule["alert"]: rule for name in ("alerts.yaml", "objectives.rules.yaml")
                      for group in load_yaml(ALERTS / name)["groups"] for rule in group["rules"] if "alert" in rule}

    def limit(self, alert):
        return float(re.search(r"[<>] ([\d.]+)\Z", self.alerts[alert]["expr"])[1])

    def test_prometheus_accepts_the_rules_and_its_tests_pass(self):
        code, said = program("promtool", "check", "rules", ALERTS / "alerts.yaml", ALERTS / "objectives.rules.yaml")
        self.assertEqual(0, code, said)
        for name in ("alerts.test.yaml", "objectives.rules.test.yaml"):
            code, said = program("promtool", "test", "rules", ALERTS / name)
            self.assertEqual(0, code, said)

    def test_the_first_step_of_each_alert_is_a_page(self):
        for rule in self.alerts.values():
            address = rule["annotations"]["runbook"].removeprefix(alert_rules.HANDBOOK)
            path, _, section = address.partition("#")
            path = path.removesuffix(".html")
            page = next((page for page in (CONTENT / f"{path}.md", CONTENT / path / "index.md") if page.exists()), None)
            self.assertTrue(page, path)
            headings = {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
                        for line in re.findall(r"^#+ (.+)", page.read_text(encoding="utf-8"), re.M)}
            self.assertLessEqual({section} - {""}, headings, address)

    def test_what_has_no_page_of_its_own_is_in_the_table_of_steps(self):
        here = {name for name, rule in self.alerts.items() if "#without-a-page" in rule["annotations"]["runbook"]}
        steps = {name for row in load_csv(ALERTS / "steps.csv") for name in row["alert"].split(", ")}
        self.assertEqual(here, steps)

    def test_owners_are_those_of_the_book(self):
        owners = set(tomllib.loads((ROOT / "book.toml").read_text())["owners"])
        self.assertLessEqual({rule["labels"]["owner"] for rule in self.alerts.values()}, owners)

    def test_each_alert_reaches_whom_its_severity_names(self):
        for labels, receivers in [
            ("severity=SEV1 owner=platform", "pager,incident-channel"),
            ("severity=SEV2 owner=platform", "pager,incident-channel"),
            ("severity=SEV2 owner=security", "pager,security-pager,incident-channel"),
            ("severity=SEV3 owner=platform", "pager-by-day"),
            ("severity=SEV3 owner=finance", "pager-by-day"),
            ("severity=SEV3 owner=security", "security-tickets"),
            ("severity=SEV4 owner=platform", "tickets"),
            ("severity=SEV4 owner=finance", "finance-tickets"),
            ("severity=SEV4 owner=support", "support-tickets"),
            ("severity=heartbeat owner=platform", "heartbeat"),
            ("severity=unknown", "tickets"),
        ]:
            code, said = program("amtool", "config", "routes", "test", f"--config.file={ALERTS / 'alertmanager.yaml'}",
                                 f"--verify.receivers={receivers}", *labels.split())
            self.assertEqual(0, code, f"{labels}: {said}")

    def test_the_alertmanager_accepts_its_configuration_and_keeps_our_hours(self):
        code, said = program("amtool", "check-config", ALERTS / "alertmanager.yaml")
        self.assertEqual(0, code, said)
        config = load_yaml(ALERTS / "alertmanager.yaml")
        organisation = load_yaml(REFERENCE / "organisation.yaml")
        hours = config["time_intervals"][0]["time_intervals"][0]
        self.assertEqual(organisation["timezone"], hours["location"])
        self.assertEqual([{"start_time": organisation["hours"]["opens"], "end_time": organisation["hours"]["closes"]}],
                         hours["times"])

    def test_what_is_inhibited_exists(self):
        for rule in load_yaml(ALERTS / "alertmanager.yaml")["inhibit_rules"]:
            for matcher in rule["source_matchers"] + rule["target_matchers"]:
                _, operator, pattern = matcher.split(" ", 2)
                for part in re.sub(r"BudgetBurns(\.\*|\(6h\|3d\))", "BudgetBurns6h", pattern.strip('"')).split("|"):
                    self.assertIn(part, self.alerts, matcher)

    def test_pages_and_rules_state_the_same_limits(self):
        pages = {name: (CONTENT / name).read_text(encoding="utf-8") for name in (
            "integration-details/data-synchronization/index.md", "database-design/query-optimization/index.md",
            "database-design/backup-procedures/index.md", "integration-details/third-party-api-limits/index.md",
            "security-and-authentication/user-authentication/index.md", "security-and-authentication/access-control/index.md",
            "error-handling-and-recovery/recovery-procedures/index.md",
            "error-handling-and-recovery/recovery-procedures/expired-certificate.md",
            "error-handling-and-recovery/recovery-procedures/queue-backlog.md",
            "error-handling-and-recovery/logging-standards/index.md", "compliance-and-legal/audit-trail/index.md")}
        text = " ".join(pages.values())
        for alert, limit, stated in [
            ("OutboxStandsStill", 300, "of the queue `outbox` above 300 s is an alert"),
            ("TransactionOpen", 300, "`db_oldest_transaction_seconds` above 300 alerts"),
            ("LogArchiveLate", 15 * 60, "older than 15 minutes for `database-wal` | SEV2"),
            ("BackupLateDaily", 26 * 3600, "older than 26 hours for `database-base` | SEV3"),
            ("AuditUnverified", 26 * 3600, "26 hours after the last verification `AuditUnverified`"),
            ("BackupLateWeekly", 8 * 86400, "older than 8 days for `database-dump` | SEV3"),
            ("RestoreTestLate", 35 * 86400, "older than 35 days | SEV3"),
            ("ProviderLimits", 5, "More than 5 outcomes `limited` of one provider in 10 minutes"),
            ("PasswordsTried", 500, "more than 500 failures in 5 minutes"),
            ("ReplicationLags", 30, "alert above 30 s of lag"),
            ("CertificateEndsSoon", 14 * 86400, "the alert at 14 days"),
            ("CertificateEnds", 7 * 86400, "ends within 7 days"),
            ("JobsWait", 300, "The oldest job waits more than 5 minutes"),
            ("DatabaseConnectionsFull", 0.8, "`db_connections` below 80 % of the limit"),
            ("ClockOff", 0.1, "more than 100 ms off is an alert"),
            ("RedactionsRise", 20, "More than 20 an hour from one rule"),
            ("LogVolumeHigh", 5_000_000, "below 5 million lines a day"),
        ]:
            self.assertEqual(limit, self.limit(alert), alert)
            self.assertIn(stated, text, alert)

    def test_backups_are_late_only_after_more_than_their_interval(self):
        intervals = {"1 minute": 60, "1 hour": 3600, "1 day": 86400, "1 week": 7 * 86400}
        told = {}
        for alert in ("LogArchiveLate", "BackupLateHourly", "BackupLateDaily", "BackupLateWeekly"):
            for names in re.findall(r'dataset=~?"([^"]+)"', self.alerts[alert]["expr"]):
                told.update({name: self.limit(alert) for name in names.split("|")})
        backups = {row["dataset"]: intervals[row["every"]] for row in load_csv(REFERENCE / "backups.csv")}
        self.assertEqual(set(backups), set(told))
        for name, every in backups.items():
            self.assertGreater(told[name], every, name)

    def test_providers_are_told_by_the_shares_of_their_rows(self):
        shares = {row["provider"]: row["alert_remaining"] for row in load_csv(
            CONTENT / "integration-details/third-party-api-limits/callers.csv")}
        expr = self.alerts["ProviderNearLimit"]["expr"]
        told = {name: share for names, share in re.findall(r'provider=~"([^"]+)"\}\) < ([\d.]+)', expr)
                for name in names.split("|")}
        self.assertEqual(shares, told)
        self.assertEqual("10m", self.alerts["ProviderNearLimit"]["for"])

    def test_the_peak_is_told_below_what_was_tested(self):
        traffic = load_yaml(REFERENCE / "traffic.yaml")
        self.assertEqual(traffic["api"]["rps_peak"] * traffic["headroom"] * 0.8, self.limit("CapacityShort"))


class DashboardTemplates(unittest.TestCase):
    def test_prometheus_can_read_each_query(self):
        queries = [row["query"] for row in load_csv(DASHBOARDS / "panels.csv")]
        rule_file = {"groups": [{"name": "panels", "rules": [{"record": f"panel:{number}", "expr": query}
                                                             for number, query in enumerate(queries)]}]}
        code, said = program("promtool", "check", "rules", "/dev/stdin", input=json.dumps(rule_file))
        self.assertEqual(0, code, said)
        self.assertIn(f"{len(queries)} rules found", said)
        rule_file["groups"][0]["rules"][0]["expr"] = "sum by (x (y)"
        self.assertNotEqual(0, program("promtool", "check", "rules", "/dev/stdin", input=json.dumps(rule_file))[0])

    def test_dashboards_that_pages_send_readers_to_exist(self):
        titles = {row["title"] for row in load_csv(DASHBOARDS / "dashboards.csv")}
        named = {title for path in CONTENT.rglob("*.md") for title in re.findall(
            r"[Dd]ashboard \*([\w ]+)\*", path.read_text(encoding="utf-8"))}
        self.assertIn("Worker", named)
        self.assertLessEqual(named, titles)

    def test_the_budget_that_a_panel_divides_by_is_that_of_the_objective(self):
        objective = next(float(row["objective"]) for row in load_csv(REFERENCE / "slos.csv") if row["id"] == "api-availability")
        query = next(row["query"] for row in load_csv(DASHBOARDS / "panels.csv") if "slo:bad:share1h" in row["query"])
        self.assertEqual(round(1 - objective / 100, 6), float(query.rsplit(" / ", 1)[1]))


COLLECTOR = json.loads((Path(__file__).parent / "collector.schema.json").read_text(encoding="utf-8"))


def collector_faults(config):
    """What is wrong with a configuration of the OpenTelemetry Collector, as far as it can be told without one."""
    found, used = [], set()
    for fault in jsonschema.Draft202012Validator(COLLECTOR).iter_errors(config):
        found.append(f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}")
    for name, pipeline in config["service"]["pipelines"].items():
        for kind in ("receivers", "processors", "exporters"):
            for part in pipeline.get(kind, []):
                used.add((kind, part))
                if part not in config.get(kind, {}) and part not in config.get("connectors", {}):
                    found.append(f"{name}: {part} isn't among the {kind}")
        processors = pipeline.get("processors", [])
        if not processors or processors[0] != "memory_limiter":
            found.append(f"{name}: memory_limiter isn't first")
        if "batch" not in processors or processors[-1] != "batch":
            found.append(f"{name}: batch isn't last")
    found += [f"{part} is defined and not used" for kind in ("receivers", "processors", "exporters")
              for part in config.get(kind, {}) if (kind, part) not in used]
    extensions = config.get("extensions", {})
    found += [f"{part} isn't among the extensions" for part in config["service"].get("extensions", []) if part not in extensions]
    for name, exporter in config["exporters"].items():
        if exporter.get("endpoint", "").startswith("127.0.0.1:"):
            continue
        tls = exporter.get("tls", {})
        if tls.get("insecure") or tls.get("insecure_skip_verify") or not tls.get("ca_file"):
            found.append(f"{name}: goes out without a verified certificate")
    return found


class LogAggregation(unittest.TestCase):
    def test_the_collectors_configuration_is_whole(self):
        config = load_yaml(LOGS / "collector-logs.yaml")
        self.assertEqual([], collector_faults(config))
        syslog = config["exporters"]["syslog"]
        self.assertEqual(("rfc5424", True), (syslog["protocol"], syslog["enable_octet_counting"]))
        # It speaks to the port on which ops-1 listens.
        self.assertIn(f'port="{syslog["port"]}"', (LOGS / "ops.conf").read_text(encoding="utf-8"))
        self.assertTrue(syslog["sending_queue"]["storage"])

    def test_faults_of_a_collectors_configuration_are_told(self):
        for change, expected in [
            (lambda config: config["service"]["pipelines"]["logs"]["processors"].reverse(), "memory_limiter isn't first"),
            (lambda config: config["exporters"].update(other={"tls": {"ca_file": "x"}}), "defined and not used"),
            (lambda config: config["receivers"].clear(), "filelog isn't among"),
            (lambda config: config["receivers"]["filelog"].update(max_log_sise="64KiB"), "'max_log_sise' was unexpected"),
            (lambda config: config["processors"]["batch"].update(timeout=1), "processors.batch.timeout: 1 is not of type"),
            (lambda config: config["exporters"]["syslog"].update(protocol="rfc5425"), "'rfc5425' is not one of"),
            (lambda config: config["service"]["pipelines"].update(log={}), "service.pipelines: 'log' does not match"),
            (lambda config: config["exporters"]["syslog"].update(tls={"insecure": True}), "verified certificate"),
        ]:
            config = load_yaml(LOGS / "collector-logs.yaml")
            change(config)
            self.assertTrue(any(expected in fault for fault in collector_faults(config)), expected)

    def test_services_and_periods_are_those_of_the_registers(self):
        schema = json.loads((CONTENT / "error-handling-and-recovery/logging-standards/log.schema.json").read_text())
        sorted_by = re.search(r"\$app-name == (\[.*?\])", (LOGS / "ops.conf").read_text(encoding="utf-8"))[1]
        self.assertEqual(schema["properties"]["service"]["enum"], json.loads(sorted_by))
        tiers = {row["tier"]: int(row["days"]) for row in load_csv(
            CONTENT / "error-handling-and-recovery/logging-standards/volume.csv")}
        script = (LOGS / "tiers.sh").read_text(encoding="utf-8")
        self.assertIn(f"search_days={tiers['search']}\n", script)
        self.assertIn(f"all_days={tiers['search'] + tiers['archive']}\n", script)

    def test_what_counts_as_a_denial_is_in_the_registry_of_errors(self):
        codes = {entry["code"] for entry in load_yaml(REFERENCE / "errors.yaml")}
        self.assertLessEqual(set(logs.DENIED), codes)


def otlp_schema():
    """The JSON form of OTLP's spans, as far as we write it: ids in hexadecimal, 64-bit numbers as texts."""
    def map_of(required, **properties):
        return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}

    number = {"type": "string", "pattern": r"\A\d+\Z"}
    value = {"oneOf": [map_of([kind], **{kind: form}) for kind, form in (
        ("stringValue", {"type": "string"}), ("intValue", number), ("boolValue", {"type": "boolean"}))]}
    attributes = {"type": "array", "items": map_of(["key", "value"], key={"type": "string", "minLength": 1}, value=value)}
    span = map_of(
        ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"],
        traceId={"type": "string", "pattern": r"\A[0-9a-f]{32}\Z"}, spanId={"type": "string", "pattern": r"\A[0-9a-f]{16}\Z"},
        parentSpanId={"type": "string", "pattern": r"\A[0-9a-f]{16}\Z"}, name={"type": "string", "minLength": 1},
        kind={"enum": [1, 2, 3, 4, 5]}, startTimeUnixNano=number, endTimeUnixNano=number, attributes=attributes,
        status=map_of([], code={"enum": [0, 1, 2]}, message={"type": "string"}), events={"type": "array"})
    scope = map_of(["spans"], scope=map_of(["name"], name={"type": "string"}), spans={"type": "array", "items": span})
    part = map_of(["resource", "scopeSpans"], resource=map_of(["attributes"], attributes=attributes),
                  scopeSpans={"type": "array", "items": scope})
    return map_of(["resourceSpans"], resourceSpans={"type": "array", "items": part, "minItems": 1})


class ApmIntegration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.trace = json.loads((APM / "trace.json").read_text(encoding="utf-8"))
        cls.config = load_yaml(APM / "collector.yaml")

    def test_the_example_has_the_form_of_otlp(self):
        validator = jsonschema.Draft202012Validator(otlp_schema())
        self.assertEqual([], list(validator.iter_errors(self.trace)))
        for change in (lambda span: span.update(startTimeUnixNano=1), lambda span: span.update(traceId="4BF9"),
                       lambda span: span.update(kind="SERVER"), lambda span: span.update(parent_span_id="00f067aa0ba902b7"),
                       lambda span: span["attributes"].append({"key": "a", "value": "b"})):
            document = copy.deepcopy(self.trace)
            change(document["resourceSpans"][0]["scopeSpans"][0]["spans"][0])
            self.assertTrue(list(validator.iter_errors(document)))

    def test_the_example_is_of_our_product(self):
        api = load_yaml(REFERENCE / "openapi.yaml")
        services = {row["id"] for row in load_csv(REFERENCE / "services.csv")}
        hosts = " ".join(row["host"] for row in load_csv(REFERENCE / "services.csv"))
        providers = {row["id"] for row in load_csv(REFERENCE / "providers.csv")}
        for part in self.trace["resourceSpans"]:
            resource = check_trace.values(part["resource"]["attributes"])
            self.assertIn(resource["service.name"], services)
            self.assertIn(resource["host.name"], hosts)
            for span in part["scopeSpans"][0]["spans"]:
                found = check_trace.values(span["attributes"])
                if "http.route" in found:
                    operation = api["paths"][found["http.route"]][found["http.request.method"].lower()]
                    self.assertIn(str(found["http.response.status_code"]), map(str, operation["responses"]))
                self.assertIn(found.get("hbl.provider", "payments"), providers)

    def test_the_collectors_configuration_is_whole(self):
        self.assertEqual([], collector_faults(self.config))
        self.assertTrue(self.config["receivers"]["otlp"]["protocols"]["http"]["tls"]["client_ca_file"])
        worse = copy.deepcopy(self.config)
        worse["processors"]["tail_sampling"]["policies"][1]["latency"] = {"threshold": 1000}
        self.assertIn("processors.tail_sampling.policies.1", " ".join(collector_faults(worse)))
        order = self.config["service"]["pipelines"]["traces"]["processors"]
        self.assertLess(order.index("redaction"), order.index("tail_sampling"))

    def test_the_collector_lets_through_just_what_the_table_allows(self):
        redaction = self.config["processors"]["redaction"]
        self.assertIs(False, redaction["allow_all_keys"])
        self.assertEqual({*check_trace.ATTRIBUTES, *check_trace.RESOURCE, "exception.type"}, set(redaction["allowed_keys"]))

    def test_the_collector_knows_the_secrets_that_the_logger_knows(self):
        blocked = [re.compile(pattern) for pattern in self.config["processors"]["redaction"]["blocked_values"]]
        for secret in ("hbl_live_" + "A1b2C3d4" * 4, "hbl_test_" + "A1b2C3d4" * 4, "whsec_" + "x" * 43,
                       "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "ann@client.example"):
            self.assertTrue(any(pattern.search(secret) for pattern in blocked), secret)
        for span in self.trace["resourceSpans"][0]["scopeSpans"][0]["spans"]:
            for value in check_trace.values(span["attributes"]).values():
                self.assertFalse(any(pattern.search(str(value)) for pattern in blocked), value)

    def test_the_collector_holds_the_traces_of_the_peak_and_keeps_what_the_page_says(self):
        sampling = self.config["processors"]["tail_sampling"]
        traffic = load_yaml(REFERENCE / "traffic.yaml")
        peak = sum((traffic["api"]["rps_peak"], traffic["portal"]["rps_peak"], traffic["webhooks"]["attempts_s_peak"],
                    traffic["jobs"]["per_s_peak"]))
        self.assertEqual(f"{trace_volume.WAIT_S}s", sampling["decision_wait"])
        self.assertGreaterEqual(sampling["num_traces"], peak * trace_volume.WAIT_S * traffic["headroom"] * (1 + traffic["growth"]))
        policies = {policy["type"]: policy for policy in sampling["policies"]}
        self.assertEqual(["ERROR"], policies["status_code"]["status_code"]["status_codes"])
        self.assertEqual(1000, policies["latency"]["latency"]["threshold_ms"])
        self.assertEqual(10, policies["probabilistic"]["probabilistic"]["sampling_percentage"])

    def test_codes_of_our_own_are_in_the_registry_of_errors(self):
        codes = {entry["code"] for entry in load_yaml(REFERENCE / "errors.yaml")}
        self.assertIn(check_trace.ATTRIBUTES["hbl.error_code"]["example"], codes)


if __name__ == "__main__":
    unittest.main()
