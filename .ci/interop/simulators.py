"""How fast other payment simulators make rows, beside `verisim generate finance`,
in one run.

    python .ci/interop/simulators.py --verisim ./verisim \\
        --handbook fraud-detection-handbook/Chapter_3_GettingStarted/SimulatedDataset.ipynb \\
        --sparkov Sparkov_Data_Generation --paysim PaySim --paysim-classpath 'classes:lib/*'

It fetches nothing: name the peers that are there, the others are left out.

- The Fraud Detection Handbook's functions are taken out of its notebook and run in
  memory (pandas 2, as its groupby().apply() wants). --python names an interpreter
  that has pandas and, for Sparkov, Faker 13.12.
- Sparkov_Data_Generation 1.0 runs as it is, `datagen.py`, to CSV.
- PaySim 2 runs its main class, to CSV. It needs MASON and tinkergraph: compile it
  with `javac -cp 'lib/*' -sourcepath PaySim/src/main/java:mason/mason/src/main/java`.

Each side is run --runs times, by turns; medians are told, in rows a second of the
processor (user and system, all processes, start and writing included) and by the
clock. verisim runs twice: with all its columns, and with those that the peer has
too, on one worker; by the clock it has two workers, as --clock-workers says (0:
leave the clock out, as on a machine that is not free).
"""

import argparse
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# What each peer has and verisim's table has as well, by the nearest meaning.
HANDBOOK = "transaction_id,timestamp,customer_id,terminal_id,amount,is_fraud"
SPARKOV = "transaction_id,timestamp,card_id,mcc,amount,is_fraud,merchant_id,latitude,longitude"
PAYSIM = "timestamp,format,amount,from_account,to_account,result,is_laundering"


def run(cmd, cwd=None, out=None):
    """Processor seconds, seconds on the clock, and what the command said."""
    start = time.perf_counter()
    with open(out, "wb") if out else tempfile.TemporaryFile() as f, tempfile.TemporaryFile() as err:
        p = subprocess.Popen(cmd, cwd=cwd, stdout=f, stderr=err)
        _, status, used = os.wait4(p.pid, 0)
        clock = time.perf_counter() - start
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode:
            err.seek(0)
            sys.exit(f"{cmd}: exit {p.returncode}: {err.read().decode()[-2000:]}")
        if out:
            return used.ru_utime + used.ru_stime, clock, ""
        f.seek(0)
        return used.ru_utime + used.ru_stime, clock, f.read().decode()


def child_handbook(notebook, customers, terminals, days):
    """Runs the notebook's functions; the last line is the number of rows."""
    import datetime
    import random

    import numpy as np
    import pandas as pd

    names = {"datetime": datetime, "random": random, "np": np, "pd": pd, "time": time}
    with open(notebook) as f:
        cells = json.load(f)["cells"]
    for c in cells:
        text = "".join(c["source"])
        if c["cell_type"] == "code" and text.startswith("def ") and "get_stats" not in text:
            exec(text, names)  # the user's own file, named on the command line
    profiles, places, tx = names["generate_dataset"](n_customers=customers, n_terminals=terminals, nb_days=days)
    tx = names["add_frauds"](profiles, places, tx)
    print(len(tx))


def handbook(a, tmp):
    cmd = [a.python, os.path.abspath(__file__), "--child-handbook", os.path.abspath(a.handbook)]
    cpu, clock, said = run(cmd, cwd=tmp)
    return int(said.strip().splitlines()[-1]), cpu, clock


def lines(pattern):
    """Rows of CSV files, their heads not counted."""
    total = 0
    for name in glob.glob(pattern):
        with open(name, "rb") as f:
            total += max(0, sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b"")) - 1)
    return total


def sparkov(a, tmp):
    out = os.path.join(tmp, "sparkov")
    shutil.rmtree(out, ignore_errors=True)
    cpu, clock, _ = run([a.python, "datagen.py", "-n", "1000", "-o", out, "01-01-2020", "06-30-2020"], cwd=a.sparkov)
    os.remove(os.path.join(out, "customers.csv"))
    return lines(os.path.join(out, "*.csv")), cpu, clock


