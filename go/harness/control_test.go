package harness

import (
	"strings"
	"testing"
	"time"
)

func TestHandsParkedDataToTheNextLoadOfTheName(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		before, after := &fake{}, &fake{}
		before.unready.Store(true)
		register(t, "flusher_a", before, after)
		r := newRig(t, release)
		r.must(r.Run(configWith("c", single, "flusher_a")))
		r.feed("c", "1", "2", "3", "4", "5")
		r.waitStarted("IsReady")
		r.must(r.stopForReload("c"))
		if parked := r.Stats().ParkedGroups; parked != 5 {
			t.Fatalf("%d groups are parked", parked)
		}
		r.must(r.Load(configWith("c", single, "flusher_a")))
		l := r.takeLoaded("c")
		w, _ := l.work.(*v1)
		if cap(w.out.queue) != 9 || len(w.out.queue) != 5 {
			t.Errorf("queue holds %d of %d, want 5 of 4+5", len(w.out.queue), cap(w.out.queue))
		}
		r.loaded = append(r.loaded, l)
		if release == V3 {
			r.must(r.Start("c"))
		} else {
			r.must(r.Resume())
		}
		r.feed("c", "6")
		r.must(r.StopAll())
		if before.count() != 0 || after.values() != "1 2 3 4 5 6" || r.Stats().Dropped != 0 {
			t.Errorf("the new instance got %s, stats %+v", after.values(), r.Stats())
		}
	})
}

func TestParkedDataOfASuffixedConfigIsLostInRelease3Only(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		before, after := &fake{}, &fake{}
		before.unready.Store(true)
		register(t, "flusher_a", before, after)
		r := newRig(t, release)
		r.must(r.Run(config("c/1", "flusher_a")))
		r.feed("c/1", "1")
		r.waitStarted("IsReady")
		r.must(r.stopForReload("c/1"))
		r.must(r.Run(config("c/1", "flusher_a")))
		r.must(r.StopAll())
		lost := release == V3
		if (after.count() == 0) != lost || (r.Stats().Dropped == 1) != lost {
			t.Errorf("the new instance got %d, stats %+v", after.count(), r.Stats())
		}
		if lost && !r.logs.has("parked and never taken over") {
			t.Errorf("logged %s", r.logs.all())
		}
	})
}

func TestParkedDataOfTheOtherGenerationIsDropped(t *testing.T) {
	before := &fake{}
	before.unready.Store(true)
	register(t, "flusher_a", before, &fake{})
	r := newRig(t, V3)
	r.must(r.Run(config("c", "flusher_a")))
	r.feed("c", "1", "2")
	r.waitStarted("IsReady")
	r.must(r.Stop("c", false))
	r.must(r.Run(configWith("c", `"global": {"StructureType": "v2"},`, "flusher_a")))
	if r.Stats().Dropped != 2 || !r.logs.has("other generation") {
		t.Errorf("stats %+v, logged %s", r.Stats(), r.logs.all())
	}
	r.must(r.StopAll())
}

