package harness

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStopsInTheHostsOrder(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		register(t, "flusher_a", &fake{})
		r := newRig(t, release, func(c *Config) { c.Global.AggregatIntervalMs = 60000 })
		r.must(r.Run(config("c", "flusher_a", "flusher_a")))
		r.feed("c", "1", "2")
		r.must(r.StopAll())
		want := "Init\nInit\nSetUrgent true\nSetUrgent true\n" +
			"IsReady true\nFlush 1 groups 2 records\nFlush 1 groups 2 records\nStop\nStop"
		if got := r.trace.String(); got != want {
			t.Errorf("calls:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestTellsFlushersWhetherItIsForGood(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		register(t, "flusher_a", &fake{})
		r := newRig(t, release)
		r.must(r.Run(config("c", "flusher_a")))
		r.must(r.stopForReload("c"))
		r.contains("SetUrgent false\nStop")
		r.must(r.Run(config("c", "flusher_a")))
		r.must(r.StopAll())
		r.contains("SetUrgent true\nStop")
	})
	r := newRig(t, V3)
	r.must(r.Run(config("c", "flusher_test_null")))
	r.must(r.Stop("c", true))
	r.contains("SetUrgent true\nStop")
}

func TestSetUrgentComesBesideAFlush(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		urgent, flushing := make(chan bool), make(chan bool)
		register(t, "flusher_a", &fake{
			onFlush: func() error {
				close(flushing)
				select {
				case <-urgent:
					return nil
				case <-time.After(5 * time.Second):
					return errors.New("waited in vain")
				}
			},
			onUrgen: func(bool) { close(urgent) },
		})
		r := newRig(t, release)
		r.must(r.Run(config("c", "flusher_a")))
		r.feed("c", "x")
		<-flushing
		r.must(r.StopAll())
		// Flush has waited for SetUrgent to begin, or would have failed; which of
		// them returns first is left to chance.
		if !strings.Contains(r.trace.String(), "Flush 1 groups 1 records\nSetUrgent true\nStop") {
			r.contains("SetUrgent true\nFlush 1 groups 1 records\nStop")
		}
	})
}

// waitStarted waits until a method has been called, returned or not.
func (r *rig) waitStarted(method string) {
	r.t.Helper()
	eventually(r.t, method+" is called", func() bool {
		for _, call := range r.trace.Calls() {
			if call.Method == method {
				return true
			}
		}
		return false
	})
}

func TestAnUnreadyFlusherAndAFullQueue(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		f.unready.Store(true)
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.StopBudget = 300 * time.Millisecond })
		r.must(r.Run(configWith("c", single, "flusher_a")))
		r.feed("c", "1")
		r.waitStarted("IsReady")
		r.feed("c", strings.Split("2 3 4 5 6 7 8", " ")...)
		eventually(t, "the queue is full", func() bool { return r.Stats().QueuedGroups == 4 })
		err := r.stopForReload("c")
		if release == V3 {
			if err != nil || r.Stats().ParkedGroups != 8 {
				t.Errorf("parking begins with the stop, so it should succeed: %v, %+v", err, r.Stats())
			}
			return
		}
		if err == nil || r.Stats().Timeouts != 1 {
			t.Errorf("parking begins too late, so the stop should hang: %v", err)
		}
		f.unready.Store(false) // and the leaked goroutine comes to an end
		eventually(t, "the stop is over", func() bool { return len(r.Disabled()) == 0 })
		if f.values() != "1 2 3 4 5 6 7 8" {
			t.Errorf("got %s", f.values())
		}
	})
}

func TestParkedDataGetsOneLastFlush(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		a, b := &fake{}, &fake{}
		a.unready.Store(true)
		a.onUrgen = func(bool) {
			time.AfterFunc(30*time.Millisecond, func() { a.unready.Store(false) })
		}
		register(t, "flusher_a", a)
		register(t, "flusher_b", b)
		r := newRig(t, release, func(c *Config) { c.ParkedBudget = 5 * time.Second })
		r.must(r.Run(configWith("c", single, "flusher_a", "flusher_b")))
		r.feed("c", "1", "2", "3")
		r.waitStarted("IsReady")
		r.must(r.StopAll())
		r.containsBesidePolling("SetUrgent true\nSetUrgent true")
		r.contains("IsReady true\nFlush 3 groups 3 records (parked)\n" +
			"IsReady true\nFlush 3 groups 3 records (parked)\nStop\nStop")
		if a.values() != "1 2 3" || r.Stats().Dropped != 0 || r.Stats().Records != 3 {
			t.Errorf("a got %s, stats %+v", a.values(), r.Stats())
		}
	})
}

