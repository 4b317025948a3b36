// What became of the letters of a replay.

package main

import (
	"strconv"
	"strings"
)

// reasons are why lines were skipped, each with the first of them. The last
// stands for all others when there are many.
type reasons []struct {
	text string
	line int
	n    uint64
}

const mostReasons = 20

func (r *reasons) add(line int, text string) {
	for i := range *r {
		if (*r)[i].text == text || i == mostReasons {
			(*r)[i].n++
			return
		}
	}
	if len(*r) == mostReasons {
		text = "for other reasons"
	}
	*r = append(*r, reasons{{text, line, 1}}...)
}

// ends tells what has become of records.
type ends struct{ accepted, delivered, dead, dropped uint64 }

func (e ends) waiting() uint64 {
	if gone := e.delivered + e.dead + e.dropped; gone < e.accepted {
		return e.accepted - gone
	}
	return 0 // they are not read at one moment
}

// readEnds adds up the series of a page of metrics.
func readEnds(page string) (e ends) {
	sums := map[string]*uint64{
		"ilf_records_accepted_total":      &e.accepted,
		"ilf_records_delivered_total":     &e.delivered,
		"ilf_records_dead_lettered_total": &e.dead,
		"ilf_records_dropped_total":       &e.dropped,
	}
	for _, line := range strings.Split(page, "\n") {
		name, _, _ := strings.Cut(line, "{")
		if sum := sums[name]; sum != nil {
			n, _ := strconv.ParseUint(line[strings.LastIndexByte(line, ' ')+1:], 10, 64)
			*sum += n
		}
	}
	return e
}
