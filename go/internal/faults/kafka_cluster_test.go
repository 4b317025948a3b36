package faults

import (
	"testing"
	"time"

	"ilf.local/go/internal/kafka"
)

// Three brokers, for all that takes more than one.
func TestKafkaThreeBrokers(t *testing.T) {
	if !withKafka {
		t.Skip("left out; make test-kafka runs it")
	}
	c, err := kafka.Start(kafka.Options{Nodes: 3})
	must(t, err)
	defer c.Stop()
	t.Run("leaders move", func(t *testing.T) { leadersMove(t, c) })
	t.Run("too few replicas are in sync", func(t *testing.T) { tooFewInSync(t, c) })
	t.Run("the leader is killed", func(t *testing.T) { theLeaderIsKilled(t, c) })
}

func leadersMove(t *testing.T, c *kafka.Cluster) {
	topic := topicOf(t, c, 3, 3)
	count := rounds(6000, 60000)
	d := toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{"RateLimit": table{"Records": 3000}})
	l := begin(t, anyRelease(), d, 0, count)
	for i := 0; i < rounds(6, 30); i++ {
		time.Sleep(100 * time.Millisecond)
		leader, err := c.Leader(topic, i%3)
		must(t, err)
		must(t, c.MoveLeader(topic, i%3, c.Nodes[leader.ID%3]))
	}
	arrive(t, c, count, topic)
	l.end()
	exactly(t, c, count, topic)
}

// With one of three brokers down nothing may be acknowledged that not all three have. librdkafka tries
// again by itself, and says nothing: how old the queue grows tells, and after 30 s the log.
func tooFewInSync(t *testing.T, c *kafka.Cluster) {
	topic := topicOf(t, c, 3, 3, "min.insync.replicas", "3")
	l := begin(t, anyRelease(), toKafka(c.Brokers("PLAINTEXT"), topic), 0, records, 100)
	arrive(t, c, 25, topic)
	c.Nodes[2].Kill()
	l.delivered(records)
	eventually(t, "the records wait", func() bool { return l.gauge("ilf_queue_age_seconds") > 1 })
	if l.gauge("ilf_queue_records") < 1 {
		t.Error("no record waits")
	}
	if soaking {
		time.Sleep(25 * time.Second)
		eventually(t, "the log says so", func() bool { return logs.has(l.name, topic, "min.insync.replicas") })
	}
	must(t, c.Nodes[2].Restart())
	arrive(t, c, records, topic)
	l.end()
	accounted(t, inKafka(t, c, true, topic), nil, records, none)
}

// The one that leads dies, another takes its place, and it comes back.
func theLeaderIsKilled(t *testing.T, c *kafka.Cluster) {
	topic := topicOf(t, c, 1, 3, "min.insync.replicas", "2")
	count := rounds(6000, 60000)
	d := toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{"RateLimit": table{"Records": 1500}})
	l := begin(t, anyRelease(), d, 0, count)
	for i := 0; i < rounds(2, 10); i++ {
		time.Sleep(300 * time.Millisecond)
		leader, err := c.Leader(topic, 0)
		must(t, err)
		leader.Kill()
		must(t, leader.Restart())
	}
	arrive(t, c, count, topic)
	l.end()
	exactly(t, c, count, topic)
}
