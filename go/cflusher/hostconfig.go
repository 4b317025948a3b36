package cflusher

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// slsMetrics is the agent's setting, and the option of a Convert that says the same.
const slsMetrics = "EnableSlsMetricsFormat"

// hostWantsSlsMetrics tells whether the agent's global settings have
// EnableSlsMetricsFormat on. The variable that holds them has different names in
// different releases, so that no one source can read it. But the agent that is a
// program reads them from the file of its flag -global. The one that is a library
// has no flags; since 2.0 it shows pipelines their settings, which are the agent's
// with those of the pipeline over them. In the library of 1.8 there is no way.
func hostWantsSlsMetrics(ctx pipeline.Context) bool {
	if global := flag.Lookup("global"); global != nil && flag.Parsed() {
		return fileWantsSlsMetrics(global.Value.String())
	}
	if ctx == nil {
		return false
	}
	scope := reflect.ValueOf(ctx).MethodByName("GetPipelineScopeConfig")
	if !scope.IsValid() || scope.Type().NumIn() != 0 || scope.Type().NumOut() != 1 {
		return false
	}
	settings := reflect.Indirect(scope.Call(nil)[0])
	if settings.Kind() != reflect.Struct {
		return false
	}
	on := settings.FieldByName(slsMetrics)
	return on.Kind() == reflect.Bool && on.Bool()
}

// fileWantsSlsMetrics is false for a file that is not there or not to be read: the
// agent then has its defaults.
func fileWantsSlsMetrics(path string) bool {
	var settings struct{ EnableSlsMetricsFormat bool }
	text, err := os.ReadFile(path)
	return err == nil && json.Unmarshal(text, &settings) == nil && settings.EnableSlsMetricsFormat
}

// withSlsMetrics is a detail with the option on, or nil where it says something
// about it itself, or is none.
func withSlsMetrics(detail []byte) []byte {
	options := map[string]json.RawMessage{}
	convert := map[string]json.RawMessage{}
	if len(detail) > 0 && json.Unmarshal(detail, &options) != nil {
		return nil
	}
	name := keyOf(options, "Convert")
	if given := options[name]; given != nil && json.Unmarshal(given, &convert) != nil {
		return nil
	}
	if _, given := convert[keyOf(convert, slsMetrics)]; given {
		return nil
	}
	if options == nil || convert == nil { // of null
		options, convert = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	}
	convert[slsMetrics] = json.RawMessage("true")
	options[name], _ = json.Marshal(convert)
	merged, _ := json.Marshal(options)
	return merged
}

// keyOf is the key that is name, whose case does not matter.
func keyOf(options map[string]json.RawMessage, name string) string {
	for key := range options {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return name
}

// withHostSettings is detail with the agent's settings, where the flusher has an
// option for them that detail leaves open; else nil.
func (f *Flusher) withHostSettings(ctx pipeline.Context, detail []byte) []byte {
	if !hostWantsSlsMetrics(ctx) {
		return nil
	}
	merged := withSlsMetrics(detail)
	if merged == nil || len(f.Check(merged)) > 0 {
		return nil
	}
	return merged
}
