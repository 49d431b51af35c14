#!/usr/bin/env bash
# Independent readers: Python's pyarrow, pandas, polars and duckdb, JavaScript's
# apache-arrow, hyparquet and parquet-wasm read every file that verisim writes,
# and verisim reads what they write; every cell is compared. Then the learners
# and the sealed format are held against their second implementations.
#
# Run by .ci/run, or by hand. What a machine lacks (python3 with venv, node, npm,
# or their package indexes) is skipped aloud; a disagreement always fails.
# Packages stay in ${XDG_CACHE_HOME:-~/.cache}/verisim-interop.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/.ci/interop
cache=${XDG_CACHE_HOME:-$HOME/.cache}/verisim-interop
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "-- $1 (${SECONDS} s)"; }
skip() { echo "SKIPPED: $1"; }

# same FILE STAMP: was this list installed here already?
same() { [ -f "$2" ] && cmp -s "$1" "$2"; }

python=
if ! command -v python3 >/dev/null; then
  skip "the Python readers need python3"
elif same "$here/requirements.txt" "$cache/requirements.txt"; then
  python=$cache/venv/bin/python
else
  rm -rf "$cache/venv" "$cache/requirements.txt"
  if ! python3 -m venv "$cache/venv" >"$work/venv.log" 2>&1; then
    skip "the Python readers need python3's venv"
  elif ! "$cache/venv/bin/pip" install -q --disable-pip-version-check --retries 1 --timeout 20 -r "$here/requirements.txt" >"$work/pip.log" 2>&1; then
    tail -n 2 "$work/pip.log"
    skip "the Python readers need a package index that has the pins of requirements.txt"
  else
    cp "$here/requirements.txt" "$cache/requirements.txt"
    python=$cache/venv/bin/python
  fi
fi

modules=
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  skip "the JavaScript readers need node and npm"
elif same "$here/package.json" "$cache/package.json"; then
  modules=$cache/node_modules
else
  rm -rf "$cache/node_modules" "$cache/package.json" "$cache/npm"
  mkdir "$cache/npm"
  cp "$here/package.json" "$cache/npm/"
  if ! (cd "$cache/npm" && npm install --no-audit --no-fund --silent --fetch-retries=1 >"$work/npm.log" 2>&1); then
    tail -n 2 "$work/npm.log"
    skip "the JavaScript readers need a package index that has the pins of package.json"
  else
    mv "$cache/npm/node_modules" "$cache/"
    cp "$here/package.json" "$cache/package.json"
    modules=$cache/node_modules
  fi
  rm -rf "$cache/npm"
fi
if [ -z "$python$modules" ]; then exit 0; fi

say "verisim runs, opens and converts"
CGO_ENABLED=0 go build -o "$work/verisim" ./cmd/verisim
v() { "$work/verisim" "$@" --quiet; }
v run testdata/recipes/fraud.yaml --set customers=200 --set days=40 -o "$work/fraud"
v open "$work/fraud" -i "$work/fraud.key" -o "$work/bundle"
rm -f "$work"/bundle/*.json
for f in "$work"/bundle/*.arrow; do
  v convert "$f" "${f%.arrow}.parquet"
  v convert "$f" "${f%.arrow}.arrows"
done
# And the tables as the bundle holds them, sealed columns and all.
for f in "$work"/fraud/tables/*; do cp "$f" "$work/bundle/in_bundle_$(basename "$f")"; done
interop() { VERISIM_INTEROP=$work go test -count=1 -run "^TestInterop$1\$" ./formats/catalog; }
say "verisim says what its files hold"
interop Write

say "verisim reads theirs"
if [ -n "$python" ]; then "$python" "$here/write.py" "$work/theirs"; fi
if [ -n "$modules" ]; then NODE_MODULES=$modules node "$here/write.mjs" "$work/ours" "$work/theirs"; fi
interop Read

status=0
if [ -n "$python" ]; then
  say "Python reads ours"
  "$python" "$here/read.py" "$work/ours" "$work/bundle" || status=1
fi
if [ -n "$modules" ]; then
  say "JavaScript reads ours"
  NODE_MODULES=$modules node "$here/read.mjs" "$work/ours" "$work/bundle" || status=1
fi
if [ "$status" -ne 0 ]; then echo "readers disagree"; exit 1; fi

if [ -n "$python" ]; then
  say "sealed files"
  "$here/seal.sh" "$python"
  "$here/modular.sh" "$python"
  say "proofs about totals"
  "$here/total.sh" "$python"
  say "verdicts"
  "$here/quality.sh" "$python"
  say "learners"
  "$python" "$here/learners.py"
  say "a model learns from a run"
  v run testdata/recipes/fraud.yaml --set customers=2000 --set days=60 -o "$work/train"
  v open "$work/train" -i "$work/train.key" -o "$work/train.clear"
  "$python" "$here/finance_train.py" "$work/train.clear"
  say "learners of others land in the bands that MODEL.md states"
  v generate finance --preset ecom --customers 60000 --days 60 -o "$work/ecom"
  "$python" "$here/finance_train.py" "$work/ecom" --bands
fi
say "shown cells"
"$here/shown.sh"
say "graphs"
"$here/graph.sh" "$python" "$work/verisim"
say "pages in a browser"
"$here/page.sh"
say "a PostgreSQL server"
"$here/postgres.sh"
say "independent readers agree"
