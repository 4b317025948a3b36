// The calls that a flusher gets, each of them observed.

package harness

import (
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type flusher struct {
	pipeline.Flusher
	line  *line
	typ   string
	index int
}

func (f *flusher) call(method string) Call {
	return Call{
		Config:   f.line.config.ConfigName,
		Instance: f.line.instance,
		Flusher:  f.typ,
		Index:    f.index,
		Method:   method,
	}
}

// observed reports a call before and after it is made.
func (f *flusher) observed(call Call, do func(*Call)) Call {
	f.line.agent.config.Observe(call)
	do(&call)
	call.Returned = true
	f.line.agent.config.Observe(call)
	return call
}

func (f *flusher) init() error {
	return f.observed(f.call("Init"), func(c *Call) { c.Err = f.Init(f.line.context) }).Err
}

func (f *flusher) isReady() bool {
	config := &f.line.config
	return f.observed(f.call("IsReady"), func(c *Call) {
		c.Flag = f.IsReady(config.Project, config.Logstore, config.LogstoreKey)
	}).Flag
}

func (f *flusher) setUrgent(flag bool) {
	call := f.call("SetUrgent")
	call.Flag = flag
	f.observed(call, func(*Call) { f.SetUrgent(flag) })
}

// hand calls Flush or Export. What the flusher refuses is gone, as in the host.
func (f *flusher) hand(method string, final bool, size load, do func() error) {
	counters := &f.line.agent.counters
	call := f.call(method)
	call.Final, call.Groups, call.Records = final, size.groups, size.records
	start := time.Now()
	call = f.observed(call, func(c *Call) { c.Err = do() })
	counters.flushTime.Add(uint64(time.Since(start)))
	if call.Err != nil {
		counters.flushErrors.Add(1)
		counters.lost.Add(uint64(size.records))
		f.line.logf("FLUSH_DATA_ALARM", "flush data error, %d records of %s are lost: %v", size.records, f.typ, call.Err)
	}
}

// drainer is a flusher that can stop and still know what it has counted. Its
// Stop then only releases it.
type drainer interface{ Drain() error }

// stop only logs an error, as the host does.
func (f *flusher) stop() {
	end := f.Stop
	if plugin, can := f.Flusher.(drainer); can {
		end = plugin.Drain
	}
	call := f.observed(f.call("Stop"), func(c *Call) { c.Err = end() })
	if call.Err != nil {
		f.line.agent.counters.stopErrors.Add(1)
		f.line.logf("STOP_FLUSHER_ALARM", "stop %s (%s) error: %v", f.typ, f.Description(), call.Err)
	}
}

// release ends what Drain has left; its error was that of stop.
func (f *flusher) release() {
	if _, can := f.Flusher.(drainer); can {
		_ = f.Stop()
	}
}
