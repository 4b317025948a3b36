package faults

import (
	"errors"
	"testing"
	"time"

	"ilf.local/go/internal/kafka"
)

// Killed with SIGKILL and started again, ten times, while records come. What the
// broker has acknowledged is in the system's memory at least, which outlives it.
func TestKafkaABrokerThatIsKilledTenTimes(t *testing.T) {
	c := broker(t)
	topic := topicOf(t, c, 3, 1)
	const lives = 10
	count := rounds(20000, 200000)
	d := toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{"Batch": table{"MaxAge": "5ms", "MaxRecords": 100}})
	l := begin(t, anyRelease(), d, 0, count, rounds(40, 4)) // over 32 s, as the rounds take
	for i := 0; i < lives; i++ {
		time.Sleep(500 * time.Millisecond)
		c.Nodes[0].Kill()
		must(t, c.Nodes[0].Restart())
	}
	arrive(t, c, count, topic)
	l.end()
	exactly(t, c, count, topic)
}

// The system goes on to take connections for it, so that only time tells.
func TestKafkaABrokerThatPauses(t *testing.T) {
	c := broker(t)
	topic := topicOf(t, c, 3, 1)
	const count = 5000
	l := begin(t, anyRelease(), toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{"BrokerTimeout": "2s",
		"RateLimit": table{"Records": 2000}}), 0, count)
	time.Sleep(500 * time.Millisecond)
	must(t, c.Nodes[0].Pause())
	time.Sleep(time.Duration(rounds(6, 30)) * time.Second)
	must(t, c.Nodes[0].Resume())
	arrive(t, c, count, topic)
	l.end()
	exactly(t, c, count, topic)
}

// What the topic had is gone by the will of who deleted it; whatever comes later is there, and what
// was not acknowledged comes into the new one.
func TestKafkaATopicThatIsDeletedAndMadeAgain(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	t.Parallel()
	topic := topicOf(t, c, 1, 1)
	d := toKafka(c.Brokers("PLAINTEXT"), topic).with(letters(dir))
	l := begin(t, anyRelease(), d, 0, 2*records, 100) // over 1.6 s
	arrive(t, c, records/2, topic)
	before := inKafka(t, c, true, topic)
	must(t, c.DeleteTopic(topic))
	time.Sleep(300 * time.Millisecond)
	if err := c.CreateTopic(topic, 1, 1); !errors.Is(err, kafka.AlreadyThere) { // the broker made it for a client that asked
		must(t, err)
	}
	l.delivered(2 * records)
	l.end()
	after, dead := inKafka(t, c, true, topic), deadIDs(t, dir)
	lost := 0
	for i := 0; i < 2*records; i++ {
		if n := before[idOf(i)] + after[idOf(i)] + dead[idOf(i)]; n == 0 {
			lost++ // acknowledged between the two, and deleted
		} else if n > 1 {
			t.Errorf("%s is there %d times", idOf(i), n)
		}
	}
	if last := idOf(2*records - 1); after[last] != 1 || lost > records {
		t.Errorf("%d records are lost; the last one came %d times", lost, after[last])
	}
}

// Without permission the records wait; with it, they come.
func TestKafkaPermissionThatIsTakenAndGiven(t *testing.T) {
	for name, more := range map[string]detail{"idempotent": {}, "with acks of the leader": {"RequiredACKs": 1}} {
		more := more
		t.Run(name, func(t *testing.T) {
			c, dir := broker(t), t.TempDir()
			t.Parallel()
			topic := topicOf(t, c, 2, 1)
			must(t, c.DenyWrite("alice", topic))
			d := toKafka(c.Brokers("SASL_PLAINTEXT"), topic).with(letters(dir)).with(more).with(detail{
				"Authentication": login("PLAIN", "alice", "alice-secret"),
				"Retry":          table{"InitialDelay": "1ms", "MaxDelay": "50ms", "Actions": table{"29": "retry"}}})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			eventually(t, "the log says why", func() bool { return logs.has(l.name, topic, "authoriz") })
			if end, err := c.Ends(topic); err != nil || end > 0 {
				t.Errorf("%d records arrived, %v", end, err)
			}
			must(t, c.AllowAll(topic))
			arrive(t, c, records, topic)
			l.end()
			exactly(t, c, records, topic)
		})
	}
}
