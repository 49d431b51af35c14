package proof

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// TestEveryHeaderFieldIsBound changes each leaf of the header, one at a time,
// and leaves out each element and member.
func TestEveryHeaderFieldIsBound(t *testing.T) {
	everyField(t, toySize, with("rows:", "range: {column: age, min: 18, max: 97}", "member: {column: country}", "nulls: {column: age, max_rate: 0.5}",
		"sum: {column: age}", `rate: {column: fraud, is: "true", where: {column: country, is: CN}}`, "histogram: {column: country}", "range: {column: amount, min: 0, max: 10000}"))
	everyField(t, toyTwice, "version: 1\ntable: t\nstatements:\n- range: {column: age, min: 18, max: 97}\n- sum: {column: age}\n- anonymity: {columns: [group], k: 2}\n- unique: {column: id}\n- unique: {column: id, missing: true}")
}

func everyField(t *testing.T, toySize ligero.Params, text string) {
	doc := decode(t, text)
	p := New(doc, Options{InsecureParams: &toySize})
	tab, err := p.Table("t", testSchema, nil, strings.Repeat("ab", 32))
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(testBatch(t, testRows(50, 2))); err != nil {
		t.Fatal(err)
	}
	file, err := p.Prove(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	opt := VerifyOptions{InsecureParams: true}
	if _, err = Verify(context.Background(), file, opt); err != nil {
		t.Fatal(err)
	}
	magic := string(file[:len(magic)])
	n := int(binary.BigEndian.Uint32(file[len(magic):]))
	at := len(magic) + 4
	var root any
	if err = json.Unmarshal(file[at:at+n], &root); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(path string) {
		text, err := privacy.Canonical(root)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(text, file[at:at+n]) {
			t.Fatalf("%s: nothing changed", path)
		}
		bad := append(binary.BigEndian.AppendUint32([]byte(magic), uint32(len(text))), text...)
		bad = append(bad, file[at+n:]...)
		_, err = Verify(context.Background(), bad, opt)
		if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("%s changed: Verify = %v", path, err)
		}
		tried++
	}
	var walk func(path string, v any, put func(any))
	walk = func(path string, v any, put func(any)) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(path+"."+k, x, func(y any) { v[k] = y })
				delete(v, k)
				try(path + " without " + k)
				v[k] = x
			}
		case []any:
			for i, x := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), x, func(y any) { v[i] = y })
			}
			if len(v) > 0 {
				put(v[:len(v)-1])
				try(path + " cut")
				put(v)
			}
		case string:
			for _, other := range []string{v + "1", "1" + v, ""} {
				if other != v {
					put(other)
					try(path)
				}
			}
			put(v)
		case float64:
			for _, d := range []float64{1, -1} {
				put(v + d)
				try(path)
			}
			put(v)
		case bool:
			put(!v)
			try(path)
			put(v)
		}
	}
	walk("header", root, func(any) {})
	if tried < 70 {
		t.Errorf("%d changes tried, want more", tried)
	}
	for name, roots := range map[string]map[string]string{
		"another table's root": {"t": strings.Repeat("cd", 32)},
		"no root of the table": {"u": strings.Repeat("ab", 32)},
	} {
		if _, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true, Commitments: roots}); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%s: Verify = %v, want refused", name, err)
		}
	}
	opt.Commitments = map[string]string{"t": strings.Repeat("ab", 32), "u": strings.Repeat("ef", 32)}
	if _, err := Verify(context.Background(), file, opt); err != nil {
		t.Errorf("the root among others: Verify = %v", err)
	}
}

// TestBodyIsBound flips bytes all over a body and cuts it.
func TestBodyIsBound(t *testing.T) {
	file, err := proveRows(t, decode(t, with("range: {column: age, min: 18, max: 97}")), Options{InsecureParams: &toySize}, testRows(50, 2))
	if err != nil {
		t.Fatal(err)
	}
	opt := VerifyOptions{InsecureParams: true}
	for i := 0; i < len(file); i += 1 + len(file)/400 {
		file[i] ^= 1 << (i % 8)
		if _, err := Verify(context.Background(), file, opt); !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("byte %d of %d flipped: Verify = %v", i, len(file), err)
		}
		file[i] ^= 1 << (i % 8)
		if _, err := Verify(context.Background(), file[:i], opt); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("cut at %d of %d: Verify = %v", i, len(file), err)
		}
	}
}

func TestRederive(t *testing.T) {
	secret := func(column string) []byte {
		if column == "amount" {
			return nil
		}
		return bytes.Repeat([]byte(column[:1]), SecretSize)
	}
	rows := testRows(300, 4)
	p := New(decode(t, with("range: {column: age, min: 18, max: 97}", "member: {column: country}", "range: {column: amount, min: 0, max: 10000}")), Options{InsecureParams: &toySize})
	tab, err := p.Table("t", testSchema, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(testBatch(t, rows)); err != nil {
		t.Fatal(err)
	}
	file, err := p.Prove(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	open := func(rows []string) ([]string, error) {
		b := testBatch(t, rows)
		return Rederive(context.Background(), file, "t", table.FromBatches(testSchema, b), secret, 2)
	}
	got, err := open(rows)
	if err != nil || !slices.Equal(got, []string{"age", "country"}) {
		t.Errorf("Rederive = %v, %v, want age and country", got, err)
	}
	for name, change := range map[string]func([]string){"a value": set(9, "age", "55"), "a null": set(9, "country", "null")} {
		other := slices.Clone(rows)
		change(other)
		if _, err := open(other); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s swapped after the proof: Rederive = %v, want tampered", name, err)
		}
	}
	if _, err := open(rows[1:]); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("a row dropped after the proof: Rederive = %v, want tampered", err)
	}
}
