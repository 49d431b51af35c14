"""A second verifier of proofs about totals, written from PROOFS.md, section 12, alone.

    python3 total.py FILE.total FILE.proof...

It needs nothing but Python's standard library: Ristretto255 (RFC 9496), hashing to
it (RFC 9380), the transcript and the textbook verifier are below. It is slow.
"""
import hashlib
import json
import sys

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
NAME = b"verisim/pedersen/v1"


def odd(x):
    return x % P & 1


def root(u, v):
    """sqrt(u/v) or sqrt(i*u/v), and which (RFC 9496, section 4.2)."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    if check in (-u % P, -u * SQRT_M1 % P):
        r = r * SQRT_M1 % P
    return check in (u % P, -u % P), P - r if odd(r) else r


INVSQRT_A_MINUS_D = root(1, (-1 - D) % P)[1]
SQRT_AD_MINUS_ONE = P - root((-D - 1) % P, 1)[1]  # RFC 9496 takes the odd one


class Point:
    def __init__(self, x, y, z, t):
        self.v = x % P, y % P, z % P, t % P

    def __add__(self, other):
        (x1, y1, z1, t1), (x2, y2, z2, t2) = self.v, other.v
        a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
        c, d = 2 * D * t1 * t2, 2 * z1 * z2
        e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
        return Point(e * f, g * h, f * g, e * h)

    def __mul__(self, k):
        k %= Q
        out, add = Point(0, 1, 1, 0), self
        while k:
            if k & 1:
                out = out + add
            add, k = add + add, k >> 1
        return out

    def __neg__(self):
        x, y, z, t = self.v
        return Point(-x, y, z, -t)

    def __eq__(self, other):
        (x1, y1, _, _), (x2, y2, _, _) = self.v, other.v
        return x1 * y2 % P == y1 * x2 % P or y1 * y2 % P == x1 * x2 % P

    def encode(self):
        x0, y0, z0, t0 = self.v
        u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
        inv = root(1, u1 * u2 * u2)[1]
        den1, den2 = inv * u1 % P, inv * u2 % P
        zinv = den1 * den2 * t0 % P
        x, y, den = x0, y0, den2
        if odd(t0 * zinv):
            x, y, den = y0 * SQRT_M1, x0 * SQRT_M1, den1 * INVSQRT_A_MINUS_D
        if odd(x * zinv):
            y = -y
        s = den * (z0 - y) % P
        return (P - s if odd(s) else s).to_bytes(32, "little")


def decode(b):
    s = int.from_bytes(b, "little")
    assert len(b) == 32 and s < P and not odd(s), "no canonical point"
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    square, inv = root(1, v * u2 * u2 % P)
    dx = inv * u2 % P
    x = 2 * s * dx % P
    x = P - x if odd(x) else x
    y = u1 * inv * dx * v % P
    t = x * y % P
    assert square and not odd(t) and y != 0, "no point"
    assert s != 0, "the identity"
    return Point(x, y, 1, t)


def elligator(b):
    t = int.from_bytes(b, "little") & (2**255 - 1)
    r = SQRT_M1 * t * t % P
    u = (r + 1) * (1 - D * D) % P
    c = -1
    v = (c - r * D) * (r + D) % P
    square, s = root(u, v)
    if not square:
        s1 = s * t % P
        s, c = (-s1 if not odd(s1) else s1) % P, r
    n = c * (r - 1) * (D - 1) ** 2 - v
    w0, w1, w2, w3 = 2 * s * v, n * SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return Point(w0 * w3, w2 * w1, w1 * w3, w0 * w2)


def expand(msg, dst):
    """64 bytes of expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1)."""
    dst += bytes([len(dst)])
    b0 = hashlib.sha512(bytes(128) + msg + (64).to_bytes(2, "big") + b"\0" + dst).digest()
    return hashlib.sha512(b0 + b"\1" + dst).digest()


def hash_to_point(msg, dst):
    b = expand(msg, dst)
    return elligator(b[:32]) + elligator(b[32:])


def hash_to_scalar(msg, dst):
    return int.from_bytes(expand(msg, dst), "little") % Q


def u64(n):
    return n.to_bytes(8, "big")


class Transcript:
    def __init__(self, name):
        self.state = bytes(64)
        self.absorb(name, b"")

    def absorb(self, label, message):
        h = self.state + u64(len(label)) + label + u64(len(message)) + message
        self.state = hashlib.sha512(h).digest()

    def challenge(self, label):
        self.absorb(label, b"")
        k = hash_to_scalar(hashlib.shake_256(self.state).digest(64), NAME + b" challenge")
        assert k != 0
        return k


G = decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
H = hash_to_point(b"H", NAME + b" H")
U = hash_to_point(b"U", NAME + b" range U")


def scalar(b):
    k = int.from_bytes(b, "little")
    assert len(b) == 32 and k < Q, "no canonical scalar"
    return k


def total(sum_):
    s = Point(0, 1, 1, 0)
    for x in sum_:
        s = s + x
    return s


def verify_exact(context, c, v, proof):
    assert len(proof) == 64
    big, r = decode(proof[:32]), scalar(proof[32:])
    left = decode(c) + -(G * v)
    user = b"".join(u64(len(m)) + m for m in (context, c, str(v).encode()))
    other = NAME + b" total"
    m = H.encode() + big.encode() + left.encode()
    m += len(user).to_bytes(4, "big") + user + len(other).to_bytes(4, "big") + other
    assert big == H * r + left * hash_to_scalar(m, other), "the equation does not hold"


def verify_known(scale, part):
    c, proof = bytes.fromhex(part["commitment"]), bytes.fromhex(part["known"])
    assert len(proof) == 96
    t = Transcript(NAME + b" known")
    t.absorb(b"context", str(scale).encode())
    t.absorb(b"statement", b"known")
    t.absorb(b"commitment", c)
    t.absorb(b"first", proof[:32])
    e = t.challenge(b"e")
    s, r = scalar(proof[32:64]), scalar(proof[64:])
    assert G * s + H * r == decode(proof[:32]) + decode(c) * e, "not known"


def verify_one_of(context, c, vs, proof):
    assert len(proof) == 64 * len(vs)
    t = Transcript(NAME + b" one of")
    t.absorb(b"context", context)
    t.absorb(b"statement", b"one of")
    t.absorb(b"count", u64(len(vs)))
    for v in vs:
        t.absorb(b"number", str(v).encode())
    t.absorb(b"commitment", c)
    es = 0
    for j, v in enumerate(vs):
        e, z = scalar(proof[64 * j:64 * j + 32]), scalar(proof[64 * j + 32:64 * j + 64])
        es += e
        t.absorb(b"first", (H * z + -((decode(c) + -(G * v)) * e)).encode())
    assert es % Q == t.challenge(b"e"), "the challenges do not add up"


def verify_range(context, kind, n, numbers, c, points, proof):
    m = len(points)
    while m & (m - 1):
        m += 1
    size = n * m
    rounds = size.bit_length() - 1
    assert len(proof) == 32 * (9 + 2 * rounds), "length"
    t = Transcript(NAME + b" range")
    t.absorb(b"generators", NAME + b" range G H U")
    t.absorb(b"context", context)
    t.absorb(b"statement", kind)
    t.absorb(b"bits", u64(n))
    t.absorb(b"count", u64(len(points)))
    for v in numbers:
        t.absorb(b"number", str(v).encode())
    t.absorb(b"commitment", c)
    at = 0

    def take(label):
        nonlocal at
        b = proof[at:at + 32]
        at += 32
        t.absorb(label, b)
        return b

    a, s = decode(take(b"A")), decode(take(b"S"))
    y, z = t.challenge(b"y"), t.challenge(b"z")
    t1, t2 = decode(take(b"T1")), decode(take(b"T2"))
    x = t.challenge(b"x")
    taux, mu, that = scalar(take(b"taux")), scalar(take(b"mu")), scalar(take(b"t"))
    w = t.challenge(b"w")

    delta = (z - z * z) * sum(pow(y, i, Q) for i in range(size))
    delta -= sum(pow(z, j + 2, Q) * (2**n - 1) for j in range(1, m + 1))
    right = G * delta + t1 * x + t2 * (x * x)
    right = right + total(p * pow(z, j + 2, Q) for j, p in enumerate(points))
    assert G * that + H * taux == right, "t is not what the commitments say"

    back = pow(y, -1, Q)
    gs = [hash_to_point(u64(i), NAME + b" range G") for i in range(size)]
    hs = [hash_to_point(u64(i), NAME + b" range H") * pow(back, i, Q) for i in range(size)]
    p = a + s * x + H * -mu + U * (w * that)
    for i in range(size):
        k = z * pow(y, i, Q) + pow(z, i // n + 2, Q) * 2 ** (i % n)
        p = p + gs[i] * -z + hs[i] * k
    while size > 1:
        size //= 2
        left, r = decode(take(b"L")), decode(take(b"R"))
        u = t.challenge(b"u")
        inv = pow(u, -1, Q)
        gs = [gs[i] * inv + gs[size + i] * u for i in range(size)]
        hs = [hs[i] * u + hs[size + i] * inv for i in range(size)]
        p = left * (u * u) + p + r * (inv * inv)
    a, b = scalar(take(b"a")), scalar(take(b"b"))
    assert p == gs[0] * a + hs[0] * b + U * (w * a * b), "the inner product is another"


def canonical(v):
    return json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def load(path):
    raw = open(path, "rb").read()
    v = json.loads(raw)
    assert canonical(v) + b"\n" == raw, "not canonical"
    return v


def verify(public, path):
    f = load(path)
    assert f["public"] == public, "about another total"
    if "parts" in public:
        assert "known" not in public
        for part in public["parts"]:
            verify_known(public["scale"], part)
        parts = [part["commitment"] for part in public["parts"]]
        assert parts == sorted(set(parts))
        assert total(decode(bytes.fromhex(p)) for p in parts).encode().hex() == public["commitment"]
    else:
        verify_known(public["scale"], public)
    proof = bytes.fromhex(f.pop("proof"))
    context, c, claim = canonical(f), bytes.fromhex(public["commitment"]), f["claim"]
    vs = [int(v) for v in claim["numbers"]]
    point = decode(c)
    kind = claim["kind"]
    if kind == "exact":
        verify_exact(context, c, vs[0], proof)
    elif kind == "one-of":
        verify_one_of(context, c, vs, proof)
    elif kind == "between":
        n = next(n for n in (8, 16, 32, 64, 128) if 0 <= vs[1] - vs[0] < 2**n)
        verify_range(context, b"between", n, vs, c, [point + -(G * vs[0]), G * vs[1] + -point], proof)
    elif kind == "at-least":
        verify_range(context, b"at least", claim["bits"], vs, c, [point + -(G * vs[0])], proof)
    else:
        assert kind == "at-most"
        verify_range(context, b"at most", claim["bits"], vs, c, [G * vs[0] + -point], proof)
    print(f"{path}: {kind} {claim['numbers']} holds")


if __name__ == "__main__":
    public = load(sys.argv[1])
    for path in sys.argv[2:]:
        verify(public, path)
