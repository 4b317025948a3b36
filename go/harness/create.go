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

// create makes a plugin with its detail applied, if its name is known.
func create[P any, C ~func() P](registry map[string]C, name string, detail interface{}) (plugin P, known bool, err error) {
	creator, known := registry[name]
	if known {
		plugin = creator()
		err = apply(plugin, detail)
	}
	return plugin, known, err
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
		plugin, known, err := create(pipeline.Processors, name, detail)
		if !known || err != nil {
			return l.skipped("INVALID_PROCESSOR_TYPE", typ, err)
		}
		return l.work.addProcessor(typ, plugin)
	case aggregators:
		plugin, known, err := create(pipeline.Aggregators, name, detail)
		if !known || err != nil {
			return l.skipped("INVALID_AGGREGATOR_TYPE", typ, err)
		}
		return l.work.addAggregator(typ, plugin)
	}
	plugin, known, err := create(pipeline.Flushers, name, detail)
	if !known {
		return cannotFind(typ)
	}
	if err != nil {
		return err
	}
	return l.work.addFlusher(typ, plugin)
}

func cannotFind(typ string) error { return fmt.Errorf("can't find plugin %s", typ) }

// skipped logs that a plugin is not known, unless it is and has an error.
func (l *line) skipped(alarm, typ string, err error) error {
	if err == nil {
		l.logf(alarm, "%v, it is skipped", cannotFind(typ))
	}
	return err
}

// addInput skips a type that it does not know without a word, as the host does.
func (l *line) addInput(name, typ string, detail interface{}) error {
	metric, known, err := create(pipeline.MetricInputs, name, detail)
	if err != nil {
		return err
	}
	if known {
		return l.work.addMetric(typ, metric)
	}
	service, known, err := create(pipeline.ServiceInputs, name, detail)
	if !known || err != nil {
		return err
	}
	return l.work.addService(typ, service)
}

func (l *line) addExtension(typ string, detail interface{}) (pipeline.Extension, error) {
	plugin, known, err := create(pipeline.Extensions, l.agent.rules.lookup(extensions, typ), detail)
	if !known {
		return nil, cannotFind(typ)
	}
	if err != nil {
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
func (l *line) initFlusher(typ string, plugin pipeline.Flusher, implements bool, wanted string) error {
	missing := fmt.Errorf("plugin does not implement %s. pluginType: %s", wanted, typ)
	if !implements && !l.agent.rules.randomOrder {
		return missing
	}
	f := &flusher{Flusher: plugin, line: l, typ: typ, index: len(l.flushers)}
	if err := f.init(); err != nil {
		return err
	}
	if !implements {
		return missing // and the flusher is abandoned, initialised
	}
	l.flushers = append(l.flushers, f)
	return nil
}
