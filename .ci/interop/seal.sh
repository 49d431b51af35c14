#!/usr/bin/env bash
# A second reader opens what verisim seals: open_sealed.py, which was written
# from privacy/seal/FORMAT.md alone. Run by run.sh, or by hand:
#   .ci/interop/seal.sh [PYTHON]
# PYTHON has the packages of requirements.txt; without it a virtual environment
# is made for the run, and where there is no package index the check is skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python=${1:-}
if [ -z "$python" ]; then
  if ! python3 -m venv "$dir/venv" 2>/dev/null ||
    ! "$dir/venv/bin/pip" install -q $(grep -E '^(pyarrow|cryptography)==' .ci/interop/requirements.txt) 2>"$dir/pip.log"; then
    echo "SKIPPED: seal.sh needs python3 with venv and a package index"
    exit 0
  fi
  python=$dir/venv/bin/python
fi

CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
cd "$dir"
"$python" - <<'P'
with open("in.csv", "w") as f:
    f.write("id,name,card,amount,paid\n")
    for i in range(20000):
        f.write(f"{i % 97},person {i % 1009} é,{4000 + i * 7},{i / 4},{'true' if i % 3 else 'false'}\n")
P
v() { ./verisim "$@" --quiet; }
v convert in.csv clear.arrow
pq=$(./verisim keys new -o pq.key)
old=$(./verisim keys new --insecure-classical -o old.key)
./verisim keys new --keyring -o ring.key >/dev/null
./verisim keys new --sign -o signer.key >/dev/null
echo "correct horse battery staple" >pass
v seal clear.arrow -o sealed.arrow --insecure-allow-classical --passphrase-file pass \
  --for "team=$pq,columns=name,card" --for "old=$old,columns=card,amount,paid" \
  --mode amount=cell --mode name=subject --subject id --keyring ring.key
if command -v npm >/dev/null && mkdir js && (cd js && npm install --silent --no-audit --no-fund apache-arrow@21.2.0 >npm.log 2>&1); then
  (cd js && node "$root/.ci/interop/read_sealed.mjs" ../sealed.arrow ../clear.arrow)
else
  echo "SKIPPED: apache-arrow for JavaScript needs npm and its index"
fi
open() { "$python" "$root/.ci/interop/open_sealed.py" sealed.arrow clear.arrow "$@"; }
open --passphrase "$(cat pass)" --columns card,amount,paid
open --key old.key --columns card,amount,paid
open --key pq.key --columns card
open --key pq.key --keyring ring.key --columns card,name
v erase ring.key --subject 13 --sign signer.key -o erased.json
open --key pq.key --keyring ring.key --columns card,name | tee erased.txt
grep -q '; 207 cells erased' erased.txt
# And it is no reader that accepts anything.
if open --passphrase "wrong" >/dev/null 2>&1; then echo "a wrong passphrase opens"; exit 1; fi
cp sealed.arrow whole.arrow
for at in 20000 60000 200000; do
  cp whole.arrow sealed.arrow
  "$python" -c "f = open('sealed.arrow', 'r+b'); f.seek($at); b = f.read(1); f.seek($at); f.write(bytes([b[0] ^ 1]))"
  if open --passphrase "$(cat pass)" >/dev/null 2>&1; then echo "a changed byte at $at is not found"; exit 1; fi
done
echo "ok: pyarrow reads the clear columns, and a second implementation opens the sealed ones"
