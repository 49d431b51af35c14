"""Write files with pyarrow, pandas, polars and duckdb for verisim to read.

    python write.py FOLDER

Beside each file stands FILE.expect.json: what it holds, in the words of
formats/catalog/interop_test.go, whose TestInteropRead compares.
"""

import datetime as dt
import decimal
import pathlib
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

import cells


def values(n, *some):
    """n values that repeat some, with a null behind each round."""
    cycle = list(some) + [None]
    return [cycle[i % len(cycle)] for i in range(n)]


def make(n):
    utc = dt.timezone.utc
    times = [dt.datetime(1970, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999_999), dt.datetime(2024, 10, 27, 0, 30, 0, 1)]
    zoned = [t.replace(tzinfo=utc) for t in times]
    d = decimal.Decimal
    return pa.table(
        {
            "id": pa.array(range(n), pa.int64()),
            "i8": pa.array(values(n, -128, 127), pa.int8()),
            "u64": pa.array(values(n, 0, 2**64 - 1), pa.uint64()),
            "f32": pa.array(values(n, 0.5, float("inf"), float("nan")), pa.float32()),
            "f64": pa.array(values(n, 0.1, -0.0, 5e-324, float("nan")), pa.float64()),
            "ok": pa.array(values(n, True, False), pa.bool_()),
            "d9": pa.array(values(n, d("-0.01"), d("9999999.99")), pa.decimal128(9, 2)),
            "d38": pa.array(values(n, d("9" * 28 + "." + "9" * 10), d("-0.0000000001")), pa.decimal128(38, 10)),
            "day": pa.array(values(n, dt.date(1, 1, 1), dt.date(9999, 12, 31)), pa.date32()),
            "at": pa.array(values(n, *times), pa.timestamp("us")),
            "utc": pa.array(values(n, *zoned), pa.timestamp("us", "UTC")),
            "vienna": pa.array(values(n, *zoned), pa.timestamp("us", "Europe/Vienna")),
            "ns": pa.array(values(n, 1, -1, 1_700_000_000_123_456_789), pa.timestamp("ns", "Asia/Shanghai")),
            "text": pa.array(values(n, "", "é😀", 'a,"b"\n', "x" * 5000), pa.string()),
            "large": pa.array(values(n, "", "y" * 100), pa.large_string()),
            "blob": pa.array(values(n, b"", b"\x00\xff"), pa.binary()),
            "kind": pa.array(values(n, "red", "green", "red"), pa.string()).dictionary_encode(),
            "kind8": pa.array(values(n, "a", "b")).cast(pa.dictionary(pa.int8(), pa.string())),
            "list": pa.array(values(n, [], [1, None, 3]), pa.list_(pa.int64())),
            "lists": pa.array(values(n, [], [[]], [["p"], None, ["q", None]]), pa.list_(pa.list_(pa.string()))),
            "pair": pa.array(values(n, {"x": 1, "y": "a"}, {"x": None, "y": None}), pa.struct([("x", pa.int32()), ("y", pa.string())])),
            "pairs": pa.array(values(n, [], [{"x": 1.5, "y": [1]}, None]), pa.list_(pa.struct([("x", pa.float64()), ("y", pa.list_(pa.int8()))]))),
            "nothing": pa.nulls(n),
        }
    ).replace_schema_metadata({"made": "pyarrow", "é": "ü"})


