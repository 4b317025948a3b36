package cflusher

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// plainContext is that of a host of release 1.8.
type plainContext struct{ pipeline.Context }

// settings are those of the host's that are looked at, and another.
type settings struct {
	HostIP                 string
	EnableSlsMetricsFormat bool
}

// scopedContext is that of a later host.
type scopedContext struct {
	pipeline.Context
	settings *settings
}

func (c scopedContext) GetPipelineScopeConfig() *settings { return c.settings }

func TestTheAgentsSettingForSlsMetricsIsFoundWhereTheContextShowsIt(t *testing.T) {
	for _, c := range []struct {
		ctx  pipeline.Context
		want bool
	}{
		{nil, false}, {plainContext{}, false}, {scopedContext{}, false}, {scopedContext{settings: &settings{}}, false},
		{scopedContext{settings: &settings{EnableSlsMetricsFormat: true}}, true},
	} {
		if got := hostWantsSlsMetrics(c.ctx); got != c.want {
			t.Errorf("%#v: %v", c.ctx, got)
		}
	}
}

func TestTheAgentsSettingForSlsMetricsIsReadFromItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "global.json")
	restore := flag.CommandLine
	defer func() { flag.CommandLine = restore }()
	flag.CommandLine = flag.NewFlagSet("agent", flag.PanicOnError)
	flag.String("global", "./none.json", "")
	on := scopedContext{settings: &settings{EnableSlsMetricsFormat: true}}
	if !hostWantsSlsMetrics(on) {
		t.Error("flags that nobody has parsed are those of a library")
	}
	if err := flag.CommandLine.Parse([]string{"-global", path}); err != nil {
		t.Fatal(err)
	}
	if hostWantsSlsMetrics(on) {
		t.Error("on, though only by a pipeline's own settings, which natively change nothing")
	}
	for text, want := range map[string]bool{`{"EnableSlsMetricsFormat": true}`: true, `{"enableslsmetricsformat": true}`: true,
		`{"EnableSlsMetricsFormat": false}`: false, `{}`: false, `{`: false, `{"EnableSlsMetricsFormat": "true"}`: false} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := hostWantsSlsMetrics(nil); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestAConfigurationThatSaysSomethingAboutSlsMetricsStays(t *testing.T) {
	for detail, want := range map[string]string{
		``:     `{"Convert":{"EnableSlsMetricsFormat":true}}`,
		`null`: `{"Convert":{"EnableSlsMetricsFormat":true}}`,
		`{"Path":"x","convert":{"Protocol":"jsonline"}}`: `{"Path":"x","convert":{"EnableSlsMetricsFormat":true,"Protocol":"jsonline"}}`,
		`{"Convert":null}`: `{"Convert":{"EnableSlsMetricsFormat":true}}`,
		`{"Convert":{"enableslsmetricsformat":false}}`:         ``,
		`{"Convert":{"EnableSlsMetricsFormat":true},"Path":1}`: ``,
		`{"Convert":5}`: ``,
		`[]`:            ``,
	} {
		if got := string(withSlsMetrics([]byte(detail))); got != want {
			t.Errorf("%s becomes %s, want %s", detail, got, want)
		}
	}
}

// exported is what flusher_c_format makes of a metric under a host with the setting on.
func exported(t *testing.T, convert string) string {
	path := filepath.Join(t.TempDir(), "format")
	f := pipeline.Flushers["flusher_c_format"]().(*Flusher)
	if err := f.UnmarshalJSON([]byte(`{"Path":"` + path + `"` + convert + `}`)); err != nil {
		t.Fatal(err)
	}
	if err := f.Init(scopedContext{Context: host, settings: &settings{EnableSlsMetricsFormat: true}}); err != nil {
		t.Fatal(err)
	}
	metric := models.NewSingleValueMetric("cpu.idle-9", models.MetricTypeGauge, models.NewTagsWithKeyValues("9.a", "x|y"), 1700000000123456789, 1)
	if err := f.Export([]*models.PipelineGroupEvents{{Group: models.NewGroup(nil, nil), Events: []models.PipelineEvent{metric}}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFlushersFollowTheAgentsSettingForSlsMetrics(t *testing.T) {
	if got := exported(t, ``); !strings.Contains(got, `"__labels__":"9_a#$#x_y","__name__":"cpu_idle_9"`) {
		t.Errorf("got %s", got)
	}
	if got := exported(t, `,"Convert":{"EnableSlsMetricsFormat":false}`); !strings.Contains(got, `"__labels__":"9.a#$#x|y","__name__":"cpu.idle-9"`) {
		t.Errorf("with the option off: %s", got)
	}
	f := pipeline.Flushers["flusher_c_stdout"]().(*Flusher)
	if err := f.UnmarshalJSON([]byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if err := f.Init(scopedContext{Context: host, settings: &settings{EnableSlsMetricsFormat: true}}); err != nil {
		t.Errorf("a flusher without the option: %v", err)
	}
	_ = f.Stop()
}
