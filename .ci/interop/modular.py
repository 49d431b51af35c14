"""Parquet Modular Encryption between verisim and pyarrow, both ways.

    modular.py VERISIM     (in an empty folder)

Uniform files by pyarrow's direct keys; column keys by its key management, with
a key service that hides nothing, since what is tested is the file.
"""
import base64, json, os, subprocess, sys
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.parquet.encryption as pe

verisim = sys.argv[1]
KEYS = {"footer": bytes(range(16)), "card": bytes(range(16, 32)), "name": bytes(range(32, 48))}

class Service(pe.KmsClient):
    def __init__(self, _): super().__init__()
    def wrap_key(self, key, master): return base64.b64encode(KEYS[master] + key)
    def unwrap_key(self, wrapped, master):
        assert base64.b64decode(wrapped)[:16] == KEYS[master]
        return base64.b64decode(wrapped)[16:]

def run(*args, fails=0):
    got = subprocess.run([verisim, *args, "--quiet"], stderr=subprocess.PIPE, text=True)
    assert got.returncode == fails, (args, got.returncode, got.stderr)

def secret(path, value):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as f: json.dump(value, f)

def material(name, key, footer):  # key tools' key material, version PKMT1, stored in the file
    m = {"keyMaterialType": "PKMT1", "internalStorage": True, "isFooterKey": footer, "masterKeyID": name,
         "wrappedDEK": base64.b64encode(KEYS[name] + key).decode(), "doubleWrapping": False}
    return json.dumps({**m, "kmsInstanceID": "DEFAULT", "kmsInstanceURL": "DEFAULT"} if footer else m)

n = 200_000
t = pa.table({"id": pa.array(range(n)), "name": [None if i % 7 == 0 else f"person {i % 1009}" for i in range(n)],
              "card": [f"{4000 + i * 7}" for i in range(n)], "amount": [i / 4 for i in range(n)]})
pq.write_table(t, "clear.parquet", row_group_size=60_000)
same = lambda got: t.equals(got.cast(t.schema)) or sys.exit("the tables differ")

# Uniform.
secret("one.json", {"footer": KEYS["footer"].hex()})
run("convert", "clear.parquet", "u.parquet", "--to-keys", "one.json")
same(pq.read_table("u.parquet", decryption_properties=pe.create_decryption_properties(KEYS["footer"])))
for compression in ("snappy", "zstd", "none"):
    for version in ("1.0", "2.0"):
        pq.write_table(t, "p.parquet", row_group_size=60_000, compression=compression, data_page_version=version,
                       encryption_properties=pe.create_encryption_properties(KEYS["footer"], plaintext_footer=False))
        run("convert", "p.parquet", "back.parquet", "--from-keys", "one.json", "--replace")
        same(pq.read_table("back.parquet"))
secret("other.json", {"footer": KEYS["card"].hex()})
run("convert", "p.parquet", "x.parquet", "--from-keys", "other.json", fails=5)

# A plain footer with column keys, written by verisim.
data = {c: os.urandom(16) for c in KEYS}
secret("two.json", {"footer": data["footer"].hex(), "columns": {c: data[c].hex() for c in ("card", "name")},
                    "footer_name": material("footer", data["footer"], True),
                    "column_names": {c: material(c, data[c], False) for c in ("card", "name")}})
run("convert", "clear.parquet", "c.parquet", "--to-keys", "two.json")
factory = pe.CryptoFactory(lambda c: Service(c))
props = factory.file_decryption_properties(pe.KmsConnectionConfig())
same(pq.read_table("c.parquet", decryption_properties=props))
assert pq.read_schema("c.parquet").names == t.schema.names  # without any key

# And by pyarrow: its data keys are random, the service shows them.
config = pe.EncryptionConfiguration(footer_key="footer", column_keys={"card": ["card"], "name": ["name"]},
                                    plaintext_footer=True, double_wrapping=False, data_key_length_bits=128)
shown = {}
class Shown(Service):
    def wrap_key(self, key, master):
        shown[master] = key
        return super().wrap_key(key, master)
factory = pe.CryptoFactory(lambda c: Shown(c))
with pq.ParquetWriter("q.parquet", t.schema, encryption_properties=factory.file_encryption_properties(pe.KmsConnectionConfig(), config)) as w:
    w.write_table(t, row_group_size=60_000)
secret("three.json", {"footer": shown["footer"].hex(), "columns": {c: shown[c].hex() for c in ("card", "name")}})
run("convert", "q.parquet", "qback.parquet", "--from-keys", "three.json")
same(pq.read_table("qback.parquet"))
secret("part.json", {"footer": shown["footer"].hex(), "columns": {"card": shown["card"].hex()}})
run("convert", "q.parquet", "part.parquet", "--from-keys", "part.json", "--columns", "id,card")
assert pq.read_table("part.parquet").equals(t.select(["id", "card"]).cast(pq.read_schema("part.parquet")))
run("convert", "q.parquet", "x.parquet", "--from-keys", "part.json", fails=5)
print("ok: Parquet Modular Encryption, uniform and by column keys, is read and written by verisim and pyarrow alike")
