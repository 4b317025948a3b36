// What has become of the records that C flushers have taken, from the page of
// their metrics.

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ends tells what has become of records.
type ends struct {
	accepted, delivered, dead, dropped, handedOver uint64

	recovered, retried uint64
	queued, spooled    uint64 // now
	oldest             float64
	openCircuits       []string // endpoints
}

// waiting is what has no end yet.
func (e ends) waiting() uint64 {
	if gone := e.delivered + e.dead + e.dropped + e.handedOver; gone < e.accepted {
		return e.accepted - gone
	}
	return 0 // they are not read at one moment
}

// undelivered are the records that a sink has not got, and will not from this run.
func (e ends) undelivered() uint64 { return e.dead + e.dropped }

// any tells whether a C flusher has had anything to do.
func (e ends) any() bool { return e.accepted+e.recovered+e.spooled > 0 }

// String is the second half of the last line.
func (e ends) String() string {
	text := count(e.delivered) + " delivered"
	if e.recovered > 0 {
		text += fmt.Sprintf(" (%s were in the spool)", count(e.recovered))
	}
	for _, part := range []struct {
		n    uint64
		what string
	}{
		{e.dead, "dead-lettered"},
		{e.dropped, "dropped"},
		{e.spooled, "left in the spool"},
		{e.handedOver, "handed over"},
	} {
		if part.n > 0 {
			text += fmt.Sprintf(", %s %s", count(part.n), part.what)
		}
	}
	return text
}

// spools are those of a page, by flusher and pipeline. Both instances of a reload
// show the same one, which then counts as the later sees it.
type spools map[string]struct{ instance, records uint64 }

func (s spools) add(line string, records uint64) {
	of, rest, _ := strings.Cut(line, `,instance="`)
	id, _, _ := strings.Cut(rest, `"`)
	instance, _ := strconv.ParseUint(id, 10, 64)
	if known, there := s[of]; !there || instance > known.instance {
		s[of] = struct{ instance, records uint64 }{instance, records}
	}
}

// readEnds adds up the series of a page of metrics.
func readEnds(page string) (e ends) {
	sums := map[string]*uint64{
		"ilf_records_accepted_total":      &e.accepted,
		"ilf_records_delivered_total":     &e.delivered,
		"ilf_records_dead_lettered_total": &e.dead,
		"ilf_records_dropped_total":       &e.dropped,
		"ilf_records_handed_over_total":   &e.handedOver,
		"ilf_records_recovered_total":     &e.recovered,
		"ilf_records_retried_total":       &e.retried,
		"ilf_queue_records":               &e.queued,
	}
	disks := spools{}
	for _, line := range strings.Split(page, "\n") {
		name, _, _ := strings.Cut(line, "{")
		value, _ := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
		switch {
		case sums[name] != nil:
			*sums[name] += uint64(value)
		case name == "ilf_spool_records":
			disks.add(line, uint64(value))
		case name == "ilf_queue_age_seconds", name == "ilf_spool_age_seconds":
			e.oldest = math.Max(e.oldest, value)
		case name == "ilf_breaker_state" && value > 0:
			e.openCircuits = append(e.openCircuits, label(line, "endpoint"))
		}
	}
	for _, disk := range disks {
		e.spooled += disk.records
	}
	return e
}

// label is the value of a label of a series.
func label(series, name string) string {
	_, rest, _ := strings.Cut(series, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
