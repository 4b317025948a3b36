// From the pipeline file to the configs that the agent loads.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alibaba/ilogtail/pkg/pipeline"

	"ilf.local/go/harness"
)

// pipelineConfig is a pipeline's object, its members as they are in the file.
type pipelineConfig map[string]json.RawMessage

// errNoPipeline is for a pipeline file that is not there. The host runs made-up
// logs then; here that would hide a mistyped name.
var errNoPipeline = errors.New("name the pipeline file with -plugin")

// readPipelines returns the text of each pipeline. None are needed by -http-load,
// which brings some later, and by -file-io, which replaces the ends of one.
func (o *options) readPipelines(say func(string, ...interface{})) ([]json.RawMessage, error) {
	path := o.plugin
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		switch {
		case o.given["plugin"]:
			return nil, fmt.Errorf("there is no file %s: %w", path, errNoPipeline)
		case o.fileIO:
			return []json.RawMessage{json.RawMessage("{}")}, nil
		case o.httpLoad:
			return nil, nil
		}
		return nil, fmt.Errorf("there is no %s here: %w", path, errNoPipeline)
	}
	if err != nil {
		return nil, err
	}
	file, err := parseFile(path, text)
	if err != nil {
		return nil, err
	}
	for _, note := range file.notes {
		say("%s: %s", path, note)
	}
	var configs []json.RawMessage
	for i, c := range file.configs {
		if file.configs[i].place == "" {
			err = decode(path, c.text, &pipelineConfig{})
		} else if err = json.Unmarshal(c.text, &pipelineConfig{}); err != nil {
			err = fmt.Errorf("%s: pipeline %d: %w", path, i, err)
		}
		if err != nil {
			return nil, err
		}
		configs = append(configs, c.text)
	}
	return configs, nil
}

// unknownInputs tells of the inputs that are not here: as the host, the harness
// skips them without a word.
func unknownInputs(configs []json.RawMessage) (all []string) {
	for _, text := range configs {
		var config pipelineConfig
		_ = json.Unmarshal(text, &config) // it was decoded before
		for i, p := range config.plugins("inputs") {
			if pipeline.MetricInputs[p.base()] == nil && pipeline.ServiceInputs[p.base()] == nil {
				all = append(all, fmt.Sprintf("inputs[%d]: there is no input %s here, so it is skipped", i, p.Type))
			}
		}
	}
	return all
}

// loaded names the pipelines by their file and, where it holds several, their
// place: names like the host's 1.0#PluginProject_0##Config0 tell nobody anything.
func (o *options) loaded(configs []json.RawMessage) []harness.LoadedConfig {
	var all []harness.LoadedConfig
	for i, config := range configs {
		name := filepath.Base(o.plugin)
		if len(configs) > 1 {
			name += fmt.Sprintf("[%d]", i)
		}
		all = append(all, harness.LoadedConfig{
			Project:     fmt.Sprintf("PluginProject_%d", i),
			ConfigName:  name,
			LogstoreKey: 123,
			JSONStr:     string(config),
		})
	}
	return all
}

// plugin is an element of inputs or flushers.
type plugin struct {
	Type   string                 `json:"type"`
	Detail map[string]interface{} `json:"detail"`
}

// base is the type without what tells plugins of one type apart.
func (p plugin) base() string {
	base, _, _ := strings.Cut(p.Type, "/")
	base, _, _ = strings.Cut(base, "#")
	return base
}

func (p plugin) is(names ...string) bool {
	base := p.base()
	for _, name := range names {
		if base == name {
			return true
		}
	}
	return false
}

// set replaces an option, however its name is spelled.
func (p *plugin) set(name string, value interface{}) {
	if p.Detail == nil {
		p.Detail = map[string]interface{}{}
	}
	for key := range p.Detail {
		if strings.EqualFold(key, name) {
			delete(p.Detail, key)
		}
	}
	p.Detail[name] = value
}

// flag tells whether an option is true, however its name is spelled.
func (p plugin) flag(name string) bool {
	value, _ := option(p.Detail, name)
	return value == true
}

// option is the value of an option, however its name is spelled.
func option(detail map[string]interface{}, name string) (value interface{}, given bool) {
	for key, value := range detail {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return nil, false
}

// plugins are those of a category; what is not understood here is the agent's to refuse.
func (c pipelineConfig) plugins(category string) []plugin {
	var list []plugin
	if json.Unmarshal(c[category], &list) != nil {
		return nil
	}
	return list
}

func encode(value interface{}) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // what was decoded from JSON can be encoded
	}
	return text
}