def paysim(a, tmp):
    folder = os.path.join(tmp, "paysim")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(a.paysim, "paramFiles"), os.path.join(folder, "paramFiles"))
    shutil.copy(os.path.join(a.paysim, "PaySim.properties"), folder)
    path = os.pathsep.join(os.path.abspath(p) for p in a.paysim_classpath.split(os.pathsep))
    # Four arguments, or it takes its own, of which the last is 5 repetitions in one
    # process: the later ones run on warm code.
    cpu, clock, _ = run(["java", "-cp", path, "org.paysim.paysim.PaySim", "", "-file", "PaySim.properties", str(a.paysim_repeats)], cwd=folder)
    return lines(os.path.join(folder, "outputs", "*", "*_rawLog.csv")), cpu, clock


def verisim(a, args, form, columns, workers):
    cmd = [a.verisim, "generate", "finance", *args, "--quiet", "-o", "-", "--to", form, "--workers", str(workers)]
    if columns:
        cmd += ["--columns", columns]
    return run(cmd, out=os.devnull)[:2]


def rows_of(a, args):
    """How many rows there are: counted once, from one column."""
    count = subprocess.Popen([a.verisim, "generate", "finance", *args, "--quiet", "-o", "-", "--to", "csv", "--columns", "amount"], stdout=subprocess.PIPE)
    rows = sum(block.count(b"\n") for block in iter(lambda: count.stdout.read(1 << 20), b"")) - 1
    if count.wait():
        sys.exit("verisim generate failed")
    return rows


def compare(a, name, peer, args, columns, forms, goal, tmp):
    rows = rows_of(a, args)
    cases = [(form, cols) for form in forms for cols in ("", columns)]
    theirs, ours = [], {c: [] for c in cases}
    for _ in range(a.runs):
        n, cpu, clock = peer(a, tmp)
        if not n:
            sys.exit(f"{name} made no row")
        theirs.append((n / cpu, n / clock))
        for case in cases:
            cpu = verisim(a, args, *case, 1)[0]
            clock = verisim(a, args, *case, a.clock_workers)[1] if a.clock_workers else 0
            ours[case].append((rows / cpu, rows / clock if clock else 0))
    middle = [statistics.median(v) for v in zip(*theirs)]
    print(f"\n{name}: {n:,} rows, {middle[0]:,.0f} rows a processor second, {middle[1]:,.0f} by the clock; goal {goal} x")
    print(f"verisim {' '.join(args)}: {rows:,} rows")
    for form, cols in cases:
        cpu, clock = (statistics.median(v) for v in zip(*ours[form, cols]))
        what = f"{form}, {len(cols.split(',')) if cols else 'all'} columns"
        by = f";  {clock:>12,.0f} by the clock, {clock / middle[1]:6.1f} x" if clock else ""
        print(f"  {what:22} {cpu:>12,.0f} a processor second, {cpu / middle[0]:6.1f} x{by}", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--verisim", default="verisim")
    p.add_argument("--python", default=sys.executable)
    p.add_argument("--handbook", help="SimulatedDataset.ipynb")
    p.add_argument("--sparkov", help="checkout")
    p.add_argument("--paysim", help="checkout")
    p.add_argument("--paysim-classpath", default="")
    p.add_argument("--paysim-repeats", type=int, default=5)
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--clock-workers", type=int, default=2)
    p.add_argument("--child-handbook", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.child_handbook:
        return child_handbook(a.child_handbook, 1000, 2000, 60)
    if a.verisim != "verisim":
        a.verisim = os.path.abspath(a.verisim)
    cards = ["--table", "transactions", "--customers", "80000", "--days", "183"]
    wallets = ["--preset", "mobile-money", "--table", "transfers", "--customers", "100000"]
    with tempfile.TemporaryDirectory() as tmp:
        if a.handbook:
            compare(a, "Fraud Detection Handbook, in memory", handbook, cards, HANDBOOK, ["arrows"], 300, tmp)
        if a.sparkov:
            compare(a, "Sparkov 1.0, CSV", sparkov, cards, SPARKOV, ["csv", "arrows"], 100, tmp)
        if a.paysim:
            compare(a, "PaySim 2, CSV", paysim, wallets, PAYSIM, ["csv", "arrows"], 10, tmp)


if __name__ == "__main__":
    main()
