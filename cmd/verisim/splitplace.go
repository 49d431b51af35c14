package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/catalog"
)

// splitPlaces reads where --good or --quarantine send the rows of each table, by
// the input's place in the command: a FILE for a lone table, a folder for all
// tables, or NAME=FILE for each that is wanted.
func (v *validation) splitPlaces(flag string) ([]string, error) {
	args := v.c.StringSlice(flag)
	if len(args) == 0 {
		return nil, nil
	}
	out := make([]string, len(v.inputs))
	names := make([]string, len(v.inputs))
	for i, in := range v.inputs {
		if names[i] = in.name; names[i] == "" {
			names[i] = tableName(in.path, in.Stream)
		}
	}
	for _, arg := range args {
		name, path, named := strings.Cut(arg, "=")
		at := slices.Index(names, name)
		switch {
		case isFolder(arg) || len(v.inputs) > 1 && !named && !knownEnding(arg):
			if len(args) > 1 {
				return nil, usagef("--%s names the folder %q and something else", flag, arg)
			}
			v.folder = append(v.folder, filepath.Clean(arg))
			for i, in := range v.inputs {
				file, err := v.splitName(in, names[i])
				if err != nil {
					return nil, err
				}
				out[i] = filepath.Join(arg, file)
			}
		case len(v.inputs) == 1 && (!named || at < 0):
			if len(args) > 1 {
				return nil, usagef("--%s is given %d times, and there is one table", flag, len(args))
			}
			out[0] = arg
		case !named:
			return nil, hint(usagef("--%s %s is one file, and there are %d tables", flag, arg, len(v.inputs)), "name a folder, or NAME=FILE for each table")
		case at < 0:
			return nil, hint(usagef("--%s: there is no table %q", flag, name), "the tables are "+strings.Join(names, ", "))
		case path == "":
			return nil, usagef("--%s %s names no file", flag, arg)
		case path == "-" && len(v.inputs) > 1:
			return nil, usagef("--%s: stdout cannot take one of %d tables", flag, len(v.inputs))
		case out[at] != "":
			return nil, usagef("--%s names two files for table %q", flag, name)
		default:
			out[at] = path
		}
	}
	return out, nil
}

func isFolder(path string) bool {
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

func knownEnding(path string) bool {
	_, _, err := catalog.ByPath(path)
	return path == "-" || err == nil
}

// splitName is a table's file in a folder: its format is --to, else that of the
// input, else arrow.
func (v *validation) splitName(in *input, name string) (string, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
		return "", hint(usagef("table %q cannot be the name of a file", name), "write NAME=FILE")
	}
	ending := "arrow"
	if codec, _, err := catalog.ByPath(in.path); err == nil {
		ending = codec.Name()
	}
	if to := v.c.String("to"); to != "" {
		codec, err := catalog.ByName(to)
		if err != nil {
			return "", err
		}
		ending = codec.Name()
	}
	return name + "." + ending, nil
}

// freeSplits checks every place before a row is read: none is taken, none an
// input, and no two are the same.
func (v *validation) freeSplits() error {
	var all []string
	for _, path := range slices.Concat(v.good, v.bad) {
		if path == "" {
			continue
		}
		for _, in := range v.inputs {
			if err := notSame(in.path, path); err != nil {
				return err
			}
		}
		if slices.Contains(all, filepath.Clean(path)) {
			return usagef("two tables, or --good and --quarantine, share the place %q", path)
		}
		all = append(all, filepath.Clean(path))
	}
	return free(v.c.Bool("replace"), all...)
}
