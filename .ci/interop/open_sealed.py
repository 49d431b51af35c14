"""Opens a sealed Arrow file, written from privacy/seal/FORMAT.md alone.

Compares every clear column and every column that opens with those of CLEAR, an
Arrow file of the same table; --columns says which sealed ones must open.
"""
import argparse, base64, functools, hashlib, hmac, json, struct, sys
import pyarrow as pa, pyarrow.ipc as ipc
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf import argon2, hkdf

def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def mac(key, *parts): return hmac.digest(key, b"".join(parts), "sha256")
def b64(text): return base64.b64decode(text, validate=True)
u32, u64 = struct.Struct(">I").pack, struct.Struct(">Q").pack
def expand(key, info, size=32, hash=hashes.SHA256): return hkdf.HKDFExpand(hash(), size, info).derive(key)
def canonical(v): return json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def need(ok, what): ok or sys.exit("refused: " + what)

def open_text(key, context, text):  # Cobblestone-256
    salt, commitment, rest = text[:24], text[24:56], text[56:]
    okm = expand(key, b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context, 76, hashes.SHA512)
    need(hmac.compare_digest(okm[44:], commitment), "the commitment does not match")
    box, base, size = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), 16384 + 16
    part = lambda i: box.decrypt((base ^ i).to_bytes(12, "big"), rest[i * size:(i + 1) * size], None)
    return b"".join(map(part, range(len(rest) // size + 1)))

def bech32(line):  # the checksum is not looked at: a wrong key opens nothing
    prefix, _, body = line.strip().lower().rpartition("1")
    bits = "".join(f"{'qpzry9x8gf2tvdw0s3jn54khce6mua7l'.index(c):05b}" for c in body[:-6])
    return prefix, int(bits[:len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")

def hpke(shared, kem, info, aad, text):  # RFC 9180, base mode, one message
    suite = b"HPKE" + struct.pack(">HHH", kem, 1, 2)
    extract = lambda salt, label, ikm: mac(salt, b"HPKE-v1", suite, label, ikm)
    labeled = lambda key, label, ctx, n: expand(key, struct.pack(">H", n) + b"HPKE-v1" + suite + label + ctx, n)
    ctx = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return AESGCM(labeled(secret, b"key", ctx, 32)).decrypt(labeled(secret, b"base_nonce", ctx, 12), text, aad)

class Identity:
    def __init__(self, line):
        prefix, seed = bech32(line)
        self.suite, x = ("xwing", None) if "pq" in prefix else ("x25519", seed)
        if self.suite == "xwing":
            wide = hashlib.shake_256(seed).digest(96)
            self.ml, x = mlkem.MLKEM768PrivateKey.from_seed_bytes(wide[:64]), wide[64:]
        self.x = x25519.X25519PrivateKey.from_private_bytes(x)
        self.xpub = self.x.public_key().public_bytes_raw()
        public = (self.ml.public_key().public_bytes_raw() if self.suite == "xwing" else b"") + self.xpub
        self.id = sha(b"verisim/recipient/v1\0" + self.suite.encode() + b"\0", public)[:16].hex()
    def unwrap(self, enc, info, aad, text):
        point = enc[-32:]
        shared = self.x.exchange(x25519.X25519PublicKey.from_public_bytes(point))
        if self.suite == "xwing":
            ss = self.ml.decapsulate(enc[:-32]) + shared + point + self.xpub + b"\\.//^\\"
            return hpke(hashlib.sha3_256(ss).digest(), 0x647a, info, aad, text)
        kem = b"HPKE-v1KEM" + struct.pack(">H", 0x20)
        prk = mac(bytes(32), kem, b"eae_prk", shared)
        ss = expand(prk, struct.pack(">H", 32) + kem + b"shared_secret" + enc + self.xpub)
        return hpke(ss, 0x20, info, aad, text)

def open_slot(slot, h, identities, passphrase):
    public = canonical({**slot, "ct": "", "enc": "", "shares": []})
    info, enc, ct = b"verisim/seal/v1/slot\0" + slot["kind"].encode() + b"\0" + h, b64(slot["enc"]), b64(slot["ct"])
    if slot["kind"] == "hpke":
        for k in identities:
            if (k.suite, k.id) == (slot["suite"], slot["recipient"]): return k.unwrap(enc, info, public, ct)
    if slot["kind"] == "passphrase" and passphrase:
        t, m, p = (int(x.split("=")[1]) for x in slot["suite"].split(",")[1:])
        need(t <= 10 and p <= 16 and 8 * p <= m <= 1 << 18, "the stretching is out of bounds")
        kdf = argon2.Argon2id(salt=enc, length=32, iterations=t, lanes=p, memory_cost=m)
        return open_text(kdf.derive(passphrase.encode()), info + public, ct)

def leaf(ring, subject):
    place = mac(bytes.fromhex(ring["index"]), b"verisim/keyring/v1/place\0", subject)
    bits = f"{int.from_bytes(place[:8], 'big'):064b}"
    for at, seed in ring["seeds"].items():
        depth, prefix = int(at.split("/")[0]), f"{int(at.split('/')[1], 16):064b}"
        if bits[:depth] == prefix[:depth]:
            step = lambda seed, bit: sha(b"verisim/keyring/v1/tree\0", bytes([int(bit)]), seed)
            return functools.reduce(step, bits[depth:], b64(seed))

def main():
    p = argparse.ArgumentParser()
    for name in ("sealed", "clear", "--key", "--passphrase", "--keyring", "--columns"): p.add_argument(name)
    a = p.parse_args()
    keys = [Identity(l) for l in open(a.key) if l.startswith("AGE-")] if a.key else []
    ring = json.load(open(a.keyring)) if a.keyring else None
    raw, want, reader = open(a.sealed, "rb").read(), ipc.open_file(a.clear).read_all(), ipc.open_file(a.sealed)
    padded = reader.schema.metadata[b"seal.header"]
    head = json.loads(padded)
    need(canonical(head).ljust(len(padded)) == padded, "the header is not canonical")
    I, foot = head["immutable"], struct.unpack("<I", raw[-10:-6])[0]
    need(I["version"] == 1 and I["suite"] == "cobblestone-256+hkdf-sha256+hmac-sha256", "version or suite")
    h, HK, CK = sha(b"verisim/seal/v1/file\0", canonical(I)), None, {}
    for slot in head["slots"]:
        grant = open_slot(slot, h, keys, a.passphrase)
        HK = grant[:32] if grant else HK
        for i, f in enumerate(slot["columns"] if grant else []):
            need(grant[32 + 36 * i:36 + 36 * i] == u32(f), "the grant's columns")
            CK[f] = grant[36 + 36 * i:68 + 36 * i]
    need(HK, "no slot opens")
    code = u64(len(canonical(I))) + canonical(I) + canonical(head["slots"])
    need(hmac.compare_digest(mac(expand(HK, b"verisim/seal/v1/header-mac"), code), b64(head["mac"])), "the header does not authenticate")
    at, blank = 16 + struct.unpack("<I", raw[12:16])[0], lambda b: b.replace(padded, b" " * len(padded))
    need(sha(blank(raw[8:at])).hex() == I["schemaDigest"], "the schema is another one")
    footer = bytearray(raw[-10 - foot:-10])
    get = lambda kind, at: struct.unpack_from(kind, footer, at)[0]
    ptr = get("<I", 0) + get("<H", get("<I", 0) - get("<i", get("<I", 0)) + 4 + 2 * 3)
    vector = ptr + get("<I", ptr)
    n, footer[ptr:ptr + 4] = get("<I", vector), bytes(4)
    need(sha(blank(bytes(footer[:vector]))).hex() == I["footerDigest"] and I["empty"] == (n == 0), "the footer is another one")
    plain, sealed = ipc.open_stream(b64(I["schema"])).schema, {c["field"]: c for c in I["columns"]}
    first = erased = 0
    for b in range(n):
        size = 8 + struct.unpack_from("<I", raw, at + 4)[0]
        body, rows = (struct.unpack_from("<q", raw, at + 8 + o)[0] for o in (24, 56))
        nodes = struct.unpack_from("<I", raw, at + 8 + 76)[0]
        buffers = struct.iter_unpack("<qq", raw[at + 96 + 16 * nodes:at + size])
        E = at + size + max([(o + l + 7) // 8 * 8 for o, l in buffers], default=0)
        sizes, text = iter(struct.unpack_from(f"<{len(sealed)}Q", raw, E)), E + 8 * len(sealed)
        place = lambda f: h + u32(f) + u64(b) + u64(first) + u64(rows)
        outer, expected, frame = reader.get_batch(b), want.slice(first, rows), sha(raw[at:text])
        for f, name in enumerate(plain.names):
            got, exp = outer.column(f), expected.column(f).cast(plain.field(f).type).to_pylist()
            if f in sealed:
                chunk = raw[text:(text := text + next(sizes))]
                if f not in CK or (sealed[f]["mode"] == "subject" and not ring): continue
                stream = open_text(CK[f], b"verisim/seal/v1/chunk\0" + place(f) + bytes([b == n - 1]) + frame, chunk)
                if sealed[f]["mode"] == "chunk": got = ipc.open_stream(stream).read_all().column(0)
                else:
                    K, values, whose = expand(CK[f], b"verisim/seal/v1/cells\0" + place(f)), [], sealed[f]["subject"]
                    for r, cell in enumerate(got.to_pylist()):
                        l = leaf(ring, str(expected.column(whose)[r]).encode()) if whose else b""
                        if l is None: exp[r], cell, erased = None, None, erased + 1
                        values.append(cell and AESGCM(mac(K, u64(r), l)).decrypt(bytes(12), cell, None))
                    got, t = pa.array(values, pa.binary()), plain.field(f).type
                    if pa.types.is_string(t): got = got.cast(t)
                    else:
                        data = pa.py_buffer(b"".join(v or bytes(t.bit_width // 8) for v in values))
                        got = pa.Array.from_buffers(t, len(values), [got.buffers()[0], data])
            need(got.to_pylist() == exp, f"column {name} differs")
        at, first = at + size + body, first + rows
    opened = [plain.names[f] for f in CK if sealed[f]["mode"] != "subject" or ring]
    need(set((a.columns or "").split(",")) <= {*opened, ""} and first == want.num_rows, f"only {opened} opened")
    print(f"opened {len(opened)} sealed columns of {first} rows: {', '.join(opened)}; {erased} cells erased")

main()
