"""Makes the Parquet files in formats/parquet/testdata: the rows that its ORIGIN
states, by three other writers and their options. Give it the folder.

    pip install pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0
    python .ci/interop/parquet_fixtures.py formats/parquet/testdata
"""
import datetime
import decimal
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

OUT = sys.argv[1] + "/"
ROWS = 300


def column(period, f):
    return [None if k % period == period - 1 else f(k) for k in range(ROWS)]


START = datetime.datetime(1969, 12, 31, tzinfo=datetime.timezone.utc)
T = pa.table(
    dict(
        i=column(7, lambda k: k * k - 50),
        s=column(5, lambda k: "v%d" % (k % 6)),
        f=column(11, lambda k: k / 4),
        b=column(4, lambda k: k % 3 == 0),
        d=column(9, lambda k: decimal.Decimal(125 * k - 1000).scaleb(-2)),
        t=column(8, lambda k: START + datetime.timedelta(hours=k, microseconds=k)),
        l=column(6, lambda k: [None if (k + j) % 5 == 0 else k + j for j in range(k % 4)]),
    ),
    schema=pa.schema(
        [
            ("i", pa.int64()),
            ("s", pa.string()),
            ("f", pa.float64()),
            ("b", pa.bool_()),
            ("d", pa.decimal128(9, 2)),
            ("t", pa.timestamp("us", "UTC")),
            ("l", pa.list_(pa.int32())),
        ]
    ),
)


def arrow(name, t=T, **options):
    pq.write_table(t, OUT + f"pyarrow-{name}.parquet", row_group_size=200, write_statistics=False, **options)


V2 = dict(data_page_version="2.0")
arrow("v1-snappy")
arrow("v2-zstd", compression="zstd", write_page_checksum=True, **V2)
arrow("plain-gzip", use_dictionary=False, compression="gzip")
arrow("lz4", compression="lz4", **V2)
arrow("int96", use_deprecated_int96_timestamps=True, store_schema=False)
arrow("integer-decimal", store_decimal_as_integer=True, compression="none", data_page_size=100)
delta = dict.fromkeys(["i", "t", "l.list.element"], "DELTA_BINARY_PACKED")
arrow("delta", use_dictionary=False, column_encoding=delta | {"s": "DELTA_BYTE_ARRAY", "f": "BYTE_STREAM_SPLIT", "d": "BYTE_STREAM_SPLIT"}, **V2)
arrow("delta-length", use_dictionary=False, column_encoding={"s": "DELTA_LENGTH_BYTE_ARRAY", "d": "DELTA_BYTE_ARRAY", "b": "RLE"}, **V2)
arrow("dictionary", T.set_column(1, "s", T["s"].dictionary_encode()))
arrow("brotli", compression="brotli")
arrow("two-level", use_compliant_nested_type=False, store_schema=False)

duck = duckdb.connect()
duck.register("T", T)
for name, options in {
    "v1-snappy": "COMPRESSION snappy, PARQUET_VERSION v1",
    "v2-zstd": "COMPRESSION zstd, PARQUET_VERSION v2",
    "v2-lz4": "COMPRESSION lz4_raw, PARQUET_VERSION v2, ROW_GROUP_SIZE 200",
    "gzip": "COMPRESSION gzip",
}.items():
    duck.execute(f"COPY (SELECT * FROM T) TO '{OUT}duckdb-{name}.parquet' (FORMAT parquet, {options})")

for c in ["zstd", "snappy", "lz4", "gzip", "uncompressed"]:
    pl.from_arrow(T).write_parquet(OUT + f"polars-{c}.parquet", compression=c, row_group_size=200)
