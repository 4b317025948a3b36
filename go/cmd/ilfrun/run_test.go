package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"

	"ilf.local/go/harness"
)

func TestRunsAPipelineOnce(t *testing.T) {
	for _, release := range []string{"1.8", "2.0", "3.x"} {
		t.Run("as release "+release, func(t *testing.T) {
			k := newKeeper()
			runIn(t, folder(t, map[string]string{"plugin.json": keepMock}), "-once", "-release", release).must(t, 0, "")
			if k.got() != "1 2 3" || k.File != "f" {
				t.Errorf("got %q, detail %q", k.got(), k.File)
			}
		})
	}
}

func TestRunsAnArrayOfPipelines(t *testing.T) {
	k := newKeeper()
	dir := folder(t, map[string]string{"plugin.json": " \n[" + keepMock + "," + keepMock + "]"})
	runIn(t, dir, "-once").must(t, 0, "")
	if got := k.got(); len(strings.Fields(got)) != 6 {
		t.Errorf("got %q", got)
	}
}

func TestUsesTheDefaultFlusherAndGlobalFiles(t *testing.T) {
	k := newKeeper()
	dir := folder(t, map[string]string{
		"plugin.json":          `{"inputs": [{"type": "metric_mock"}]}`,
		"default_flusher.json": `{"type": "flusher_keep", "detail": {"File": "default"}}`,
		"global.json":          `{"InputIntervalMs": 1, "AggregatIntervalMs": 1}`,
	})
	signals := make(chan os.Signal, 2)
	done := start(t, dir, signals, nil)
	eventually(t, "more logs than a slower interval would bring", func() bool { return len(strings.Fields(k.got())) > 50 })
	signals <- syscall.SIGTERM
	finished(t, done).must(t, 0, "")
	if k.File != "default" {
		t.Errorf("detail %q", k.File)
	}
}

// toMetric makes a metric of each event.
type toMetric struct{}

func (*toMetric) Init(pipeline.Context) error { return nil }
func (*toMetric) Description() string         { return "makes metrics" }
func (*toMetric) Process(in *models.PipelineGroupEvents, ctx pipeline.PipelineContext) {
	for i := range in.Events {
		in.Events[i] = models.NewSingleValueMetric("a.b", models.MetricTypeGauge, models.NewTags(), 1700000000123456789, 1)
	}
	ctx.Collector().Collect(in.Group, in.Events...)
}

func TestFlushersFollowTheAgentsSettingForSlsMetrics(t *testing.T) {
	pipeline.AddProcessorCreator("processor_to_metric", func() pipeline.Processor { return &toMetric{} })
	v2 := map[string]string{"1.8": `"version": "v2", "global": {"EnableSlsMetricsFormat": true}`}
	v2["2.0"] = `"global": {"StructureType": "v2", "EnableSlsMetricsFormat": true}`
	v2["3.x"] = v2["2.0"]
	for global, want := range map[string]string{
		`{"EnableSlsMetricsFormat": true}`: `"__name__":"a_b"`,
		`{}`:                               `"__name__":"a.b"`, // whatever the pipeline's own settings are
	} {
		for release, structure := range v2 {
			dir := folder(t, map[string]string{"global.json": global})
			out := filepath.Join(dir, "out")
			plugin := `{` + structure + `, "inputs": [{"type": "service_mock", "detail": {"MaxLogCount": 1}}],
				"processors": [{"type": "processor_to_metric"}], "flushers": [{"type": "flusher_c_format", "detail": {"Path": "` + out + `"}}]}`
			if err := os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(plugin), 0o600); err != nil {
				t.Fatal(err)
			}
			runIn(t, dir, "-once", "-release", release).must(t, 0, ": stopped: 1 records accepted, 1 delivered, 0 dropped")
			if text, err := os.ReadFile(out); err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s in %s: %v, got %s, want %s", global, release, err, text, want)
			}
		}
	}
}

func TestASignalStopsGracefully(t *testing.T) {
	k := newKeeper()
	signals := make(chan os.Signal, 2)
	done := start(t, folder(t, map[string]string{"plugin.json": keepEndless}), signals, nil)
	eventually(t, "some logs", func() bool { return k.got() != "" })
	signals <- os.Interrupt
	finished(t, done).must(t, 0, "")
}

func TestASecondSignalDoesNotWait(t *testing.T) {
	k := newKeeper()
	k.never = true
	signals := make(chan os.Signal, 2)
	// The endless input fills the queue, so that release 2.0 cannot stop.
	done := start(t, folder(t, map[string]string{"plugin.json": keepEndless}), signals, nil, "-release", "2.0")
	eventually(t, "the host asks in vain", k.asked.Load)
	signals <- os.Interrupt
	signals <- syscall.SIGTERM
	finished(t, done).must(t, 1, "second signal")
}

