// Package cflusher presents the C flushers of libilf as native flushers of
// iLogtail and LoongCollector. Importing it registers them all; see
// include/ilf/bridge.h for the calls that it forwards.
package cflusher

// #include "calls.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"runtime/debug"
	"sync"
	"unsafe"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// Flusher is one configured instance of a C flusher. The host drives it from
// one goroutine at a time, except for SetUrgent, which may run beside any call.
//
// Every method recovers from panics: one in Flush would end the host's flusher
// goroutine for good, one in SetUrgent or Stop the agent.
type Flusher struct {
	name   string
	life   sync.Mutex         // guards c against SetUrgent while Stop frees it
	c      C.ilf_shim_flusher // 0 before the first use and after Stop
	err    *C.ilf_error       // C memory, so that a flush passes no Go pointer
	log    *logContext
	batch  arena
	ready  readyRoute
	use    extensionUse
	labels struct{ project, logstore, config string } // for Export, which is told none
	calls  int                                        // not atomic: makes the race detector see a host that overlaps calls
}

var errStopped = errors.New("called after stop, or after a failed init")

// create makes the C instance.
func (f *Flusher) create() error {
	if err := load(); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	name := C.CString(f.name)
	defer C.free(unsafe.Pointer(name))
	f.err = newError()
	f.log = &logContext{}
	handle := cgo.NewHandle(f.log) // C's: see ilfShimRelease
	f.c = C.ilf_shim_flusher(C.ilf_shim_new(name, C.uintptr_t(handle), f.err))
	if f.c == 0 {
		handle.Delete()
		err := f.check(C.ILF_ERR_CONFIG)
		f.free()
		return err
	}
	// The host forgets instances without stopping them: when another plugin of
	// the pipeline fails to load, or when it replaces a pipeline twice in a row.
	// The process does not end with that. Freeing may wait, and all finalizers
	// share one goroutine.
	runtime.SetFinalizer(f, func(f *Flusher) {
		go func() {
			f.SetUrgent(false)
			f.free()
		}()
	})
	return nil
}

// UnmarshalJSON takes the `detail` of the configuration. The host calls it
// before Init, with null when there is none.
func (f *Flusher) UnmarshalJSON(detail []byte) (err error) {
	defer f.recover("configure", &err)
	if f.c == 0 {
		if err := f.create(); err != nil {
			return err
		}
	}
	f.use = takeExtensions(f.name, detail)
	return f.configure(f.use.detail)
}

func (f *Flusher) configure(detail []byte) error {
	text := C.CBytes(detail)
	defer C.free(text)
	return f.check(C.ilf_shim_configure(f.c, (*C.char)(text), C.size_t(len(detail)), f.err))
}

// complete configures once more where Init knows more than UnmarshalJSON: the
// pipeline's extensions, and the agent's own settings.
func (f *Flusher) complete(ctx pipeline.Context) error {
	detail := f.use.detail
	f.use.detail = nil // it may hold secrets
	changed, err := f.use.find(ctx, detail)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", f.name, ErrConfig, err)
	}
	if changed != nil {
		detail = changed
	}
	if more := f.withHostSettings(ctx, detail); more != nil {
		changed = more
	}
	if changed == nil {
		return nil
	}
	return f.configure(changed)
}

// Init starts the flusher. After a failed Init the host calls nothing any more,
// so all is released.
func (f *Flusher) Init(ctx pipeline.Context) (err error) {
	defer f.recover("init", &err)
	f.calls++
	if f.c == 0 {
		if err := f.create(); err != nil {
			return err
		}
	}
	if ctx != nil {
		f.labels.project, f.labels.logstore = ctx.GetProject(), ctx.GetLogstore()
		f.labels.config = ctx.GetConfigName()
		if runtimeContext := ctx.GetRuntimeContext(); runtimeContext != nil {
			f.log.ctx.Store(pipelineContext{runtimeContext})
		}
	}
	if err := f.complete(ctx); err != nil {
		f.free()
		return err
	}
	r := f.packRoute(f.labels.project, f.labels.logstore, f.labels.config)
	to := (*route)(f.batch.alloc(unsafe.Sizeof(route{})))
	*to = r
	if err := f.check(C.ilf_shim_init(f.c, (*C.ilf_route)(unsafe.Pointer(to)), f.err)); err != nil {
		f.free()
		return err
	}
	f.batch.reset()
	f.startMetrics()
	return nil
}

// Description describes the flusher in one sentence. It works at any time.
func (f *Flusher) Description() (description string) {
	defer f.recover("description", nil)
	f.life.Lock()
	defer f.life.Unlock()
	if f.c == 0 {
		return f.name + ", a C flusher of libilf"
	}
	return C.GoString(C.ilf_shim_description(f.c))
}

// IsReady tells whether a batch can be taken now.
func (f *Flusher) IsReady(projectName, logstoreName string, logstoreKey int64) (ready bool) {
	defer f.recover("is_ready", nil)
	f.calls++
	if f.c == 0 {
		return false
	}
	r := f.ready.get(projectName, logstoreName, logstoreKey)
	return bool(C.ilf_shim_is_ready(f.c, r))
}

