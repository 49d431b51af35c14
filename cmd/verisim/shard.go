package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/cmd/internal/shard"
	"github.com/verisim/verisim/synth"
	models "github.com/verisim/verisim/synth/catalog"
	"github.com/verisim/verisim/synth/fake"
)

// defaultPartRows is a few hundred MB of a usual table.
const defaultPartRows = 1 << 22

func shardFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "shard", Usage: "of a spec, make only the parts of shard `I/N`, from 0; auto/N takes the index of Kubernetes, Slurm or AWS Batch"},
		&cli.Int64Flag{Name: "part-rows", Value: defaultPartRows, Usage: "with --shard, put `N` rows into a file"},
	}
}

// shards makes one shard's parts into a directory that all shards share.
func (g *generation) shards(ctx context.Context, e *env, c *cli.Context) error {
	share, err := shard.ParseShare(c.String("shard"), e.getenv)
	if err != nil {
		return usagef("--shard: %v", err)
	}
	out, size := target(c), c.Int64("part-rows")
	switch {
	case !models.IsSpec(c.Args().First()):
		return usagef("--shard is for specs")
	case out == "" || out == "-":
		return usagef("--shard needs a directory with -o")
	case c.String("where") != "":
		return usagef("--where cannot stand with --shard: parts have a fixed number of rows")
	case size < 1 || size > 1<<40:
		return usagef("--part-rows is %d; 1 to 2^40 are possible", size)
	}
	if name := c.String("table"); name != "" {
		if _, err = synth.Find(g.model, name); err != nil {
			return tableError(g.model, name)
		}
	}
	codec, err := outputCodec(c, "", "arrow")
	if err != nil {
		return err
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.Args().First())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	p := newProgress(e, "generate")
	j := &shard.Job{
		Plan: shard.Plan{
			Version: shard.Version, Spec: hex.EncodeToString(sum[:]), Dictionaries: fake.Version(),
			Seed: uint64(g.seed), Rows: c.Int64("rows"), Format: codec.Name(), Compression: c.String("compression"), PartRows: size,
		},
		Model: g.model, Codec: codec, Write: writeOptions(c, n), Dir: out, Workers: n, Watch: p.watch,
	}
	if err = j.Plan.Fill(g.model, c.String("table")); err != nil {
		return usagef("%v", err)
	}
	done, err := j.Make(ctx, share)
	p.done()
	if other := (*shard.OtherPlanError)(nil); errors.As(err, &other) {
		return hint(err, "choose another directory, or the options that the other shards have")
	}
	if err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintf(e.err, "shard %d of %d: %d parts made, %d were there, %s rows -> %s\n", share.Index, share.Count, done.Made, done.Skipped, job.Thousands(done.Rows), out)
	}
	return nil
}

func mergeVerb() verb {
	return verb{
		name:  "merge",
		usage: "check the parts that shards made, and list them in one manifest",
		args:  "DIR",
		min:   1, max: 1,
		about: `DIR is what "verisim generate SPEC --shard I/N -o DIR" filled. Every part is read
against the hash that its maker wrote. manifest.json then lists them; its content
does not depend on how many shards there were. The rules under check: are not
judged in shards: "verisim validate" judges the whole.`,
		examples: []string{"for i in 0 1 2 3; do verisim generate shop.yaml --shard $i/4 -o parts & done; wait; verisim merge parts"},
		exits:    []int{exitFindings, exitCorrupt},
		run: func(ctx context.Context, e *env, c *cli.Context) error {
			m, err := shard.Merge(ctx, c.Args().First())
			if missing := (*shard.MissingError)(nil); errors.As(err, &missing) {
				return hint(findings("%v", err), "start the shards again: they make what is missing")
			}
			if err != nil {
				return err
			}
			if !e.quiet {
				rows := int64(0)
				for _, f := range m.Files {
					rows += f.Rows
				}
				fmt.Fprintf(e.err, "%d parts, %s rows: %s\n", len(m.Files), job.Thousands(rows), "manifest.json")
			}
			return nil
		},
	}
}
