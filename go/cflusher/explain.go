package cflusher

// #include "calls.h"
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// Explain describes a flusher and its options as text for people. With a key,
// such as Retry.MaxDelay, it describes that option only, or those of a table.
func Explain(name, key string) (string, error) {
	if err := load(); err != nil {
		return "", err
	}
	cName, err := C.CString(name), newError()
	defer C.free(unsafe.Pointer(cName))
	defer C.free(unsafe.Pointer(err))
	var cKey *C.char
	if key != "" {
		cKey = C.CString(key)
		defer C.free(unsafe.Pointer(cKey))
	}
	page := sized(func(buf *C.char, size C.size_t) C.size_t {
		return C.ilf_shim_explain(cName, cKey, buf, size, err)
	})
	if page == "" {
		return "", errors.New(text(err))
	}
	return page, nil
}

// Check tells all that is wrong with a `detail`, where UnmarshalJSON tells the
// first of it: lines as "detail.Retry.MaxDelay: ...". It starts nothing.
func (f *Flusher) Check(detail []byte) []string {
	if err := load(); err != nil {
		return []string{fmt.Sprintf("%v", err)}
	}
	detail = takeExtensions(f.name, detail).detail
	name, json := C.CString(f.name), C.CBytes(detail)
	defer C.free(unsafe.Pointer(name))
	defer C.free(json)
	return lines(sized(func(buf *C.char, size C.size_t) C.size_t {
		return C.ilf_shim_check(name, (*C.char)(json), C.size_t(len(detail)), buf, size)
	}))
}

// lines takes text apart that C has written, each line with its newline.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// sized calls write with more and more room until the whole text fits.
func sized(write func(*C.char, C.size_t) C.size_t) string {
	for size := C.size_t(8192); ; size *= 2 {
		buf := (*C.char)(C.malloc(size))
		n := write(buf, size)
		if n < size {
			text := C.GoStringN(buf, C.int(n))
			C.free(unsafe.Pointer(buf))
			return text
		}
		C.free(unsafe.Pointer(buf))
	}
}
