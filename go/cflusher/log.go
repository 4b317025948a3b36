package cflusher

// #include "calls.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"sync/atomic"
	"unsafe"
)

// logContext is what C holds of a flusher, by handle: the way to the host's
// log. It does not point to the Flusher, which could not be collected otherwise.
type logContext struct {
	ctx atomic.Value // context.Context of the pipeline, once Init knows it
}

func (l *logContext) context() context.Context {
	if ctx, ok := l.ctx.Load().(pipelineContext); ok {
		return ctx.Context
	}
	return context.Background()
}

// pipelineContext gives all contexts one type, which atomic.Value wants.
type pipelineContext struct{ context.Context }

const flushAlarm = "FLUSHER_FLUSH_ALARM"

// ilfShimRelease is the release of the host table: C logs no more. That may be
// long after the Flusher has stopped, since what a reload finds undelivered
// outlives it.
//
//export ilfShimRelease
func ilfShimRelease(handle C.uintptr_t) {
	cgo.Handle(handle).Delete()
}

// ilfShimLog is the log of the host table (host.c).
//
//export ilfShimLog
func ilfShimLog(handle C.uintptr_t, level C.int, text *C.char, n C.size_t) {
	defer func() { _ = recover() }() // a panic would unwind through C and end the agent
	l := cgo.Handle(handle).Value().(*logContext)
	line := string(unsafe.Slice((*byte)(unsafe.Pointer(text)), int(n))) // GoStringN ends at 2 GiB
	switch level {
	case C.ILF_LEVEL_DEBUG:
		debugLine(l.context(), line)
	case C.ILF_LEVEL_INFO:
		info(l.context(), line)
	default: // failures of flushers are warnings, as the host has it since release 3
		warn(l.context(), flushAlarm, line)
	}
}
