package harness

import (
	"strings"
	"testing"
	"time"
)

const alwaysOnline = `"global": {"AlwaysOnline": true, "DelayStopSec": 1},`

func TestPausesInsteadOfStoppingWhenAlwaysOnline(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release)
		same := configWith("c", alwaysOnline, "flusher_a")
		r.must(r.Run(same))
		l, err := r.find("c")
		r.must(err)
		r.must(r.HoldOn(false))
		w, _ := l.work.(*v1)
		r.must(w.feed(pipelineLog("1")))
		eventually(t, "the group waits", func() bool { return len(w.in) == 0 })
		if got := r.trace.String(); got != "Init" {
			t.Errorf("a paused flusher was called:\n%s", got)
		}
		r.must(r.Load(same))
		r.must(r.Resume())
		eventually(t, "the same instance goes on", func() bool { return f.values() == "1" })
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
