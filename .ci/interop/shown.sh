#!/usr/bin/env bash
# A second reader checks shown cells and drawn rows: shown.py, which was written
# from privacy/commit/COMMIT.md alone and needs python3 and nothing else. Run by
# run.sh, or by hand. Every cell is compared with what verisim prints.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v python3 >/dev/null; then
  echo "SKIPPED: shown.sh needs python3"
  exit 0
fi
here=$PWD/.ci/interop dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
v() { "$dir/verisim" "$@" --quiet; }
v run testdata/recipes/fraud.yaml --set customers=150 --set days=10 -o "$dir/fraud" >/dev/null
cd "$dir"
columns=customer_id,name,city,income
v disclose fraud --table customers --rows 0,17,20-24,149 --columns $columns -i fraud.key -o some.disclosure
v disclose fraud --table customers --rows 0-149 --columns $columns -i fraud.key -o all.disclosure
v audit draw fraud --table customers --samples 40 --columns $columns -o request.json
v audit answer request.json fraud -i fraud.key -o answer.disclosure
theirs() { # what verisim prints, in the form of shown.py
  "$dir/verisim" verify "$1" --against fraud/manifest.json --json | python3 -c '
import json, sys
rows = json.load(sys.stdin)["rows"]
for name in sys.argv[1].split(","):
    for r in rows: print(r["row"], name, json.dumps(r["cells"][name], ensure_ascii=False))' $columns
}
for f in some all answer; do
  args=(fraud/manifest.json $f.disclosure)
  if [ $f = answer ]; then args+=(request.json); fi
  python3 "$here/shown.py" "${args[@]}" >"$f.ours"
  theirs $f.disclosure >"$f.theirs"
  diff "$f.theirs" "$f.ours"
done
# It can refuse.
if python3 "$here/shown.py" fraud/manifest.json some.disclosure request.json >/dev/null 2>&1; then
  echo "shown.py takes any answer"
  exit 1
fi
echo "shown cells: $(cat ./*.ours | wc -l) of three files agree"
