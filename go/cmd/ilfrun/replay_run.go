// A replay under way.

package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// lookAgain is how often the metrics are read while a replay waits for the sink.
const lookAgain = 50 * time.Millisecond

type replaying struct {
	f     replayer
	wait  time.Duration
	start time.Time
	taken atomic.Uint64 // letters

	// Of the sending goroutine until run returns.
	skipped     reasons
	interrupted bool
	last        int // number of the line that was read last
	ends        ends
}

// run sends every letter and waits for what becomes of them. A signal ends the
// sending and lets StopTimeout begin, a second one ends the waiting.
func (r *replaying) run(letters io.Reader, signals <-chan os.Signal) error {
	done, stop := make(chan error, 1), make(chan struct{})
	go func() { done <- r.send(letters, stop) }()
	var sent asked
	for {
		select {
		case err := <-done:
			return err
		case s := <-signals:
			if first := sent.first == nil; sent.again(s) {
				return errSecondSignal
			} else if first {
				close(stop)
				r.f.SetUrgent(true) // a letter may wait for room
			}
		}
	}
}

func (r *replaying) send(letters io.Reader, stop <-chan struct{}) error {
	err := eachLine(letters, func(number int, line []byte) bool {
		select {
		case <-stop:
			r.interrupted = true
			return false
		default:
		}
		r.last = number
		if why := r.f.Replay(line); why != nil {
			r.skipped.add(number, reasonOf(why))
		} else {
			r.taken.Add(1)
		}
		return true
	})
	r.settle(stop)
	if stopped := r.f.Drain(); err == nil {
		err = stopped
	}
	r.ends = readEnds(flusherMetrics())
	return err
}

// settle waits for the sink, as -wait says.
func (r *replaying) settle(stop <-chan struct{}) {
	for end := time.Now().Add(r.wait); time.Now().Before(end) && readEnds(flusherMetrics()).waiting() > 0; {
		select {
		case <-stop:
			return
		case <-time.After(lookAgain):
		}
	}
}

func (r *replaying) complete() bool {
	return !r.interrupted && len(r.skipped) == 0 && r.ends.delivered == r.ends.accepted
}

func (r *replaying) line(now time.Time) string {
	e := readEnds(flusherMetrics())
	return fmt.Sprintf("%s dead letters  %s records delivered  %s failed again  %s waiting  %s",
		count(r.taken.Load()), count(e.delivered), count(e.dead+e.dropped), count(e.waiting()),
		now.Sub(r.start).Round(time.Second))
}

// report is the summary; failed is the file of what failed again.
func (r *replaying) report(failed string) []string {
	text := fmt.Sprintf("%s dead letters replayed, %s records: %s delivered", count(r.taken.Load()),
		count(r.ends.accepted), count(r.ends.delivered))
	if r.ends.dead > 0 {
		text += fmt.Sprintf(", %s failed again and are in %s", count(r.ends.dead), failed)
	}
	if r.ends.dropped > 0 {
		text += fmt.Sprintf(", %s failed again and were dropped: the log above says why", count(r.ends.dropped))
	}
	lines := []string{text}
	for _, why := range r.skipped {
		lines = append(lines, fmt.Sprintf("%s dead letters skipped, first in line %d: %s", count(why.n), why.line, why.text))
	}
	if r.interrupted {
		lines = append(lines, fmt.Sprintf("interrupted after line %d", r.last))
	}
	return lines
}
