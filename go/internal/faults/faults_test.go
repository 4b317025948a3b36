package faults

import (
	"net/http"
	"sync/atomic"
	"testing"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"
)

const records = 200

// scene is a sink that fails so until it is healed, or by itself after some times.
type scene struct {
	oracle  *oracle.Oracle
	front   *oracle.Front
	strikes func() int
}

// stage puts the fault into effect; it heals by itself after as many strikes.
func (f *fault) stage(t *testing.T, strikes int) *scene {
	s := &scene{oracle: newOracle(t)}
	s.front = front(t, s.oracle, nil)
	s.strikes = s.front.Connections
	switch {
	case f.gone:
		s.front.Shut()
		s.strikes = func() int { return strikes } // who is refused leaves no trace
	case f.beneath != nil:
		s.front.Set(func(connection int) *oracle.Fault {
			if connection >= strikes {
				return nil
			}
			return f.beneath
		})
	default:
		s.oracle.Set(func(*http.Request, []byte) *oracle.Answer {
			if s.oracle.Requests() > strikes {
				return nil
			}
			return &f.answer
		})
		s.strikes = s.oracle.Requests
	}
	return s
}

func (s *scene) heal(t *testing.T, f *fault) {
	s.oracle.Set(nil)
	if f.gone {
		if err := s.front.Listen(); err != nil {
			t.Fatal(err)
		}
		return
	}
	s.front.Set(nil)
}

func (s *scene) url() string { return s.front.URL() + "/in" }

func (f *fault) mayRepeat(otherwise int) int {
	if f.repeats {
		return anyOf
	}
	return otherwise
}

const always = 1 << 30

var next atomic.Int32

// anyRelease gives the releases in turn.
func anyRelease() harness.Release { return releases[int(next.Add(1))%len(releases)] }

func TestEachFault(t *testing.T) {
	for i := range faults {
		f := &faults[i]
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			t.Run("heals", func(t *testing.T) { t.Parallel(); f.heals(t) })
			t.Run("lasts, with a spool", func(t *testing.T) { t.Parallel(); f.lastsWithSpool(t) })
			t.Run("lasts, with dead letters", func(t *testing.T) { t.Parallel(); f.lastsWithLetters(t) })
		})
	}
}

// heals: one request per record, in memory only but for what is refused for good.
func (f *fault) heals(t *testing.T) {
	dir := t.TempDir()
	s := f.stage(t, 3)
	d := quick(s.url()).with(f.more)
	if f.dies {
		d = d.with(letters(dir))
	}
	l := begin(t, anyRelease(), d, 0, records)
	if f.gone {
		l.delivered(records)
		s.heal(t, f)
	}
	eventually(t, "all records end", func() bool { return s.oracle.Count()+len(deadIDs(t, dir)) >= records })
	l.end()
	dead := conserved(t, s.oracle, dir, records, f.mayRepeat(none))
	if f.dies != (dead > 0) {
		t.Errorf("%d dead letters", dead)
	}
}

// lastsWithSpool: batches. What the stop leaves in the spool comes with the next start.
func (f *fault) lastsWithSpool(t *testing.T) {
	dir := t.TempDir()
	s := f.stage(t, always)
	d := quick(s.url()).with(lines).with(spool(dir)).with(letters(dir)).with(f.more).with(detail{"StopTimeout": "100ms"})
	l := begin(t, anyRelease(), d, 0, records)
	l.delivered(records)
	eventually(t, "the fault strikes", func() bool { return s.strikes() >= 1 })
	l.end()
	s.heal(t, f)
	again := begin(t, anyRelease(), d, 0, 0)
	eventually(t, "the spool is sent", func() bool { return s.oracle.Count()+len(deadIDs(t, dir)) >= records })
	again.end()
	conserved(t, s.oracle, dir, records, f.mayRepeat(underWay))
}

// lastsWithLetters: what the stop leaves becomes dead letters.
func (f *fault) lastsWithLetters(t *testing.T) {
	dir := t.TempDir()
	s := f.stage(t, always)
	d := quick(s.url()).with(lines).with(letters(dir)).with(f.more).with(detail{"StopTimeout": "100ms"})
	l := begin(t, anyRelease(), d, 0, records)
	l.delivered(records)
	eventually(t, "the fault strikes", func() bool { return s.strikes() >= 1 })
	l.end()
	conserved(t, s.oracle, dir, records, f.mayRepeat(underWay))
}
