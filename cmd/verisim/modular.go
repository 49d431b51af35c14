package main

import (
	"encoding/hex"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/parquet"
	"github.com/verisim/verisim/privacy/keys"
)

// modularFlags are the flags of commands that read and write Parquet under its
// own encryption.
func modularFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "from-keys", Usage: "read Parquet under Modular Encryption with the keys in `FILE`: footer: HEX, columns: {NAME: HEX}"},
		&cli.StringFlag{Name: "to-keys", Usage: "write Parquet under Modular Encryption with the keys in `FILE`; without columns one key encrypts all"},
	}
}

// modularFile is a file of keys.
type modularFile struct {
	At          document.Pos
	Footer      string            `yaml:"footer"`
	Columns     map[string]string `yaml:"columns"`
	FooterName  string            `yaml:"footer_name"`
	ColumnNames map[string]string `yaml:"column_names"`
}

// modular gives the codec of encrypted Parquet files, or nil if no keys are
// given.
func modular(path string) (formats.Codec, error) {
	if path == "" {
		return nil, nil
	}
	data, err := keys.ReadSecret(path)
	if err != nil {
		return nil, err
	}
	var f modularFile
	if err = document.Decode(path, data, &f); err != nil {
		return nil, err
	}
	k := parquet.ModularKeys{FooterName: f.FooterName, ColumnNames: f.ColumnNames, Columns: map[string][]byte{}}
	if k.Footer, err = modularKey(f.Footer); err != nil {
		return nil, f.At.Errorf("footer: %v", err)
	}
	for name, text := range f.Columns {
		if k.Columns[name], err = modularKey(text); err != nil {
			return nil, f.At.Errorf("column %q: %v", name, err)
		}
	}
	return parquet.Encrypted{Keys: k}, nil
}

func modularKey(text string) ([]byte, error) {
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the key is not hex")
	}
	if len(b) != 16 && len(b) != 24 && len(b) != 32 {
		return nil, fmt.Errorf("the key has %d bytes, want 16, 24 or 32", len(b))
	}
	return b, nil
}
