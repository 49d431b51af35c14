"""Read what verisim wrote with pyarrow, duckdb, polars and pandas.

    python read.py FOLDER...

Every file with an expectation beside it is read by every library that knows its
format; counts, types, all cells and, where the library keeps it, metadata are
compared. Any difference is printed and fails.
"""

import json
import pathlib
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

import cells

OLD = pl.CompatLevel.oldest()


def pyarrow_reader(path, want):
    name = path.name
    if name.endswith(".arrow"):
        with pa.memory_map(str(path)) as f:
            return pa.ipc.open_file(f).read_all()
    if name.endswith(".arrows"):
        with pa.OSFile(str(path)) as f:
            return pa.ipc.open_stream(f).read_all()
    if name.endswith(".parquet"):
        return pq.read_table(path)
    if name.endswith((".csv", ".csv.gz")):
        return pa.csv.read_csv(path, parse_options=pa.csv.ParseOptions(newlines_in_values=True), convert_options=csv_options(want))
    if name == "flat.jsonl":  # pyarrow takes no strings among numbers: no NaN
        return pa.json.read_json(path, parse_options=pa.json.ParseOptions(explicit_schema=schema(want)))
    return None


FLAT = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(), "date": pa.date32(), "text": pa.string()}


def schema(want):
    return pa.schema([(c["name"], pa.string() if c["type"] == "date" else FLAT[c["type"]]) for c in want["columns"]])


def csv_options(want):
    return pa.csv.ConvertOptions(
        column_types={c["name"]: FLAT[c["type"]] for c in want["columns"]},
        null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
    )


def duckdb_reader(path, want):
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    if path.name.endswith(".parquet"):
        return db.sql(f"select * from read_parquet('{path}')").to_arrow_table()
    types = {"int64": "BIGINT", "float64": "VARCHAR", "bool": "BOOLEAN", "date": "DATE", "text": "VARCHAR"}
    columns = {c["name"]: types[c["type"]] for c in want["columns"] if c["type"] in types}
    if path.name.endswith((".jsonl", ".jsonl.gz")):  # NaN and the infinities are strings there
        return db.sql(f"select * from read_json('{path}', format = 'newline_delimited', columns = {columns})").to_arrow_table()
    if path.name.endswith((".csv", ".csv.gz")):
        return db.sql(f"select * from read_csv('{path}', header = true, quote = '\"', escape = '\"', allow_quoted_nulls = false, columns = {columns})").to_arrow_table()
    return None


def polars_reader(path, want):
    if path.name.endswith(".parquet"):
        return pl.read_parquet(path, use_pyarrow=False).to_arrow(compat_level=OLD)
    if path.name.endswith(".arrow"):
        return pl.read_ipc(path, use_pyarrow=False).to_arrow(compat_level=OLD)
    if path.name.endswith(".arrows"):
        return pl.read_ipc_stream(path, use_pyarrow=False).to_arrow(compat_level=OLD)
    if path.name.endswith(".csv"):
        types = {"int64": pl.Int64, "float64": pl.Float64, "bool": pl.Boolean, "date": pl.Date, "text": pl.String}
        return pl.read_csv(path, schema_overrides={c["name"]: types[c["type"]] for c in want["columns"]}).to_arrow(compat_level=OLD)
    return None


def pandas_reader(path, want):
    if path.name.endswith(".parquet"):
        df = pd.read_parquet(path, dtype_backend="pyarrow")
    elif path.name.endswith((".csv", ".csv.gz")):
        types = {c["name"]: {"int64": "Int64", "float64": "float64", "bool": "boolean", "date": "str", "text": "str"}[c["type"]] for c in want["columns"]}
        df = pd.read_csv(path, dtype=types, keep_default_na=False, na_values={n: [""] for n, t in types.items() if t != "str"} | {c["name"]: ["NaN", ""] for c in want["columns"] if c["type"] == "float64"})
    else:
        return None
    return df


READERS = {"pyarrow": pyarrow_reader, "duckdb": duckdb_reader, "polars": polars_reader, "pandas": pandas_reader}

# What a library changes by its own design, beside cells that agree: duckdb and
# polars have no zones but their own name for them, no decimals of every width,
# and their own names for small types.
EXACT_TYPES = {"pyarrow"}


