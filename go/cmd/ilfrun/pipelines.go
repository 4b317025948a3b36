// From the pipeline file to the configs that the agent loads.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"ilf.local/go/harness"
)

// pipelineConfig is a pipeline's object, its members as they are in the file.
type pipelineConfig map[string]json.RawMessage

// readPipelines returns the text of each pipeline. A missing file means the
// built-in pipeline, as in the host, but not without telling.
func readPipelines(path string, note func(format string, args ...interface{})) ([]json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		note("there is no %s, so a built-in pipeline of made-up logs runs: name yours with -plugin", path)
		return []json.RawMessage{builtinPipeline()}, nil
	}
	if err != nil {
		return nil, err
	}
	if !isArray(text) {
		return []json.RawMessage{text}, decode(path, text, &pipelineConfig{})
	}
	var configs []json.RawMessage
	if err := decode(path, text, &configs); err != nil {
		return nil, err
	}
	for i, config := range configs {
		if err := json.Unmarshal(config, &pipelineConfig{}); err != nil {
			return nil, fmt.Errorf("%s: pipeline %d: %w", path, i, err)
		}
	}
	return configs, nil
}

// loaded names the pipelines as the host does.
func loaded(configs []json.RawMessage) []harness.LoadedConfig {
	var all []harness.LoadedConfig
	for i, config := range configs {
		project := fmt.Sprintf("PluginProject_%d", i)
		all = append(all, harness.LoadedConfig{
			Project:     project,
			Logstore:    fmt.Sprintf("PluginLogstore_%d", i),
			ConfigName:  fmt.Sprintf("1.0#%s##Config%d", project, i),
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
	for key, value := range p.Detail {
		if strings.EqualFold(key, name) {
			return value == true
		}
	}
	return false
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
