package catalog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// OpenOptions say what to open and how.
type OpenOptions struct {
	// Path of the file, "-" for Stdin. Required.
	Path string
	// Stdin is read for "-".
	Stdin io.Reader
	// Format names the codec. Default: by the first bytes, else by the ending.
	Format string
	// Codec is the codec, whatever Format says. Default none.
	Codec formats.Codec
	// Read is handed to the codec.
	Read formats.ReadOptions
	// TempDir holds the copy of what cannot be read at random but must be.
	// Default the system's.
	TempDir string
}

// Opened is a file that is being read.
type Opened struct {
	Codec  formats.Codec
	Stream table.Stream
	// Size is the file's size on disk in bytes, -1 for a pipe.
	Size int64

	closes []func() error
}

// Close gives up the file, after the stream was read or is no longer wanted.
func (o *Opened) Close() error {
	var first error
	for i := len(o.closes) - 1; i >= 0; i-- {
		if err := o.closes[i](); err != nil && first == nil {
			first = err
		}
	}
	o.closes = nil
	return first
}

// Open recognises a file and starts to read it. What is compressed with gzip
// or zstd is decompressed on the way; what needs random access and has none is
// copied to a temporary file first.
func Open(ctx context.Context, opt OpenOptions) (*Opened, error) {
	o := &Opened{Size: -1}
	if err := o.open(ctx, opt); err != nil {
		_ = o.Close() // the first error is the one that matters
		return nil, err
	}
	return o, nil
}

func (o *Opened) open(ctx context.Context, opt OpenOptions) error {
	var raw io.Reader
	var file *os.File
	name := opt.Path
	if opt.Path == "-" {
		name = "stdin"
		if opt.Stdin == nil {
			return errors.New("open -: there is no stdin here")
		}
		raw = opt.Stdin
	} else {
		f, err := os.Open(opt.Path)
		if err != nil {
			return err
		}
		o.closes = append(o.closes, f.Close)
		st, err := f.Stat()
		if err != nil {
			return err
		}
		if st.IsDir() {
			return fmt.Errorf("open %q: it is a directory", opt.Path)
		}
		if st.Mode().IsRegular() {
			file, o.Size = f, st.Size()
		}
		raw = f
	}
	head := bufio.NewReaderSize(raw, 64<<10)
	peek, err := head.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	var plain, packed io.Reader = head, nil
	if kind := sniffCompression(peek); kind != "" {
		file = nil
		var r io.Reader
		r, err = o.decompress(name, kind, head)
		if err != nil {
			return err
		}
		b := bufio.NewReaderSize(r, 64<<10)
		if peek, err = b.Peek(512); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		plain, packed = b, b
	}
	if o.Codec, err = choose(opt, peek); err != nil {
		return err
	}
	in := formats.Input{Name: name, Reader: plain}
	if o.Codec.RandomAccess() {
		if file == nil {
			if file, err = o.spool(ctx, name, plain, opt.TempDir); err != nil {
				return err
			}
		}
		var st os.FileInfo
		if st, err = file.Stat(); err != nil {
			return err
		}
		in.ReaderAt, in.Size = file, st.Size()
		in.Reader = io.NewSectionReader(file, 0, st.Size())
	}
	if o.Stream, err = o.Codec.Read(ctx, in, opt.Read); err != nil {
		return err
	}
	if packed != nil {
		o.Stream = toTheEnd(o.Stream, packed)
	}
	return nil
}

// toTheEnd reads what a codec leaves behind its own end mark, because the
// checksum of what was compressed stands at the very end.
func toTheEnd(st table.Stream, r io.Reader) table.Stream {
	return table.Func(st.Schema(), func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			for b, err := range st.Batches(ctx) {
				if !yield(b, err) || err != nil {
					return
				}
			}
			if _, err := io.Copy(io.Discard, contextual{ctx, r}); err != nil {
				yield(nil, err)
			}
		}
	})
}

func choose(opt OpenOptions, head []byte) (formats.Codec, error) {
	if opt.Codec != nil {
		return opt.Codec, nil
	}
	if opt.Format != "" {
		return ByName(opt.Format)
	}
	if c := sniff(head); c != nil {
		return c, nil
	}
	if opt.Path == "-" {
		return nil, &UnknownFormatError{What: "stdin", Hint: "name its format with --from"}
	}
	return byPlainPath(opt.Path)
}

func byPlainPath(path string) (formats.Codec, error) {
	c, _, err := ByPath(path)
	return c, err
}

func (o *Opened) decompress(name, kind string, r io.Reader) (io.Reader, error) {
	var out io.Reader
	switch kind {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, formats.Corrupt(name, "gzip: %v", err)
		}
		out = z
	case "zstd":
		// 128 MiB is the window that zstd's own tool accepts by default.
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, formats.Corrupt(name, "zstd: %v", err)
		}
		o.closes = append(o.closes, func() error { z.Close(); return nil })
		out = z
	}
	return &faulty{name: name, kind: kind, r: out}, nil
}

// faulty makes the errors of a decompressor those of corrupt input.
type faulty struct {
	name, kind string
	r          io.Reader
}

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if p := (*os.PathError)(nil); errors.As(err, &p) {
		return n, err
	}
	return n, formats.Corrupt(f.name, "%s: %s", f.kind, strings.TrimPrefix(err.Error(), f.kind+": "))
}

// spool copies a pipe to a temporary file that is gone when it is closed.
func (o *Opened) spool(ctx context.Context, name string, r io.Reader, dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "verisim-")
	if err != nil {
		return nil, fmt.Errorf("copy %s to read it at random: %w", name, err)
	}
	o.closes = append(o.closes, func() error {
		err := f.Close()
		if e := os.Remove(f.Name()); err == nil {
			err = e
		}
		return err
	})
	if _, err := io.Copy(f, contextual{ctx, r}); err != nil {
		return nil, fmt.Errorf("copy %s to read it at random: %w", name, err)
	}
	return f, nil
}

type contextual struct {
	ctx context.Context
	r   io.Reader
}

func (c contextual) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