def flat(n):
    """What CSV keeps: whole numbers, floats, texts, days; no empty text."""
    return pa.table(
        {
            "id": pa.array(range(n), pa.int64()),
            "amount": pa.array([i / 8 for i in range(n)], pa.float64()),
            "text": pa.array(["a,b", 'say "x"', "two\nlines", "é😀", "plain"] * (n // 5), pa.string()),
            "day": pa.array([dt.date(2024, 1, 1) + dt.timedelta(i) for i in range(n)], pa.date32()),
            "maybe": pa.array(values(n, 7, -7), pa.int64()),
        }
    )


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    t, f = make(200), flat(200)
    full = cells.expectation(t)

    def ipc(name, table, stream=False, **options):
        path = out / name
        opener = pa.ipc.new_stream if stream else pa.ipc.new_file
        with opener(str(path), table.schema, options=pa.ipc.IpcWriteOptions(**options)) as w:
            w.write_table(table, max_chunksize=64)
        cells.write(path, cells.expectation(table))

    ipc("pyarrow.arrow", t)
    ipc("pyarrow_lz4.arrow", t, compression="lz4")
    ipc("pyarrow_zstd.arrow", t, compression="zstd")
    ipc("pyarrow.arrows", t, stream=True)
    ipc("pyarrow_zstd.arrows", t, stream=True, compression="zstd")
    # A stream may replace a dictionary, and may send deltas.
    parts = [pa.record_batch({"k": pa.array(x).dictionary_encode()}) for x in (["a", "b"], ["a", "b", "c"], ["z", None])]
    for name, deltas in (("pyarrow_replace.arrows", False), ("pyarrow_delta.arrows", True)):
        with pa.ipc.new_stream(str(out / name), parts[0].schema, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)) as w:
            for p in parts:
                w.write_batch(p)
        cells.write(out / name, cells.expectation(pa.Table.from_batches(parts)))

    for name, options in {
        "pyarrow": {},
        "pyarrow_plain": {"use_dictionary": False, "compression": "none"},
        "pyarrow_v2": {"data_page_version": "2.0", "compression": "zstd", "row_group_size": 30},
        "pyarrow_gzip": {"compression": "gzip", "data_page_size": 512},
        "pyarrow_lz4": {"compression": "lz4"},
        "pyarrow_v1": {"version": "1.0", "flavor": None},
    }.items():
        table = t
        if name == "pyarrow_v1":  # the old format knows neither nanoseconds nor unsigned 64
            table = t.drop_columns(["ns", "u64"])
        pq.write_table(table, out / f"{name}.parquet", **options)
        cells.write(out / f"{name}.parquet", cells.expectation(pq.read_table(out / f"{name}.parquet")))
    # Files of others have no Arrow schema inside: zones become UTC.
    bare = t.drop_columns(["nothing"])
    pq.write_table(bare, out / "pyarrow_bare.parquet", store_schema=False)
    cells.write(out / "pyarrow_bare.parquet", cells.expectation(pq.read_table(out / "pyarrow_bare.parquet"), typed=False))
    delta = t.select(["id", "i8", "text", "blob", "f64"])
    pq.write_table(
        delta, out / "pyarrow_delta.parquet", use_dictionary=False,
        column_encoding={"id": "DELTA_BINARY_PACKED", "i8": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "blob": "DELTA_LENGTH_BYTE_ARRAY", "f64": "BYTE_STREAM_SPLIT"},
    )
    cells.write(out / "pyarrow_delta.parquet", cells.expectation(delta))

    p = pl.from_arrow(t.drop_columns(["nothing", "d38", "kind8"]))
    theirs = p.to_arrow(compat_level=pl.CompatLevel.oldest())
    p.write_parquet(out / "polars.parquet", compression="zstd")
    p.write_parquet(out / "polars_snappy.parquet", compression="snappy", row_group_size=50)
    p.write_ipc(out / "polars.arrow", compat_level=pl.CompatLevel.oldest())
    p.write_ipc_stream(out / "polars.arrows", compat_level=pl.CompatLevel.oldest())
    p.write_ipc(out / "polars_views.arrow")  # as polars writes when nobody asks: texts as views
    p.write_ipc_stream(out / "polars_views.arrows")
    for name in ("polars.parquet", "polars_snappy.parquet", "polars.arrow", "polars.arrows", "polars_views.arrow", "polars_views.arrows"):
        cells.write(out / name, cells.expectation(theirs, typed=False))

    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    db.register("t", t.drop_columns(["nothing", "ns"]))
    for name, options in (("duckdb", "compression zstd"), ("duckdb_v2", "parquet_version v2, compression snappy")):
        db.execute(f"copy t to '{out / name}.parquet' (format parquet, {options})")
        read = db.sql(f"select * from '{out / name}.parquet'").to_arrow_table()
        cells.write(out / f"{name}.parquet", cells.expectation(read, typed=False))

    e = cells.expectation(f)
    db.register("f", f)
    pl.from_arrow(f).write_csv(out / "polars.csv")
    f.to_pandas().to_csv(out / "pandas.csv", index=False, float_format="%.17g")
    pa.csv.write_csv(f, out / "pyarrow.csv")
    db.execute(f"copy f to '{out}/duckdb.csv' (header)")
    db.execute(f"copy f to '{out}/duckdb.jsonl' (format json)")
    pl.from_arrow(f).write_ndjson(out / "polars.jsonl")
    f.to_pandas().to_csv(out / "pandas.csv.gz", index=False, float_format="%.17g")
    for name in ("polars.csv", "pyarrow.csv", "duckdb.csv", "duckdb.jsonl", "polars.jsonl", "pandas.csv", "pandas.csv.gz"):
        cells.write(out / name, e)
    nested = pa.table({"id": t["id"], "list": t["list"], "pair": t["pair"].cast(pa.struct([("x", pa.int64()), ("y", pa.string())]))})
    pl.from_arrow(nested).write_ndjson(out / "polars_nested.jsonl")
    cells.write(out / "polars_nested.jsonl", cells.expectation(nested))
    print(f"written: {len(list(out.glob('*.expect.json')))} files by pyarrow {pa.__version__}, pandas {pd.__version__}, polars {pl.__version__}, duckdb {duckdb.__version__}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
