package harness

import (
	"fmt"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// checkedFlusher has its own check, and fails to decode what the check refuses.
type checkedFlusher struct{ nullFlusher }

func (checkedFlusher) Check(detail []byte) []string {
	if strings.Contains(string(detail), "bad") {
		return []string{"detail.A: is bad", "detail.B: so is this"}
	}
	if strings.Contains(string(detail), "lost") {
		return []string{"the library is lost"}
	}
	if strings.Contains(string(detail), "odd") {
		return []string{"detail.Timeout: warning: 30 is nanoseconds: write 30s"}
	}
	return nil
}

func (f checkedFlusher) UnmarshalJSON(detail []byte) error {
	if wrong := f.Check(detail); wrong != nil && !strings.Contains(wrong[0], "warning: ") {
		return fmt.Errorf("%s", wrong[0])
	}
	return nil
}

// mustNotStart has an Init that a check must not call.
type mustNotStart struct {
	fake
	defaultProcessor
}

func (m *mustNotStart) Init(pipeline.Context) error { panic("Init is called") }
func (m *mustNotStart) Description() string         { return "" }

func registerChecked(t *testing.T) {
	pipeline.AddFlusherCreator("flusher_checked", func() pipeline.Flusher { return &checkedFlusher{} })
	pipeline.AddFlusherCreator("flusher_c_ours", func() pipeline.Flusher { return &nullFlusher{} })
	pipeline.AddFlusherCreator("flusher_no_start", func() pipeline.Flusher { return &mustNotStart{} })
	pipeline.AddFlusherCreator("flusher_panics", func() pipeline.Flusher { panic("boom") })
	pipeline.AddProcessorCreator("processor_no_start", func() pipeline.Processor { return &mustNotStart{} })
	t.Cleanup(func() {
		for _, name := range []string{"flusher_checked", "flusher_c_ours", "flusher_no_start", "flusher_panics"} {
			delete(pipeline.Flushers, name)
		}
		delete(pipeline.Processors, "processor_no_start")
	})
}

const good = `"flushers": [{"type": "flusher_test_null"}]`

// checks are configs, and what Check says of them in release 3, a line each.
var checks = []struct{ name, config, want string }{
	{"nothing", `{` + good + `}`, ""},
	{"no JSON", `{"a":`, "not JSON: unexpected end of JSON input"},
	{"an array", `[]`, "want an object with inputs and flushers, got an array"},
	{"no flusher", `{}`, "flushers: there are none; default flusher flusher_sls: there is no flusher flusher_sls here, " +
		"so the pipeline is rejected, as by an agent that has no such plugin"},
	{"null", `null`, "flushers: there are none; default flusher flusher_sls: there is no flusher flusher_sls here, " +
		"so the pipeline is rejected, as by an agent that has no such plugin"},
	{"wrong shapes", `{"inputs": 5, "flushers": [5, {"detail": {}}, {"type": 5}, {"Type": "flusher_test_null"}]}`,
		`inputs: not an array
flushers[0]: want an object with a type and a detail, got a number
flushers[1].type: is missing
flushers[2].type: want text, got a number
flushers[3].Type: is spelled type in JSON
flushers[3].type: is missing`},
	{"every complaint of a detail", `{"flushers": [{"type": "flusher_checked/1", "detail": {"x": "bad"}},
		{"type": "flusher_checked"}, {"type": "flusher_checked", "detail": "lost"}]}`,
		`flushers[0].detail.A: is bad
flushers[0].detail.B: so is this
flushers[2]: the library is lost`},
	{"unknown types", `{"extensions": [{"type": "ext_z"}], "inputs": [{"type": "metric_moc"}],
		"processors": [{"type": "processor_z"}], "aggregators": [{"type": "aggregator_contxt"}],
		"flushers": [{"type": "flusher_ours"}, {"type": "flusher_ours_v2/3"}, {"type": "flusher_test_nul"}, {"type": "flusher_z"}]}`,
		`extensions[0].type: there is no extension ext_z here, so the pipeline is rejected, as by an agent that has no such plugin
inputs[0].type: there is no input metric_moc here, so it is skipped, as in an agent that has no such plugin; did you mean metric_mock?
processors[0].type: there is no processor processor_z here, so it is skipped, as in an agent that has no such plugin
aggregators[0].type: there is no aggregator aggregator_contxt here, so it is skipped, as in an agent that has no such plugin; did you mean aggregator_context?
flushers[0].type: there is no flusher flusher_ours here; flusher_c_ours takes its place, with the same options
flushers[1].type: there is no flusher flusher_ours_v2/3 here; flusher_c_ours takes its place, with the same options
flushers[2].type: there is no flusher flusher_test_nul here; did you mean flusher_test_null?
flushers[3].type: there is no flusher flusher_z here, so the pipeline is rejected, as by an agent that has no such plugin`},
	{"keys that mean nothing", `{"input": [], "surprise\n": 1, "flushers": [{"type": "flusher_test_null", "detial": {}}]}`,
		`input: warning: means nothing to the agent, which ignores it; did you mean inputs?
surprise?: warning: means nothing to the agent, which ignores it
flushers[0].detial: means nothing to the agent, which ignores it; did you mean detail?`},
	{"options beside detail", `{"flushers": [{"type": "flusher_test_null", "FileName": "x", "Detail": {}}]}`,
		`flushers[0].Detail: is spelled detail in JSON
flushers[0].FileName: FileName belongs into detail: beside it the agent ignores it`},
	{"warnings of a plugin", `{"flushers": [{"type": "flusher_checked", "detail": "odd"}]}`,
		`flushers[0].detail.Timeout: warning: 30 is nanoseconds: write 30s`},
	{"an input's file", `{"inputs": [{"type": "metric_debug_file", "detail": {"InputFilePath": "/no/file"}}], ` + good + `}`,
		"inputs[0].detail.InputFilePath: open /no/file: no such file or directory"},
	{"an input's file that is a folder", `{"inputs": [{"type": "metric_debug_file", "detail": {"InputFilePath": "/"}}], ` + good + `}`,
		"inputs[0].detail.InputFilePath: / is a directory"},
	{"a regular expression", `{"processors": [{"type": "processor_regex", "detail": {"Regex": "("}}], ` + good + `}`,
		"processors[0].detail.Regex: error parsing regexp: missing closing ): `(`"},
	{"no Init", `{"processors": [{"type": "processor_no_start"}], "flushers": [{"type": "flusher_no_start"}],
		"inputs": [{"type": "service_mock"}]}`, ""},
	{"a panic", `{"flushers": [{"type": "flusher_z"}, {"type": "flusher_panics"}]}`,
		`flushers[0].type: there is no flusher flusher_z here, so the pipeline is rejected, as by an agent that has no such plugin
flushers[1]: the plugin panicked: boom`},
}

func TestTellsAllThatIsWrong(t *testing.T) {
	registerChecked(t)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			if _, problems := newRig(t, V3).Check(c.config); printed(problems) != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", printed(problems), c.want)
			}
		})
	}
}

