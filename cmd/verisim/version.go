package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// release is the version of the source; CHANGELOG.md says what it holds.
const release = "0.1.0"

func versionVerb() verb {
	return verb{
		name:     "version",
		usage:    "tell the version, the toolchain and the libraries it was built with",
		examples: []string{"verisim version", "verisim version --json"},
		flags:    []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print one JSON object"}},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			info := buildInfo()
			if c.Bool("json") {
				enc := json.NewEncoder(e.out)
				enc.SetIndent("", "  ")
				return enc.Encode(info)
			}
			_, err := fmt.Fprintf(e.out, "verisim %s (%s, %s)\n", info.Version, info.Go, info.Platform)
			return err
		},
	}
}

type build struct {
	Version  string            `json:"version"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	Revision string            `json:"revision,omitempty"`
	Modules  map[string]string `json:"modules"`
}

func buildInfo() build {
	b := build{
		Version: release, Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Modules:  map[string]string{},
	}
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" {
				b.Revision = s.Value
			}
		}
		for _, m := range bi.Deps {
			b.Modules[m.Path] = m.Version
		}
	}
	return b
}
