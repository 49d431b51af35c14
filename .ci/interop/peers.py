"""Hold verisim's verdicts against pandera and Great Expectations: the same rules
on the same dirty table, the same failing rows by their numbers, and the same
measured values. Where a tool means something else by a rule, one line says so
and how the two are made alike.

    python .ci/interop/peers.py VERISIM
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from importlib import metadata

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import great_expectations as gx
import great_expectations.expectations as e
import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from pandera.pandas import Check, Column, DataFrameSchema

N = 3001
MAIL = r"^[a-z0-9.]+@[a-z.]+$"


def rows():
    r = np.random.default_rng(11)

    def holes(values, share=0.05):
        return pa.array(values, mask=r.random(N) < share)

    names = ["anna", "bob ", "Eve", "a", "ärger", "longer name", "alf", "", "annnn"]
    fee, amount = np.round(r.exponential(20, N), 2), np.round(r.normal(60, 30, N), 2)
    return pa.table(
        {
            "id": pa.array(np.arange(N) + r.integers(0, 3, N)),
            "age": holes(r.integers(0, 100, N)),
            "amount": holes(amount),
            "fee": holes(fee),
            "parts": holes(r.integers(90, 110, N)),
            "rest": holes(r.integers(-9, 9, N)),
            "region": holes(r.choice(["north", "south", "east", "west", "noth"], N)),
            "zone": holes(r.choice(["north", "south", "east", "west"], N)),
            "email": holes(r.choice(["a.b@c.com", "x@y", "no mail", "q1@mail.org", "UP@c.com"], N)),
            "name": holes(r.choice(names, N)),
            "full": pa.array(r.integers(0, 7, N)),
        }
    )


def pander(check, column):
    return lambda frame: DataFrameSchema({column: Column(checks=check, nullable=True)})


def known(frame, *columns):
    """Rows where none of the columns is null."""
    return frame[list(columns)].notna().all(axis=1)


# id, column ("" for the table), our check, pandera's schema, GX's expectation;
# None where the tool has no word for it.
RULES = [
    ("nulls", "age", "not_null: true", lambda f: DataFrameSchema({"age": Column(nullable=False)}), e.ExpectColumnValuesToNotBeNull(column="age")),
    ("absent", "age", "null: true", None, e.ExpectColumnValuesToBeNull(column="age")),
    ("between", "age", "between: [18, 65]", pander(Check.in_range(18, 65), "age"), e.ExpectColumnValuesToBeBetween(column="age", min_value=18, max_value=65)),
    ("gt", "amount", "gt: 0", pander(Check.gt(0), "amount"), e.ExpectColumnValuesToBeBetween(column="amount", min_value=0, strict_min=True)),
    ("ge", "amount", "ge: 60", pander(Check.ge(60), "amount"), e.ExpectColumnValuesToBeBetween(column="amount", min_value=60)),
    ("lt", "amount", "lt: 99.5", pander(Check.lt(99.5), "amount"), e.ExpectColumnValuesToBeBetween(column="amount", max_value=99.5, strict_max=True)),
    ("le", "fee", "le: 20", pander(Check.le(20), "fee"), e.ExpectColumnValuesToBeBetween(column="fee", max_value=20)),
    ("eq", "full", "eq: 3", pander(Check.eq(3), "full"), None),
    ("ne", "full", "ne: 3", pander(Check.ne(3), "full"), None),
    ("set", "region", "in_set: [north, south, east]", pander(Check.isin(["north", "south", "east"]), "region"), e.ExpectColumnValuesToBeInSet(column="region", value_set=["north", "south", "east"])),
    ("notset", "region", "not_in_set: [west]", pander(Check.notin(["west"]), "region"), e.ExpectColumnValuesToNotBeInSet(column="region", value_set=["west"])),
    ("regex", "email", f"matches: '{MAIL}'", pander(Check.str_matches(MAIL), "email"), e.ExpectColumnValuesToMatchRegex(column="email", regex=MAIL)),
    ("notregex", "email", "not_matches: 'o'", None, e.ExpectColumnValuesToNotMatchRegex(column="email", regex="o")),
    ("length", "name", "length: [2, 9]", pander(Check.str_length(2, 9), "name"), e.ExpectColumnValueLengthsToBeBetween(column="name", min_value=2, max_value=9)),
    ("length5", "name", "length: 5", pander(Check.str_length(5, 5), "name"), e.ExpectColumnValueLengthsToEqual(column="name", value=5)),
    ("starts", "name", "starts_with: a", pander(Check.str_startswith("a"), "name"), None),
    ("ends", "name", "ends_with: e", pander(Check.str_endswith("e"), "name"), None),
    ("contains", "name", "contains: n", pander(Check.str_contains("n"), "name"), None),
    # Both count each row of a repeated value; ours, and pandera when asked, lets the first pass.
    ("unique", "id", "unique: true", lambda f: DataFrameSchema({"id": Column(unique=True, report_duplicates="exclude_first")}), e.ExpectColumnValuesToBeUnique(column="id")),
    # pandera takes nulls for values that are equal to each other: it is given the rows without.
    ("unique2", "", "unique: [age, name]", lambda f: DataFrameSchema(unique=["age", "name"], report_duplicates="exclude_first"), e.ExpectCompoundColumnsToBeUnique(column_list=["age", "name"], ignore_row_if="any_value_is_missing")),
    ("pair", "", 'expr: "amount >= fee"', lambda f: DataFrameSchema(checks=Check(lambda d: (d["amount"] >= d["fee"]) | ~known(d, "amount", "fee"))), e.ExpectColumnPairValuesAToBeGreaterThanB(column_A="amount", column_B="fee", or_equal=True, ignore_row_if="either_value_is_missing")),
    ("same", "", 'expr: "region == zone"', None, e.ExpectColumnPairValuesToBeEqual(column_A="region", column_B="zone", ignore_row_if="either_value_is_missing")),
    ("pairs", "", "pair_in_set: {columns: [region, zone], set: [[north, north], [east, west]]}", None, e.ExpectColumnPairValuesToBeInSet(column_A="region", column_B="zone", value_pairs_set=[("north", "north"), ("east", "west")], ignore_row_if="either_value_is_missing")),
    # GX leaves a row out when any value is missing; distinct_within_row fails it when two known ones are equal.
    ("within", "", 'distinct_within_row: [age, parts], where: "age != null && parts != null"', None, e.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["age", "parts"], ignore_row_if="any_value_is_missing")),
    ("sum", "", 'expr: "parts + rest == 100"', None, e.ExpectMulticolumnSumToEqual(column_list=["parts", "rest"], sum_total=100, ignore_row_if="any_value_is_missing")),
]

# id, column, our check, GX's expectation: the measured value.
MEASURES = [
    ("mean", "amount", "mean: [0, 1]", e.ExpectColumnMeanToBeBetween(column="amount", min_value=0, max_value=1)),
    ("sum", "fee", "sum: [0, 1]", e.ExpectColumnSumToBeBetween(column="fee", min_value=0, max_value=1)),
    ("stdev", "amount", "stdev: [0, 1]", e.ExpectColumnStdevToBeBetween(column="amount", min_value=0, max_value=1)),
    ("min", "amount", "min: [0, 1]", e.ExpectColumnMinToBeBetween(column="amount", min_value=0, max_value=1)),
    ("max", "age", "max: [0, 1]", e.ExpectColumnMaxToBeBetween(column="age", min_value=0, max_value=1)),
    # Of an even number of values GX takes the middle of two, we the smaller: N is odd and the column full.
    ("median", "full", "median: [0, 1]", e.ExpectColumnMedianToBeBetween(column="full", min_value=0, max_value=1)),
    ("distinct", "name", "distinct_count: [0, 1]", e.ExpectColumnUniqueValueCountToBeBetween(column="name", min_value=0, max_value=1)),
    ("ratio", "age", "distinct_ratio: [0, 0.0000001]", e.ExpectColumnProportionOfUniqueValuesToBeBetween(column="age", min_value=0, max_value=0.0000001)),
    ("complete", "age", "completeness: 1", e.ExpectColumnProportionOfNonNullValuesToBeBetween(column="age", min_value=1, max_value=1)),
    ("rows", "", "row_count: [0, 1]", e.ExpectTableRowCountToBeBetween(min_value=0, max_value=1)),
    ("columns", "", "column_count: [0, 1]", e.ExpectTableColumnCountToBeBetween(min_value=0, max_value=1)),
]

# id, our check, GX's expectation: pass or fail.
VERDICTS = [
    ("has", lambda names: f"columns: [{', '.join(names[::-1])}]", lambda names: e.ExpectTableColumnsToMatchSet(column_set=names)),
    ("order", lambda names: f"columns_in_order: [{', '.join(names[::-1])}]", lambda names: e.ExpectTableColumnsToMatchOrderedList(column_list=names[::-1])),
    ("lacks", lambda names: f"columns: [{', '.join(names[1:])}]", lambda names: e.ExpectTableColumnsToMatchSet(column_set=names[1:])),
]


def suite(names):
    columns, checks = {}, []
    for name, column, check in [r[:3] for r in RULES] + [("m_" + m[0], *m[1:3]) for m in MEASURES] + [("v_" + n, "", f(names)) for n, f, _ in VERDICTS]:
        (columns.setdefault(column, []) if column else checks).append(f"{{{check}, id: {name}}}")
    out = ["suite: peers", "columns:"]
    for c, group in columns.items():
        out += [f"  {c}:"] + [f"    - {g}" for g in group]
    return "\n".join(out + ["checks:"] + [f"  - {g}" for g in checks]) + "\n"


def ours(verisim, table):
    with tempfile.TemporaryDirectory() as d:
        path, bad, rules = (os.path.join(d, x) for x in ("t.arrow", "bad.arrow", "s.yaml"))
        with pa.OSFile(path, "wb") as f, pa.ipc.new_file(f, table.schema) as w:
            w.write_table(table, max_chunksize=700)
        with open(rules, "w") as f:
            f.write(suite(table.column_names))
        done = subprocess.run([verisim, "validate", path, "-s", rules, "--json", "-q", "--quarantine", bad], capture_output=True)
        if done.returncode != 3:
            sys.exit(done.stderr.decode())
        with pa.OSFile(bad, "rb") as f:
            held = pa.ipc.open_file(f).read_all()
    rows = {}
    for row, broken in zip(held["verisim_row"].to_pylist(), held["verisim_rules"].to_pylist()):
        for name in broken:
            rows.setdefault(name, set()).add(row)
    return {c["id"]: c for c in json.loads(done.stdout)["result"]["checks"]}, rows


def by_pandera(make, frame):
    try:
        make(frame).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as x:
        return {int(i) for i in x.failure_cases["index"]}
    return set()


def main():
    table = rows()
    checks, failed = ours(sys.argv[1], table)
    frame = table.to_pandas()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    batch = batch.get_batch({"dataframe": frame})
    complete = {"result_format": "COMPLETE"}
    faults = asked = 0

    def differ(what, mine, theirs):
        nonlocal faults
        faults += 1
        print(f"{what}: verisim {mine}, the other side {theirs}")

    for name, column, _, make, expectation in RULES:
        mine = failed.get(name, set())
        if len(mine) != checks[name]["failed"] or not 0 < len(mine) < N:
            differ(name + " in quarantine", len(mine), checks[name]["failed"])
        if make:
            asked += 1
            given = frame[known(frame, "age", "name")] if name == "unique2" else frame
            theirs = by_pandera(make, given)
            if theirs != mine:
                differ(name + " by pandera", len(mine), f"{len(theirs)}, rows {sorted(theirs ^ mine)[:5]}")
        if expectation:
            asked += 1
            result = batch.validate(expectation, result_format=complete)
            theirs = set(result.result["unexpected_index_list"])
            if name in ("unique", "unique2"):
                keys = frame.loc[sorted(theirs), ["id"] if name == "unique" else ["age", "name"]]
                theirs = set(keys.index[keys.duplicated()])
            if theirs != mine or result.success:
                differ(name + " by Great Expectations", len(mine), f"{len(theirs)}, rows {sorted(theirs ^ mine)[:5]}")
            applicable = result.result["element_count"] - (0 if name in ("nulls", "absent") else result.result.get("missing_count", 0))
            if column and applicable != checks[name]["rows"]:
                differ(name + ": rows judged", checks[name]["rows"], applicable)
    for name, _, _, expectation in MEASURES:
        asked += 1
        result = batch.validate(expectation, result_format=complete)
        theirs, mine = result.result["observed_value"], checks["m_" + name].get("observed")
        if name == "columns":  # we tell the number in words
            mine = int(checks["m_" + name]["message"].split()[0])
        if abs(mine - theirs) > 1e-9 * max(1, abs(theirs)) or result.success != checks["m_" + name]["pass"]:
            differ(name + " by Great Expectations", mine, theirs)
    for name, _, make in VERDICTS:
        asked += 1
        result = batch.validate(make(table.column_names), result_format=complete)
        if result.success != checks["v_" + name]["pass"]:
            differ(name + " by Great Expectations", checks["v_" + name]["pass"], result.success)
    print(f"{len(RULES) + len(MEASURES) + len(VERDICTS)} rules on {N} rows asked {asked} times of pandera {metadata.version('pandera')} and Great Expectations {gx.__version__}: {faults} differ")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
