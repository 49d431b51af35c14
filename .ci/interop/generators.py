"""How fast other generators make rows, beside `verisim generate`, in one run.

    pip install -r .ci/interop/requirements.txt
    python .ci/interop/generators.py

Faker and Mimesis make the 20 columns of testdata/specs/t20.yaml as tuples in
memory, which is less than writing a file; verisim writes an Arrow file.
tpchgen-cli and verisim write TPC-H's lineitem at scale factor 1 to Parquet with
snappy; verisim's is lineitem in shape only. Processor seconds, user and system,
are told beside those on the clock, since other work may share the machine.
"""

import datetime
import json
import os
import random
import resource
import subprocess
import tempfile
import time
import uuid
from decimal import Decimal

from faker import Faker
from mimesis import Address, Finance, Person, Text
from mimesis.locales import Locale

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def faker_rows(n):
    f = Faker("en_US")
    Faker.seed(1)
    status = {"active": 60, "new": 20, "paused": 12, "closed": 7, "banned": 1}
    names, weights = list(status), list(status.values())
    day, first = datetime.date(1940, 1, 1), datetime.datetime(2024, 1, 1)
    for i in range(n):
        yield (
            i, f.uuid4(), f.first_name(), f.last_name(), f.email(), f.phone_number(),
            day + datetime.timedelta(random.randrange(24_000)), first + datetime.timedelta(seconds=random.randrange(63_000_000)),
            random.randrange(10_000), random.lognormvariate(10.8, 0.6), random.gauss(500, 100),
            Decimal(random.randrange(25_000_000)) / 100, random.randrange(100_000), random.choices(names, weights)[0],
            f.country(), f.city(), random.random() < 0.35, None if random.random() < 0.1 else random.uniform(0, 5),
            f.sentence(nb_words=8, variable_nb_words=False), int(random.paretovariate(0.5)),
        )


def mimesis_rows(n):
    p, a, t, m = Person(Locale.EN, seed=1), Address(Locale.EN, seed=1), Text(Locale.EN, seed=1), Finance(Locale.EN, seed=1)
    names, weights = ["active", "new", "paused", "closed", "banned"], [60, 20, 12, 7, 1]
    day, first = datetime.date(1940, 1, 1), datetime.datetime(2024, 1, 1)
    for i in range(n):
        yield (
            i, str(uuid.UUID(int=random.getrandbits(128), version=4)), p.first_name(), p.last_name(), p.email(), p.phone_number(),
            day + datetime.timedelta(random.randrange(24_000)), first + datetime.timedelta(seconds=random.randrange(63_000_000)),
            random.randrange(10_000), random.lognormvariate(10.8, 0.6), random.gauss(500, 100),
            m.price(0, 250_000), random.randrange(100_000), random.choices(names, weights)[0],
            a.country(), a.city(), random.random() < 0.35, None if random.random() < 0.1 else random.uniform(0, 5),
            " ".join(t.words(8)), int(random.paretovariate(0.5)),
        )


def timed(run):
    def cpu():
        total = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            u = resource.getrusage(who)
            total += u.ru_utime + u.ru_stime
        return total

    clock, processor = time.perf_counter(), cpu()
    rows = run()
    return rows, time.perf_counter() - clock, cpu() - processor


def say(name, rows, clock, processor):
    print(f"{name:34} {rows:>10,} rows  {clock:7.2f} s  {rows / clock:>12,.0f} rows/s  {1e9 * processor / rows:>9,.0f} ns of processor a row")
    return processor / rows


def main():
    with tempfile.TemporaryDirectory() as tmp:
        exe = os.path.join(tmp, "verisim")
        subprocess.run(["go", "build", "-o", exe, "./cmd/verisim"], cwd=ROOT, check=True)
        spec = os.path.join(ROOT, "testdata", "specs")

        def ours(name, table, out, *more):
            def run():
                subprocess.run([exe, "generate", os.path.join(spec, name), "--table", table, "-o", os.path.join(tmp, out), "--replace", "-q", *more], check=True)
            return run

        def counted(make, n):
            return lambda: sum(1 for _ in make(n))

        mine = say("verisim, 20 columns to Arrow", *timed(lambda: ours("t20.yaml", "t20", "t20.arrow", "-n", "2000000")() or 2_000_000))
        for name, make, n in (("Faker, 20 columns in memory", faker_rows, 4000), ("Mimesis, 20 columns in memory", mimesis_rows, 20_000)):
            theirs = say(name, *timed(counted(make, n)))
            print(f"{'':34} {theirs / mine:,.0f} times verisim's processor time")

        rows = 6_001_215  # of dbgen's lineitem at scale factor 1

        def tpch():
            subprocess.run(["tpchgen-cli", "parquet", "-s", "1", "--tables", "lineitem", "-o", os.path.join(tmp, "tpch")], check=True, capture_output=True)
            return rows

        theirs = say("tpchgen-cli, lineitem to Parquet", *timed(tpch))
        sizes = json.loads(subprocess.run([exe, "spec", "check", os.path.join(spec, "lineitem.yaml"), "--json"], check=True, capture_output=True).stdout)
        made = next(t["rows"] for t in sizes["tables"] if t["name"] == "lineitem")
        mine = say("verisim, lineitem to Parquet", *timed(lambda: ours("lineitem.yaml", "lineitem", "lineitem.parquet", "--compression", "snappy")() or made))
        print(f"{'':34} {mine / theirs:.2f} times tpchgen-cli's processor time")
        for name, path in (("tpchgen-cli", os.path.join(tmp, "tpch", "lineitem.parquet")), ("verisim", os.path.join(tmp, "lineitem.parquet"))):
            print(f"{'':34} {name}: {os.path.getsize(path) / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
