"""A few seconds of an API process: python3 demo.py prints what Prometheus would read."""
from metrics import Registry, exposition

metrics = Registry(service="api")
metrics.set("app_info", 1, version="2026.11.25")
for status, seconds in [("200", 0.042), ("200", 0.27), ("200", 0.31), ("429", 0.002), ("500", 1.2)]:
    metrics.add("http_requests_total", route="/v1/invoices", method="GET", status=status)
    metrics.observe("http_request_duration_seconds", seconds, route="/v1/invoices")
metrics.add("rate_limited_requests_total", plan="starter")
print(exposition(metrics), end="")
