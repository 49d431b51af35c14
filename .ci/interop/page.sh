#!/usr/bin/env bash
# A real browser draws report.html, the page of a profile and that of a verdict:
# each must show its headings, fill the picture, and ask no network for anything.
# Run by run.sh, or by hand. Skipped aloud where there is no Chromium and none
# can be installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
find_browser() { for b in chromium chromium-browser google-chrome; do command -v "$b" && return; done; true; }
browser=$(find_browser)
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core) >/dev/null 2>&1 || true
  browser=$(find_browser)
fi
if [ -z "$browser" ]; then
  echo "SKIPPED: there is no Chromium here, and none could be installed"
  exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CGO_ENABLED=0 go build -o "$dir/verisim" ./cmd/verisim
v() { "$dir/verisim" "$@" --quiet; }
v run testdata/recipes/fraud.yaml --set customers=200 --set days=20 -o "$dir/fraud" >/dev/null
cp "$dir/fraud/report.html" "$dir/report.html"
v profile "$dir/fraud/tables/transactions.arrow" --html "$dir/profile.html" >/dev/null
draw() { # PAGE TEXT...
  local page=$1 size
  shift
  size=$(stat -c %s "$dir/$page.html")
  if [ "$size" -gt 300000 ]; then echo "$page.html has $size bytes, at most 300,000 are allowed"; exit 1; fi
  if grep -qE '(src|href)="?(https?:)?//' "$dir/$page.html"; then echo "$page.html asks the network"; exit 1; fi
  local flags=(--headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$dir/profile" --host-resolver-rules="MAP * ~NOTFOUND")
  "$browser" "${flags[@]}" --dump-dom "file://$dir/$page.html" >"$dir/$page.dom" 2>/dev/null
  for text in "$@"; do
    if ! grep -qF "$text" "$dir/$page.dom"; then echo "$page.html does not show $text"; exit 1; fi
  done
  "$browser" "${flags[@]}" --window-size=1300,2400 --screenshot="$dir/$page.png" "file://$dir/$page.html" >/dev/null 2>&1
  python3 - "$dir/$page.png" <<'P'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
at, packed = 8, b""
while at < len(data):
    (n,), name = struct.unpack(">I", data[at:at + 4]), data[at + 4:at + 8]
    if name == b"IDAT":
        packed += data[at + 8:at + 8 + n]
    at += 12 + n
line = len(zlib.decompress(packed)) // height
rows = zlib.decompress(packed)
# After PNG's filters a blank line is all zeros but for its first pixels.
drawn = sum(1 for y in range(height) if sum(1 for b in rows[y * line + 1:(y + 1) * line] if b) > width // 50)
print(f"{sys.argv[1].rsplit('/', 1)[1]}: {width} x {height}, {drawn} lines drawn")
if (width, height) != (1300, 2400) or drawn < height // 4:
    sys.exit("the picture is all but empty")
P
}
draw report "fraud" "Checks" "customers" "Sealed columns" "Commitments"
draw profile "transactions" "amount" "channel"