func printed(problems []Problem) string {
	var lines []string
	for _, problem := range problems {
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

// What passes the check is loaded, if no Init fails, and what does not is not, but
// for what would run without a plugin or without its options.
func TestAgreesWithLoad(t *testing.T) {
	registerChecked(t)
	configs := map[string]bool{
		`{"version": "v2", "global": {"StructureType": "V2"}, ` + good + `}`:                         true,
		`{"version": "v9", ` + good + `}`:                                                            true,
		`{"global": {"StructureType": "v9"}, ` + good + `}`:                                          true,
		`{"global": {"AggregatIntervalMs": "x", "Tags": []}, ` + good + `}`:                          true,
		`{"global": 5, ` + good + `}`:                                                                true,
		`{"global": null, "surprise": 1, ` + good + `}`:                                              true,
		`{"inputs": [{"type": "metric_mock/1"}], ` + good + `}`:                                      true,
		`{"inputs": [{"type": "metric_mock", "detail": {"Index": 1.5}}], ` + good + `}`:              true,
		`{"inputs": [{"type": "metric_mock", "detail": []}], ` + good + `}`:                          true,
		`{"inputs": [{"type": "metric_mock", "detail": {"Index": 1e999}}], ` + good + `}`:            true,
		`{"inputs": [{"type": "metric_mock", "detail": {"Index": 9007199254740993}}], ` + good + `}`: true,
		`{"flushers": [{"type": "flusher_test_null#1"}]}`:                                            true,
		`{"flushers": []}`:   true,
		`{"flushers": null}`: true,
		`{"version": "v2", "global": {"StructureType": "v2"}, "flushers": []}`: true,
	}
	for _, c := range checks {
		configs[c.config] = !strings.Contains(c.name, "Init") && c.name != "a panic"
	}
	each(t, func(t *testing.T, release Release) {
		for config, loads := range configs {
			_, problems := newRig(t, release).Check(config)
			passes := true
			for _, problem := range problems {
				passes = passes && problem.Warning
			}
			if !loads {
				continue
			}
			text := printed(problems)
			stricter := strings.Contains(text, "so it is skipped") || strings.Contains(text, "flushers[0].det") ||
				strings.Contains(text, "flushers[0].Det")
			err := newRig(t, release).Load(LoadedConfig{ConfigName: "c", JSONStr: config})
			if (err == nil) != passes && !(err == nil && stricter) {
				t.Errorf("%s: Load says %v, Check %s", config, err, printed(problems))
			}
		}
	})
}

func TestChecksWhatDiffersBetweenReleases(t *testing.T) {
	mockV2 := `{"version": "v2", "inputs": [{"type": "metric_mock"}], ` + good + `}`
	for _, c := range []struct {
		release      Release
		config, want string
	}{
		{V18, `{"global": {"StructureType": "v2"}, ` + good + `}`,
			"global.StructureType: warning: means nothing to release 1.8, which looks at version"},
		{V3, `{"version": "v2", ` + good + `}`,
			"version: warning: means nothing to release 3.x, which looks at global.StructureType"},
		{V3, `{"version": "v1", "global": {"StructureType": 3}, ` + good + `}`,
			"global.StructureType: undefined config version 3: use v1 or v2"},
		{V18, mockV2, "inputs[0]: warning: metric_mock never runs: release 1.8 does not run metric inputs in v2 pipelines"},
		{V20, `{"flusher": [], ` + good + `}`,
			`flusher: unknown key "flusher": release 2.0 accepts only plugins, global and mix_process_mode; did you mean flushers?`},
	} {
		if _, problems := newRig(t, c.release).Check(c.config); printed(problems) != c.want {
			t.Errorf("%s: got %s", c.config, printed(problems))
		}
	}
}

func TestCountsTheFlushers(t *testing.T) {
	a := New(Config{Release: V3, DefaultFlusher: []byte(`{"type": "flusher_test_null"}`)})
	for config, want := range map[string]int{
		`{}`: 1, `{` + good + `}`: 1, `{"global": {"StructureType": "v2"}}`: 0,
		`{"flushers": [{"type": "flusher_test_null"}, {"type": "flusher_test_null"}]}`: 2,
	} {
		if got, problems := a.Check(config); got != want || problems != nil {
			t.Errorf("%s: got %d, %v", config, got, problems)
		}
	}
}