// Flush lays the groups out as C reads them and crosses into C once. It returns
// when the sink has them, or with the reason why it never will.
func (f *Flusher) Flush(projectName, logstoreName, configName string, groups []*protocol.LogGroup) (err error) {
	defer f.recover("flush", &err)
	f.calls++
	if f.c == 0 {
		return fmt.Errorf("%s: flush: %w", f.name, errStopped)
	}
	f.batch.reset()
	b := f.batch.packGroups(f.packRoute(projectName, logstoreName, configName), groups)
	return f.check(C.ilf_shim_flush(f.c, (*C.ilf_batch)(unsafe.Pointer(b)), f.err))
}

// Export does for event groups what Flush does for log groups. The host's
// context carries nothing.
func (f *Flusher) Export(groups []*models.PipelineGroupEvents, _ pipeline.PipelineContext) (err error) {
	defer f.recover("export", &err)
	f.calls++
	if f.c == 0 {
		return fmt.Errorf("%s: export: %w", f.name, errStopped)
	}
	f.batch.reset()
	b, unknown := f.batch.packEvents(f.packRoute(f.labels.project, f.labels.logstore, f.labels.config), f.use.intercept(groups))
	if unknown > 0 {
		warn(f.log.context(), flushAlarm,
			fmt.Sprintf("%s: export: dropped %d events of a Go type that is none of the host's", f.name, unknown))
	}
	return f.check(C.ilf_shim_export(f.c, (*C.ilf_event_batch)(unsafe.Pointer(b)), f.err))
}

// FlushPB is Flush for a serialised LogGroupList: the entrance for recorded
// batches and for hosts in other languages.
func (f *Flusher) FlushPB(projectName, logstoreName, configName string, list []byte) (err error) {
	defer f.recover("flush_pb", &err)
	f.calls++
	if f.c == 0 {
		return fmt.Errorf("%s: flush_pb: %w", f.name, errStopped)
	}
	f.batch.reset()
	to := (*route)(f.batch.alloc(unsafe.Sizeof(route{})))
	*to = f.packRoute(projectName, logstoreName, configName)
	var first unsafe.Pointer
	if len(list) > 0 {
		first = unsafe.Pointer(&list[0])
	}
	return f.check(C.ilf_shim_flush_pb(f.c, (*C.ilf_route)(unsafe.Pointer(to)), first, C.size_t(len(list)), f.err))
}

// Replay sends a dead letter again: a line of such a file, without its newline.
// It returns when the letter is queued, or with the reason why it can't be sent.
func (f *Flusher) Replay(line []byte) (err error) {
	defer f.recover("replay", &err)
	f.calls++
	if f.c == 0 {
		return fmt.Errorf("%s: replay: %w", f.name, errStopped)
	}
	var first unsafe.Pointer
	if len(line) > 0 {
		first = unsafe.Pointer(&line[0])
	}
	return f.check(C.ilf_shim_replay(f.c, first, C.size_t(len(line)), f.err))
}

// SetUrgent tells the flusher that the pipeline is about to stop. It may run
// beside any other call.
func (f *Flusher) SetUrgent(exiting bool) {
	defer f.recover("set_urgent", nil)
	f.life.Lock()
	defer f.life.Unlock()
	if f.c != 0 {
		C.ilf_shim_set_urgent(f.c, C.bool(exiting))
	}
}

// Drain stops the flusher as Stop does, but keeps it until then, so that Metrics
// still tells what has become of its records.
func (f *Flusher) Drain() (err error) {
	defer f.recover("stop", &err)
	f.calls++
	if f.c == 0 {
		return nil
	}
	return f.check(C.ilf_shim_stop(f.c, f.err))
}

// Stop stops the flusher and releases it. Stopping twice does no harm. After
// SetUrgent(false), which means that the host goes on, it does not wait for the
// sink: what is not delivered passes to the next instance of the pipeline.
func (f *Flusher) Stop() (err error) {
	defer f.recover("stop", &err)
	if f.c == 0 {
		return nil
	}
	defer f.free()
	return f.Drain()
}

// free releases all that C holds. It stops the flusher if nobody has.
func (f *Flusher) free() {
	f.life.Lock()
	defer f.life.Unlock()
	if f.c != 0 {
		C.ilf_shim_free(f.c)
	}
	f.c = 0
	C.free(unsafe.Pointer(f.err))
	f.err = nil
	f.batch.free()
	f.ready.free()
	runtime.SetFinalizer(f, nil)
}

// packRoute puts the names into the batch's arena.
func (f *Flusher) packRoute(project, logstore, config string) route {
	return route{project: f.batch.put(project), logstore: f.batch.put(logstore), config: f.batch.put(config)}
}

// recover turns a panic into an error, or at least into a line in the log.
func (f *Flusher) recover(verb string, err *error) {
	p := recover()
	if p == nil {
		return
	}
	failure := fmt.Errorf("%s: %s: panic: %v", f.name, verb, p)
	if err != nil {
		*err = failure
	}
	if f.log != nil {
		warn(f.log.context(), "PLUGIN_RUNTIME_ALARM", fmt.Sprintf("%s\n%s", failure, debug.Stack()))
	}
}
