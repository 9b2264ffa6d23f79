"""Holds an answer of the API to the document: status, media type, schema, error code.

Python 3.11 and jsonschema. The document is what a test gets from openapi.yaml.
"""

import copy
import re


# ANCHOR: contract
class Contract:
    def __init__(self, document, jsonschema):
        self.document, self.jsonschema = document, jsonschema
        # Stricter than for clients: what we send without having described it is a fault of ours.
        self.components = copy.deepcopy(document["components"])
        for name, schema in self.components["schemas"].items():
            if "properties" in schema and name != "WebhookEndpoint":
                schema["additionalProperties"] = False

    def faults(self, method, path, status, headers, body):
        """What is wrong with an answer; nothing if it keeps the contract."""
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path} is not in the document"]
        responses = operation["responses"]
        response = self.follow(responses.get(str(status), responses["default"]))
        if str(status) not in responses and status < 400:
            return [f"status {status} is not in the document"]
        kind = headers.get("Content-Type", "").split(";")[0]
        if kind not in response.get("content", {kind: None}):
            return [f"media type {kind!r}"]
        found = self.code_faults(operation, status, body) if status >= 400 else []
        schema = response["content"][kind]["schema"] if "content" in response else {}
        validator = self.jsonschema.Draft202012Validator({**schema, "components": self.components},
                                                         format_checker=self.jsonschema.FormatChecker())
        return found + [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(body)]

    def code_faults(self, operation, status, body):
        allowed = set(self.document["x-errors"]) | set(operation.get("x-errors", []))
        found = [] if body.get("code") in allowed else [f"code {body.get('code')!r} is not in the document"]
        return found if body.get("status") == status else found + ["status of body and answer differ"]
# ANCHOR_END: contract

    def operation(self, method, path):
        for pattern, item in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) and method.lower() in item:
                return item[method.lower()]
        return None

    def follow(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node
