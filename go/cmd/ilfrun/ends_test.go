package main

import (
	"fmt"
	"strings"
	"testing"

	"ilf.local/go/harness"
)

const endsPage = `# HELP ilf_records_accepted_total x
ilf_records_accepted_total{flusher="a",config="c",project="",logstore="",instance="1"} 10
ilf_records_accepted_total{flusher="a",config="c",project="",logstore="",instance="2"} 20
ilf_records_delivered_total{flusher="a",config="c",project="",logstore="",instance="2"} 15
ilf_records_dropped_total{flusher="a",config="c",project="",logstore="",instance="2",reason="refused"} 1
ilf_records_dropped_total{flusher="a",config="c",project="",logstore="",instance="2",reason="gave_up"} 2
ilf_records_dead_lettered_total{flusher="a",config="c",project="",logstore="",instance="2"} 3
ilf_queue_records{flusher="a",config="c",project="",logstore="",instance="2"} 4
ilf_queue_age_seconds{flusher="a",config="c",project="",logstore="",instance="2"} 1.5
ilf_spool_records{flusher="a",config="c",project="",logstore="",instance="1"} 100
ilf_spool_records{flusher="a",config="c",project="",logstore="",instance="2"} 5
ilf_spool_age_seconds{flusher="a",config="c",project="",logstore="",instance="2"} 2.5
ilf_breaker_state{flusher="a",config="c",project="",logstore="",instance="2",endpoint="http://x"} 2
ilf_breaker_state{flusher="a",config="c",project="",logstore="",instance="2",endpoint="http://y"} 0
`

func TestEndsAddUpTheInstancesAndKnowOneSpoolFromTwo(t *testing.T) {
	e := readEnds(endsPage)
	if e.accepted != 30 || e.delivered != 15 || e.dropped != 3 || e.dead != 3 || e.queued != 4 || e.spooled != 5 ||
		e.oldest != 2.5 || strings.Join(e.openCircuits, " ") != "http://x" || e.waiting() != 9 {
		t.Errorf("%+v", e)
	}
}

func TestTheLastLineSaysWhatBecameOfTheRecordsAndTheStatusFollows(t *testing.T) {
	for _, c := range []struct {
		name  string
		once  bool
		stats harness.Stats
		e     ends
		fails bool
		want  string
	}{
		{"all is delivered", true, harness.Stats{}, ends{accepted: 5, delivered: 5}, false, ""},
		{"some are dropped", true, harness.Stats{}, ends{accepted: 5, delivered: 2, dropped: 3}, true,
			"5 records accepted: 2 delivered, 3 dropped"},
		{"some are dead-lettered", false, harness.Stats{}, ends{accepted: 5, delivered: 4, dead: 1}, true,
			"5 records accepted: 4 delivered, 1 dead-lettered"},
		{"the spool has some for the next run", false, harness.Stats{}, ends{accepted: 5, delivered: 4, spooled: 1}, false, ""},
		{"the spool has some, but all was to be delivered once", true, harness.Stats{},
			ends{accepted: 5, delivered: 4, spooled: 1}, true, "5 records accepted: 4 delivered, 1 left in the spool"},
		{"more is delivered than was accepted", true, harness.Stats{}, ends{accepted: 1, delivered: 3, recovered: 2, dead: 1}, true,
			"1 records accepted: 3 delivered (2 were in the spool), 1 dead-lettered"},
		{"a flusher counts what it refused", true, harness.Stats{LostRecords: 3}, ends{accepted: 3, dropped: 3}, true,
			"3 records accepted: 0 delivered, 3 dropped"},
		{"another one does not", true, harness.Stats{LostRecords: 3}, ends{}, true,
			"3 records were rejected by a flusher and are lost: the log above says why"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said []string
			say := func(format string, args ...interface{}) { said = append(said, fmt.Sprintf(format, args...)) }
			err := (&options{once: c.once}).conclude(&meter{}, c.stats, c.e, false, nil, say)
			if (err != nil) != c.fails || strings.Join(said, "\n") != c.want {
				t.Errorf("%v, said %q", err, said)
			}
		})
	}
}
