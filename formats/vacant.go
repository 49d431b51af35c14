package formats

import (
	"fmt"
	"io/fs"
	"os"
)

// Vacant says whether a new file may take a path: nothing is there, or a regular
// file that replace gives up. The error matches fs.ErrExist where replace would
// help. A directory, device or pipe is never replaced: a rename would put a file
// in its place.
func Vacant(path string, replace bool) error {
	st, err := os.Stat(path)
	if err != nil {
		if _, err = os.Lstat(path); err == nil && !replace { // a link to nowhere
			return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
		return nil // what else is wrong shows when the file is made
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("create %q: something that is no regular file is there", path)
	}
	if !replace {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return nil
}

// Special says whether a path is a device, a pipe or a socket, which are written
// to as they are.
func Special(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode()&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0
}