def differ(name, reader, got, want):
    """Yield the differences of a pyarrow table from an expectation."""
    if got.num_rows != want["rows"] or got.num_columns != len(want["columns"]):
        yield f"{got.num_rows} rows of {got.num_columns} columns, want {want['rows']} of {len(want['columns'])}"
        return
    typed = reader in EXACT_TYPES and name.endswith((".arrow", ".arrows", ".parquet"))
    if typed:
        metadata = cells.text(got.schema.metadata)
        for k, v in (want.get("metadata") or {}).items():
            if metadata.get(k) != v:
                yield f"metadata {k!r} = {metadata.get(k)!r}, want {v!r}"
    for i, c in enumerate(want["columns"]):
        f = got.schema.field(i)
        if f.name != c["name"]:
            yield f"column {i} is {f.name!r}, want {c['name']!r}"
        if typed and cells.type_class(f.type) != c["type"]:
            yield f"column {f.name!r} is {cells.type_class(f.type)}, want {c['type']}"
        if typed:
            for k, v in (c.get("metadata") or {}).items():
                if cells.text(f.metadata).get(k) != v:
                    yield f"column {f.name!r}: metadata {k!r} = {cells.text(f.metadata).get(k)!r}, want {v!r}"
        have = got.column(i)
        if c["type"].startswith("timestamp") and not typed:  # duckdb knows microseconds only
            have = have.cast(pa.timestamp(c["type"].split()[1], f.type.tz))
        yield from compare(f.name, cells.column(have), c, f.type)


def compare(name, have, c, t):
    wanted = c["cells"]
    if c["type"] == "float64" and cells.type_class(t) == "text":  # a JSON number or one of three strings
        have = ["␀" if v == "␀" else cells.cell(float(v)) for v in have]
    for row, (a, b) in enumerate(zip(have, wanted, strict=True)):
        if a != b:
            yield f"column {name!r}, row {row} = {a[:80]}, want {b[:80]}"
            return


def differ_pandas(got, want):
    if isinstance(got, pd.DataFrame) and len(got) != want["rows"]:
        yield f"{len(got)} rows, want {want['rows']}"
        return
    if list(got.columns) != [c["name"] for c in want["columns"]]:
        yield f"columns {list(got.columns)}"
        return
    for c in want["columns"]:
        s = got[c["name"]]
        if isinstance(s.dtype, pd.ArrowDtype):
            yield from compare(c["name"], cells.column(pa.chunked_array(pa.array(s, from_pandas=False))), c, s.dtype.pyarrow_dtype)
            continue
        empty = {"text": "", "date": "␀"}.get(c["type"])
        have = []
        for v in s.tolist():
            if c["type"] in ("text", "date"):
                # pandas does not tell an empty text from a null in CSV.
                have.append(v if v else empty)
            elif c["type"] == "float64":
                have.append("NaN" if v != v else cells.cell(v))
            else:
                have.append("␀" if v is pd.NA else cells.cell(v))
        wanted = dict(c)
        if c["type"] == "text":
            wanted["cells"] = ["" if v == "␀" and h == "" else v for v, h in zip(c["cells"], have)]
        if c["type"] == "float64":
            wanted["cells"] = ["NaN" if v == "␀" else v for v in c["cells"]]
        yield from compare(c["name"], have, wanted, pa.string() if c["type"] != "float64" else pa.float64())


def main(folders):
    bad, count = 0, dict.fromkeys(READERS, 0)
    for folder in folders:
        for e in sorted(pathlib.Path(folder).glob("*.expect.json")):
            path = e.with_name(e.name.removesuffix(".expect.json"))
            want = json.loads(e.read_text())
            for reader, read in READERS.items():
                try:
                    got = read(path, want)
                    if got is None:
                        continue
                    differences = list(differ_pandas(got, want) if isinstance(got, pd.DataFrame) else differ(path.name, reader, got, want))
                except Exception as x:  # a reader that refuses the file is the finding
                    differences = [f"{type(x).__name__}: {x}"]
                count[reader] += 1
                for d in differences:
                    bad += 1
                    print(f"{reader}: {path.parent.name}/{path.name}: {d}")
    print("read: " + ", ".join(f"{n} files by {r}" for r, n in count.items()))
    for reader, n in count.items():
        if n < 5:
            print(f"{reader} read {n} files, which proves nothing")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
