package cflusher_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ilf.local/go/cflusher"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// pluginContext is what the shim asks of a host.
type pluginContext struct {
	pipeline.Context
	runtime context.Context
}

func (c *pluginContext) GetConfigName() string              { return "my config" }
func (c *pluginContext) GetProject() string                 { return "my project" }
func (c *pluginContext) GetLogstore() string                { return "my logstore" }
func (c *pluginContext) GetRuntimeContext() context.Context { return c.runtime }

func newContext() *pluginContext {
	ctx, _ := pkg.NewLogtailContextMetaWithoutAlarm("my project", "my logstore", "my config")
	return &pluginContext{runtime: ctx}
}

// lockedBuffer collects what the host's log would hold.
type lockedBuffer struct {
	lock sync.Mutex
	buf  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buf.String()
}

func captureLog(t *testing.T) *lockedBuffer {
	buf := &lockedBuffer{}
	restore := logger.SetOutput(buf)
	t.Cleanup(func() { logger.SetOutput(restore) })
	return buf
}

// configure makes a flusher without starting it.
func configure(t *testing.T, name, detail string) (*cflusher.Flusher, error) {
	t.Helper()
	f := pipeline.Flushers[name]().(*cflusher.Flusher)
	t.Cleanup(func() { _ = f.Stop() })
	return f, json.Unmarshal([]byte(detail), f)
}

func oneLog(value string) []*protocol.LogGroup {
	return []*protocol.LogGroup{{Logs: []*protocol.Log{{Time: 1, Contents: []*protocol.Log_Content{{Key: "k", Value: value}}}}}}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("timed out waiting until " + what)
		}
	}
}

