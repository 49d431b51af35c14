package profile

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// mix is a bijection of 64-bit words whose every output bit depends on every
// input bit: the finaliser of MurmurHash3 with Stafford's constants, variant 13
// (D. Stafford, "Better bit mixing", 2011). Being a bijection, it makes the
// hash of a number stand for the number.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// unmix is the inverse of mix.
func unmix(x uint64) uint64 {
	x ^= x>>31 ^ x>>62
	x *= 0x319642b2d24d8ec3 // inverse of the second multiplier mod 2^64
	x ^= x>>27 ^ x>>54
	x *= 0x96de1b173f119089 // inverse of the first
	return x ^ x>>30 ^ x>>60
}

// The constants of hashBytes: digits of pi, made odd.
const (
	pi0 = 0x243f6a8885a308d3
	pi1 = 0x13198a2e03707345
	pi2 = 0xa4093822299f31d1
	pi3 = 0x082efa98ec4e6c89
)

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashBytes is a multiply-and-fold hash in the manner of wyhash (Wang Yi,
// 2019): 16 bytes a step, every length its own start. State files depend on
// its values, so that a change of it is a change of their version.
func hashBytes(b []byte) uint64 {
	seed := uint64(len(b))*pi3 ^ pi0
	for len(b) > 16 {
		seed = fold(binary.LittleEndian.Uint64(b)^pi1, binary.LittleEndian.Uint64(b[8:])^seed)
		b = b[16:]
	}
	var x, y uint64
	switch n := len(b); {
	case n >= 8: // the two words overlap, so that one branch serves 8 to 16
		x = binary.LittleEndian.Uint64(b)
		y = binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		x = uint64(binary.LittleEndian.Uint32(b))
		y = uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		x = uint64(b[0])<<16 | uint64(b[n>>1])<<8 | uint64(b[n-1])
	}
	return mix(fold(x^pi1, y^seed) ^ pi2)
}

const signBit = 1 << 63

// The keys at the upper and lower end of the floats: every NaN sorts last.
const (
	nanKey    = 0x7ff0000000000001 | signBit
	plusInf   = 0x7ff0000000000000 | signBit
	minusInf  = ^uint64(0xfff0000000000000)
	floatZero = signBit
)

// floatKey maps a float to a word so that the order of words is the order of
// floats. Both zeros get the same key, and so do all NaNs.
func floatKey(f float64) uint64 {
	if f != f {
		return nanKey
	}
	b := math.Float64bits(f + 0) // -0 + 0 = +0
	// Signs come in any order, and a branch on them would be foreseen badly.
	return b ^ (uint64(int64(b)>>63) | signBit)
}

// keyFloat is the inverse of floatKey.
func keyFloat(k uint64) float64 {
	return math.Float64frombits(k ^ (^uint64(int64(k)>>63) | signBit))
}

func intKey(x int64) uint64 { return uint64(x) ^ signBit }
func keyInt(k uint64) int64 { return int64(k ^ signBit) }
