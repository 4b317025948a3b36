// Making one plugin: look it up, apply its detail, add it to the line.

package harness

import (
	"encoding/json"
	"fmt"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type namedExtension struct {
	name string
	pipeline.Extension
}

// apply hands a plugin its detail. The text that it gets is not the one in the
// config: it was decoded and encoded again, with all numbers as float64. A
// missing detail arrives as null.
func apply(plugin, detail interface{}) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, plugin)
}

func (l *line) addPlugin(category, typ string, detail interface{}) error {
	name := l.agent.rules.lookup(category, typ)
	switch category {
	case extensions:
		_, err := l.addExtension(typ, detail)
		return err
	case inputs:
		return l.addInput(name, typ, detail)
	case processors:
		create, known := pipeline.Processors[name]
		if !known {
			l.logf("INVALID_PROCESSOR_TYPE", "can't find plugin %s, it is skipped", typ)
			return nil
		}
		plugin := create()
		if err := apply(plugin, detail); err != nil {
			return err
		}
		return l.work.addProcessor(typ, plugin)
	case aggregators:
		create, known := pipeline.Aggregators[name]
		if !known {
			l.logf("INVALID_AGGREGATOR_TYPE", "can't find plugin %s, it is skipped", typ)
			return nil
		}
		plugin := create()
		if err := apply(plugin, detail); err != nil {
			return err
		}
		return l.work.addAggregator(typ, plugin)
	}
	create, known := pipeline.Flushers[name]
	if !known {
		return fmt.Errorf("can't find plugin %s", typ)
	}
	plugin := create()
	if err := apply(plugin, detail); err != nil {
		return err
	}
	return l.work.addFlusher(typ, plugin)
}

// addInput skips a type that it does not know without a word, as the host does.
func (l *line) addInput(name, typ string, detail interface{}) error {
	if create, known := pipeline.MetricInputs[name]; known {
		plugin := create()
		if err := apply(plugin, detail); err != nil {
			return err
		}
		return l.work.addMetric(typ, plugin)
	}
	if create, known := pipeline.ServiceInputs[name]; known {
		plugin := create()
		if err := apply(plugin, detail); err != nil {
			return err
		}
		return l.work.addService(typ, plugin)
	}
	return nil
}

func (l *line) addExtension(typ string, detail interface{}) (pipeline.Extension, error) {
	create, known := pipeline.Extensions[l.agent.rules.lookup(extensions, typ)]
	if !known {
		return nil, fmt.Errorf("can't find plugin %s", typ)
	}
	plugin := create()
	if err := apply(plugin, detail); err != nil {
		return nil, err
	}
	if err := plugin.Init(l.context); err != nil {
		return nil, err
	}
	l.extensions = append(l.extensions, namedExtension{typ, plugin})
	return plugin, nil
}

// initFlusher initialises a flusher and checks, before or after as the release
// does it, that it implements the pipeline's generation.
func (l *line) initFlusher(typ string, plugin pipeline.Flusher, implements bool, wanted string) (*flusher, error) {
	missing := fmt.Errorf("plugin does not implement %s. pluginType: %s", wanted, typ)
	if !implements && !l.agent.rules.randomOrder {
		return nil, missing
	}
	f := &flusher{Flusher: plugin, line: l, typ: typ, index: len(l.flushers)}
	if err := f.init(); err != nil {
		return nil, err
	}
	if !implements {
		return nil, missing // and the flusher is abandoned, initialised
	}
	l.flushers = append(l.flushers, f)
	return f, nil
}
