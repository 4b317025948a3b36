package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// refusal is for what a topic refuses a record, and with it all of its batch.
type refusal struct {
	settings []string
	options  detail
	input    string // which of the input's records are such
}

var refusals = map[string]refusal{
	"too old": {[]string{"message.timestamp.before.max.ms", "3600000"}, detail{"Timestamp": "log"}, "OldEvery"},
	"no key": {[]string{"cleanup.policy", "compact", "min.compaction.lag.ms", "3600000"},
		detail{"PartitionerType": "murmur2_random", "HashKeys": []string{"content.key"}}, "KeylessEvery"},
}

// begin starts a pipeline of count records, of which the topic refuses one of every so many.
func (r refusal) begin(t *testing.T, d detail, count, every int) *life {
	t.Helper()
	config := pipelineOf(strings.ReplaceAll(t.Name(), "/", "-"), d.with(r.options), 0, count)
	config.JSONStr = strings.Replace(config.JSONStr, `"First":`, fmt.Sprintf(`%q:%d,"First":`, r.input, every), 1)
	return beginWith(t, anyRelease(), config)
}

// onlyCulprits fails unless the dead letters are those of every so many, and all others arrived, once,
// each key's in order.
func (r refusal) onlyCulprits(t *testing.T, acked, dead map[string]int, count, every int) {
	t.Helper()
	accounted(t, acked, dead, count, none)
	wrong := 0
	for i := 0; i < count; i++ {
		if (dead[idOf(i)] > 0) != isOne(i, every) {
			wrong++
		}
	}
	if wrong > 0 || len(acked)+len(dead) != count {
		t.Errorf("%d records have a verdict that was another's: %d arrived, %d are dead", wrong, len(acked), len(dead))
	}
}

// Of a batch of 100, 99 are delivered and one is a dead letter: idempotent and not, in order and
// not, in transactions, with one partition and several.
func TestKafkaOnlyTheRecordThatATopicRefusesIsADeadLetter(t *testing.T) {
	for name, r := range refusals {
		for how, more := range map[string]detail{
			"in order":                       {},
			"in any order":                   {"Delivery": table{"Order": "none"}},
			"in the order of all":            {"Delivery": table{"Order": "all"}},
			"acknowledged by the leader":     {"RequiredACKs": 1, "Delivery": table{"Order": "none"}},
			"in order, by the leader":        {"RequiredACKs": 1},
			"in order, without more tries":   {"Retry": table{"Enable": false}},
			"in transactions":                {"TransactionalID": "t-" + name, "Delivery": table{"Order": "none"}},
			"in payloads of one":             {"Batch": table{"MaxAge": "5ms", "MaxRecords": 1}, "Delivery": table{"Order": "none"}},
			"compressed, without more tries": {"Compression": "lz4", "Retry": table{"Enable": false}, "Delivery": table{"Order": "none"}},
		} {
			r, how, more := r, how, more
			t.Run(name+", "+how, func(t *testing.T) {
				c, dir := broker(t), t.TempDir()
				t.Parallel()
				const count, every = 400, 100
				partitions := 1 + len(how)%3
				topic := topicOf(t, c, partitions, 1, r.settings...)
				d := toKafka(c.Brokers("PLAINTEXT"), topic).with(letters(dir)).with(detail{
					"Batch": table{"MaxAge": "20ms", "MaxRecords": 100}}).with(more)
				l := r.begin(t, d, count, every)
				l.delivered(count)
				eventually(t, "all have a verdict", func() bool {
					end, _ := c.Ends(topic)
					return int(end) >= count-count/every && len(deadIDs(t, dir)) >= count/every
				})
				l.end()
				ordered := more["Delivery"] == nil
				r.onlyCulprits(t, inKafka(t, c, ordered, topic), deadIDs(t, dir), count, every)
			})
		}
	}
}

// With one of every hundred refused for ever, it goes on at a rate far from that of single records;
// also where all are.
func TestKafkaCulpritsWithoutEndDoNotStopTheOthers(t *testing.T) {
	for name, order := range map[string]string{"in order": "key", "in any order": "none"} {
		for _, every := range []int{1, 100} {
			order, every := order, every
			t.Run(fmt.Sprintf("%s, 1 of %d", name, every), func(t *testing.T) {
				c, dir := broker(t), t.TempDir()
				r := refusals["too old"]
				count := 50000
				if every == 1 {
					count = 1000
				}
				topic := topicOf(t, c, 2, 1, r.settings...)
				d := toKafka(c.Brokers("PLAINTEXT"), topic).with(letters(dir)).with(detail{
					"Batch": table{"MaxAge": "20ms", "MaxRecords": 2000}, "Delivery": table{"Order": order}})
				from := time.Now()
				l := r.begin(t, d, count, every)
				for deadline := from.Add(90 * time.Second); ; time.Sleep(50 * time.Millisecond) {
					end, _ := c.Ends(topic)
					if int(end) >= count-count/every && len(deadIDs(t, dir)) >= count/every {
						break
					}
					if time.Now().After(deadline) {
						t.Fatalf("after %v %d of %d have arrived, and %d are dead", time.Since(from), end, count, len(deadIDs(t, dir)))
					}
				}
				t.Logf("%d records in %v", count, time.Since(from))
				l.end()
				r.onlyCulprits(t, inKafka(t, c, order == "key", topic), deadIDs(t, dir), count, every)
			})
		}
	}
}
