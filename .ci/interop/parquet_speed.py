"""pyarrow's side of the Parquet figures in BENCHMARKS.md: rows per second of
processor time, one thread, on the files that the benchmark of reading keeps.

    pip install pyarrow==26.0.1
    PARQUET_KEEP=/tmp go test -run xxx -bench Read/ -benchtime 8x ./formats/parquet
    python .ci/interop/parquet_speed.py /tmp
"""
import os
import statistics
import sys
import time

import pyarrow.parquet as pq

for compression in ["snappy", "zstd"]:
    name = os.path.join(sys.argv[1], f"wide-{compression}.parquet")
    table = pq.read_table(name)
    out = name + ".again"

    def rate(work):
        took = []
        for _ in range(7):
            start = time.process_time()
            work()
            took.append(time.process_time() - start)
        return table.num_rows / statistics.median(took) / 1e6

    write = rate(lambda: pq.write_table(table, out, compression=compression))
    read = rate(lambda: pq.read_table(name, use_threads=False))
    size = os.path.getsize(out) / table.num_rows
    os.remove(out)
    print(f"{compression}: write {write:.2f}, read {read:.2f} M rows a cpu second, {size:.0f} bytes a row")
