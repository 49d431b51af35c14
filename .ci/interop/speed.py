"""CPU seconds that verisim, polars and pyarrow need for the same text files.

    verisim generate testdata/specs/t20.yaml --table t20 -n 1000000 -o t20.arrow
    python speed.py VERISIM t20.arrow

Each case is a process of its own, three times in turn; the median of user and
system time is printed, less what importing the library alone takes. CPU time is
used because it hardly depends on what else the machine does.
"""

import resource
import statistics
import subprocess
import sys
import tempfile


def seconds(command):
    def used():
        r = resource.getrusage(resource.RUSAGE_CHILDREN)
        return r.ru_utime + r.ru_stime

    before = used()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return used() - before


def main(verisim, arrow):
    with tempfile.TemporaryDirectory() as d:
        def convert(a, b):
            return [verisim, "convert", a, b, "--replace", "--quiet", "--workers", "2"]

        def py(code):
            return [sys.executable, "-c", code]

        pl = "import polars as pl; "
        pa = "import pyarrow as pa, pyarrow.csv as c; "
        ipc = f"pa.ipc.open_file(pa.memory_map({arrow!r})).read_all()"
        cases = {
            "write csv": {
                "verisim": convert(arrow, f"{d}/a.csv"),
                "polars": py(pl + f"pl.read_ipc({arrow!r}).write_csv('{d}/b.csv')"),
                "pyarrow": py(pa + f"c.write_csv({ipc}, '{d}/c.csv')"),
            },
            "write jsonl": {
                "verisim": convert(arrow, f"{d}/a.jsonl"),
                "polars": py(pl + f"pl.read_ipc({arrow!r}).write_ndjson('{d}/b.jsonl')"),
            },
            "read csv": {
                "verisim": convert(f"{d}/a.csv", f"{d}/a.arrow"),
                "polars": py(pl + f"pl.read_csv('{d}/a.csv', try_parse_dates=True).write_ipc('{d}/b.arrow')"),
                "pyarrow": py(pa + f"t = c.read_csv('{d}/a.csv'); w = pa.ipc.new_file('{d}/c.arrow', t.schema); w.write_table(t); w.close()"),
            },
            "read jsonl": {
                "verisim": convert(f"{d}/a.jsonl", f"{d}/a.arrow"),
                "polars": py(pl + f"pl.read_ndjson('{d}/a.jsonl').write_ipc('{d}/b.arrow')"),
            },
        }
        idle = {"verisim": 0, "polars": seconds(py(pl)), "pyarrow": seconds(py(pa))}
        for case, sides in cases.items():
            times = {side: [] for side in sides}
            for _ in range(3):
                for side, command in sides.items():
                    times[side].append(seconds(command) - idle[side])
            print(f"{case:12}" + "  ".join(f"{side} {statistics.median(t):.2f} s" for side, t in times.items()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
