"""Hold verisim's verdicts against DuckDB and pandas: the same rows, the same
number of failures for every check, on random data with planted errors.

    python .ci/interop/quality.py VERISIM
"""

import json
import os
import subprocess
import sys
import tempfile

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

N = 20_000

# id, column ("" for the table), check in the suite, SQL that counts failing rows
CHECKS = [
    ("nulls", "age", "not_null: true", "age is null"),
    ("between", "age", "between: [18, 65]", "age not between 18 and 65"),
    ("gt", "amount", "gt: 0", "not amount > 0"),
    ("le", "amount", "le: 99.5", "not amount <= 99.5"),
    ("set", "region", "in_set: [north, south, east]", "region not in ('north', 'south', 'east')"),
    ("notset", "region", "not_in_set: [west]", "region in ('west')"),
    ("regex", "email", "matches: '^[a-z0-9.]+@[a-z.]+$'", "not regexp_matches(email, '^[a-z0-9.]+@[a-z.]+$')"),
    ("like", "email", "like: '%@%.com'", "email not like '%@%.com'"),
    ("length", "name", "length: [2, 9]", "length(name) not between 2 and 9"),
    ("starts", "name", "starts_with: 'a'", "not starts_with(name, 'a')"),
    ("trim", "name", "trimmed: true", "name <> trim(name)"),
    ("lower", "name", "case: lower", "name <> lower(name)"),
    ("multiple", "age", "multiple_of: 5", "age % 5 <> 0"),
    ("decimals", "amount", "max_decimals: 1", "abs(amount * 10 - round(amount * 10)) > 1e-9"),
    ("date", "day", "between: [2026-01-10, 2026-03-01]", "day not between date '2026-01-10' and date '2026-03-01'"),
    ("castable", "text", "castable: int64", "text is not null and (try_cast(text as bigint) is null or not regexp_matches(text, '^[-+]?[0-9]+$'))"),
    ("expr", "", 'expr: "amount >= fee || region == \'west\'"', "not (amount >= fee or region = 'west')"),
    ("implies", "", "implies: {if: \"age > 60\", then: \"fee < 50\"}", "age > 60 and not fee < 50"),
    ("sum", "", "sum_equals: {columns: [amount, fee], total: total, tolerance: 0.001}", "not abs(amount + fee - total) <= 0.001"),
    ("order", "", "event_order: [day, due]", "day > due"),
    ("complete", "", "rows_complete: [age, name]", "age is null or name is null"),
]

# id, column, check, SQL of what it measures
MEASURES = [
    ("mean", "amount", "mean: [0, 1]", "avg(amount)"),
    ("sum", "age", "sum: [0, 1]", "sum(age)"),
    ("stdev", "amount", "stdev: [0, 1]", "stddev_samp(amount)"),
    ("min", "amount", "min: [0, 1]", "min(amount)"),
    ("max", "age", "max: [0, 1]", "max(age)"),
    ("distinct", "name", "distinct_count: [0, 1]", "count(distinct name)"),
    ("ratio", "age", "distinct_ratio: [0, 0.0000001]", "count(distinct age) / count(age)"),
    ("entropy", "region", "entropy: [0, 0.1]", "entropy(region)"),
    ("zeros", "age", "zeros: 0", "avg((age = 0)::int)"),
]


def rows():
    r = np.random.default_rng(7)

    def holes(values, share=0.02):
        return pa.array(values, mask=r.random(N) < share)

    amount = np.round(r.normal(60, 30, N), 2)
    fee = np.round(r.exponential(20, N), 2)
    names = ["anna", "bob ", "Eve", "a", "ärger", "longer name", "alf", "", "ann\u00e9"]
    mails = ["a.b@c.com", "x@y", "no mail", "q1@mail.org", "UP@c.com", "a@b.c.com"]
    texts = ["12", "-7", "+3", "1.5", "x", "", "9223372036854775808", " 4"]
    return pa.table(
        {
            "id": pa.array(r.integers(0, N * 4, N)),
            "parent": holes(r.integers(0, 520, N)),
            "age": holes(r.integers(0, 100, N)),
            "amount": holes(amount),
            "fee": holes(fee),
            "total": holes(amount + fee + np.where(r.random(N) < 0.05, 0.5, 0)),
            "region": holes(r.choice(["north", "south", "east", "west", "noth"], N)),
            "email": holes(r.choice(mails, N)),
            "name": holes(r.choice(names, N)),
            "text": holes(r.choice(texts, N)),
            "day": holes(pd.to_datetime("2026-01-01") + pd.to_timedelta(r.integers(0, 90, N), "D")).cast(pa.date32()),
            "due": holes(pd.to_datetime("2026-01-05") + pd.to_timedelta(r.integers(0, 90, N), "D")).cast(pa.date32()),
        }
    )


