// A file of pipelines, JSON or YAML.

package main

import (
	"encoding/json"
	"fmt"

	"ilf.local/go/harness"
)

// configFile is what a file holds.
type configFile struct {
	name    string
	yaml    bool
	configs []placedConfig
	notes   []string // what the agent would not say
}

// placedConfig is a pipeline and its place in the file: [1], or nothing.
type placedConfig struct {
	place string
	text  json.RawMessage
}

const twiceText = ": is there twice in the same object: the last one counts"

// parseFile takes the pipelines of a file apart. One that is no object is the
// agent's to refuse.
func parseFile(name string, text []byte) (*configFile, error) {
	f := &configFile{name: name, yaml: isYAML(name, text)}
	if f.yaml {
		config, notes, err := fromYAML(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		f.configs, f.notes = []placedConfig{{"", config}}, notes
		return f, nil
	}
	for _, path := range duplicates(text) {
		f.notes = append(f.notes, path+twiceText)
	}
	if !isArray(text) {
		f.configs = []placedConfig{{"", text}}
		return f, decode(name, text, &json.RawMessage{})
	}
	var list []json.RawMessage
	if err := decode(name, text, &list); err != nil {
		return nil, err
	}
	for i, config := range list {
		f.configs = append(f.configs, placedConfig{fmt.Sprintf("[%d]", i), config})
	}
	return f, nil
}

// locate gives a problem of a pipeline its path in the file.
func (f *configFile) locate(c placedConfig, problem harness.Problem) harness.Problem {
	if f.yaml {
		problem.Path = yamlPath(problem.Path)
	}
	switch {
	case problem.Path == "":
		problem.Path = c.place
	case c.place != "":
		problem.Path = c.place + "." + problem.Path
	}
	return problem
}
