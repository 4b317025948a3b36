package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

func rewritten(t *testing.T, config string, args ...string) (string, error) {
	t.Helper()
	o, err := parse(args, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	configs, err := o.rewrite([]json.RawMessage{json.RawMessage(config)})
	if err != nil {
		return "", err
	}
	return string(configs[0]), nil
}

func TestInputFlagsOverrideWhatReadsAFile(t *testing.T) {
	config := `{"global": {"a": 1.50}, "inputs": [{"type": "metric_debug_file/1",
		"detail": {"inputfilepath": "old", "FieldName": "f", "Other": [1]}}, {"type": "metric_mock", "detail": {"x": 1}}],
		"flushers": []}`
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"the file alone", []string{"-input-file", "new"}, `{"FieldName":"f","InputFilePath":"new","Other":[1]}`},
		{"the limit alone", []string{"-input-line-limit", "0"}, `{"FieldName":"f","LineLimit":0,"Other":[1],"inputfilepath":"old"}`},
		{"the field alone", []string{"-input-field", "g"}, `{"FieldName":"g","Other":[1],"inputfilepath":"old"}`},
		{"even to their defaults", []string{"-input-file", "./input.log"}, `{"FieldName":"f","InputFilePath":"./input.log","Other":[1]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := rewritten(t, config, c.args...)
			want := `{"flushers":[],"global":{"a":1.50},"inputs":[{"type":"metric_debug_file/1","detail":` + c.want +
				`},{"type":"metric_mock","detail":{"x":1}}]}`
			if err != nil || got != want {
				t.Errorf("got %s, %v\nwant %s", got, err, want)
			}
		})
	}
}

func TestWithoutInputFlagsPipelinesStayAsTheyAre(t *testing.T) {
	config := ` {"b":1,  "a" : 1e5}`
	if got, err := rewritten(t, config, "-once"); err != nil || got != config {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestInputFlagsWithNothingToChangeAreAnError(t *testing.T) {
	for _, config := range []string{`{"inputs": [{"type": "metric_mock"}]}`, `{"inputs": 5}`, `{}`} {
		if got, err := rewritten(t, config, "-input-file", "x"); err == nil || !strings.Contains(err.Error(), "use -file-io") {
			t.Errorf("%s became %s, %v", config, got, err)
		}
	}
}

func TestFileIOReplacesBothEnds(t *testing.T) {
	got, err := rewritten(t, `{"version": "v2", "global": {}, "inputs": [{"type": "metric_mock"}], "processors": [ 1 ],
		"flushers": [{"type": "flusher_x", "detail": {"n": 1.0}}], "extensions": []}`,
		"-file-io", "-input-file", "in", "-output-file", "out")
	want := `{"flushers":[{"type":"flusher_x","detail":{"n":1.0}},` +
		`{"type":"flusher_c_stdout","detail":{"FileName":"out","MaxSize":1099511627776}}],` +
		`"inputs":[{"type":"metric_debug_file","detail":{"FieldName":"content","InputFilePath":"in","LineLimit":1000}}],` +
		`"processors":[1]}`
	if err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	got, err = rewritten(t, `{}`, "-file-io")
	if err != nil || strings.Count(got, "flusher_c_stdout") != 1 || !strings.Contains(got, "./input.log") {
		t.Errorf("an empty pipeline became %s, %v", got, err)
	}
}

func TestNamesPipelinesByTheirFile(t *testing.T) {
	o := &options{plugin: "some/where/two.json"}
	all := o.loaded([]json.RawMessage{[]byte("{}"), []byte(`{"a":1}`)})
	if c := all[1]; len(all) != 2 || c.Project != "PluginProject_1" || c.ConfigName != "two.json[1]" ||
		c.LogstoreKey != 123 || c.JSONStr != `{"a":1}` {
		t.Errorf("%+v", all)
	}
	if all = o.loaded([]json.RawMessage{[]byte("{}")}); all[0].ConfigName != "two.json" {
		t.Errorf("%+v", all)
	}
}
