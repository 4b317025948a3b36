// flusher_example_go - append every pair as a line key=value to a file, in Go.
//
//	go build -buildmode=c-shared -o example_go.so .
//
// The tables are in descriptor.c. No panic may leave a hook: each goes through guarded. Read about
// Go in docs/examples/README.md first: such a plugin brings a second Go runtime into the agent.
package main

// #cgo pkg-config: ilf
// #include "descriptor.h"
//
// static void log_line(const ilf_host *host, ilf_level level, const char *text, size_t len)
// {
//     ilf_str line = {text, len};
//
//     host->log(host->context, level, line);
// }
import "C"

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime/cgo"
	"unsafe"
)

// failure is what a hook fails with.
type failure struct {
	status C.ilf_status
	err    error
}

func (f failure) Error() string { return f.err.Error() }

// guarded runs the body of a hook and tells the host how it failed. A panic drops the batch: what
// it has done before is not known, and to do it again may write it twice.
func guarded(reason *C.ilf_error, body func() error) (status C.ilf_status) {
	defer func() {
		if what := recover(); what != nil {
			status = tell(reason, C.ILF_ERR_DROP, fmt.Sprint("panic: ", what))
		}
	}()
	err := body()
	if err == nil {
		return C.ILF_OK
	}
	var f failure
	if errors.As(err, &f) {
		return tell(reason, f.status, f.Error())
	}
	return tell(reason, C.ILF_ERR_DROP, err.Error())
}

// tell writes text into the host's ilf_error, cut to fit.
func tell(reason *C.ilf_error, status C.ilf_status, text string) C.ilf_status {
	if reason != nil {
		to := (*[C.ILF_ERROR_SIZE]byte)(unsafe.Pointer(&reason.text))
		to[copy(to[:C.ILF_ERROR_SIZE-1], text)] = 0
	}
	return status
}

// bytesOf shows the host's bytes without a copy: only until the hook returns.
func bytesOf(str C.ilf_str) []byte {
	if str.len == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(str.ptr)), int(str.len))
}

//export goInit
func goInit(self unsafe.Pointer, host *C.ilf_host, reason *C.ilf_error) C.ilf_status {
	return guarded(reason, func() error {
		f := (*C.struct_instance)(self)
		path := C.GoString(f.path)
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return failure{C.ILF_ERR_CONFIG, err} // it names the path
		}
		line := []byte(fmt.Sprintf("appending to '%s'", path))
		C.log_line(host, C.ILF_LEVEL_INFO, (*C.char)(unsafe.Pointer(&line[0])), C.size_t(len(line)))
		f.writer = C.uintptr_t(cgo.NewHandle(file))
		return nil
	})
}

//export goFlush
func goFlush(self unsafe.Pointer, batch *C.ilf_batch, reason *C.ilf_error) C.ilf_status {
	return guarded(reason, func() error {
		file := cgo.Handle((*C.struct_instance)(self).writer).Value().(*os.File)
		var lines bytes.Buffer
		for _, group := range unsafe.Slice(batch.groups, int(batch.n_groups)) {
			for _, log := range unsafe.Slice(group.logs, int(group.n_logs)) {
				for _, kv := range unsafe.Slice(log.contents, int(log.n_contents)) {
					lines.Write(bytesOf(kv.key))
					lines.WriteByte('=')
					lines.Write(bytesOf(kv.value))
					lines.WriteByte('\n')
				}
			}
		}
		_, err := file.Write(lines.Bytes())
		return err
	})
}

//export goStop
func goStop(self unsafe.Pointer, reason *C.ilf_error) C.ilf_status {
	return guarded(reason, func() error {
		writer := cgo.Handle((*C.struct_instance)(self).writer)
		defer writer.Delete()
		return writer.Value().(*os.File).Close()
	})
}

func main() {} // wanted by -buildmode=c-shared, never called
