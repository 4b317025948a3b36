// Loading: from the text of a config to plugins that are initialised.

package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
)

// The categories of plugins in a config, in the order in which most releases load them.
const (
	extensions  = "extensions"
	inputs      = "inputs"
	processors  = "processors"
	aggregators = "aggregators"
	flushers    = "flushers"
)

var categories = []string{extensions, inputs, processors, aggregators, flushers}

// build makes a line of a config. As in the host a panic of a plugin counts as
// success with nothing loaded, and plugins that were initialised before another
// one failed are not stopped.
func (a *Agent) build(config LoadedConfig) (l *line, err error) {
	l = a.newLine(config)
	defer func() {
		if p := recover(); p != nil {
			l.panicked("Init", p)
			l, err = nil, nil
		}
	}()
	if err := l.assemble(); err != nil {
		return nil, fmt.Errorf("config %q: %w", config.ConfigName, err)
	}
	return l, nil
}

func (l *line) assemble() error {
	var body map[string]interface{}
	if err := json.Unmarshal([]byte(l.config.JSONStr), &body); err != nil {
		return fmt.Errorf("not a JSON object: %w", err)
	}
	return l.load(body)
}

func (l *line) load(body map[string]interface{}) error {
	if err := l.readGlobal(body); err != nil {
		return err
	}
	for _, category := range l.order(body) {
		if err := l.addCategory(category, body); err != nil {
			return err
		}
	}
	return l.addDefaults(body)
}

// order lists the categories to load. Release 2.0 goes through a map, so that
// its order is random, and meets the keys that it does not know.
func (l *line) order(body map[string]interface{}) []string {
	if !l.agent.rules.randomOrder {
		if l.report != nil {
			l.report.extraKeys("", body, append(categories, "global", "mix_process_mode", "version")...)
		}
		return categories
	}
	order := []string{extensions}
	for key := range body {
		switch key {
		case extensions, "global", "StructureType", "mix_process_mode":
		default:
			order = append(order, key)
		}
	}
	if l.report != nil {
		sort.Strings(order)
	}
	return order
}

func (l *line) addCategory(category string, body map[string]interface{}) error {
	given, present := body[category]
	if !present {
		return nil
	}
	if !isCategory(category) {
		return l.fail(category, fmt.Errorf("unknown key %q: release %s accepts only plugins, global and mix_process_mode%s",
			category, l.agent.rules.name, didYouMean(category, categories)))
	}
	list, isList := given.([]interface{})
	if !isList {
		return l.fail(category, errors.New("not an array"))
	}
	for i, element := range list {
		if err := l.addElement(category, fmt.Sprintf("%s[%d]", category, i), element); err != nil {
			return err
		}
	}
	return nil
}

func (l *line) addElement(category, path string, element interface{}) error {
	plugin, isObject := element.(map[string]interface{})
	given, hasType := plugin["type"]
	typ, isText := given.(string)
	switch {
	case !isObject:
		return l.fail(path, fmt.Errorf("want an object with a type and a detail, got %s", kind(element)))
	case l.report != nil:
		l.report.at = path
		l.report.beside(path, plugin)
	}
	switch {
	case !hasType:
		return l.fail(path+".type", errors.New("is missing"))
	case !isText:
		return l.fail(path+".type", fmt.Errorf("want text, got %s", kind(given)))
	}
	err := l.addPlugin(category, typ, plugin["detail"])
	if err != nil && l.report == nil {
		path += " " + typ
	}
	if err != nil {
		return l.fail(path, err)
	}
	return nil
}

func isCategory(name string) bool { return contains(categories, name) }

// addDefaults adds what a pipeline cannot do without.
func (l *line) addDefaults(body map[string]interface{}) error {
	if l.work.aggregators() == 0 {
		if err := l.addPlugin(aggregators, "aggregator_default", nil); err != nil {
			return fmt.Errorf("default aggregator: %w", err)
		}
	}
	list, isList := body[flushers].([]interface{})
	_, isV1 := l.work.(*v1)
	if _, present := body[flushers]; !isV1 || len(list) > 0 || present && !isList {
		return nil // a v2 pipeline without flushers drops its data
	}
	flusher := struct {
		Type   string      `json:"type"`
		Detail interface{} `json:"detail"`
	}{Type: "flusher_sls"}
	if text := l.agent.config.DefaultFlusher; len(text) > 0 {
		if err := json.Unmarshal(text, &flusher); err != nil {
			return fmt.Errorf("default flusher: %w", err)
		}
	}
	if l.report != nil {
		l.report.at = "default flusher"
	}
	if err := l.addPlugin(flushers, flusher.Type, flusher.Detail); err != nil {
		return l.fail(flushers, fmt.Errorf("there are none; default flusher %s: %w", flusher.Type, err))
	}
	return nil
}
