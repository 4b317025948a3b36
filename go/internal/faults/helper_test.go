package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ilf.local/go/cflusher"
	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// Asked for by name, since `go test ./...` runs with several toolchains.
func TestMain(m *testing.M) {
	if os.Getenv("ILF_FAULTS") == "" {
		fmt.Println("faults: left out; make test-faults runs them")
		os.Exit(0)
	}
	needKafka()
	if cflusher.LibraryPath() == "" {
		_, err := cflusher.List()
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pipeline.AddServiceCreator("service_ids", func() pipeline.ServiceInput { return &serviceIDs{end: make(chan struct{})} })
	pipeline.AddAggregatorCreator("aggregator_in_order", func() pipeline.Aggregator { return &inOrder{} })
	logger.SetOutput(logs)
	status := m.Run()
	stopKafka()
	os.Exit(status)
}

// detail is the configuration of a flusher.
type detail map[string]interface{}

type table = map[string]interface{}

// with copies d with more in it.
func (d detail) with(more detail) detail {
	sum := detail{}
	for _, from := range []detail{d, more} {
		for key, value := range from {
			sum[key] = value
		}
	}
	return sum
}

// quick is a flusher_c_http whose pauses are short, so that tests are.
func quick(url string) detail {
	return detail{
		"RemoteURL": url,
		"Timeout":   "2s", "ConnectTimeout": "2s",
		"Concurrency": 2,
		"Retry":       table{"InitialDelay": "1ms", "MaxDelay": "5ms"},
		"Breaker":     table{"OpenTime": "1ms", "MaxOpenTime": "5ms"},
		"StopTimeout": "10s",
	}
}

var lines = detail{"Body": "ndjson", "Batch": table{"MaxAge": "5ms", "MaxRecords": 20}}

func spool(dir string) detail {
	return detail{"Spool": table{"Path": filepath.Join(dir, "spool"), "Sync": "never"}}
}

// flusher is the type that d is for.
func (d detail) flusher() string {
	if d["Brokers"] != nil {
		return "flusher_c_kafka"
	}
	return "flusher_c_http"
}

func letters(dir string) detail {
	return detail{"DeadLetters": table{"Path": filepath.Join(dir, "letters.jsonl")}}
}

// life is one run of a pipeline.
type life struct {
	t     *testing.T
	agent *harness.Agent
	name  string
	trace harness.Trace
}

// unready counts how often the host found the flusher not ready.
func (l *life) unready() (n int) {
	for _, call := range l.trace.Calls() {
		if call.Method == "IsReady" && call.Returned && !call.Flag {
			n++
		}
	}
	return n
}

// pipelineOf feeds records into a flusher, in order, 25 to a group, with an optional pause
// after each 25.
func pipelineOf(name string, d detail, first, count int, pauseMs ...int) harness.LoadedConfig {
	text, _ := json.Marshal(d)
	pause := 0
	if len(pauseMs) > 0 {
		pause = pauseMs[0]
	}
	return harness.LoadedConfig{Project: "p", Logstore: "l", ConfigName: name, LogstoreKey: 1,
		JSONStr: fmt.Sprintf(`{"global":{"AggregatIntervalMs":20},
			"inputs":[{"type":"service_ids","detail":{"First":%d,"Count":%d,"PauseMs":%d}}],
			"aggregators":[{"type":"aggregator_in_order"}],
			"flushers":[{"type":%q,"detail":%s}]}`, first, count, pause, d.flusher(), text)}
}

// begin starts a pipeline of count records, numbered from first.
func begin(t *testing.T, release harness.Release, d detail, first, count int, pauseMs ...int) *life {
	t.Helper()
	l := &life{t: t, name: strings.ReplaceAll(t.Name(), "/", "-")}
	l.agent = harness.New(harness.Config{Release: release, StopBudget: 30 * time.Second, Logf: logs.printf,
		Observe: l.trace.Observe})
	if err := l.agent.Run(pipelineOf(l.name, d, first, count, pauseMs...)); err != nil {
		t.Fatal(err)
	}
	return l
}

// end stops it, and fails if the host has kept or lost anything.
func (l *life) end() {
	l.t.Helper()
	if err := l.agent.StopAll(); err != nil {
		l.t.Error(err)
	}
	if s := l.agent.Stats(); s.LostRecords+s.Dropped+s.Panics+s.StopErrors > 0 || s.QueuedRecords+s.ParkedGroups > 0 {
		l.t.Errorf("the host lost records: %+v", s)
	}
}

// delivered waits until the host has flushed all records of the input.
func (l *life) delivered(count int) {
	l.t.Helper()
	<-l.agent.Delivered()
	eventually(l.t, "the host flushes all", func() bool { return l.agent.Stats().Records >= uint64(count) })
}

const patience = 20 * time.Second

// eventually looks often at first, and then less, so that those who look leave
// the machine to those who work.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	pause := time.Millisecond
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		if pause < 30*time.Millisecond {
			pause *= 2
		}
	}
}

// deadIDs counts the records in the dead letters of a folder. What follows the
// last newline is a letter still being written: a reader beside a write(2) may
// see its first pages only.
func deadIDs(t *testing.T, dir string) map[string]int {
	t.Helper()
	dead := map[string]int{}
	text, err := os.ReadFile(filepath.Join(dir, "letters.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text[:bytes.LastIndexByte(text, '\n')+1]), "\n") {
		var letter struct{ Body, Reason string }
		if line == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &letter); err != nil || letter.Reason == "" {
			t.Errorf("a bad letter: %v: %s", err, line)
		}
		for _, id := range oracle.IDs([]byte(letter.Body)) {
			dead[id]++
		}
	}
	return dead
}

// How many records may come twice: those of sends that end without an answer,
// which are as many as the fault likes, or else those under way at a stop.
const (
	none     = 0
	underWay = 40
	anyOf    = 1 << 30
)

// conserved fails unless each of count records was acknowledged or is dead, at
// most so many of them twice. It returns how many are dead.
func conserved(t *testing.T, o *oracle.Oracle, dir string, count, repeats int) (dead int) {
	t.Helper()
	return accounted(t, o.Acked(), deadIDs(t, dir), count, repeats)
}

// accounted is conserved for any sink: by id, how often it has a record, and how
// often that is a dead letter.
func accounted(t *testing.T, acked, letters map[string]int, count, repeats int) (dead int) {
	t.Helper()
	lost, twice, both := 0, 0, 0
	for i := 0; i < count; i++ {
		n, m := acked[idOf(i)], letters[idOf(i)]
		switch {
		case n+m == 0:
			lost++
		case n > 0 && m > 0:
			both++
		case n > 1 || m > 1:
			twice++
		}
	}
	if lost > 0 || len(acked) > count || twice+both > repeats {
		t.Errorf("of %d records, %d are lost, %d came twice, %d came and are dead letters; %d arrived, %d are dead",
			count, lost, twice, both, len(acked), len(letters))
	}
	return len(letters)
}

func allAcked(o *oracle.Oracle, count int) func() bool {
	return func() bool { return o.Count() >= count }
}

// front puts a front before an oracle.
func front(t *testing.T, o *oracle.Oracle, fault func(int) *oracle.Fault) *oracle.Front {
	t.Helper()
	f, err := o.Front(fault)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Shut)
	return f
}

// newOracle starts one that ends with the test.
func newOracle(t *testing.T) *oracle.Oracle {
	o := oracle.New()
	t.Cleanup(o.Close)
	return o
}

var releases = []harness.Release{harness.V18, harness.V20, harness.V3}