func TestParkedDataThatNobodyTakesIsDropped(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		a, b := &fake{}, &fake{}
		a.unready.Store(true)
		register(t, "flusher_a", a)
		register(t, "flusher_b", b)
		r := newRig(t, release)
		r.must(r.Run(configWith("c", single, "flusher_a", "flusher_b")))
		r.feed("c", "1", "2", "3")
		r.waitStarted("IsReady")
		start := time.Now()
		r.must(r.StopAll())
		if took := time.Since(start); took < 50*time.Millisecond || took > 4*time.Second {
			t.Errorf("took %v, the budget is 50 ms", took)
		}
		if a.count() != 0 || b.count() != 3 || r.Stats().Dropped != 3 || r.Stats().DroppedGroup != 3 {
			t.Errorf("a got %d, b got %d, stats %+v", a.count(), b.count(), r.Stats())
		}
		if !r.logs.has("DROP_DATA_ALARM\t3 groups with 3 records are dropped: flusher_a was not ready") {
			t.Errorf("logged %s", r.logs.all())
		}
	})
}

func TestStopWaitsForTheFlusherGoroutine(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		release1 := make(chan bool)
		f := &fake{onFlush: func() error { <-release1; return nil }}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.StopBudget = 20 * time.Millisecond })
		r.must(r.Run(config("c", "flusher_a")))
		r.feed("c", "x")
		r.waitStarted("Flush")
		if err := r.StopAll(); err == nil {
			t.Error("stopped within its budget although Flush blocks")
		}
		if got := r.trace.String(); strings.Contains(got, "Stop") {
			t.Errorf("Stop came beside Flush:\n%s", got)
		}
		if got := r.Disabled(); len(got) != 1 || got[0] != "c" {
			t.Errorf("disabled %v", got)
		}
		close(release1)
		eventually(t, "the stop is over", func() bool { return len(r.Disabled()) == 0 })
		r.contains("Flush 1 groups 1 records\nStop")
	})
}

func TestOnlyLogsAnErrorOfStop(t *testing.T) {
	register(t, "flusher_a", &fake{onStop: func() error { return errors.New("will not") }})
	r := newRig(t, V3)
	r.must(r.Run(config("c", "flusher_a")))
	r.must(r.StopAll())
	if !r.logs.has("stop flusher_a (null) error: will not") || r.Stats().StopErrors != 1 {
		t.Errorf("logged %s", r.logs.all())
	}
}

// TestAPanicInStopTakesTheProcessDown runs itself in a process of its own.
func TestAPanicInStopTakesTheProcessDown(t *testing.T) {
	for _, method := range []string{"Stop", "SetUrgent"} {
		t.Run("in "+method, func(t *testing.T) {
			if os.Getenv("HARNESS_CRASH") == method {
				register(t, "flusher_a", &fake{
					onStop:  func() error { panic("crash in Stop") },
					onUrgen: func(bool) { panic("crash in SetUrgent") },
				})
				if method == "Stop" {
					register(t, "flusher_a", &fake{onStop: func() error { panic("crash in Stop") }})
				}
				r := newRig(t, V3)
				r.must(r.Run(config("c", "flusher_a")))
				r.must(r.StopAll())
				return
			}
			child := exec.Command(os.Args[0], "-test.run", "^TestAPanicInStopTakesTheProcessDown$/^in_"+method+"$")
			child.Env = append(os.Environ(), "HARNESS_CRASH="+method)
			output, err := child.CombinedOutput()
			if err == nil || !bytes.Contains(output, []byte("panic: crash in "+method)) {
				t.Errorf("the process survived: %v, %s", err, output)
			}
		})
	}
}

// drained knows what it has counted until it is released.
type drained struct {
	fake
	steps *[]string
}

func (d *drained) Drain() error { *d.steps = append(*d.steps, "Drain"); return nil }
func (d *drained) Stop() error  { *d.steps = append(*d.steps, "Stop"); return nil }

func TestFlushersThatCanDrainAreReleasedWhenAllHaveStopped(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		var steps []string
		register(t, "flusher_a", &drained{steps: &steps})
		register(t, "flusher_b", &drained{steps: &steps})
		r := newRig(t, release, func(c *Config) { c.AfterStop = func() { steps = append(steps, "AfterStop") } })
		r.must(r.Run(configWith("c", "", "flusher_a", "flusher_b")))
		r.must(r.StopAll())
		if got := strings.Join(steps, " "); got != "Drain Drain AfterStop Stop Stop" {
			t.Errorf("got %s", got)
		}
		if calls := r.trace.String(); strings.Count(calls, "Stop") != 2 {
			t.Errorf("the host has called Stop twice, not:\n%s", calls)
		}
	})
}

func TestAPipeIsReadOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		if pipe, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
			_, _ = pipe.WriteString("a\nb\n")
			_ = pipe.Close()
		}
	}()
	d := &debugFile{InputFilePath: path}
	if option, err := d.validate(); err != nil {
		t.Fatal(option, err)
	}
	if err := d.read(); err != nil || d.text != "a\nb" {
		t.Errorf("%q, %v", d.text, err)
	}
}
