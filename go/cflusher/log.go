package cflusher

// #include "calls.h"
import "C"

import (
	"context"
	"reflect"
	"runtime/cgo"
	"sync/atomic"
	"unsafe"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/logger"
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

// warn logs a warning with an alarm type. The host's functions for it changed
// the type of one parameter in release 3, to one that no package outside can
// name, so they are called by reflection: see warner.
var warn = warner(logger.Warningf)

// warner adapts a host's logger.Warningf, whose second parameter is a string
// before release 3, and from then on an interface that only the type of
// LogtailContextMeta.RecordAlarm's first parameter implements.
func warner(warningf interface{}) func(ctx context.Context, alarm, text string) {
	if f, ok := warningf.(func(context.Context, string, string, ...interface{})); ok {
		return func(ctx context.Context, alarm, text string) { f(ctx, alarm, "%s", text) }
	}
	f := reflect.ValueOf(warningf)
	record, ok := reflect.TypeOf(&pkg.LogtailContextMeta{}).MethodByName("RecordAlarm")
	if !ok || f.Kind() != reflect.Func || f.Type().NumIn() != 4 ||
		record.Type.NumIn() < 2 || record.Type.In(1).Kind() != reflect.String ||
		!record.Type.In(1).AssignableTo(f.Type().In(1)) {
		return func(ctx context.Context, alarm, text string) { logger.Info(ctx, "WARNING "+alarm, text) }
	}
	return func(ctx context.Context, alarm, text string) {
		typed := reflect.New(record.Type.In(1)).Elem()
		typed.SetString(alarm)
		f.Call([]reflect.Value{reflect.ValueOf(ctx), typed, reflect.ValueOf("%s"), reflect.ValueOf(text)})
	}
}

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
		logger.Debug(l.context(), line)
	case C.ILF_LEVEL_INFO:
		logger.Info(l.context(), line)
	default: // failures of flushers are warnings, as the host has it since release 3
		warn(l.context(), flushAlarm, line)
	}
}
