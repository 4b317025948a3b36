// The line that shows how far a run has come.

package main

import (
	"fmt"
	"strings"
	"time"

	"ilf.local/go/harness"
)

const redraw = 250 * time.Millisecond

// meter turns counters into a line. Its rate is that of the last second.
type meter struct {
	start time.Time
	past  []sample
}

type sample struct {
	at      time.Time
	records uint64
}

func (m *meter) line(now time.Time, stats harness.Stats, e ends) string {
	if len(m.past) == 0 {
		m.past = append(m.past, sample{m.start, 0})
	}
	m.past = append(m.past, sample{now, stats.Records})
	if n := int(time.Second/redraw) + 1; len(m.past) > n {
		m.past = m.past[len(m.past)-n:]
	}
	first := m.past[0]
	parts := []string{
		count(stats.Records) + " accepted",
		count(rate(stats.Records-first.records, now.Sub(first.at))) + "/s",
	}
	if e.any() {
		parts = append(parts, e.progress()...)
	}
	if host := backlogOfHost(stats); host != "" {
		parts = append(parts, host)
	}
	return strings.Join(append(parts, size(stats.Bytes), now.Sub(m.start).Round(time.Second).String()), "  ")
}

// progress is what C flushers have done, and have still to do.
func (e ends) progress() []string {
	parts := []string{count(e.delivered) + " delivered"}
	for _, lost := range []struct {
		n    uint64
		what string
	}{{e.dead, " dead-lettered"}, {e.dropped, " dropped"}} {
		if lost.n > 0 {
			parts = append(parts, count(lost.n)+lost.what)
		}
	}
	backlog := "backlog " + count(e.queued)
	if e.spooled > 0 {
		backlog += fmt.Sprintf(", spool %s", count(e.spooled))
	}
	if e.queued+e.spooled > 0 {
		backlog += fmt.Sprintf(", oldest %s", time.Duration(e.oldest*float64(time.Second)).Round(time.Second))
	}
	parts = append(parts, backlog)
	if len(e.openCircuits) > 0 {
		parts = append(parts, "circuit open: "+strings.Join(e.openCircuits, ", "))
	}
	if e.retried > 0 {
		parts = append(parts, count(e.retried)+" retried")
	}
	return parts
}

// backlogOfHost is what waits in front of the flushers.
func backlogOfHost(stats harness.Stats) string {
	if stats.QueuedRecords+stats.QueuedGroups+stats.ParkedGroups == 0 {
		return ""
	}
	text := fmt.Sprintf("host's queues %d+%d", stats.QueuedRecords, stats.QueuedGroups)
	if stats.ParkedGroups > 0 {
		text += fmt.Sprintf("+%d parked", stats.ParkedGroups)
	}
	return text
}

// summary is the last line; its rate is that of the whole run.
func (m *meter) summary(now time.Time, stats harness.Stats, e ends) string {
	took := now.Sub(m.start)
	text := fmt.Sprintf("%s records  %s  %s groups in %s batches  %s/s  %s",
		count(stats.Records), size(stats.Bytes), count(stats.Groups), count(stats.Batches),
		count(rate(stats.Records, took)), took.Round(time.Millisecond))
	if e.any() {
		text += ": " + e.String()
	}
	return text
}

func rate(n uint64, in time.Duration) uint64 {
	if in <= 0 {
		return 0
	}
	return uint64(float64(n) / in.Seconds())
}

// count puts a comma before every third digit from the right.
func count(n uint64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func size(bytes uint64) string {
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	if bytes < 1<<10 {
		return fmt.Sprintf("%d B", bytes)
	}
	value := float64(bytes) / (1 << 10)
	for len(units) > 1 && value >= 1<<10 {
		value, units = value/(1<<10), units[1:]
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}

// showProgress draws the line until done is closed, then clears it.
func showProgress(to *screen, columns func() int, line func(now time.Time) string, done <-chan struct{}) {
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			text := line(now)
			if n := columns() - 1; len(text) > n && n > 0 {
				text = text[:n] // a line that wraps can't be drawn over
			}
			to.draw(text)
		case <-done:
			to.draw("")
			return
		}
	}
}
