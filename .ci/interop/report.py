"""Hold the forms of a verdict against the schemas and parsers of others: SARIF
2.1.0 and ODCS 3.1 against their JSON schemas, JUnit against the XSD of Jenkins'
xUnit plugin, OpenMetrics through Prometheus' parser. What they say is counted
again from the JSON verdict.

    python .ci/interop/report.py VERISIM SARIF_SCHEMA JUNIT_XSD
"""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import jsonschema
import xmlschema
import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from prometheus_client.openmetrics.parser import text_string_to_metric_families

# Names and values with all that a form must escape.
ROWS = '''id,naïve "name",amount
1,a<b>&'c,5
2,"x, ""y""",-1
2,,3
3,ünïcode 中,4
'''
SUITE = r'''
suite: forms & "marks" <所有>
about: 'a\b'
columns:
  id:
    - {unique: true, id: 'id"unique"<&>\'}
    - {not_null: true, level: critical}
  'naïve "name"':
    - {not_null: true, level: warning}
    - {matches: '^[a-z<>&'' \\n]+$', level: info, id: 'shape-é'}
  amount:
    - {ge: 0, mostly: 0.5}
    - {mean: [0, 1]}
    - {gt: 0, where: "id > 99", id: nothing}
checks:
  - {row_count: [1, 3], id: "rows'of'中"}
  - {anomaly: {metric: row_count}}
'''


def main():
    verisim, sarif_schema, junit_xsd = sys.argv[1:]
    with tempfile.TemporaryDirectory() as d:
        data, suite = os.path.join(d, "da ta.csv"), os.path.join(d, "sui te #1%.yaml")
        for path, text in ((data, ROWS), (suite, SUITE)):
            with open(path, "w") as f:
                f.write(text)
        out = {end: os.path.join(d, "r." + end) for end in ("json", "sarif", "xml", "prom", "odcs")}
        reports = [x for path in out.values() for x in ("--report", path)]
        done = subprocess.run([verisim, "validate", data, "-s", suite, "-q", *reports], capture_output=True)
        if done.returncode != 3:
            sys.exit(f"exit code {done.returncode}: {done.stderr.decode()}")
        text = {end: open(path, encoding="utf-8").read() for end, path in out.items()}
        done = subprocess.run([verisim, "suite", "export", suite, "--like", data, "-q"], capture_output=True)
        if done.returncode:
            sys.exit(done.stderr.decode())
        contract = yaml.safe_load(done.stdout)
    result = json.loads(text["json"])["result"]
    checks = result["checks"]
    states = {c["status"] for c in checks}
    assert states == {"pass", "warn", "fail", "error", "learning"}, states
    bad = [c for c in checks if c["status"] in ("fail", "warn", "error")]

    def validate(what, schema, value):
        kind = jsonschema.validators.validator_for(schema)
        faults = list(kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(value))
        for f in faults[:5]:
            print(f"{what}: {'/'.join(map(str, f.absolute_path))}: {f.message[:300]}")
        return len(faults)

    # SARIF.
    sarif = json.loads(text["sarif"])
    with open(sarif_schema, encoding="utf-8") as f:
        faults = validate("sarif", json.load(f), sarif)
    run = sarif["runs"][0]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    assert rules == [c["id"] for c in checks], rules
    assert [r["ruleId"] for r in run["results"]] == [c["id"] for c in bad]
    for r in run["results"]:
        assert rules[r["ruleIndex"]] == r["ruleId"]
        uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        # RFC 3986 has no such characters.
        if any(c in uri for c in ' #"<>\\^`{|}'):
            faults += 1
            print(f"sarif: {uri!r} is no URI reference")

    # JUnit.
    for f in list(xmlschema.XMLSchema(junit_xsd).iter_errors(text["xml"]))[:5]:
        faults += 1
        print(f"junit: {f.path}: {f.reason}")
    tree = xml.fromstring(text["xml"])
    cases = tree.findall(".//testcase")
    assert len(cases) == len(checks), len(cases)
    for s in tree.iter("testsuite"):
        inside = s.findall("testcase")
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            n = sum(c.find(tag) is not None for c in inside)
            assert int(s.get(kind, 0)) == n, (kind, s.get(kind), n)
        assert int(s.get("tests")) == len(inside)
    assert sum(c.find("failure") is not None for c in cases) == sum(c["status"] == "fail" for c in checks)
    assert sum(c.find("error") is not None for c in cases) == sum(c["status"] == "error" for c in checks)

    # OpenMetrics.
    families = {f.name: f for f in text_string_to_metric_families(text["prom"])}
    failed = {s.labels["check"]: s.value for s in families["verisim_check_failed_rows"].samples}
    assert failed == {c["id"]: c["failed"] for c in checks}, failed
    assert all(s.labels["suite"] == result["suite"] for f in families.values() for s in f.samples)
    seen = {s.labels["check"]: s.value for s in families["verisim_check_observed"].samples}
    for c in checks:
        assert c.get("observed") is None or abs(seen[c["id"]] - c["observed"]) < 1e-12, c

    # ODCS: the contract by its schema; results, which the standard has no form
    # for, by the names that it gives to dimensions.
    import open_data_contract_standard as odcs

    with open(os.path.join(os.path.dirname(odcs.__file__), "schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    faults += validate("odcs contract", schema, json.loads(json.dumps(contract, default=str)))
    OpenDataContractStandard.from_string(yaml.safe_dump(contract))
    results = json.loads(text["odcs"])
    dimensions = set()

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("dimension"), dict):
                dimensions.update(node["dimension"].get("enum", []))
            for v in node.values():
                walk(v)
        elif isinstance(node, list):
            for v in node:
                walk(v)

    walk(schema)
    for r in results["quality"]:
        if dimensions and r["dimension"] not in dimensions:
            faults += 1
            print(f"odcs results: {r['dimension']!r} is no dimension of the standard")
    assert [(r["rowsChecked"], r["rowsFailed"]) for r in results["quality"]] == [(c["rows"], c["failed"]) for c in checks]

    print(f"sarif, junit, openmetrics, odcs of {len(checks)} checks: {faults} faults by the schemas of others")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