def suite():
    columns, checks = {}, []
    for name, column, check, _ in CHECKS + [(f"m_{n}", c, k, s) for n, c, k, s in MEASURES]:
        (columns.setdefault(column, []) if column else checks).append(f"{{{check}, id: {name}}}")
    columns.setdefault("id", []).append("{unique: true, id: unique}")
    columns.setdefault("parent", []).append("{foreign_key: parents.id, id: foreign}")
    checks.append("{unique: [region, age, name], id: unique3}")
    checks.append("{functional_dependency: {from: [region], to: name, g3: 0}, id: fd}")
    out = ["suite: differential", "tables:", "  t:", "    columns:"]
    for c, group in columns.items():
        out += [f"      {c}:"] + [f"        - {g}" for g in group]
    out += ["    checks:"] + [f"      - {g}" for g in checks]
    return "\n".join(out) + "\n"


def main():
    verisim, table = sys.argv[1], rows()
    parents = pa.table({"id": pa.array(np.arange(500))})
    with tempfile.TemporaryDirectory() as d:
        paths = {}
        for name, t in (("t", table), ("parents", parents)):
            paths[name] = os.path.join(d, name + ".arrow")
            with pa.OSFile(paths[name], "wb") as f, pa.ipc.new_file(f, t.schema) as w:
                w.write_table(t, max_chunksize=3000)
        with open(os.path.join(d, "s.yaml"), "w") as f:
            f.write(suite())
        cmd = [verisim, "validate", paths["t"], paths["parents"], "-s", os.path.join(d, "s.yaml"), "--json"]
        outs = [subprocess.run(cmd + ["--workers", str(w)], capture_output=True) for w in (1, 3)]
    if outs[0].returncode != 3:
        sys.exit(outs[0].stderr.decode())
    if outs[0].stdout != outs[1].stdout:
        sys.exit("1 and 3 workers differ")
    got = {c["id"]: c for c in json.loads(outs[0].stdout)["result"]["checks"]}
    con = duckdb.connect()
    con.register("given", table)
    con.register("parents", parents)
    con.execute("create table t as select * from given")
    frame, faults = table.to_pandas(), 0

    def compare(name, ours, theirs, tolerance=0):
        nonlocal faults
        if abs(ours - theirs) > tolerance * max(1, abs(theirs)):
            faults += 1
            print(f"{name}: verisim {ours}, the other side {theirs}")

    one = lambda sql: con.execute(sql).fetchone()[0]
    for name, _, _, sql in CHECKS:
        compare(name, got[name]["failed"], one(f"select count(*) from t where {sql}"))
    for name, _, _, sql in MEASURES:
        compare(name, got["m_" + name]["observed"], float(one(f"select {sql} from t")), 1e-9)
    compare("unique", got["unique"]["failed"], int(frame["id"].duplicated().sum()))
    three = frame[["region", "age", "name"]].dropna()
    compare("unique3", got["unique3"]["failed"], int(three.duplicated().sum()))
    compare("foreign", got["foreign"]["failed"], one("select count(*) from t where parent is not null and parent not in (select id from parents)"))
    pairs = frame[["region", "name"]].dropna().groupby(["region", "name"]).size()
    compare("fd", got["fd"]["observed"], 1 - pairs.groupby("region").max().sum() / pairs.sum(), 1e-12)
    print(f"{len(CHECKS) + len(MEASURES) + 4} checks on {N} rows: {faults} differ from DuckDB and pandas")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
