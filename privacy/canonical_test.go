package privacy

import (
	"encoding/json"
	"testing"
)

// The examples of RFC 8785 sections 3.2.2 and 3.2.3 and its appendix B.
func TestCanonical(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{
			`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		},
		{
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		},
		{`[-0, 0.0, 9007199254740992, 1e20, 1e21, 5e-324, 0.000001, 1e-7]`, `[0,0,9007199254740992,100000000000000000000,1e+21,5e-324,0.000001,1e-7]`},
		{" [ ] ", "[]"},
		{`"\u2028\u007f\b\f\t"`, "\"\u2028\u007f\\b\\f\\t\""},
	} {
		got, err := recode([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("recode(%s) = %s, %v, want %s", c.in, got, err, c.want)
		}
		if err := CheckCanonical([]byte(c.want)); err != nil {
			t.Errorf("CheckCanonical(%s) = %v", c.want, err)
		}
		if c.in != c.want && CheckCanonical([]byte(c.in)) == nil {
			t.Errorf("CheckCanonical(%s) accepts it", c.in)
		}
	}
	for _, in := range []string{"", "{", `{"a":1,"a":1}`, "9007199254740993", "1e400", "[1] 2", "\"\xff\"", `"\ud800"`, "{]", "01", "nul"} {
		if CheckCanonical([]byte(in)) == nil {
			t.Errorf("CheckCanonical(%q) accepts it", in)
		}
	}
}

func TestDecodeCanonical(t *testing.T) {
	type pair struct {
		A int    `json:"a"`
		B string `json:"b,omitempty"`
	}
	var p pair
	if err := DecodeCanonical([]byte(`{"a":1,"b":"x"}`), &p); err != nil || p != (pair{1, "x"}) {
		t.Errorf("DecodeCanonical = %v, %v", p, err)
	}
	for _, in := range []string{`{"A":1}`, `{"a":1,"b":""}`, `{"a":1,"c":2}`, `{"b":"x"}`, `[]`, `{"a": 1}`} {
		if DecodeCanonical([]byte(in), new(pair)) == nil {
			t.Errorf("DecodeCanonical(%s) accepts it", in)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add([]byte(`{"b":[1.5e3,"\u00e9"],"a":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		once, err := recode(in)
		if err != nil {
			return
		}
		if !json.Valid(once) {
			t.Fatalf("recode gives invalid json")
		}
		if err := CheckCanonical(once); err != nil {
			t.Fatalf("recode is not stable: %v", err)
		}
	})
}
