// The first generation of lines: logs in groups.

package harness

import (
	"fmt"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

type v1 struct {
	*chain[pipeline.LogWithContext, *protocol.LogGroup]
	processors []pipeline.ProcessorV1
	gather     []pipeline.AggregatorV1
}

func newV1(l *line) *v1 {
	w := &v1{chain: newChain[pipeline.LogWithContext, *protocol.LogGroup](l)}
	w.handle = w.handleLog
	w.cargo = cargo[*protocol.LogGroup]{
		method: "Flush",
		stamp:  l.stampLogs,
		weigh:  weighLogs,
		send: func(f *flusher, groups []*protocol.LogGroup) error {
			plugin, _ := f.Flusher.(pipeline.FlusherV1)
			return plugin.Flush(l.config.Project, l.config.Logstore, l.name, groups)
		},
	}
	return w
}

func (w *v1) addMetric(typ string, plugin pipeline.MetricInput) error {
	input, implements := plugin.(pipeline.MetricInputV1)
	if !implements {
		return fmt.Errorf("plugin does not implement MetricInputV1. pluginType: %s", typ)
	}
	return w.line.inputs.addMetric(typ, input, func() error { return input.Collect(&collector{w}) })
}

func (w *v1) addService(typ string, plugin pipeline.ServiceInput) error {
	input, implements := plugin.(pipeline.ServiceInputV1)
	if !implements {
		return fmt.Errorf("plugin does not implement ServiceInputV1. pluginType: %s", typ)
	}
	return w.line.inputs.addService(typ, input, func() error { return input.Start(&collector{w}) })
}

func (w *v1) addProcessor(typ string, plugin pipeline.Processor) error {
	processor, implements := plugin.(pipeline.ProcessorV1)
	if !implements {
		return fmt.Errorf("plugin does not implement ProcessorV1. pluginType: %s", typ)
	}
	w.processors = append(w.processors, processor)
	return w.line.initProcessor(processor)
}

func (w *v1) addAggregator(typ string, plugin pipeline.Aggregator) error {
	aggregator, implements := plugin.(pipeline.AggregatorV1)
	if !implements {
		return fmt.Errorf("plugin does not implement AggregatorV1. pluginType: %s", typ)
	}
	interval, err := w.line.initialise(func() (int, error) { return aggregator.Init(w.line.context, logGroupQueue{w}) })
	if err != nil {
		return err
	}
	if interval == 0 {
		interval = w.line.global.AggregatIntervalMs
	}
	w.gather = append(w.gather, aggregator)
	w.timers = append(w.timers, timer{typ, milliseconds(interval), func() { w.push(aggregator) }})
	return nil
}

func (w *v1) addFlusher(typ string, plugin pipeline.Flusher) error {
	_, implements := plugin.(pipeline.FlusherV1)
	return w.line.initFlusher(typ, plugin, implements, "FlusherV1")
}

// push queues what an aggregator has gathered; groups without logs never enter the queue.
func (w *v1) push(aggregator pipeline.AggregatorV1) {
	for _, group := range aggregator.Flush() {
		if len(group.Logs) > 0 {
			w.out.queue <- group
		}
	}
}

func (w *v1) handleLog(item pipeline.LogWithContext) {
	if len(w.processors) == 0 {
		w.aggregate(item.Log, item.Context)
		return
	}
	w.process([]*protocol.Log{item.Log}, w.processors, item.Context)
}

// process passes logs on in portions, so that of a file that one log holds not all
// lines are in memory as the last processor leaves them.
func (w *v1) process(logs []*protocol.Log, through []pipeline.ProcessorV1, context map[string]interface{}) {
	for len(through) > 0 && len(logs) > maxGroupLogs {
		w.process(logs[:maxGroupLogs:maxGroupLogs], through, context)
		logs = logs[maxGroupLogs:]
	}
	if len(through) > 0 {
		w.process(through[0].ProcessLogs(logs), through[1:], context)
		return
	}
	for _, log := range logs {
		w.aggregate(log, context)
	}
}

func (w *v1) aggregate(log *protocol.Log, context map[string]interface{}) {
	if len(log.Contents) == 0 {
		return
	}
	if log.Time == 0 {
		protocol.SetLogTime(log, uint32(time.Now().Unix()))
	}
	if !w.line.global.EnableTimestampNanosecond {
		log.TimeNs = nil
	}
	for _, aggregator := range w.gather {
		if aggregator.Add(log, context) != nil {
			w.insist(func() error { return aggregator.Add(log, context) })
		}
	}
}

func weighLogs(groups []*protocol.LogGroup) load {
	size := load{groups: len(groups)}
	for _, group := range groups {
		size.records += len(group.Logs)
		for _, log := range group.Logs {
			for _, content := range log.Contents {
				size.bytes += len(content.Key) + len(content.Value)
			}
		}
	}
	return size
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
