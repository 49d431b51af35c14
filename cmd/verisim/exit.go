package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/profile"
	models "github.com/verisim/verisim/synth/catalog"
	"github.com/verisim/verisim/synth/finance"
)

// The exit codes. This file is the only place that knows them.
const (
	exitDone        = 0
	exitFailure     = 1
	exitUsage       = 2
	exitFindings    = 3
	exitRefused     = 4
	exitCorrupt     = 5
	exitNoKey       = 6
	exitInterrupted = 130
)

var exitWords = map[int]string{
	exitDone:        "done",
	exitFailure:     "bug or io",
	exitUsage:       "usage",
	exitFindings:    "findings",
	exitRefused:     "guarantee or budget refused",
	exitCorrupt:     "tampered or corrupt",
	exitNoKey:       "no matching key",
	exitInterrupted: "interrupted",
}

func exitText(extra []int) string {
	codes := append([]int{exitDone, exitFailure, exitUsage, exitInterrupted}, extra...)
	slices.Sort(codes)
	var out []string
	for _, c := range slices.Compact(codes) {
		out = append(out, fmt.Sprintf("%d %s", c, exitWords[c]))
	}
	return strings.Join(out, ", ")
}

// usageError is a mistake in how the command was called.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// coded gives an error its exit code where no library error says it.
type coded struct {
	error
	code int
}

func (e *coded) Unwrap() error { return e.error }

// findings says that the command worked and what it looked at did not pass.
func findings(format string, args ...any) error {
	return &coded{fmt.Errorf(format, args...), exitFindings}
}

// silent is an error whose words were already printed.
type silent struct{ error }

func (e silent) Unwrap() error { return e.error }

// hinted adds what to do about an error.
type hinted struct {
	error
	hint string
}

func (e *hinted) Unwrap() error { return e.error }

func hint(err error, text string) error { return &hinted{err, text} }

func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if c := (*coded)(nil); errors.As(err, &c) {
		return c.code
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if code, ok := privacyCode(err); ok {
		return code
	}
	if errors.As(err, new(*proof.FalseError)) || errors.As(err, new(*proof.CellError)) {
		return exitFindings
	}
	if errors.As(err, new(*finance.UnreachableError)) {
		return exitRefused
	}
	switch {
	case errors.Is(err, formats.ErrCorrupt), errors.Is(err, profile.ErrCorrupt), errors.As(err, new(*bundle.VersionError)):
		return exitCorrupt
	case errors.As(err, new(*usageError)), errors.As(err, new(*document.Error)), errors.As(err, new(*table.NoColumnError)),
		errors.As(err, new(*catalog.UnknownFormatError)), errors.As(err, new(*models.UnknownError)),
		errors.As(err, new(*job.NoTableError)), errors.As(err, new(*commit.RowError)):
		return exitUsage
	}
	return exitFailure
}

// report writes an error for people: one line of what is wrong, then what to do.
func report(e *env, err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(e.err, "verisim: interrupted: no file was left behind")
		return
	}
	faults := document.All(err)
	if len(faults) > 1 {
		for _, f := range faults {
			fmt.Fprintf(e.err, "verisim: error: %v\n", f)
		}
	} else {
		fmt.Fprintf(e.err, "verisim: error: %v\n", err)
	}
	if h := hintOf(err); h != "" {
		fmt.Fprintf(e.err, "verisim: hint: %s\n", h)
	}
}

func hintOf(err error) string {
	if h := (*hinted)(nil); errors.As(err, &h) {
		return h.hint
	}
	if u := (*catalog.UnknownFormatError)(nil); errors.As(err, &u) {
		return u.Hint
	}
	if u := (*models.UnknownError)(nil); errors.As(err, &u) && u.Nearest() != "" {
		return "did you mean " + u.Nearest() + "?"
	}
	if t := (*job.NoTableError)(nil); errors.As(err, &t) && t.Nearest() != "" {
		return "did you mean " + t.Nearest() + "?"
	}
	if s := (*formats.SyntaxError)(nil); errors.As(err, &s) {
		return s.Hint
	}
	if p := (*privacy.Error)(nil); errors.As(err, &p) && p.Hint != "" {
		return p.Hint
	}
	if d := (*document.Error)(nil); errors.As(err, &d) && !strings.Contains(d.Cause, "did you mean") {
		return d.Hint
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "check the path; relative paths start at the directory where you are"
		case errors.Is(err, syscall.ENOSPC):
			return "the disk is full; nothing was left behind"
		}
	}
	return ""
}
