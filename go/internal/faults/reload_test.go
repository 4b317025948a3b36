package faults

import (
	"fmt"
	"testing"
	"time"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"
)

// A reload must not take long; the figure itself is measured by make bench.
const quickly = 3 * time.Second

// reload replaces the pipelines, and fails if that takes long.
func reload(t *testing.T, agent *harness.Agent, configs ...harness.LoadedConfig) {
	t.Helper()
	start := time.Now()
	must(t, agent.Reload(configs...))
	if took := time.Since(start); took > quickly {
		t.Errorf("the reload took %v", took)
	}
}

// flushed waits until the host has handed over that many records in all.
func flushed(t *testing.T, agent *harness.Agent, count int) {
	t.Helper()
	<-agent.Delivered()
	eventually(t, "the host flushes all", func() bool { return agent.Stats().Records >= uint64(count) })
}

// ordered fails unless the records of each life are in order, and those of an
// earlier one before those of a later one.
func ordered(t *testing.T, o *oracle.Oracle) {
	t.Helper()
	last := ""
	for _, id := range o.Order() {
		if id < last {
			t.Fatalf("%s comes after %s", id, last)
		}
		last = id
	}
}

type model struct {
	release  harness.Release
	newFirst bool
}

// reloads are the releases, the third with the new instance before and after the
// stop of the old one.
var reloads = []model{{harness.V18, false}, {harness.V20, false}, {harness.V3, false}, {harness.V3, true}}

func eachModel(t *testing.T, test func(t *testing.T, m model)) {
	for _, m := range reloads {
		m := m
		t.Run(fmt.Sprintf("%v, new first %v", m.release, m.newFirst), func(t *testing.T) {
			t.Parallel()
			test(t, m)
		})
	}
}

func (m model) agent() *harness.Agent {
	return harness.New(harness.Config{Release: m.release, NewBeforeOld: m.newFirst, Logf: logs.printf})
}

var large = detail{"Body": "ndjson", "Batch": table{"MaxAge": "5ms", "MaxRecords": 500}, "StopTimeout": "20s"}

func TestReloadsOfTwoPipelinesWithTheSinkDownAreQuickAndLoseNothing(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		const each = 27000
		agent := m.agent()
		var oracles [2]*oracle.Oracle
		var fronts [2]*oracle.Front
		var first, second, third []harness.LoadedConfig
		for i := range oracles {
			oracles[i] = newOracle(t)
			fronts[i] = front(t, oracles[i], nil)
			fronts[i].Shut()
			d := quick(fronts[i].URL()).with(large).with(detail{"Delivery": table{"Order": "all"}})
			name := fmt.Sprintf("reload-%v-%v-%d", m.release, m.newFirst, i)
			first = append(first, pipelineOf(name, d, 0, each))
			d = d.with(detail{"Timeout": "3s"})
			second = append(second, pipelineOf(name, d, each, 500))
			third = append(third, pipelineOf(name, d, each+500, 500))
		}
		must(t, agent.Run(first...))
		flushed(t, agent, 2*each)
		reload(t, agent, second...)
		flushed(t, agent, 2*(each+500))
		reload(t, agent, third...)
		for i, o := range oracles {
			must(t, fronts[i].Listen())
			eventually(t, "all arrive", allAcked(o, each+1000))
		}
		must(t, agent.StopAll())
		for _, o := range oracles {
			conserved(t, o, t.TempDir(), each+1000, none)
			ordered(t, o)
		}
	})
}

func TestWhatAReloadLeavesGoesToTheOldSinkInTheBackground(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		agent, o := m.agent(), newOracle(t)
		f := front(t, o, nil)
		f.Shut()
		name := fmt.Sprintf("moved-%v-%v", m.release, m.newFirst)
		moved := newOracle(t)
		must(t, agent.Run(pipelineOf(name, quick(f.URL()).with(large), 0, records)))
		flushed(t, agent, records)
		reload(t, agent, pipelineOf(name, quick(moved.Server.URL).with(large), records, records))
		eventually(t, "the new records arrive", allAcked(moved, records))
		must(t, f.Listen())
		eventually(t, "the old ones arrive", allAcked(o, records))
		must(t, agent.StopAll())
		conserved(t, o, t.TempDir(), records, none)
	})
}

// The last stop for good ends what earlier reloads have left too.
func TestWhatNobodyTakesOverIsInTheDeadLettersWhenTheProcessEnds(t *testing.T) {
	dir, o := t.TempDir(), newOracle(t)
	f := front(t, o, nil)
	f.Shut()
	agent := harness.New(harness.Config{Release: harness.V18, Logf: logs.printf})
	d := quick(f.URL()).with(lines).with(letters(dir)).with(detail{"StopTimeout": "200ms"})
	must(t, agent.Run(pipelineOf("left", d, 0, records)))
	flushed(t, agent, records)
	reload(t, agent, pipelineOf("another", quick(o.Server.URL).with(lines), 0, 0))
	must(t, agent.StopAll())
	conserved(t, o, dir, records, none)
}

func TestAReloadStormWhileTheSinkComesAndGoesLosesNothing(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		const storms, each = 25, 200
		agent, o := m.agent(), newOracle(t)
		f := front(t, o, nil)
		name := fmt.Sprintf("storm-%v-%v", m.release, m.newFirst)
		d := quick(f.URL()).with(lines).with(detail{"Delivery": table{"Order": "all"}})
		must(t, agent.Run(pipelineOf(name, d, 0, each)))
		for i := 1; i <= storms; i++ {
			if i%2 == 0 {
				must(t, f.Listen())
			} else {
				f.Shut()
			}
			flushed(t, agent, i*each)
			reload(t, agent, pipelineOf(name, d, i*each, each))
		}
		must(t, f.Listen())
		eventually(t, "all arrive", allAcked(o, (storms+1)*each))
		must(t, agent.StopAll())
		conserved(t, o, t.TempDir(), (storms+1)*each, anyOf)
		ordered(t, o)
	})
}

func TestTheStopsOfAnEndingProcessShareTheirTime(t *testing.T) {
	for _, release := range releases {
		t.Run(release.String(), func(t *testing.T) {
			o := newOracle(t)
			f := front(t, o, nil)
			f.Shut()
			agent := harness.New(harness.Config{Release: release, Logf: logs.printf})
			var configs []harness.LoadedConfig
			for i := 0; i < 4; i++ {
				d := quick(f.URL()).with(lines).with(detail{"StopTimeout": "3s"})
				configs = append(configs, pipelineOf(fmt.Sprintf("shared-%d", i), d, 0, 100))
			}
			must(t, agent.Run(configs...))
			flushed(t, agent, 400)
			start := time.Now()
			must(t, agent.StopAll())
			if took := time.Since(start); took > 9*time.Second { // 3 + 1 + 1 + 1, and not 12
				t.Errorf("the stops took %v", took)
			}
		})
	}
}
