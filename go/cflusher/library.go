package cflusher

// #cgo CFLAGS: -I${SRCDIR} -std=gnu11 -Wall
// #cgo LDFLAGS: -ldl
// #include "calls.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"
)

// LibraryVariable is the environment variable that names the libilf to load.
// When it is set, no other place is tried.
const LibraryVariable = "ILF_LIBRARY"

// ErrLibrary is what every error about a libilf that can't be loaded wraps.
var ErrLibrary = errors.New("libilf is not loaded")

// sonames are the names of the library: what packages install, and what a
// build leaves.
var sonames = []string{"libilf.so.1", "libilf.so"}

var library struct {
	once sync.Once
	path string
	err  error
}

// load loads libilf, once per process. Its outcome stays.
func load() error {
	library.once.Do(func() { library.path, library.err = search(candidates()) })
	return library.err
}

// LibraryPath tells which libilf is loaded, or "".
func LibraryPath() string {
	if load() != nil {
		return ""
	}
	return library.path
}

// candidates lists the places of libilf in the order in which they are tried.
func candidates() []string {
	if path := os.Getenv(LibraryVariable); path != "" {
		return []string{path}
	}
	var paths []string
	if executable, err := os.Executable(); err == nil {
		bin := filepath.Dir(executable)
		// lib beside bin: an install into a prefix that the loader does not know.
		for _, dir := range []string{bin, filepath.Join(filepath.Dir(bin), "lib")} {
			for _, name := range sonames {
				paths = append(paths, filepath.Join(dir, name))
			}
		}
	}
	return append(paths, sonames...) // found by the system's loader
}

// search loads the first library of paths that is there. One that is there but
// can't be used ends the search: to take another would hide a mistake.
func search(paths []string) (string, error) {
	var missing []string
	for _, path := range paths {
		if filepath.IsAbs(path) && len(paths) > 1 {
			if _, err := os.Stat(path); err != nil {
				missing = append(missing, path)
				continue
			}
		}
		err := loadLibrary(path)
		if err == nil {
			return path, nil
		}
		if len(paths) == 1 || filepath.IsAbs(path) || !strings.Contains(err.Error(), "cannot open shared object") {
			return "", fmt.Errorf("%w: %s", ErrLibrary, err)
		}
		missing = append(missing, path)
	}
	return "", fmt.Errorf("%w: it is at none of %s: install it there, or let $%s name it",
		ErrLibrary, strings.Join(missing, ", "), LibraryVariable)
}

// LibraryVersion is that of the libilf that is loaded; empty when none is.
func LibraryVersion() string {
	if load() != nil {
		return ""
	}
	return C.GoString(C.ilf_shim_version())
}

func loadLibrary(path string) error {
	cPath := C.CString(path)
	defer C.free(unsafe.Pointer(cPath))
	err := newError()
	defer C.free(unsafe.Pointer(err))
	if !C.ilf_shim_load(cPath, err) {
		return errors.New(text(err))
	}
	return nil
}
