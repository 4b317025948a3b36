// How -file-io and the -input flags change the pipelines.

package main

import (
	"encoding/json"
	"errors"
)

const debugFile = "metric_debug_file"

// rewrite applies the flags to the pipelines.
func (o *options) rewrite(configs []json.RawMessage) ([]json.RawMessage, error) {
	change := o.overrideInputs
	if o.fileIO {
		change = o.replaceEnds
	} else if !o.given["input-file"] && !o.given["input-field"] && !o.given["input-line-limit"] {
		return configs, nil
	}
	changed := make([]json.RawMessage, len(configs))
	hit := false
	for i, text := range configs {
		var config pipelineConfig
		if err := json.Unmarshal(text, &config); err != nil {
			return nil, err
		}
		config, did := change(config)
		changed[i], hit = encode(config), hit || did
	}
	if !hit {
		return nil, errors.New("-input-file, -input-field and -input-line-limit have nothing to change: " +
			"add a " + debugFile + " input to the pipeline, or use -file-io")
	}
	return changed, nil
}

// overrideInputs changes the options of the inputs that read a file.
func (o *options) overrideInputs(config pipelineConfig) (_ pipelineConfig, did bool) {
	inputs := config.plugins("inputs")
	for i := range inputs {
		input := &inputs[i]
		if !input.is(debugFile) {
			continue
		}
		did = true
		if o.given["input-file"] {
			input.set("InputFilePath", o.inputFile)
		}
		if o.given["input-field"] {
			input.set("FieldName", o.inputField)
		}
		if o.given["input-line-limit"] {
			input.set("LineLimit", o.inputLimit)
		}
	}
	if did {
		config["inputs"] = encode(inputs)
	}
	return config, did
}

// replaceEnds reads a file instead of the inputs and writes another one besides
// the flushers. As in the host only the four arrays of plugins survive, so a
// pipeline's "global" and "version" are lost.
func (o *options) replaceEnds(config pipelineConfig) (_ pipelineConfig, did bool) {
	input := plugin{Type: debugFile}
	input.set("InputFilePath", o.inputFile)
	input.set("FieldName", o.inputField)
	input.set("LineLimit", o.inputLimit)
	kept := pipelineConfig{"inputs": encode([]plugin{input})}
	for _, category := range []string{"processors", "aggregators"} {
		if list, present := config[category]; present {
			kept[category] = list
		}
	}
	var flushers []json.RawMessage
	_ = json.Unmarshal(config["flushers"], &flushers) // what is no array is replaced
	kept["flushers"] = encode(append(flushers, encode(fileFlusher(o.outputFile))))
	return kept, true
}
