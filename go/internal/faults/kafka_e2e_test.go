package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ilf.local/go/harness"
	"ilf.local/go/internal/kafka"
)

// beginWith starts a pipeline whose config is changed first.
func beginWith(t *testing.T, release harness.Release, config harness.LoadedConfig) *life {
	t.Helper()
	l := &life{t: t, name: config.ConfigName}
	l.agent = harness.New(harness.Config{Release: release, StopBudget: 30 * time.Second, Logf: logs.printf,
		Observe: l.trace.Observe})
	must(t, l.agent.Run(config))
	return l
}

func TestKafkaGetsEachRecordOnceFromBothGenerationsOfPipelines(t *testing.T) {
	for _, release := range releases {
		for _, generation := range []string{"v1", "v2"} {
			release, generation := release, generation
			t.Run(release.String()+" "+generation, func(t *testing.T) {
				c := broker(t)
				t.Parallel()
				topic := topicOf(t, c, 3, 1)
				config := pipelineOf(topic, toKafka(c.Brokers("PLAINTEXT"), topic), 0, records)
				if generation == "v2" {
					config = v2(config, release)
				}
				l := beginWith(t, release, config)
				arrive(t, c, records, topic)
				l.end()
				exactly(t, c, records, topic)
			})
		}
	}
}

func TestKafkaTakesEachCompression(t *testing.T) {
	for _, compression := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		compression := compression
		t.Run(compression, func(t *testing.T) {
			c := broker(t)
			t.Parallel()
			// The broker would take it as it is: that it is compressed shows by what the log holds.
			topic := topicOf(t, c, 3, 1, "compression.type", "producer")
			d := toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{"Compression": compression,
				"Batch": table{"MaxAge": "50ms"}})
			l := begin(t, anyRelease(), d, 0, records)
			arrive(t, c, records, topic)
			l.end()
			exactly(t, c, records, topic)
			size, err := c.Nodes[0].LogSize(topic)
			must(t, err)
			if small := size < records*60; small != (compression != "none") {
				t.Errorf("%d records are %d bytes in the broker's log", records, size)
			}
		})
	}
}

// Each record goes to a topic of its key, whatever topics there were before.
func TestKafkaDynamicTopicsAreMadeAndFilled(t *testing.T) {
	c := broker(t)
	t.Parallel()
	var topics []string
	for i := 0; i < keys; i++ {
		topics = append(topics, "dynamic-"+keyOf(i))
	}
	l := begin(t, anyRelease(), toKafka(c.Brokers("PLAINTEXT"), "dynamic-%{content.key}"), 0, records)
	l.delivered(records)
	l.end()
	exactly(t, c, records, topics...)
	got, err := kafka.Read(c.Brokers("PLAINTEXT"), topics[3])
	must(t, err)
	for _, r := range got {
		if string(r.Key) != keyOf(3) {
			t.Errorf("%s holds a record of key %s", topics[3], r.Key)
		}
	}
}

func TestKafkaHeadersAndTimestampsOfTheLog(t *testing.T) {
	c := broker(t)
	t.Parallel()
	topic := topicOf(t, c, 1, 1)
	before := time.Now().Unix() * 1000
	l := begin(t, anyRelease(), toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{
		"Headers":         []table{{"Key": "host", "Value": "h1"}, {"Key": "host", "Value": "%{content.id}"}},
		"HeaderTemplates": table{"key": "%{content.key}"}, "Timestamp": "log"}), 0, 20)
	l.delivered(20)
	time.Sleep(1100 * time.Millisecond) // so that producer's time would be another
	l.end()
	got, err := kafka.Read(c.Brokers("PLAINTEXT"), topic)
	must(t, err)
	if len(got) != 20 {
		t.Fatalf("%d records", len(got))
	}
	for _, r := range got {
		if want := fmt.Sprintf("host=h1,host=%%{content.id},key=%s", r.Key); r.Headers != want {
			t.Errorf("headers %q, want %q", r.Headers, want)
		}
		if r.Timestamp < before || r.Timestamp%1000 != 0 {
			t.Errorf("timestamp %d, want a full second", r.Timestamp)
		}
	}
}

// A record that is too large, for the flusher or for the broker, is a dead letter; the others of its
// batch go on.
func TestKafkaOversizedRecordsAreDeadLettersAndTheOthersGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		more     detail
	}{
		"for the flusher": {nil, detail{"MaxMessageBytes": 3000}},
		"for the broker":  {[]string{"max.message.bytes", "3000"}, detail{}},
	} {
		c := c
		t.Run(name, func(t *testing.T) {
			b, dir := broker(t), t.TempDir()
			t.Parallel()
			topic := topicOf(t, b, 1, 1, c.settings...)
			d := toKafka(b.Brokers("PLAINTEXT"), topic).with(letters(dir)).with(c.more)
			config := pipelineOf(topic, d, 0, records)
			config.JSONStr = strings.Replace(config.JSONStr, `"PauseMs"`, `"LargeEvery":50,"PauseMs"`, 1)
			l := beginWith(t, anyRelease(), config)
			arrive(t, b, records-4, topic)
			eventually(t, "four are dead", func() bool { return len(deadIDs(t, dir)) == 4 })
			l.end()
			accounted(t, inKafka(t, b, true, topic), deadIDs(t, dir), records, none)
			eventually(t, "the log says why", func() bool { return logs.has(l.name, "large") })
		})
	}
}

func TestKafkaTransactionsArriveWholeAndOnce(t *testing.T) {
	c := broker(t)
	t.Parallel()
	topic := topicOf(t, c, 3, 1)
	l := begin(t, anyRelease(), toKafka(c.Brokers("PLAINTEXT"), topic).with(detail{"TransactionalID": "t1"}), 0, records)
	l.delivered(records)
	l.end()
	exactly(t, c, records, topic)
}
