package faults

import (
	"fmt"
	"testing"
	"time"

	"ilf.local/go/harness"
)

func TestAServerThatRestartsTenTimesInTheMiddle(t *testing.T) {
	for name, more := range map[string]detail{"a record per request": {}, "batches": lines} {
		more := more
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const count = 3000
			o := newOracle(t)
			f := front(t, o, nil)
			l := begin(t, anyRelease(), quick(f.URL()).with(more).with(detail{"RateLimit": table{"Records": 3000}}), 0, count)
			for i := 0; i < 10; i++ {
				time.Sleep(30 * time.Millisecond)
				f.Shut()
				time.Sleep(20 * time.Millisecond)
				must(t, f.Listen())
			}
			eventually(t, "all arrive", allAcked(o, count))
			l.end()
			conserved(t, o, t.TempDir(), count, anyOf)
		})
	}
}

// The agent restarts too, whether the sink works or not.
func TestTenLivesOfAPipelineOnOneSpool(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), newOracle(t)
	f := front(t, o, nil)
	d := quick(f.URL()).with(lines).with(spool(dir)).with(detail{"StopTimeout": "50ms"})
	for i := 0; i < 10; i++ {
		if i%2 == 0 {
			f.Shut()
		}
		l := begin(t, anyRelease(), d, i*100, 100)
		l.delivered(100)
		l.end()
		if i%2 == 0 {
			must(t, f.Listen())
		}
	}
	last := begin(t, anyRelease(), d, 0, 0)
	eventually(t, "all arrive", allAcked(o, 1000))
	last.end()
	conserved(t, o, dir, 1000, anyOf)
}

// In release 3 the new instance of a pipeline starts before the old one stops.
func TestReloadsWithTwoInstancesOnOneSpool(t *testing.T) {
	for _, down := range []bool{false, true} {
		down := down
		t.Run(fmt.Sprintf("the sink is down %v", down), func(t *testing.T) {
			t.Parallel()
			dir, o := t.TempDir(), newOracle(t)
			f := front(t, o, nil)
			if down {
				f.Shut()
			}
			d := quick(f.URL()).with(lines).with(spool(dir)).with(detail{"StopTimeout": "2s"})
			agent := harness.New(harness.Config{Release: harness.V3, NewBeforeOld: true, Logf: logs.printf})
			must(t, agent.Run(pipelineOf("reload", d, 0, 100)))
			for i := 1; i < 10; i++ {
				<-agent.Delivered()
				must(t, agent.Reload(pipelineOf("reload", d, i*100, 100)))
			}
			<-agent.Delivered()
			if down {
				must(t, f.Listen())
			}
			eventually(t, "all arrive", allAcked(o, 1000))
			must(t, agent.StopAll())
			conserved(t, o, dir, 1000, none)
		})
	}
}