func TestReloadsTheNewInstanceBeforeOrAfterTheOldOne(t *testing.T) {
	for _, c := range []struct {
		name        string
		release     Release
		newBefore   bool
		want, parks string
	}{
		{"one by one", V3, false, "Init 1\nSetUrgent false 1\nStop 1\nInit 2\nSetUrgent true 2\nStop 2", ""},
		{"new before old", V3, true, "Init 1\nInit 2\nSetUrgent false 1\nStop 1\nSetUrgent true 2\nStop 2", ""},
		{"all at once", V20, false, "Init 1\nSetUrgent false 1\nStop 1\nInit 2\nSetUrgent true 2\nStop 2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			register(t, "flusher_a", &fake{}, &fake{})
			r := newRig(t, c.release, func(config *Config) { config.NewBeforeOld = c.newBefore })
			r.must(r.Run(config("c", "flusher_a")))
			r.must(r.Reload(config("c", "flusher_a")))
			r.must(r.StopAll())
			var got []string
			for _, call := range r.trace.Calls() {
				if call.Returned {
					got = append(got, call.String()+" "+string(rune('0'+call.Instance)))
				}
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("calls:\n%s\nwant:\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func TestReloadLoadsTheRestAfterAnError(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		r := newRig(t, release)
		r.must(r.Run(config("a", "flusher_test_null")))
		bad, good := config("a", "flusher_z"), config("b", "flusher_test_null")
		err := r.Reload(bad, good)
		if err == nil || !strings.Contains(err.Error(), "flusher_z") || !r.logs.has("LOAD_CONFIG_ALARM") {
			t.Errorf("got %v, logged %s", err, r.logs.all())
		}
		r.feed("b", "x")
		if _, err := r.find("a"); err == nil {
			t.Error("the old instance of a still runs")
		}
		r.must(r.StopAll())
	})
	t.Run("and with the new before the old, the old goes on", func(t *testing.T) {
		r := newRig(t, V3, func(c *Config) { c.NewBeforeOld = true })
		r.must(r.Run(config("a", "flusher_test_null")))
		if err := r.Reload(config("a", "flusher_z")); err == nil {
			t.Error("loads flusher_z")
		}
		r.feed("a", "x")
		r.must(r.StopAll())
	})
}

func TestRefusesAnUnchangedConfigWhileItsOldInstanceHangs(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		hang := make(chan bool)
		register(t, "flusher_a", &fake{onStop: func() error { <-hang; return nil }}, &fake{})
		r := newRig(t, release, func(c *Config) { c.StopBudget = 20 * time.Millisecond })
		same, other := config("c", "flusher_a"), configWith("c", `"global": {},`, "flusher_a")
		r.must(r.Run(same))
		if r.stopForReload("c") == nil {
			t.Fatal("the old instance has stopped")
		}
		err := r.Load(same)
		if refused := err != nil && strings.Contains(err.Error(), "has not stopped yet"); refused != (release != V3) {
			t.Errorf("unchanged: got %v", err)
		}
		if err := r.Load(other); err != nil {
			t.Errorf("changed: got %v", err)
		}
		close(hang)
		eventually(t, "the old instance has stopped", func() bool { return len(r.Disabled()) == 0 })
		if err := r.Load(same); err != nil {
			t.Errorf("after the stop: got %v", err)
		}
	})
}

func TestReleases18And20LoadOnlyWhileTheyHoldOn(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		r := newRig(t, release)
		r.must(r.Run(config("c", "flusher_test_null")))
		if err := r.Load(config("d", "flusher_test_null")); err == nil || !strings.Contains(err.Error(), "HoldOn first") {
			t.Errorf("got %v", err)
		}
		if r.Start("c") == nil || r.Stop("c", true) == nil {
			t.Error("Start and Stop are there")
		}
		r.must(r.StopAll())
	}, V18, V20)
	r := newRig(t, V3)
	if r.HoldOn(false) == nil || r.Resume() == nil {
		t.Error("HoldOn and Resume are there in release 3")
	}
}

func TestAThirdLoadMakesRelease3ForgetOne(t *testing.T) {
	r := newRig(t, V3)
	withInputs := `"inputs": [{"type": "metric_mock"}],`
	r.must(r.Load(config("a", "flusher_test_null")))
	r.must(r.Load(configWith("b", withInputs, "flusher_test_null")))
	r.must(r.Load(config("c", "flusher_test_null")))
	if err := r.Start("a"); err == nil {
		t.Error("a is still there")
	}
	r.must(r.Start("b"))
	r.must(r.Start("c"))
	r.must(r.Load(config("d", "flusher_test_null")))
	r.Unload("d")
	if err := r.Start("d"); err == nil {
		t.Error("d is still there")
	}
	r.must(r.Load(config("c", "flusher_test_null")))
	if err := r.Start("c"); err == nil || !strings.Contains(err.Error(), "running already") {
		t.Errorf("two instances of c run: %v", err)
	}
	if err := r.Stop("z", true); err == nil {
		t.Error("stops z")
	}
	r.must(r.StopAll())
	stops := strings.Count(r.trace.String(), "Stop")
	if inits := strings.Count(r.trace.String(), "Init"); inits != 5 || stops != 2 {
		t.Errorf("%d Inits and %d Stops, want 5 and 2", inits, stops)
	}
}

func TestStopsPipelinesWithInputsFirst(t *testing.T) {
	r := newRig(t, V3)
	r.must(r.Run(config("fed", "flusher_test_null"),
		configWith("reads", `"inputs": [{"type": "metric_mock"}],`, "flusher_test_null")))
	r.must(r.StopAll())
	var order string
	for _, call := range r.trace.Calls() {
		if call.Method == "Stop" && call.Returned {
			order += call.Config + " "
		}
	}
	if order != "reads fed " {
		t.Errorf("stopped %s", order)
	}
}
