#!/usr/bin/env bash
# DuckDB and pandas count the failures of every check on the same rows:
# quality.py. Run by run.sh, or by hand:
#   .ci/interop/quality.sh [PYTHON]
# PYTHON has the packages of requirements.txt; without it a virtual environment
# is made for the run, and where there is no package index the check is skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python=${1:-}
if [ -z "$python" ]; then
  if ! python3 -m venv "$dir/venv" 2>/dev/null ||
    ! "$dir/venv/bin/pip" install -q $(grep -E '^(pyarrow|duckdb|pandas)==' .ci/interop/requirements.txt) 2>"$dir/pip.log"; then
    echo "SKIPPED: quality.sh needs python3 with venv and a package index"
    exit 0
  fi
  python=$dir/venv/bin/python
fi
CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
"$python" .ci/interop/quality.py "$dir/verisim"
