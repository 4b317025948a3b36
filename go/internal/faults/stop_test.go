package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"
)

func eachRelease(t *testing.T, test func(t *testing.T, release harness.Release)) {
	for _, release := range releases {
		release := release
		t.Run(release.String(), func(t *testing.T) { t.Parallel(); test(t, release) })
	}
}

// stopsWithin stops l, whose StopTimeout must be much shorter than this.
func (l *life) stopsWithin(limit time.Duration) {
	l.t.Helper()
	start := time.Now()
	l.end()
	if took := time.Since(start); took > limit {
		l.t.Errorf("the stop took %v", took)
	}
}

func TestAStopWithTheSinkDownEndsWithinItsBudgetAndTellsWhatIsLost(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		o := newOracle(t)
		f := front(t, o, nil)
		f.Shut()
		l := begin(t, release, quick(f.URL()).with(detail{"StopTimeout": "200ms"}), 0, records)
		l.delivered(records)
		l.stopsWithin(5 * time.Second)
		if !logs.has(l.name, fmt.Sprintf("lost %d records", records)) {
			t.Error("the log does not say that they are lost")
		}
	})
}

func TestAStopWithASinkThatStallsEndsWithinItsBudget(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		dir, o := t.TempDir(), newOracle(t)
		f := front(t, o, func(int) *oracle.Fault { return &oracle.Fault{Request: 1, End: oracle.Stall} })
		d := quick(f.URL()).with(letters(dir)).with(detail{"StopTimeout": "200ms", "Timeout": "60s"})
		l := begin(t, release, d, 0, records)
		l.delivered(records)
		l.stopsWithin(5 * time.Second)
		conserved(t, o, dir, records, none)
	})
}

// Releases 1.8 and 2.0 would wait for ever for a flusher that is full.
func TestAStopWithAFullQueueEndsWithinItsBudgetAndKeepsAll(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		dir, o := t.TempDir(), newOracle(t)
		f := front(t, o, nil)
		f.Shut()
		d := quick(f.URL()).with(letters(dir)).with(detail{"StopTimeout": "500ms", "Queue": table{"MaxRecords": 500}})
		const count = 1000
		l := begin(t, release, d, 0, count, 5)
		eventually(t, "the host finds it not ready", func() bool { return l.unready() > 3 })
		<-l.agent.Delivered()
		l.stopsWithin(8 * time.Second)
		conserved(t, o, dir, count, none)
	})
}

func TestAStopDrainsWhatTheSinkTakes(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		o := newOracle(t)
		l := begin(t, release, quick(o.Server.URL).with(detail{"Batch": table{"MaxAge": "1h"}, "Body": "ndjson"}), 0, records)
		l.delivered(records)
		l.stopsWithin(8 * time.Second) // and does not wait for the age of the batch
		conserved(t, o, t.TempDir(), records, none)
	})
}

// The agent itself, as a service manager ends it.
func TestSIGTERMWhileTheSinkIsDownLosesNothing(t *testing.T) {
	t.Parallel()
	ilfrun, err := filepath.Abs("../../../build/bin/ilfrun")
	must(t, err)
	dir, o := t.TempDir(), newOracle(t)
	f := front(t, o, nil)
	f.Shut()
	var ids []string
	for i := 0; i < records; i++ {
		ids = append(ids, idOf(i))
	}
	must(t, os.WriteFile(filepath.Join(dir, "ids"), []byte(strings.Join(ids, "\n")+"\n"), 0600))
	text, _ := json.Marshal(quick(f.URL()).with(lines).with(spool(dir)).with(detail{"StopTimeout": "200ms"}))
	must(t, os.WriteFile(filepath.Join(dir, "pipeline.json"), []byte(fmt.Sprintf(`{
		"global":{"InputIntervalMs":3600000,"InputMaxFirstCollectDelayMs":1,"AggregatIntervalMs":20},
		"inputs":[{"type":"metric_debug_file","detail":{"InputFilePath":%q,"FieldName":"id"}}],
		"processors":[{"type":"processor_split_log_string","detail":{"SplitKey":"id"}}],
		"flushers":[{"type":"flusher_c_http","detail":%s}]}`, filepath.Join(dir, "ids"), text)), 0600))
	agent := exec.Command(ilfrun, "-plugin", filepath.Join(dir, "pipeline.json"))
	agent.Dir = dir
	output, err := os.Create(filepath.Join(dir, "output"))
	must(t, err)
	agent.Stdout, agent.Stderr = output, output
	must(t, agent.Start())
	ended := make(chan error, 1)
	go func() { ended <- agent.Wait() }()
	eventually(t, "the spool is written", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "spool", "data.mdb"))
		return strings.Contains(string(text), idOf(records-1))
	})
	must(t, agent.Process.Signal(syscall.SIGTERM))
	select {
	case err = <-ended:
	case <-time.After(patience):
		_ = agent.Process.Kill()
		t.Error("SIGTERM does not end it")
	}
	if said, _ := os.ReadFile(output.Name()); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	must(t, f.Listen())
	again := begin(t, anyRelease(), quick(f.URL()).with(lines).with(spool(dir)), 0, 0)
	eventually(t, "all arrive", allAcked(o, records))
	again.end()
	conserved(t, o, dir, records, none)
}
