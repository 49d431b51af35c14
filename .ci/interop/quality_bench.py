"""Time ten checks, and a profile, on the same rows: verisim, DuckDB, pandera,
Great Expectations.

Processor time, one thread each, both sides one after the other in one run; the
median of three. The others start from data in memory; verisim's first line
reads an Arrow file, its second is the same rows in memory (BenchmarkTenChecks).

    python .ci/interop/quality_bench.py VERISIM [ROWS]

Only profiles, beside DuckDB's SUMMARIZE and, where a Python that has it is
named (profile_ydata.py says how), ydata-profiling:

    python .ci/interop/quality_bench.py VERISIM ROWS --profile [PYTHON]
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"

import duckdb
import numpy as np
import pyarrow as pa

REGIONS = [f"region-{i:02d}" for i in range(40)]
EMAIL = r"^[a-z0-9._]+@[a-z0-9.]+\.[a-z]{2,}$"
SUITE = f"""
suite: ten
columns:
  id: {{not_null: true, unique: true}}
  age: {{between: [0, 120], not_null: true}}
  amount: {{ge: 0}}
  region: {{in_set: [{", ".join(REGIONS)}]}}
  email: {{matches: '{EMAIL}'}}
  name: {{length: [1, 40]}}
checks:
  - expr: "stop >= start"
  - row_count: [1, null]
"""


def rows(n):
    """Columns as in quality/rule's BenchmarkTenChecks."""
    r = np.random.default_rng(1)
    age = pa.array(r.integers(0, 100, n), mask=r.random(n) < 0.001)
    start = r.integers(0, 10**9, n)
    names = np.array(["n" * k for k in range(5, 20)], dtype=object)
    user, host = r.integers(0, 10**6, n), r.integers(0, 10, n)
    return pa.table(
        {
            "id": pa.array(np.arange(n) * 7919),
            "age": age,
            "amount": pa.array(r.exponential(50, n)),
            "region": pa.array(np.array(REGIONS, dtype=object)[r.integers(0, 40, n)]),
            "email": pa.array([f"user{u}@mail{h}.example.com" for u, h in zip(user, host)]),
            "name": pa.array(names[r.integers(0, 15, n)]),
            "start": pa.array(start),
            "stop": pa.array(start + r.integers(0, 10**6, n) - 1000),
        }
    )


def median_of(f, times=3):
    return statistics.median(f() for _ in range(times))


def cpu(f):
    before = time.process_time()
    f()
    return time.process_time() - before


def child_cpu(cmd, codes=(0,)):
    """Processor time of a command on one processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(cmd, capture_output=True, env={**os.environ, "GOMAXPROCS": "1"})
    if out.returncode not in codes:
        sys.exit(out.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_verisim(verisim, data, suite):
    return child_cpu([verisim, "validate", data, "-s", suite, "--workers", "1", "--json"], (0, 3))


def in_memory():
    """Seconds a row of quality/rule's benchmark."""
    out = subprocess.run(
        ["go", "test", "-run", "xxx", "-bench", "TenChecks", "-benchtime", "3x", "-cpu", "1", "./quality/rule"], capture_output=True, text=True
    ).stdout.split()
    figures = [float(out[i - 1]) / 1e9 for i, word in enumerate(out) if word == "cpu-ns/row"]
    return figures[0], figures[1]  # ids that rise, ids in any order


def run_profile(verisim, data):
    return child_cpu([verisim, "profile", data, "--workers", "1", "--json"])


def written(folder, table):
    """The table as an Arrow file."""
    data = os.path.join(folder, "ten.arrow")
    with pa.OSFile(data, "wb") as f, pa.ipc.new_file(f, table.schema) as w:
        w.write_table(table, max_chunksize=65536)
    return data


def loaded_duck(table):
    """DuckDB with the table in memory as t."""
    con = duckdb.connect(config={"threads": 1})
    con.register("given", table)
    con.execute("create table t as select * from given")
    return con


def duck_sql(distinct):
    listed = ", ".join(f"'{x}'" for x in REGIONS)
    return f"""
select count(*) filter (id is null), count(id) - {distinct},
  count(*) filter (not (age between 0 and 120)), count(*) filter (age is null),
  count(*) filter (not amount >= 0), count(*) filter (region not in ({listed})),
  count(*) filter (not regexp_matches(email, '{EMAIL}')),
  count(*) filter (not (length(name) between 1 and 40)),
  count(*) filter (not stop >= start), count(*)
from t"""


