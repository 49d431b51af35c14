"""Cells as texts, in the words of expectation in formats/catalog/interop_test.go."""

import json
import math
import struct

import pyarrow as pa
import pyarrow.types as pt

UNITS = {"s": "s", "ms": "ms", "us": "us", "ns": "ns"}


def type_class(t):
    if pt.is_dictionary(t):
        return type_class(t.value_type)
    if pt.is_string(t) or pt.is_large_string(t) or pt.is_string_view(t):
        return "text"
    if pt.is_binary(t) or pt.is_large_binary(t) or pt.is_binary_view(t):
        return "binary"
    if pt.is_date32(t):
        return "date"
    if pt.is_timestamp(t):
        return f"timestamp {UNITS[t.unit]} {t.tz or ''}".strip()
    if pt.is_decimal(t):
        return f"decimal {t.precision} {t.scale}"
    if pt.is_list(t) or pt.is_large_list(t) or pt.is_fixed_size_list(t):
        return f"list<{type_class(t.value_type)}>"
    if pt.is_struct(t):
        return "struct<" + ", ".join(f"{f.name} {type_class(f.type)}" for f in t) + ">"
    return {"float": "float32", "double": "float64", "halffloat": "float16"}.get(str(t), str(t))


def cell(v):
    if v is None:
        return "␀"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, float):
        return "NaN" if math.isnan(v) else struct.pack(">d", v).hex()
    if isinstance(v, bytes):
        return v.hex()
    if isinstance(v, list):
        return "[" + ",".join(map(cell, v)) + "]"
    if isinstance(v, dict):
        return "{" + ",".join(map(cell, v.values())) + "}"
    if type(v).__name__ == "Decimal":
        return format(v, "f")
    return str(v)  # int, str, date


def column(c):
    if isinstance(c, pa.ChunkedArray):
        return [x for chunk in c.chunks for x in column(chunk)]
    if pt.is_timestamp(c.type):
        c = c.cast(pa.int64())
    return [cell(v) for v in c.to_pylist()]


def text(b):
    return {k.decode(): v.decode() for k, v in (b or {}).items()}


def expectation(t, typed=True):
    """What a pyarrow table holds."""
    return {
        "rows": t.num_rows,
        "metadata": text(t.schema.metadata),
        "columns": [
            {"name": f.name, "type": type_class(f.type) if typed else "", "metadata": text(f.metadata), "cells": column(t[i])}
            for i, f in enumerate(t.schema)
        ],
    }


def write(path, e):
    with open(str(path) + ".expect.json", "w") as f:
        json.dump(e, f)
