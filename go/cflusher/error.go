package cflusher

// #include "calls.h"
import "C"

import (
	"errors"
	"strings"
	"unsafe"
)

// What a failed call of a C flusher wraps, by its status in ilf/flusher.h.
var (
	ErrConfig = errors.New("the configuration can't work")
	ErrRetry  = errors.New("gave up retrying")
	ErrDrop   = errors.New("dropped")
	ErrMemory = errors.New("out of memory")
)

// Error is a failed call of a C flusher.
type Error struct {
	Flusher string // its name
	Text    string // what C said: one line
	Status  error  // ErrConfig, ErrRetry, ErrDrop or ErrMemory
}

// Error is the text with the flusher's name in front.
func (e *Error) Error() string {
	if strings.HasPrefix(e.Text, e.Flusher+":") {
		return e.Text
	}
	return e.Flusher + ": " + e.Text
}

// Unwrap gives the status, for errors.Is.
func (e *Error) Unwrap() error { return e.Status }

// newError allocates an ilf_error in C memory, so that no call passes a Go
// pointer. The caller frees it.
func newError() *C.ilf_error {
	return (*C.ilf_error)(C.calloc(1, C.sizeof_ilf_error))
}

func text(err *C.ilf_error) string {
	return C.GoString((*C.char)(unsafe.Pointer(&err.text)))
}

// check turns a status into an error.
func (f *Flusher) check(status C.ilf_status) error {
	if status == C.ILF_OK {
		return nil
	}
	err := &Error{Flusher: f.name, Text: text(f.err), Status: ErrDrop}
	switch status {
	case C.ILF_ERR_CONFIG:
		err.Status = ErrConfig
	case C.ILF_ERR_RETRY:
		err.Status = ErrRetry
	case C.ILF_ERR_NOMEM:
		err.Status = ErrMemory
	}
	return err
}
