#!/usr/bin/env bash
# pyarrow reads encrypted Parquet of verisim, and verisim that of pyarrow:
# modular.py. Run by run.sh, or by hand:
#   .ci/interop/modular.sh [PYTHON]
# PYTHON has pyarrow; without it a virtual environment is made for the run, and
# where there is no package index the check is skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python=${1:-}
if [ -z "$python" ]; then
  if ! python3 -m venv "$dir/venv" 2>/dev/null ||
    ! "$dir/venv/bin/pip" install -q "$(grep '^pyarrow==' .ci/interop/requirements.txt)" 2>"$dir/pip.log"; then
    echo "SKIPPED: modular.sh needs python3 with venv and a package index"
    exit 0
  fi
  python=$dir/venv/bin/python
fi
CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
cd "$dir"
"$python" "$root/.ci/interop/modular.py" "$dir/verisim"
