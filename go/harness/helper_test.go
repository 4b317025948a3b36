package harness

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// nullFlusher is always ready and does nothing.
type nullFlusher struct{}

func (nullFlusher) Init(pipeline.Context) error                              { return nil }
func (nullFlusher) Description() string                                      { return "null" }
func (nullFlusher) IsReady(string, string, int64) bool                       { return true }
func (nullFlusher) SetUrgent(bool)                                           { /* nothing */ }
func (nullFlusher) Stop() error                                              { return nil }
func (nullFlusher) Flush(string, string, string, []*protocol.LogGroup) error { return nil }

func (nullFlusher) Export([]*models.PipelineGroupEvents, pipeline.PipelineContext) error { return nil }

func init() {
	pipeline.AddFlusherCreator("flusher_test_null", func() pipeline.Flusher { return &nullFlusher{} })
}

// fake is a flusher that keeps what it gets and does what a test tells it to.
type fake struct {
	nullFlusher
	unready atomic.Bool
	onInit  func(pipeline.Context) error
	onFlush func() error
	onStop  func() error
	onReady func() bool
	onUrgen func(bool)

	mu      sync.Mutex
	groups  []*protocol.LogGroup
	events  []*models.PipelineGroupEvents
	batches [][]*protocol.LogGroup
	args    string
	context pipeline.PipelineContext
}

func (f *fake) Init(c pipeline.Context) error {
	if f.onInit != nil {
		return f.onInit(c)
	}
	return nil
}

func (f *fake) IsReady(project, logstore string, key int64) bool {
	f.mu.Lock()
	f.args = fmt.Sprintf("%s,%s,%d", project, logstore, key)
	f.mu.Unlock()
	if f.onReady != nil {
		return f.onReady()
	}
	return !f.unready.Load()
}

func (f *fake) SetUrgent(flag bool) {
	if f.onUrgen != nil {
		f.onUrgen(flag)
	}
}

func (f *fake) Flush(project, logstore, config string, groups []*protocol.LogGroup) error {
	f.mu.Lock()
	f.groups = append(f.groups, groups...)
	f.batches = append(f.batches, groups)
	f.args += fmt.Sprintf(" %s,%s,%s", project, logstore, config)
	f.mu.Unlock()
	if f.onFlush != nil {
		return f.onFlush()
	}
	return nil
}

func (f *fake) Export(groups []*models.PipelineGroupEvents, c pipeline.PipelineContext) error {
	f.mu.Lock()
	f.events = append(f.events, groups...)
	f.context = c
	f.mu.Unlock()
	if f.onFlush != nil {
		return f.onFlush()
	}
	return nil
}

func (f *fake) Stop() error {
	if f.onStop != nil {
		return f.onStop()
	}
	return nil
}

// values lists the first value of every log so far.
func (f *fake) values() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var values []string
	for _, group := range f.groups {
		for _, log := range group.Logs {
			values = append(values, log.Contents[0].Value)
		}
	}
	return strings.Join(values, " ")
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, group := range f.groups {
		n += len(group.Logs)
	}
	for _, group := range f.events {
		n += len(group.Events)
	}
	return n
}

// flushers registers fakes as flusher_a, flusher_b, ... The next load of each
// type gets the next of its fakes, the last one serves for all further loads.
func register(t *testing.T, typ string, fakes ...pipeline.Flusher) {
	t.Helper()
	next := 0
	pipeline.AddFlusherCreator(typ, func() pipeline.Flusher {
		f := fakes[next]
		if next < len(fakes)-1 {
			next++
		}
		return f
	})
	t.Cleanup(func() { delete(pipeline.Flushers, typ) })
}

// logLines is a Logf that keeps the lines.
type logLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *logLines) logf(format string, args ...interface{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *logLines) has(text string) bool { return strings.Contains(l.all(), text) }

func (l *logLines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// rig is an agent under test.
type rig struct {
	*Agent
	t     *testing.T
	logs  logLines
	trace Trace
}

// newRig makes an agent with short budgets; aggregators push every 5 ms.
func newRig(t *testing.T, release Release, change ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t}
	global := DefaultGlobal()
	global.AggregatIntervalMs, global.InputIntervalMs = 5, 5
	global.HostIP, global.Hostname = "1.2.3.4", "host"
	config := Config{
		Release: release, Global: &global, Logf: r.logs.logf, Observe: r.trace.Observe,
		StopBudget: 5 * time.Second, ParkedBudget: 50 * time.Millisecond, Poll: time.Millisecond,
	}
	for _, c := range change {
		c(&config)
	}
	r.Agent = New(config)
	return r
}

// config is a pipeline that the test feeds, with flushers of the given types.
func config(name string, types ...string) LoadedConfig {
	return configWith(name, "", types...)
}

// configWith has more members in front, each followed by a comma.
func configWith(name, members string, types ...string) LoadedConfig {
	flushers := []map[string]interface{}{}
	for _, typ := range types {
		flushers = append(flushers, map[string]interface{}{"type": typ})
	}
	text, _ := json.Marshal(flushers)
	return LoadedConfig{
		Project: "p", Logstore: "l", ConfigName: name, LogstoreKey: 7,
		JSONStr: fmt.Sprintf(`{%s "flushers": %s}`, members, text),
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// feed puts logs with the given values into a pipeline.
func (r *rig) feed(name string, values ...string) {
	r.t.Helper()
	for _, value := range values {
		r.must(r.Process(name, nil, aLog(value)))
	}
}

func aLog(value string) *protocol.Log {
	return &protocol.Log{Time: 1, Contents: []*protocol.Log_Content{{Key: "k", Value: value}}}
}

// eventually polls a condition that must become true soon.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happens: %s", what)
		}
	}
}

// each runs a test for releases.
func each(t *testing.T, test func(t *testing.T, release Release), of ...Release) {
	t.Helper()
	if len(of) == 0 {
		of = []Release{V18, V20, V3}
	}
	for _, release := range of {
		t.Run("release "+release.String(), func(t *testing.T) { test(t, release) })
	}
}

// reload stops a pipeline without removing it and loads it again.
func (r *rig) stopForReload(name string) error {
	if r.rules.holdOn {
		return r.HoldOn(false)
	}
	return r.Stop(name, false)
}

func (r *rig) contains(text string) {
	r.t.Helper()
	if got := r.trace.String(); !strings.Contains(got, text) {
		r.t.Errorf("calls:\n%s\nwant among them:\n%s", got, text)
	}
}

// containsBesidePolling is contains for calls that IsReady of an unready flusher
// may come between.
func (r *rig) containsBesidePolling(text string) {
	r.t.Helper()
	if got := r.trace.String(); !strings.Contains(strings.ReplaceAll(got, "IsReady false\n", ""), text) {
		r.t.Errorf("calls:\n%s\nwant among them, but for polling:\n%s", got, text)
	}
}

func pipelineLog(value string) pipeline.LogWithContext {
	return pipeline.LogWithContext{Log: aLog(value)}
}

// single makes every log a group of its own.
const single = `"aggregators": [{"type": "aggregator_base", "detail": {"MaxLogCount": 1, "MaxLogGroupCount": 1}}],`

func jsonOf(t *testing.T, text string) (value interface{}) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