func TestASignalThatIsSentTwiceIsOneRequest(t *testing.T) {
	begin := time.Now()
	for _, c := range []struct {
		name  string
		after time.Duration
		s     os.Signal
		again bool
	}{
		{"by timeout(1), to its child and to its group", time.Millisecond, syscall.SIGTERM, false},
		{"a moment later", sameRequest, syscall.SIGTERM, true},
		{"another", 0, os.Interrupt, true},
	} {
		a := &asked{}
		if a.again(syscall.SIGTERM) {
			t.Error("the first is no second")
		}
		a.at = begin.Add(-c.after)
		if time.Since(begin) > sameRequest/2 {
			t.Skip("the machine is too slow to tell")
		}
		if got := a.again(c.s); got != c.again {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestASignalSentTwiceStillDeliversAll(t *testing.T) {
	k := newKeeper()
	signals := make(chan os.Signal, 2)
	done := start(t, folder(t, map[string]string{"plugin.json": keepEndless}), signals, nil)
	eventually(t, "some logs", func() bool { return k.got() != "" })
	signals <- syscall.SIGTERM
	signals <- syscall.SIGTERM
	finished(t, done).must(t, 0, "")
}

func TestTellsWhatWentWrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*keeper)
		want   string
	}{
		{"a flusher refuses data", func(k *keeper) { k.fail = true }, "3 records were rejected by a flusher and are lost"},
		{"a flusher panics", func(k *keeper) { k.panics = true }, "1 pipelines stalled because a flusher panicked"},
		{"a flusher does not stop well", func(k *keeper) { k.stop = errors.New("x") }, "1 flushers stopped with an error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.change(newKeeper())
			runIn(t, folder(t, map[string]string{"plugin.json": keepMock}), "-once").must(t, 1, c.want)
		})
	}
}

func TestTellsWhenTheFinalDrainDropsData(t *testing.T) {
	k := newKeeper()
	k.never = true
	signals := make(chan os.Signal, 2)
	dir := folder(t, map[string]string{"plugin.json": keepMock})
	done := start(t, dir, signals, nil)
	eventually(t, "the host asks in vain", k.asked.Load)
	signals <- os.Interrupt
	finished(t, done).must(t, 1, "3 records were dropped: no flusher took them before the end")
}

func TestALoadFailureIsAnError(t *testing.T) {
	newKeeper()
	for _, c := range []struct{ name, json, want string }{
		{"an unknown flusher", `{"flushers": [{"type": "flusher_z"}]}`, "can't find plugin flusher_z"},
		{"in the second pipeline", `[` + keepMock + `, {"flushers": [{"type": "flusher_z"}]}]`, `config "plugin.json[1]"`},
		{"bad JSON, with its place", "{\n  \"a\": 1,\n  x}", "plugin.json:3:3: invalid character 'x'"},
		{"bad JSON in an array", "[{},\n {]", "plugin.json:2:3: "},
		{"a pipeline that is no object", `[5]`, "pipeline 0: "},
		{"a number", `5`, "plugin.json:1:1: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			runIn(t, folder(t, map[string]string{"plugin.json": c.json}), "-once").must(t, 1, c.want)
		})
	}
	for _, file := range []string{"global.json", "default_flusher.json"} {
		t.Run("a bad "+file, func(t *testing.T) {
			dir := folder(t, map[string]string{"plugin.json": keepMock, file: "{"})
			runIn(t, dir, "-once").must(t, 1, file+":1:1: unexpected end")
		})
		t.Run("an unreadable "+file, func(t *testing.T) {
			dir := folder(t, map[string]string{"plugin.json": keepMock})
			if err := os.Mkdir(filepath.Join(dir, file), 0o700); err != nil {
				t.Fatal(err)
			}
			runIn(t, dir, "-once").must(t, 1, "is a directory")
		})
	}
}

func TestAMissingPipelineFileIsAnError(t *testing.T) {
	dir := folder(t, nil)
	runIn(t, dir).must(t, 2, "ilfrun: there is no file "+dir+"/plugin.json: name the pipeline file with -plugin\n")
	if _, err := (&options{plugin: "./no/plugin.json"}).readPipelines(t.Logf); err == nil ||
		err.Error() != "there is no ./no/plugin.json here: name the pipeline file with -plugin" {
		t.Errorf("without the flag: %v", err)
	}
}

func TestAServerForPipelinesNeedsNoFile(t *testing.T) {
	if configs, err := (&options{plugin: "./no/plugin.json", httpLoad: true}).readPipelines(t.Logf); err != nil || len(configs) != 0 {
		t.Errorf("%s, %v", configs, err)
	}
}

func TestRefusesACommandLineItDoesNotUnderstand(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"-no-such-flag", "flag provided but not defined"},
		{"stray", `unexpected argument "stray"`},
		{"-release=4", "-release: unknown release"},
		{"-logger-level=loud", `unknown log level "loud"`},
	} {
		runIn(t, folder(t, nil), c.arg).must(t, 2, c.want)
	}
	runIn(t, folder(t, nil), "-help").must(t, 0, "-input-line-limit lines")
}

func TestWritesProfiles(t *testing.T) {
	newKeeper()
	dir := folder(t, map[string]string{"plugin.json": keepMock})
	cpu, mem := filepath.Join(dir, "cpu"), filepath.Join(dir, "mem")
	runIn(t, dir, "-once", "-cpu-profile", cpu, "-mem-profile", mem).must(t, 0, "")
	for _, path := range []string{cpu, mem} {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
	runIn(t, dir, "-once", "-cpu-profile", filepath.Join(dir, "no", "cpu")).must(t, 1, "no such file")
	runIn(t, dir, "-once", "-mem-profile", filepath.Join(dir, "no", "mem")).must(t, 1, "no such file")
}

func TestEndsWhenNobodyReadsTheConsole(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	_ = reader.Close()
	a := harness.New(harness.Config{Release: harness.V3, Logf: t.Logf})
	// The console is the pipe, though no console flusher is there to write to it.
	if err := (&options{}).wait(a, &asked{}, writer); err != errNoReader {
		t.Errorf("got %v", err)
	}
}
