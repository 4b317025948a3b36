package harness

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestABatchIsWhatIsQueuedAtThatInstant(t *testing.T) {
	f := &fake{}
	entered, release := make(chan bool, 9), make(chan bool)
	f.onFlush = func() error {
		entered <- true
		<-release
		return nil
	}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", single, "flusher_a")))
	r.feed("c", "1")
	<-entered
	r.feed("c", "2", "3", "4", "5", "6", "7")
	eventually(t, "the queue is full", func() bool { return r.Stats().QueuedGroups == 4 })
	close(release)
	eventually(t, "all logs are flushed", func() bool { return f.count() == 7 })
	r.must(r.StopAll())
	if first, second := len(f.batches[0]), len(f.batches[1]); first != 1 || second < 4 || second > 5 {
		t.Errorf("batches of %d and %d groups, want 1, then 4 (or 5: capacity and one on its way)", first, second)
	}
	if f.values() != "1 2 3 4 5 6 7" {
		t.Errorf("got %s", f.values())
	}
	f.batches[0][0] = nil // the slices are the flusher's to keep
	if f.batches[1][0] == nil {
		t.Error("batches share memory")
	}
}

func TestAsksInOrderAndStopsAtTheFirstThatIsNotReady(t *testing.T) {
	a, b := &fake{}, &fake{}
	var asked atomic.Int32
	b.onReady = func() bool { return asked.Add(1) >= 3 }
	register(t, "flusher_a", a)
	register(t, "flusher_b", b)
	r := newRig(t, V3, func(c *Config) { c.Poll = 5 * time.Millisecond })
	r.must(r.Run(config("c", "flusher_a", "flusher_b")))
	a.unready.Store(true)
	r.feed("c", "x")
	eventually(t, "a is asked", func() bool { return strings.Contains(r.trace.String(), "IsReady false") })
	if asked.Load() != 0 {
		t.Error("b was asked although a is not ready")
	}
	start := time.Now()
	a.unready.Store(false)
	eventually(t, "both get the batch", func() bool { return a.count() == 1 && b.count() == 1 })
	if took := time.Since(start); took < 10*time.Millisecond {
		t.Errorf("asked three times within %v, the poll is 5 ms", took)
	}
	r.must(r.StopAll())
	r.contains("IsReady false\nIsReady true\nFlush 1 groups 1 records\nFlush 1 groups 1 records")
}

func TestARefusedBatchIsGoneAndTheNextFlusherStillGetsIt(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		a, b := &fake{onFlush: func() error { return errors.New("refused") }}, &fake{}
		register(t, "flusher_a", a)
		register(t, "flusher_b", b)
		r := newRig(t, release)
		r.must(r.Run(config("c", "flusher_a", "flusher_b")))
		r.feed("c", "x")
		r.must(r.StopAll())
		r.contains("Flush 1 groups 1 records: refused\nFlush 1 groups 1 records\n")
		if a.count() != 1 || b.count() != 1 || !r.logs.has("FLUSH_DATA_ALARM\tflush data error") {
			t.Errorf("a got %d, b got %d, logged %s", a.count(), b.count(), r.logs.all())
		}
		if s := r.Stats(); s.FlushErrors != 1 || s.LostRecords != 1 || s.Records != 1 || s.Batches != 1 || s.Bytes != 2 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestAPanicEndsTheFlusherGoroutineForGood(t *testing.T) {
	boom := func() error { panic("boom") }
	for _, c := range []struct {
		name    string
		flusher *fake
		members string
	}{
		{"in Flush", &fake{onFlush: boom}, single},
		{"in IsReady", &fake{onReady: func() bool { panic("boom") }}, single},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, release Release) {
				register(t, "flusher_a", c.flusher)
				r := newRig(t, release)
				r.must(r.Run(configWith("c", c.members, "flusher_a")))
				r.feed("c", "1")
				eventually(t, "the flusher is dead", func() bool { return r.Stats().DeadFlushers == 1 })
				calls := len(r.trace.Calls())
				r.feed("c", "2", "3")
				eventually(t, "the rest is queued", func() bool { return r.Stats().QueuedGroups >= 1 })
				if got := r.trace.Calls(); len(got) != calls {
					t.Errorf("the flusher was called again: %v", got[calls:])
				}
				r.must(r.StopAll())
				r.contains("SetUrgent true\nStop")
				if s := r.Stats(); s.Dropped != 2 || s.Panics != 1 || !r.logs.has("PLUGIN_RUNTIME_ALARM") {
					t.Errorf("stats %+v, logged %s", s, r.logs.all())
				}
			})
		})
	}
}

func TestAStalledPipelineTimesOutWhenItIsStopped(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		register(t, "flusher_a", &fake{onFlush: func() error { panic("boom") }})
		r := newRig(t, release, func(c *Config) { c.StopBudget = 50 * time.Millisecond })
		r.must(r.Run(configWith("c", single, "flusher_a")))
		r.feed("c", "1")
		eventually(t, "the flusher is dead", func() bool { return r.Stats().DeadFlushers == 1 })
		r.feed("c", strings.Split("2 3 4 5 6 7 8", " ")...)
		eventually(t, "the queue is full", func() bool { return r.Stats().QueuedGroups == 4 })
		if err := r.StopAll(); err == nil || !strings.Contains(err.Error(), `"c" did not stop within 50ms`) {
			t.Errorf("got %v", err)
		}
		if got := r.Disabled(); len(got) != 1 || r.Stats().Timeouts != 1 {
			t.Errorf("disabled %v, stats %+v", got, r.Stats())
		}
	})
}

func TestOneFlusherIsNeverCalledTwiceAtATime(t *testing.T) {
	var inside, calls atomic.Int32
	check := func() {
		if inside.Add(1) != 1 {
			t.Error("IsReady, Flush or Stop overlap")
		}
		time.Sleep(time.Millisecond)
		inside.Add(-1)
		calls.Add(1)
	}
	f := &fake{
		onFlush: func() error { check(); return nil },
		onReady: func() bool { check(); return true },
		onStop:  func() error { check(); return nil },
	}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", single, "flusher_a")))
	r.feed("c", strings.Split("1 2 3 4 5 6 7 8 9", " ")...)
	r.must(r.StopAll())
	if calls.Load() < 5 || f.count() != 9 {
		t.Errorf("%d calls, %d logs", calls.Load(), f.count())
	}
}
