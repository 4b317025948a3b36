package harness

import (
	"strings"
	"testing"
	"time"
)

const alwaysOnline = `"global": {"AlwaysOnline": true, "DelayStopSec": 1},`

// twelve logs: a batch of up to five on its way, four groups in the queue, and some more.
const twelve = "1 2 3 4 5 6 7 8 9 10 11 12"

func TestPausesInsteadOfStoppingWhenAlwaysOnline(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release)
		same := configWith("c", single+alwaysOnline, "flusher_a")
		r.must(r.Run(same))
		l, err := r.find("c")
		r.must(err)
		r.must(r.HoldOn(false))
		w, _ := l.work.(*v1)
		for _, value := range strings.Split(twelve, " ") {
			r.must(w.feed(pipelineLog(value)))
		}
		eventually(t, "the groups wait", func() bool { return len(w.out.queue) == 4 })
		if got := r.trace.String(); got != "Init" {
			t.Errorf("a paused flusher was called:\n%s", got)
		}
		r.must(r.Load(same))
		r.must(r.Resume())
		eventually(t, "the same instance goes on", func() bool { return f.values() == twelve })
		r.must(r.StopAll())
		if got := r.trace.String(); strings.Count(got, "Init") != 1 {
			t.Errorf("calls:\n%s", got)
		}
	}, V18, V20)
}

func TestStopsAPausedPipelineWhoseConfigChanged(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		register(t, "flusher_a", &fake{}, &fake{})
		r := newRig(t, release)
		r.must(r.Run(configWith("c", alwaysOnline, "flusher_a")))
		r.must(r.HoldOn(false))
		r.must(r.Load(config("c", "flusher_a")))
		r.must(r.Resume())
		r.contains("Init\nSetUrgent false\nStop\nInit")
		r.must(r.StopAll())
	}, V18, V20)
}

func TestStopsAPausedPipelineThatIsNotLoadedAgain(t *testing.T) {
	r := newRig(t, V18)
	r.must(r.Run(configWith("c", alwaysOnline, "flusher_test_null")))
	r.must(r.HoldOn(false))
	r.must(r.Resume())
	start := time.Now()
	r.waitStarted("Stop")
	if took := time.Since(start); took < 500*time.Millisecond {
		t.Errorf("stopped after %v, DelayStopSec is 1", took)
	}
	r.contains("SetUrgent true\nStop")
}

func TestExitStopsPausedPipelinesToo(t *testing.T) {
	r := newRig(t, V20)
	r.must(r.Run(configWith("c", alwaysOnline, "flusher_test_null")))
	r.must(r.HoldOn(false))
	r.must(r.StopAll())
	r.contains("SetUrgent true\nStop")
}

func TestExitDoesNotWaitForABlockedFlushToPause(t *testing.T) {
	block := make(chan bool)
	defer close(block)
	register(t, "flusher_a", &fake{onFlush: func() error { <-block; return nil }})
	r := newRig(t, V20, func(c *Config) { c.StopBudget = 20 * time.Millisecond })
	r.must(r.Run(configWith("c", alwaysOnline, "flusher_a")))
	r.feed("c", "x")
	r.waitStarted("Flush")
	if err := r.StopAll(); err == nil {
		t.Error("stopped although Flush blocks")
	}
}

func TestPausesABusyFlusherOnceItReturns(t *testing.T) {
	block := make(chan bool)
	f := &fake{onFlush: func() error { <-block; return nil }}
	register(t, "flusher_a", f)
	r := newRig(t, V18, func(c *Config) { c.StopBudget = 20 * time.Millisecond })
	same := configWith("c", single+alwaysOnline, "flusher_a")
	r.must(r.Run(same))
	r.feed("c", "1", "2")
	r.waitStarted("Flush")
	r.must(r.HoldOn(false))
	if r.Stats().Timeouts != 1 || !r.logs.has("pause takes longer") {
		t.Errorf("logged %s", r.logs.all())
	}
	close(block)
	r.must(r.Load(same))
	r.must(r.Resume())
	eventually(t, "both logs are flushed", func() bool { return f.values() == "1 2" })
	r.must(r.StopAll())
}
