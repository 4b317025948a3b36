// A line is one loaded pipeline: its plugins and the goroutines between them.

package harness

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type line struct {
	agent    *Agent
	config   LoadedConfig
	name     string // as plugins see it
	instance int
	global   Global
	header   string // of log lines
	context  *pluginContext

	extensions []namedExtension
	inputs     inputSet
	processors []pipeline.Processor
	work       work
	flushers   []*flusher

	// gate is held for writing while the pipeline is paused, for reading during
	// every call of IsReady, Flush and Export by the flusher goroutine.
	gate sync.RWMutex
	held chan struct{} // closed when the latest pause has the gate

	stopped chan struct{} // closed when the processors take no more

	report *report // of a check; else nil

	reuse bool // paused, and loaded again unchanged: Resume lets it go on
}

// work is what lies between the inputs and the flushers; v1 and v2 differ there.
type work interface {
	// The add methods refuse a plugin that does not implement their generation.
	addMetric(typ string, plugin pipeline.MetricInput) error
	addService(typ string, plugin pipeline.ServiceInput) error
	addProcessor(typ string, plugin pipeline.Processor) error
	addAggregator(typ string, plugin pipeline.Aggregator) error
	addFlusher(typ string, plugin pipeline.Flusher) error
	aggregators() int

	// prepare makes the queues and puts the inherited data first.
	prepare(inherited parcel)
	start()
	stopProcessing()
	stopAggregating()
	mayPark() // from here on batches are parked if flushers are not ready
	stopFlushing()
	flushParked()
	unsent() parcel
	backlog() (records, groups, parked int)
}

// parcel is groups that were not sent, []*protocol.LogGroup or []*models.PipelineGroupEvents.
type parcel interface {
	size() int
	records() int
}

func (a *Agent) newLine(config LoadedConfig) *line {
	l := &line{
		agent:   a,
		config:  config,
		name:    a.rules.visibleName(config.ConfigName),
		global:  a.global,
		stopped: make(chan struct{}),
	}
	l.inputs.line = l
	a.mu.Lock()
	a.instances++
	l.instance = a.instances
	a.mu.Unlock()
	runtime, meta := pkg.NewLogtailContextMeta(config.Project, config.Logstore, l.name)
	l.header = meta.LoggerHeader()
	l.context = &pluginContext{line: l, runtime: runtime}
	l.context.InitContext(config.Project, config.Logstore, l.name)
	return l
}

// logf logs the way the host does: pipeline, alarm, text.
func (l *line) logf(alarm, format string, args ...interface{}) {
	if l.report != nil {
		l.report.warn(l.report.at, format, args...)
		return
	}
	l.agent.config.Logf("%s%s\t%s", l.header, alarm, fmt.Sprintf(format, args...))
}

// recoverPanic is deferred by every goroutine of a pipeline. As in the host a
// panic ends the goroutine and nothing else.
func (l *line) recoverPanic(where string) {
	if p := recover(); p != nil {
		l.panicked(where, p)
	}
}

func (l *line) panicked(where string, p interface{}) {
	l.agent.counters.panics.Add(1)
	l.logf("PLUGIN_RUNTIME_ALARM", "panic in %s, its goroutine ends: %v\n%s", where, p, debug.Stack())
}

// start lets the data flow, from the end of the line to its beginning.
func (l *line) start() {
	l.work.start()
	l.inputs.start()
}