def run_pandera(frame):
    import pandera.pandas as pandera

    schema = pandera.DataFrameSchema(
        {
            "id": pandera.Column(nullable=False, unique=True),
            "age": pandera.Column(checks=pandera.Check.in_range(0, 120), nullable=False),
            "amount": pandera.Column(checks=pandera.Check.ge(0)),
            "region": pandera.Column(checks=pandera.Check.isin(REGIONS)),
            "email": pandera.Column(checks=pandera.Check.str_matches(EMAIL)),
            "name": pandera.Column(checks=pandera.Check.str_length(1, 40)),
        },
        checks=[pandera.Check(lambda d: d["stop"] >= d["start"]), pandera.Check(lambda d: len(d) >= 1)],
    )

    def check():
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors:
            pass

    return median_of(lambda: cpu(check))


def run_gx(frame):
    import great_expectations as gx
    import great_expectations.expectations as e

    context = gx.get_context(mode="ephemeral")
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    suite = gx.ExpectationSuite("ten")
    for x in [
        e.ExpectColumnValuesToNotBeNull(column="id"),
        e.ExpectColumnValuesToBeUnique(column="id"),
        e.ExpectColumnValuesToBeBetween(column="age", min_value=0, max_value=120),
        e.ExpectColumnValuesToNotBeNull(column="age"),
        e.ExpectColumnValuesToBeBetween(column="amount", min_value=0),
        e.ExpectColumnValuesToBeInSet(column="region", value_set=REGIONS),
        e.ExpectColumnValuesToMatchRegex(column="email", regex=EMAIL),
        e.ExpectColumnValueLengthsToBeBetween(column="name", min_value=1, max_value=40),
        e.ExpectColumnPairValuesAToBeGreaterThanB(column_A="stop", column_B="start", or_equal=True),
        e.ExpectTableRowCountToBeBetween(min_value=1),
    ]:
        suite.add_expectation(x)
    suite = context.suites.add(suite)
    loaded = batch.get_batch(batch_parameters={"dataframe": frame})
    return median_of(lambda: cpu(lambda: loaded.validate(suite, result_format="BASIC")))


def profiles(verisim, n, python):
    table = rows(n)
    values = n * table.num_columns
    con = loaded_duck(table)
    with tempfile.TemporaryDirectory() as d:
        data = written(d, table)
        del table
        ours = median_of(lambda: run_profile(verisim, data))
        duck = median_of(lambda: cpu(lambda: con.execute("summarize t").fetchall()))
        con.close()
        lines = [("verisim profile FILE.arrow", ours), ("DuckDB SUMMARIZE, in memory", duck)]
        if python:
            out = subprocess.run([python, os.path.join(os.path.dirname(__file__), "profile_ydata.py"), data], capture_output=True, text=True)
            if out.returncode:
                sys.exit(out.stderr)
            told = dict(x.split("\t") for x in out.stdout.splitlines() if "\t" in x)
            lines += [(f"ydata-profiling {told['version']}, {k}", float(told[k])) for k in ("minimal", "default")]
    print(f"{n} rows, {values} values, processor time, one thread, median of 3 (ydata once)")
    for name, seconds in lines:
        print(f"{name:50} {seconds:8.2f} s {seconds / values * 1e9:8.1f} ns/value {seconds / ours:7.1f} x")


def main():
    verisim = sys.argv[1]
    if "--profile" in sys.argv:
        return profiles(verisim, int(sys.argv[2]), (sys.argv[4:] or [None])[0])
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    table = rows(n)
    with tempfile.TemporaryDirectory() as d:
        data, suite = written(d, table), os.path.join(d, "ten.yaml")
        with open(suite, "w") as f:
            f.write(SUITE)
        file = median_of(lambda: run_verisim(verisim, data, suite))
        profiled = median_of(lambda: run_profile(verisim, data))
    ours, shuffled = (x * n for x in in_memory())
    print(f"{n} rows, ten checks, processor time, one thread, median of 3")

    def line(name, seconds):
        print(f"{name:34} {seconds / n * 1e9:8.1f} ns/row {n / seconds / 1e6:8.2f} M rows/s {seconds / ours:7.1f} x", flush=True)

    line("verisim validate FILE.arrow", file)
    line("verisim, in memory", ours)
    line("verisim, in memory, ids shuffled", shuffled)
    con = loaded_duck(table)
    line("DuckDB, exact distinct", median_of(lambda: cpu(lambda: con.execute(duck_sql("count(distinct id)")).fetchall())))
    line("DuckDB, approximate distinct", median_of(lambda: cpu(lambda: con.execute(duck_sql("approx_count_distinct(id)")).fetchall())))
    summarized = median_of(lambda: cpu(lambda: con.execute("summarize t").fetchall()))
    values = n * table.num_columns
    print(f"verisim profile FILE.arrow: {profiled / values * 1e9:.1f} ns/value; DuckDB SUMMARIZE: {summarized / values * 1e9:.1f} ns/value, {summarized / profiled:.1f} x")
    con.close()
    frame = table.to_pandas()
    line("pandera, pandas", run_pandera(frame))
    line("Great Expectations, pandas", run_gx(frame))


if __name__ == "__main__":
    main()
