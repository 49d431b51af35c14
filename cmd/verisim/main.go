// Command verisim makes synthetic domain data, learns and judges real data,
// cleans it, protects it, and hands it to training as Arrow files.
//
// The files here are thin: flags become a struct, a library is called, the
// result is printed. app.go holds the frame that every command stands in.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what waits for a pipe or a terminal
	code := run(ctx, os.Args[1:], &env{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		outTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		getenv:      os.Getenv,
	})
	stop()
	os.Exit(code)
}
