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
func create[P any, C ~func() P](l *line, registry map[string]C, name string, detail interface{}) (plugin P, known bool, err error) {
	creator, known := registry[name]
	if known {
		plugin = creator()
		if l.report != nil {
			return plugin, true, l.report.apply(plugin, detail)
		}
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
		plugin, known, err := create(l, pipeline.Processors, name, detail)
		if !known || err != nil {
			return l.skipped("INVALID_PROCESSOR_TYPE", category, typ, err)
		}
		return l.work.addProcessor(typ, plugin)
	case aggregators:
		plugin, known, err := create(l, pipeline.Aggregators, name, detail)
		if !known || err != nil {
			return l.skipped("INVALID_AGGREGATOR_TYPE", category, typ, err)
		}
		return l.work.addAggregator(typ, plugin)
	}
	plugin, known, err := create(l, pipeline.Flushers, name, detail)
	if !known {
		return l.cannotFind(category, typ)
	}
	if err != nil {
		return err
	}
	return l.work.addFlusher(typ, plugin)
}

// addInput skips a type that it does not know without a word, as the host does.
func (l *line) addInput(name, typ string, detail interface{}) error {
	metric, known, err := create(l, pipeline.MetricInputs, name, detail)
	if err != nil {
		return err
	}
	if known {
		l.inputs.intervalMs = intervalMs(detail, l.global.InputIntervalMs)
		return l.work.addMetric(typ, metric)
	}
	service, known, err := create(l, pipeline.ServiceInputs, name, detail)
	if !known || err != nil {
		return l.skipped("", inputs, typ, err)
	}
	return l.work.addService(typ, service)
}

// intervalMs reads the host's own option in the detail of a metric input, by its
// exact name; what is no number is ignored.
func intervalMs(detail interface{}, otherwise int) int {
	members, _ := detail.(map[string]interface{})
	if given, isNumber := members["IntervalMs"].(float64); isNumber {
		return int(given)
	}
	return otherwise
}

func (l *line) addExtension(typ string, detail interface{}) (pipeline.Extension, error) {
	plugin, known, err := create(l, pipeline.Extensions, l.agent.rules.lookup(extensions, typ), detail)
	if !known {
		return nil, l.cannotFind(extensions, typ)
	}
	if err != nil {
		return nil, err
	}
	if _, err := l.initialise(func() (int, error) { return 0, plugin.Init(l.context) }); err != nil {
		return nil, err
	}
	l.extensions = append(l.extensions, namedExtension{typ, plugin})
	return plugin, nil
}

// validate serves a check, if the plugin can tell without Init what is wrong.
func (l *line) validate(plugin interface{}) error {
	if validator, can := plugin.(interface{ validate() (string, error) }); can && l.report != nil {
		if option, err := validator.validate(); err != nil {
			return &placed{err, ".detail." + option}
		}
	}
	return nil
}

func (l *line) initProcessor(plugin pipeline.Processor) error {
	if err := l.validate(plugin); err != nil {
		return err
	}
	l.processors = append(l.processors, plugin)
	_, err := l.initialise(func() (int, error) { return 0, plugin.Init(l.context) })
	return err
}

// initFlusher initialises a flusher and checks, before or after as the release
// does it, that it implements the pipeline's generation.
func (l *line) initFlusher(typ string, plugin pipeline.Flusher, implements bool, wanted string) error {
	missing := fmt.Errorf("plugin does not implement %s. pluginType: %s", wanted, typ)
	if !implements && !l.agent.rules.randomOrder {
		return missing
	}
	f := &flusher{Flusher: plugin, line: l, typ: typ, index: len(l.flushers)}
	if _, err := l.initialise(func() (int, error) { return 0, f.init() }); err != nil {
		return err
	}
	if !implements {
		return missing // and the flusher is abandoned, initialised
	}
	l.flushers = append(l.flushers, f)
	return nil
}
