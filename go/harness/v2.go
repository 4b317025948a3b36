// The second generation of lines: groups of events.

package harness

import (
	"fmt"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type v2 struct {
	*chain[*models.PipelineGroupEvents, *models.PipelineGroupEvents]
	processors []pipeline.ProcessorV2
	gather     []pipeline.AggregatorV2
	toIn       pipeline.PipelineContext // for inputs
	toOut      pipeline.PipelineContext // for aggregators
}

func newV2(l *line) *v2 {
	w := &v2{chain: newChain[*models.PipelineGroupEvents, *models.PipelineGroupEvents](l)}
	w.handle = w.handleGroup
	// Functions, because plugins are given the contexts before prepare makes the queues.
	w.toIn = &queueContext{func() chan *models.PipelineGroupEvents { return w.in }}
	w.toOut = &queueContext{func() chan *models.PipelineGroupEvents { return w.out.queue }}
	w.cargo = cargo[*models.PipelineGroupEvents]{
		method: "Export",
		stamp:  l.stampEvents,
		weigh:  weighEvents,
		send: func(f *flusher, groups []*models.PipelineGroupEvents) error {
			plugin, _ := f.Flusher.(pipeline.FlusherV2)
			return plugin.Export(groups, noContext{})
		},
	}
	return w
}

func (w *v2) addMetric(typ string, plugin pipeline.MetricInput) error {
	input, implements := plugin.(pipeline.MetricInputV2)
	if !implements {
		return fmt.Errorf("plugin does not implement MetricInputV2. pluginType: %s", typ)
	}
	if !w.line.agent.rules.v2MetricInputs {
		w.line.logf("METRIC_INPUT_ALARM", "%s never runs: release %s does not run metric inputs in v2 pipelines",
			typ, w.line.agent.rules.name)
		_, err := w.line.initialise(func() (int, error) { return input.Init(w.line.context) })
		return err
	}
	return w.line.inputs.addMetric(typ, input, func() error { return input.Read(w.toIn) })
}

func (w *v2) addService(typ string, plugin pipeline.ServiceInput) error {
	input, implements := plugin.(pipeline.ServiceInputV2)
	if !implements {
		return fmt.Errorf("plugin does not implement ServiceInputV2. pluginType: %s", typ)
	}
	return w.line.inputs.addService(typ, input, func() error { return input.StartService(w.toIn) })
}

func (w *v2) addProcessor(typ string, plugin pipeline.Processor) error {
	processor, implements := plugin.(pipeline.ProcessorV2)
	if !implements {
		return fmt.Errorf("plugin does not implement ProcessorV2. pluginType: %s", typ)
	}
	w.processors = append(w.processors, processor)
	return w.line.initProcessor(processor)
}

func (w *v2) addAggregator(typ string, plugin pipeline.Aggregator) error {
	aggregator, implements := plugin.(pipeline.AggregatorV2)
	if !implements {
		return fmt.Errorf("plugin does not implement AggregatorV2. pluginType: %s", typ)
	}
	interval, err := w.line.initialise(func() (int, error) { return aggregator.Init(w.line.context, nil) })
	if err != nil {
		return err
	}
	if interval == 0 {
		interval = w.line.global.AggregatIntervalMs
	}
	every := milliseconds(interval)
	if w.line.agent.rules.v2TimersMillions {
		every *= time.Duration(time.Millisecond)
	}
	w.gather = append(w.gather, aggregator)
	w.timers = append(w.timers, timer{typ, every, func() {
		if err := aggregator.GetResult(w.toOut); err != nil {
			w.line.logf("AGGREGATE_ALARM", "%s: %v", typ, err)
		}
	}})
	return nil
}

func (w *v2) addFlusher(typ string, plugin pipeline.Flusher) error {
	_, implements := plugin.(pipeline.FlusherV2)
	return w.line.initFlusher(typ, plugin, implements, "FlusherV2")
}

func (w *v2) handleGroup(group *models.PipelineGroupEvents) {
	groups := []*models.PipelineGroupEvents{group}
	for _, processor := range w.processors {
		results := &listContext{}
		for _, group := range groups {
			processor.Process(group, results)
		}
		groups = results.groups
	}
	for _, aggregator := range w.gather {
		for _, group := range groups {
			if aggregator.Record(group, w.toOut) != nil {
				w.insist(func() error { return aggregator.Record(group, w.toOut) })
			}
		}
	}
}

func weighEvents(groups []*models.PipelineGroupEvents) load {
	size := load{groups: len(groups)}
	for _, group := range groups {
		size.records += len(group.Events)
		for _, event := range group.Events {
			size.bytes += eventBytes(event)
		}
	}
	return size
}

// eventBytes is the text of logs and byte arrays; other events count as nothing.
func eventBytes(event models.PipelineEvent) (n int) {
	switch event := event.(type) {
	case models.ByteArray:
		return len(event)
	case *models.Log:
		if event.Contents == nil {
			return 0
		}
		for key, value := range event.Contents.Iterator() {
			n += len(key)
			switch value := value.(type) {
			case string:
				n += len(value)
			case []byte:
				n += len(value)
			}
		}
	}
	return n
}
