package faults

import (
	"fmt"
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

func stalls(int) *oracle.Fault { return &oracle.Fault{Request: 1, End: oracle.Stall} }

// A proxy that breaks connections stands before the broker, which says of itself that it is there:
// every connection is cut behind some byte, in one direction or the other, but for the last two of
// each five. It must be two: librdkafka from 2.10 on asks for brokers by one connection and sends by
// another, and when that fails to the only broker it asks again.
func TestKafkaConnectionsThatAreCut(t *testing.T) {
	type cut struct {
		name string
		oracle.Fault
	}
	var cuts []cut
	for _, at := range []int{1, 20, 60, 120, 300, 800, 2000, 3500, 6000, 12000} {
		cuts = append(cuts, cut{fmt.Sprintf("request reset at %d", at), oracle.Fault{Request: at, End: oracle.Reset}})
	}
	for _, at := range []int{1, 20, 60, 120, 300, 500, 800, 1200, 1600, 2000} {
		cuts = append(cuts, cut{fmt.Sprintf("answer reset at %d", at), oracle.Fault{Answer: at, End: oracle.Reset}})
	}
	for _, at := range []int{60, 2000} {
		cuts = append(cuts,
			cut{fmt.Sprintf("request closed at %d", at), oracle.Fault{Request: at, End: oracle.Close}},
			cut{fmt.Sprintf("answer closed at %d", at), oracle.Fault{Answer: at, End: oracle.Close}},
			cut{fmt.Sprintf("request stalls at %d", at), oracle.Fault{Request: at, End: oracle.Stall}},
			cut{fmt.Sprintf("answer stalls at %d", at), oracle.Fault{Answer: at, End: oracle.Stall}})
	}
	cuts = append(cuts, cut{"slow", oracle.Fault{Slow: 2 * time.Millisecond}})
	for i := range cuts {
		fault := &cuts[i].Fault
		t.Run(cuts[i].name, func(t *testing.T) {
			c := broker(t)
			f := frontOf(t, func(connection int) *oracle.Fault {
				if connection%5 >= 3 {
					return nil
				}
				return fault
			})
			t.Parallel()
			topic := topicOf(t, c, 3, 1)
			l := begin(t, anyRelease(), toKafka([]string{f.Address()}, topic).with(detail{"Timeout": "1s", "BrokerTimeout": "1s"}), 0, records)
			arrive(t, c, records, topic)
			if fault.Slow == 0 && f.Struck() == 0 {
				t.Error("no connection was cut")
			}
			f.Set(nil)
			l.end()
			exactly(t, c, records, topic)
		})
	}
}

// The network is there and not, in the middle of what comes.
func TestKafkaANetworkThatComesAndGoes(t *testing.T) {
	c, f := broker(t), frontOf(t, nil)
	t.Parallel()
	topic := topicOf(t, c, 3, 1)
	const count = 3000
	l := begin(t, anyRelease(), toKafka([]string{f.Address()}, topic).with(detail{"RateLimit": table{"Records": 1500}}), 0, count)
	for i := 0; i < 10; i++ {
		time.Sleep(100 * time.Millisecond)
		f.Shut()
		time.Sleep(50 * time.Millisecond)
		must(t, f.Listen())
	}
	arrive(t, c, count, topic)
	l.end()
	exactly(t, c, count, topic)
}
