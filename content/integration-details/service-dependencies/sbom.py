"""Makes a list of components (CycloneDX 1.6, JSON) of a requirements.lock with digests. Python 3.11."""

import json
import re
import sys

PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+_-]+)((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*(?:#.*)?")


# ANCHOR: sbom
def sbom(lock, name, version):
    """The document. A line that isn't pinned by version and digest is an error: the list must not be shorter than the truth."""
    components = []
    for line in lock.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = PIN.fullmatch(line.strip())
        if not pin:
            raise ValueError(f"not pinned by version and digest: {line.strip()[:80]}")
        package = re.sub(r"[-_.]+", "-", pin[1]).lower()
        purl = f"pkg:pypi/{package}@{pin[2]}"
        components.append({"type": "library", "bom-ref": purl, "name": package, "version": pin[2], "purl": purl})
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "metadata": {"component": {"type": "application", "name": name, "version": version}},
            "components": sorted(components, key=lambda component: component["purl"])}
# ANCHOR_END: sbom


if __name__ == "__main__":
    json.dump(sbom(sys.stdin.read(), *sys.argv[1:3]), sys.stdout, indent=1)