func TestBadConfigurationIsOneLineThatNamesThePlace(t *testing.T) {
	for _, c := range []struct{ name, flusher, detail, want string }{
		{"an unknown key", "flusher_c_stdout", `{"FileNam":"x"}`,
			"flusher_c_stdout: detail.FileNam: no such option; did you mean FileName?"},
		{"a wrong type", "flusher_c_stdout", `{"MaxRolls":"three"}`,
			`flusher_c_stdout: detail.MaxRolls: want a whole number, got "three"`},
		{"out of range", "flusher_c_sleep", `{"SleepMS":-1}`,
			"flusher_c_sleep: detail.SleepMS: want 0 to 86400000, got -1"},
		{"no object", "flusher_c_stdout", `[]`, "flusher_c_stdout: detail: want an object with options, or nothing"},
		{"a bad choice", "flusher_c_stdout", `{"Sync":"often"}`,
			`flusher_c_stdout: detail.Sync: want one of "never", "batch"; got "often"`},
		{"a nested option", "flusher_c_stdout", `{"Retry":{"MaxDelay":"soon"}}`,
			`flusher_c_stdout: detail.Retry.MaxDelay: want a duration: nanoseconds, or text such as "30s" or "1m30s", got "soon"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := configure(t, c.flusher, c.detail)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
			if !errors.Is(err, cflusher.ErrConfig) {
				t.Errorf("%v is no ErrConfig", err)
			}
		})
	}
}

func TestARequiredOptionThatIsMissingIsToldAtInitAtTheLatest(t *testing.T) {
	const want = "flusher_c_dump: detail.Path: is missing, and there is no default for it"
	if _, err := configure(t, "flusher_c_dump", "null"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	f := pipeline.Flushers["flusher_c_dump"]()
	if err := f.Init(newContext()); err == nil || err.Error() != want {
		t.Errorf("without a configuration: got %v, want %s", err, want)
	}
}

func TestNullAndNoDetailAtAllMeanDefaults(t *testing.T) {
	f, err := configure(t, "flusher_c_null", "null")
	if err == nil {
		err = f.UnmarshalJSON([]byte("null")) // encoding/json itself skips null for most types
	}
	if err == nil {
		err = f.Init(newContext())
	}
	if err != nil {
		t.Error(err)
	}
}

func TestAFailedInitLeavesNothingBehind(t *testing.T) {
	f, err := configure(t, "flusher_c_stdout", `{"FileName":"/no/such/folder/out.log"}`)
	if err != nil {
		t.Fatal(err)
	}
	want := "flusher_c_stdout: open '/no/such/folder/out.log': No such file or directory: create the folder first"
	if err := f.Init(newContext()); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if strings.Contains(cflusher.Metrics(), "my config") {
		t.Error("the instance is still there")
	}
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
}

func TestCallsOutOfOrderAreErrorsAndDoNotCrash(t *testing.T) {
	f := pipeline.Flushers["flusher_c_null"]().(*cflusher.Flusher)
	if f.IsReady("", "", 0) {
		t.Error("ready before init")
	}
	if err := f.Flush("", "", "", nil); err == nil {
		t.Error("flush before init succeeded")
	}
	f.SetUrgent(true)
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
	if f.Description() == "" {
		t.Error("no description before init")
	}
	f = start(t, "flusher_c_null", map[string]string{})
	for i := 0; i < 2; i++ {
		if err := f.Stop(); err != nil {
			t.Error(err)
		}
	}
	if err := f.Flush("", "", "", nil); err == nil || !strings.Contains(err.Error(), "after stop") {
		t.Errorf("flush after stop: %v", err)
	}
	if err := f.Export(nil, nil); err == nil {
		t.Error("export after stop succeeded")
	}
	f.SetUrgent(false)
}

func TestNilElementsCountAsEmptyOnes(t *testing.T) {
	f, read := dumpFlusher(t)
	groups := []*protocol.LogGroup{nil, {LogTags: []*protocol.LogTag{nil}, Logs: []*protocol.Log{nil, {Contents: []*protocol.Log_Content{nil}}}}}
	if err := f.Flush("p", "l", "c", groups); err != nil {
		t.Fatal(err)
	}
	want := dumpGroups("p", "l", "c", []*protocol.LogGroup{{}, {LogTags: []*protocol.LogTag{{}}, Logs: []*protocol.Log{{}, {Contents: []*protocol.Log_Content{{}}}}}})
	if got := read(); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	events := []*models.PipelineGroupEvents{nil, {Events: []models.PipelineEvent{&models.Span{
		Links: []*models.SpanLink{nil}, Events: []*models.SpanEvent{nil}}}}}
	if err := f.Export(events, nil); err != nil {
		t.Error(err)
	}
}

// foreign is an event type that no host has.
type foreign struct{ models.ByteArray }

// lyingTags panic when they are read.
type lyingTags struct{ models.Tags }

func (lyingTags) Iterator() map[string]string { panic("tags that panic") }

func TestEventsOfForeignGoTypesAreRefusedAndLogged(t *testing.T) {
	log := captureLog(t)
	f, read := dumpFlusher(t)
	group := &models.PipelineGroupEvents{Events: []models.PipelineEvent{&foreign{}, models.ByteArray("kept"), (*models.Log)(nil)}}
	if err := f.Export([]*models.PipelineGroupEvents{group}, nil); err != nil {
		t.Fatal(err)
	}
	if got := read(); !strings.Contains(got, "events 1\n4:kept") {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(log.String(), "dropped 2 events") {
		t.Errorf("the log says %q", log)
	}
}

func TestAPanicBecomesAnErrorAndTheFlusherGoesOn(t *testing.T) {
	log := captureLog(t)
	f, read := dumpFlusher(t)
	group := &models.PipelineGroupEvents{Events: []models.PipelineEvent{&models.Log{Tags: lyingTags{}}}}
	err := f.Export([]*models.PipelineGroupEvents{group}, nil)
	if err == nil || !strings.Contains(err.Error(), "export: panic: tags that panic") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log.String(), "lyingTags") {
		t.Errorf("the log does not show where: %q", log)
	}
	if err := f.Flush("", "", "", oneLog("next")); err != nil || !strings.Contains(read(), "next") {
		t.Errorf("the next flush: %v", err)
	}
}

func TestLinesWithoutADestinationGoToTheHostsLog(t *testing.T) {
	log := captureLog(t)
	f, err := configure(t, "flusher_c_stdout", "{}")
	if err == nil {
		err = f.Init(newContext())
	}
	if err == nil {
		err = f.Flush("", "", "", oneLog("to the log"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `{"k":"to the log","__time__":"1"}`) || !strings.Contains(log.String(), "my config") {
		t.Errorf("the log says %q", log)
	}
}

func TestAWarningOfCReachesTheHostsLog(t *testing.T) {
	log := captureLog(t)
	f, err := configure(t, "flusher_c_stdout", `{"FileName":"/dev/full","Retry":{"MaxRetryTimes":1,"InitialDelay":"1ms"}}`)
	if err == nil {
		err = f.Init(newContext())
	}
	if err != nil {
		t.Fatal(err)
	}
	err = f.Flush("", "", "", oneLog("x"))
	if !errors.Is(err, cflusher.ErrRetry) || !strings.Contains(err.Error(), "No space left on device: free some space (gave up after 2 tries") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log.String(), "flusher_c_stdout: flush: write '/dev/full': No space left on device") {
		t.Errorf("the log says %q", log)
	}
}

func TestSetUrgentEndsAFlushThatRetries(t *testing.T) {
	log := captureLog(t)
	f := start(t, "flusher_c_stdout", map[string]interface{}{"FileName": "/dev/full", "StopTimeout": "20ms",
		"Retry": map[string]string{"InitialDelay": "1h", "MaxDelay": "1h"}})
	failed := make(chan error)
	go func() { failed <- f.Flush("", "", "", oneLog("x")) }()
	waitFor(t, "the flush fails for the first time", func() bool {
		return strings.Contains(log.String(), "trying again in")
	})
	f.SetUrgent(true)
	select {
	case err := <-failed:
		if !errors.Is(err, cflusher.ErrRetry) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the flush still sleeps")
	}
	if !f.IsReady("", "", 0) {
		t.Error("not ready after SetUrgent: iLogtail 1.8 and 2.0 would wait for it until the stop times out")
	}
}

func TestSetUrgentMayRunBesideEveryOtherCall(t *testing.T) {
	f := start(t, "flusher_c_null", map[string]string{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; i < 2000; i++ {
			f.SetUrgent(i%2 == 0)
		}
	}()
	for i := 0; i < 2000; i++ {
		f.IsReady("p", "l", int64(i))
		if err := f.Flush("p", "l", "c", oneLog("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
	<-done
}

func TestAForgottenInstanceIsStoppedAndFreedByTheCollector(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.log")
	func() {
		f := pipeline.Flushers["flusher_c_stdout"]().(*cflusher.Flusher)
		if err := f.UnmarshalJSON([]byte(fmt.Sprintf(`{"FileName":%q}`, path))); err != nil {
			t.Fatal(err)
		}
		if err := f.Init(&pluginContext{runtime: context.Background()}); err != nil {
			t.Fatal(err)
		}
	}()
	if !strings.Contains(cflusher.Metrics(), `config="my config"`) || !isOpen(path) {
		t.Fatal("there is no instance to forget")
	}
	waitFor(t, "the instance is gone", func() bool {
		runtime.GC()
		return !strings.Contains(cflusher.Metrics(), `config="my config"`) && !isOpen(path)
	})
}

// isOpen tells whether this process has the file open.
func isOpen(path string) bool {
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == path {
			return true
		}
	}
	return false
}

func TestMetricsCountRecordsAndBytes(t *testing.T) {
	f, err := configure(t, "flusher_c_null", "{}")
	if err == nil {
		err = f.Init(newContext())
	}
	if err == nil {
		err = f.Flush("p", "l", "c", oneLog("four"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ilf_records_accepted_total{flusher=\"flusher_c_null\",config=\"my config\",project=\"my project\",logstore=\"my logstore\"",
		"ilf_bytes_accepted_total{", "} 5\n"} {
		if got := cflusher.Metrics(); !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
}

func TestMetricsCountTheTextOfEvents(t *testing.T) {
	f, err := configure(t, "flusher_c_null", "{}")
	if err == nil {
		err = f.Init(newContext())
	}
	log := models.NewLog("name", []byte("body"), "", "", "", models.NewTagsWithKeyValues("k", "v"), 1)
	if err == nil {
		err = f.Export([]*models.PipelineGroupEvents{{Events: []models.PipelineEvent{log}}}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	const want = `config="my config",project="my project",logstore="my logstore"`
	text := len("name") + len("content") + len("body") + len("k") + len("v")
	for _, line := range strings.Split(cflusher.Metrics(), "\n") {
		if strings.HasPrefix(line, "ilf_bytes_accepted_total") && strings.Contains(line, want) &&
			strings.HasSuffix(line, fmt.Sprintf(" %d", text)) {
			return
		}
	}
	t.Errorf("no %d bytes of it in %s", text, cflusher.Metrics())
}

func TestAFlushCrossesOnceAndAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	f := start(t, "flusher_c_null", map[string]string{})
	groups := oneLog(strings.Repeat("x", 1000))
	flush := func() {
		if err := f.Flush("p", "l", "c", groups); err != nil {
			t.Fatal(err)
		}
	}
	if allocs := testing.AllocsPerRun(100, flush); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	before := runtime.NumCgoCall()
	flush()
	if calls := runtime.NumCgoCall() - before; calls != 1 {
		t.Errorf("%d crossings", calls)
	}
}
