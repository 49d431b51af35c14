"""Checks shown cells and drawn rows, written from privacy/commit/COMMIT.md alone.

shown.py MANIFEST DISCLOSURE [REQUEST]: prints each shown cell as ROW COLUMN VALUE,
or ends with "refused: ...". It looks at no signature.
"""
import base64, hashlib, json, struct, sys

def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
u64 = struct.Struct(">Q").pack
def sized(b): return u64(len(b)) + b
def need(ok, what): ok or sys.exit("refused: " + what)
def load(path): return json.load(open(path, encoding="utf-8"))

def node(l, r): return sha(b"\1", l, r)
def half(n):
    k = 1
    while 2 * k < n: k *= 2
    return k
def tree(leaves):
    if not leaves: return sha(b"")
    if len(leaves) == 1: return leaves[0]
    k = half(len(leaves))
    return node(tree(leaves[:k]), tree(leaves[k:]))

def table_root(r):
    leaves = [sha(b"\0", b"verisim/commit/v1", u64(r["rows"]), u64(len(r["columns"])), bytes.fromhex(r["schema"]))]
    for c in r["columns"]:
        leaves.append(sha(b"\0", sized(c["name"].encode()), sized(c["type"].encode()), bytes([c["salted"]]), bytes.fromhex(c["root"])))
    return tree(leaves).hex()

def column_root(shown, rows, size):
    path, salts = base64.b64decode(shown["path"], validate=True), base64.b64decode(shown["salts"], validate=True)
    cells = [base64.b64decode(c, validate=True) for c in shown["cells"]]
    need(len(path) % 32 == 0 and len(cells) == len(rows), "malformed")
    hashes = [path[i:i + 32] for i in range(0, len(path), 32)]
    leaf = {r: sha(b"\0", salts[16 * i:16 * i + 16] or bytes(16), c) for i, (r, c) in enumerate(zip(rows, cells))}
    def walk(lo, hi):
        if not any(lo <= r < hi for r in rows):
            need(hashes, "the path is short")
            return hashes.pop(0)
        if hi - lo == 1: return leaf[lo]
        k = half(hi - lo)
        return node(walk(lo, lo + k), walk(lo + k, hi))
    root = walk(0, size)
    need(not hashes, "the path is long")
    return root.hex(), cells

def value(cell):
    tag, rest = cell[0], cell[1:]
    return {0: lambda: None, 1: lambda: rest == b"\1", 2: lambda: struct.unpack(">q", rest)[0], 3: lambda: struct.unpack(">Q", rest)[0],
            4: lambda: struct.unpack(">d", rest)[0], 6: lambda: rest.decode(), 7: lambda: rest.hex()}[tag]()

def draw(root, seed, count, rows):
    x = b"".join(map(sized, (b"verisim/audit/v1", root.encode(), seed)))
    if count >= rows: return list(range(rows))
    stream, at, out = hashlib.shake_256(x).digest(64 * count + 4096), 0, set()
    top = 2**64 - 1
    while len(out) < count:
        v = int.from_bytes(stream[at:at + 8], "big")
        at += 8
        if v < top - top % rows: out.add(v % rows)
    return sorted(out)

manifest, d = load(sys.argv[1]), load(sys.argv[2])
predicate = json.loads(base64.b64decode(manifest["payload"]))["predicate"]
root = next(t["commitment"] for t in predicate["tables"] if t["name"] == d["table"])
need(table_root(root) == root["table"] == d["root"], "the root is another table's")
if len(sys.argv) > 3:
    q = load(sys.argv[3])
    need(q["root"] == root and q["rows"] == draw(root["table"], bytes.fromhex(q["seed"]), len(q["rows"]), root["rows"]), "the rows were not drawn")
    need(d["rows"] == q["rows"] and [c["name"] for c in d["columns"]] == q["columns"], "it answers something else")
    need(d["request"] == hashlib.sha256(open(sys.argv[3], "rb").read()).hexdigest(), "it answers another request")
for shown in d["columns"]:
    of = next(c for c in root["columns"] if c["name"] == shown["name"])
    need(of["salted"] == bool(shown["salts"]), "salts")
    got, cells = column_root(shown, d["rows"], root["rows"])
    need(got == of["root"], "column " + shown["name"] + " has another root")
    for r, c in zip(d["rows"], cells): print(r, shown["name"], json.dumps(value(c), ensure_ascii=False))
