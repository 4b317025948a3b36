package faults

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"ilf.local/go/internal/kafka"
)

// Errors that a real broker does not give on demand; librdkafka's mock does. None of them loses or
// doubles a record; those that are about the record itself end in the dead letters.
func TestKafkaErrorsOfBrokers(t *testing.T) {
	for _, e := range []struct {
		name string
		code int
		dies bool // a batch of one is refused, perhaps: of more, each is tried alone before it is
	}{
		{"CORRUPT_MESSAGE", 2, false},
		{"UNKNOWN_TOPIC_OR_PARTITION", 3, false},
		{"LEADER_NOT_AVAILABLE", 5, false},
		{"NOT_LEADER_OR_FOLLOWER", 6, false},
		{"REQUEST_TIMED_OUT", 7, false},
		{"BROKER_NOT_AVAILABLE", 8, false},
		{"MESSAGE_TOO_LARGE", 10, false}, // three times, and then each alone is taken
		{"NETWORK_EXCEPTION", 13, false},
		{"NOT_ENOUGH_REPLICAS", 19, false},
		{"NOT_ENOUGH_REPLICAS_AFTER_APPEND", 20, false},
		{"TOPIC_AUTHORIZATION_FAILED", 29, false},
		{"CLUSTER_AUTHORIZATION_FAILED", 31, false},
		{"INVALID_TIMESTAMP", 32, true},
		{"UNSUPPORTED_FOR_MESSAGE_FORMAT", 43, false},
		{"POLICY_VIOLATION", 44, false},
		{"OUT_OF_ORDER_SEQUENCE_NUMBER", 45, false},
		{"INVALID_PRODUCER_EPOCH", 47, false},
		{"KAFKA_STORAGE_ERROR", 56, false},
		{"UNKNOWN_PRODUCER_ID", 59, false},
		{"UNSUPPORTED_COMPRESSION_TYPE", 76, false},
		{"INVALID_RECORD", 87, true},
		{"a code of tomorrow", 999, false},
	} {
		e := e
		t.Run(e.name, func(t *testing.T) {
			m, dir := mock(t), t.TempDir()
			t.Parallel()
			m.Do("topic 2 t")
			m.Do("produce %d 3", e.code)
			d := toKafka(strings.Split(m.Brokers, ","), "t").with(letters(dir)).with(detail{
				"Retry": table{"InitialDelay": "1ms", "MaxDelay": "20ms"}})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			l.end()
			dead := accounted(t, inMock(m, "t"), deadIDs(t, dir), records, none)
			if dead > 0 && !e.dies || dead > 3 {
				t.Errorf("%d records are dead letters", dead)
			}
		})
	}
}

// The id that makes a producer idempotent can't be had at first.
func TestKafkaErrorsBeforeTheFirstRecord(t *testing.T) {
	for _, code := range []int{14, 15, 16, 7, 53, 31} {
		code := code
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			m, dir := mock(t), t.TempDir()
			t.Parallel()
			m.Do("topic 2 t")
			m.Do("init %d 2", code)
			l := begin(t, anyRelease(), toKafka(strings.Split(m.Brokers, ","), "t").with(letters(dir)), 0, records)
			l.delivered(records)
			l.end()
			if dead := accounted(t, inMock(m, "t"), deadIDs(t, dir), records, none); dead > 0 {
				t.Errorf("%d records are dead letters", dead)
			}
		})
	}
}

func mock(t *testing.T) *kafka.Mock {
	t.Helper()
	if !withKafka || os.Getenv("ILF_KAFKA_MOCK") == "" {
		t.Skip("left out; make test-kafka runs it")
	}
	return kafka.StartMock(t, 1)
}

// inMock counts by id what a topic of the mock holds.
func inMock(m *kafka.Mock, topic string) map[string]int {
	acked := map[string]int{}
	for _, r := range m.Read(topic) {
		for _, id := range recordID.FindAllSubmatch(r.Value, -1) {
			acked[string(id[1])]++
		}
	}
	return acked
}
