package privacy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Canonical encodes a value as canonical JSON (RFC 8785): members sorted by
// their UTF-16 code units, no white space, shortest numbers, fewest escapes.
// There is exactly one such encoding of a value, so signing or hashing it
// leaves no byte free to change. Integers that a float64 does not hold exactly
// are refused, since JSON readers disagree about them.
func Canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode canonical json: %w", err)
	}
	return recode(raw)
}

// CheckCanonical says whether data is the canonical encoding of what it holds.
func CheckCanonical(data []byte) error {
	again, err := recode(data)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("read canonical json: %d bytes are not in canonical form", len(data))
	}
	return nil
}

// DecodeCanonical decodes data into a value and refuses any encoding but the
// canonical one, and any member that the value does not have.
func DecodeCanonical(data []byte, into any) error {
	if err := CheckCanonical(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("read canonical json: %w", err)
	}
	// encoding/json takes member names in any case and explicit zero values
	// for left-out members; one encoding means that neither may pass.
	again, err := Canonical(into)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("read canonical json: a member is misspelt or superfluous")
	}
	return nil
}

// maxDepth bounds the nesting of hostile input; the deepest structure that is
// ever written has fewer than ten levels.
const maxDepth = 64

func recode(raw []byte) ([]byte, error) {
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("read canonical json: not valid utf-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var b bytes.Buffer
	if err := writeValue(&b, d, 0); err != nil {
		return nil, fmt.Errorf("read canonical json: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("read canonical json: data after the value")
	}
	return b.Bytes(), nil
}

func writeValue(b *bytes.Buffer, d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		writeString(b, v)
	case json.Number:
		return writeNumber(b, v)
	case json.Delim:
		if v == '[' {
			return writeArray(b, d, depth)
		}
		return writeObject(b, d, depth)
	}
	return nil
}

func writeArray(b *bytes.Buffer, d *json.Decoder, depth int) error {
	b.WriteByte('[')
	for i := 0; d.More(); i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeValue(b, d, depth+1); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	_, err := d.Token()
	return err
}

func writeObject(b *bytes.Buffer, d *json.Decoder, depth int) error {
	type member struct {
		key   string
		order []uint16
		value []byte
	}
	var members []member
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return fmt.Errorf("member name is not a string")
		}
		var value bytes.Buffer
		if err := writeValue(&value, d, depth+1); err != nil {
			return err
		}
		members = append(members, member{key, utf16.Encode([]rune(key)), value.Bytes()})
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	slices.SortFunc(members, func(x, y member) int { return slices.Compare(x.order, y.order) })
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			if m.key == members[i-1].key {
				return fmt.Errorf("member %q occurs twice", m.key)
			}
			b.WriteByte(',')
		}
		writeString(b, m.key)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return nil
}

// writeNumber follows ECMAScript's Number::toString, which encoding/json's own
// float format follows too.
func writeNumber(b *bytes.Buffer, n json.Number) error {
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return fmt.Errorf("number %q is out of range", n.String())
	}
	if f == 0 {
		b.WriteByte('0') // RFC 8785 section 3.2.2.3: minus zero too
		return nil
	}
	out, err := json.Marshal(f)
	if err != nil {
		return err
	}
	// An integer that a float64 does not hold would change its value here, and
	// with it what was signed.
	if !strings.ContainsAny(n.String(), ".eE") && string(out) != n.String() {
		return fmt.Errorf("integer %q is beyond what json numbers hold exactly", n.String())
	}
	b.Write(out)
	return nil
}

// writeString escapes what RFC 8785 section 3.2.2.2 names and nothing else.
func writeString(b *bytes.Buffer, s string) {
	const hex = "0123456789abcdef"
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= 0x20:
			b.WriteByte(c)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\f':
			b.WriteString(`\f`)
		case c == '\r':
			b.WriteString(`\r`)
		default:
			b.WriteString(`\u00`)
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	b.WriteByte('"')
}
