#!/usr/bin/env bash
# Declared data into a real PostgreSQL server: it is installed if it can be,
# started on loopback in a directory of its own, and stopped at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  (apt-get update && apt-get install -y --no-install-recommends postgresql) >/dev/null 2>&1 || true
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
fi
if [ -z "$bin" ]; then
  echo "SKIPPED: there is no PostgreSQL server here, and none could be installed"
  exit 0
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/verisim-postgres.XXXXXX")
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
  id postgres >/dev/null 2>&1 || { echo "SKIPPED: no user that the server could run as"; rm -rf "$dir"; exit 0; }
  chown postgres "$dir"
  as() { su postgres -s /bin/bash -c "$(printf '%q ' "$@")"; }
fi
port=$((20000 + RANDOM % 20000))
stop() {
  as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
(cd / && as "$bin/initdb" -D "$dir/data" -U verisim -A trust --encoding UTF8 --locale C >/dev/null)
(cd / && as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-h 127.0.0.1 -p $port -k $dir -F" start >/dev/null)

export VERISIM_POSTGRES="postgres://verisim@127.0.0.1:$port/postgres"
go test -count=1 -run . ./formats/postgres

go build -o "$dir/verisim" ./cmd/verisim
"$dir/verisim" generate testdata/specs/shop.yaml -o "$VERISIM_POSTGRES" -q
ask() { (cd / && as "$bin/psql" -h 127.0.0.1 -p "$port" -U verisim -d postgres -Atc "$1"); }
# Every order's total is the sum of its lines, and the server agrees.
wrong=$(ask 'SELECT count(*) FROM "order" o WHERE o.total <> coalesce((SELECT sum(amount) FROM line l WHERE l."order" = o.id), 0)')
orders=$(ask 'SELECT count(*) FROM "order"')
[ "$wrong" = 0 ] && [ "$orders" -gt 1000 ] || { echo "$wrong of $orders totals are wrong"; exit 1; }
# SQL text goes in as well, and makes the same rows.
ask 'CREATE DATABASE text' >/dev/null
"$dir/verisim" generate testdata/specs/shop.yaml --to sql -o - -q | (cd / && as "$bin/psql" -h 127.0.0.1 -p "$port" -U verisim -d text -q -v ON_ERROR_STOP=1 >/dev/null)
for q in 'SELECT md5(string_agg(o::text, chr(10) ORDER BY id)) FROM "order" o' 'SELECT md5(string_agg(l::text, chr(10) ORDER BY id)) FROM line l'; do
  a=$(ask "$q")
  b=$(cd / && as "$bin/psql" -h 127.0.0.1 -p "$port" -U verisim -d text -Atc "$q")
  [ "$a" = "$b" ] || { echo "COPY and INSERT differ"; exit 1; }
done
if "$dir/verisim" generate testdata/specs/shop.yaml -o "$VERISIM_POSTGRES" -q 2>"$dir/err"; then
  echo "a second run did not say that the tables are there"
  exit 1
fi
grep -q 'already exists' "$dir/err"
echo "PostgreSQL: $orders orders by COPY and by INSERT, totals equal their lines"
