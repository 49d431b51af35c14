#!/usr/bin/env bash
# A second verifier checks what verisim total proves: total.py, which was written
# from privacy/proof/PROOFS.md, section 12, alone. Run by run.sh, or by hand:
#   .ci/interop/total.sh [PYTHON]
# It needs no package.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/.ci/interop dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python=${1:-python3}

old=privacy/proof/pedersen/testdata
"$python" "$here/total.py" "$old/v1.total" "$old"/v1.*.proof
CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
cd "$dir"
printf 'amount\n5\n37\n' >a.csv
printf 'amount\n-2\n' >b.csv
for f in a b; do ./verisim total commit $f.csv --column amount -o $f.total --opening $f.opening >commit.log; done
./verisim total add a.total b.total -o sum.total >add.log
./verisim total add a.opening b.opening -o sum.opening >add.log
prove() { ./verisim total prove sum.opening "${@:2}" --for "für 审计 <&>" -o "$1.proof" >prove.log; }
prove exact --exact
prove one-of --one-of 40,-41,7
prove between --min -1000 --max 40
prove at-most --max 41 --bits 8
"$python" "$here/total.py" sum.total ./*.proof
# What it refuses, so that "holds" says something: another claim, another bit.
sed 's/"-1000"/"-1001"/' between.proof >other.proof
sed -E 's/"proof":"(.{300})[0-7]/"proof":"\18/; t; s/"proof":"(.{300})./"proof":"\10/' at-most.proof >bit.proof
for f in other bit; do
  if "$python" "$here/total.py" sum.total $f.proof 2>refused.log; then
    echo "total.py takes a changed proof, $f"
    exit 1
  fi
done
