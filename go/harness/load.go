// Loading: from the text of a config to plugins that are initialised.

package harness

import (
	"encoding/json"
	"fmt"
	"strings"
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
	if err := l.readGlobal(body); err != nil {
		return err
	}
	for _, category := range l.order(body) {
		if err := l.addCategory(category, body); err != nil {
			return err
		}
	}
	return l.addDefaults()
}

// readGlobal settles the generation of the pipeline and its global settings.
func (l *line) readGlobal(body map[string]interface{}) error {
	var err error
	global, _ := body["global"].(map[string]interface{})
	if given, present := body["global"]; present {
		if l.global, err = l.global.override(given); err != nil {
			return err
		}
	}
	version := global["StructureType"]
	if l.agent.rules.topLevelVersion {
		version = body["version"]
	}
	name, isText := version.(string)
	switch {
	case version == nil || isText && strings.EqualFold(name, "v1"):
		l.work = newV1(l)
	case isText && strings.EqualFold(name, "v2"):
		l.work = newV2(l)
	default:
		return fmt.Errorf("undefined config version %v: use v1 or v2", version)
	}
	// A pipeline without inputs is fed by the C++ host, which keeps a queue of its own.
	if _, hasInputs := body[inputs]; !hasInputs && body["mix_process_mode"] != "observer" {
		l.global.DefaultLogQueueSize = 10
	}
	return nil
}

// order lists the categories to load. Release 2.0 goes through a map, so that
// its order is random, and meets the keys that it does not know.
func (l *line) order(body map[string]interface{}) []string {
	if !l.agent.rules.randomOrder {
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
	return order
}

func (l *line) addCategory(category string, body map[string]interface{}) error {
	given, present := body[category]
	if !present {
		return nil
	}
	if !isCategory(category) {
		return fmt.Errorf("unknown key %q: release %s accepts only plugins, global and mix_process_mode",
			category, l.agent.rules.name)
	}
	list, isList := given.([]interface{})
	if !isList {
		return fmt.Errorf("%s: not an array", category)
	}
	for i, element := range list {
		plugin, isObject := element.(map[string]interface{})
		typ, hasType := plugin["type"].(string)
		if !isObject || !hasType {
			return fmt.Errorf("%s[%d]: not an object with a type", category, i)
		}
		if err := l.addPlugin(category, typ, plugin["detail"]); err != nil {
			return fmt.Errorf("%s[%d] %s: %w", category, i, typ, err)
		}
	}
	return nil
}

func isCategory(name string) bool {
	for _, category := range categories {
		if name == category {
			return true
		}
	}
	return false
}

// addDefaults adds what a pipeline cannot do without.
func (l *line) addDefaults() error {
	if l.work.aggregators() == 0 {
		if err := l.addPlugin(aggregators, "aggregator_default", nil); err != nil {
			return fmt.Errorf("default aggregator: %w", err)
		}
	}
	if _, isV1 := l.work.(*v1); !isV1 || len(l.flushers) > 0 {
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
	if err := l.addPlugin(flushers, flusher.Type, flusher.Detail); err != nil {
		return fmt.Errorf("default flusher %s: %w", flusher.Type, err)
	}
	return nil
}
