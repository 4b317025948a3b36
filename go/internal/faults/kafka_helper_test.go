package faults

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ilf.local/go/cflusher"
	"ilf.local/go/harness"
	"ilf.local/go/internal/kafka"
)

var unlikely = regexp.MustCompile(`[^a-zA-Z0-9._-]`)

// topicOf makes a topic named for the test.
func topicOf(t *testing.T, c *kafka.Cluster, partitions, copies int, settings ...string) string {
	t.Helper()
	name := unlikely.ReplaceAllString(t.Name(), "-")
	if len(name) > 200 {
		name = name[:200]
	}
	must(t, c.CreateTopic(name, partitions, copies, settings...))
	return name
}

// toKafka is a flusher_c_kafka whose pauses are short, so that tests are.
func toKafka(brokers []string, topic string) detail {
	return detail{
		"Brokers": brokers, "Topic": topic,
		"PartitionerType": "hash", "HashKeys": []string{"content.key"},
		"Batch":       table{"MaxAge": "5ms", "MaxRecords": 20},
		"Retry":       table{"InitialDelay": "1ms", "MaxDelay": "50ms"},
		"Breaker":     table{"OpenTime": "1ms", "MaxOpenTime": "50ms"},
		"StopTimeout": "20s",
		"Delivery":    table{"Order": "key"},
		"Librdkafka": table{"reconnect.backoff.ms": "10", "reconnect.backoff.max.ms": "100", "retry.backoff.ms": "10",
			"topic.metadata.refresh.fast.interval.ms": "50"},
	}
}

var recordID = regexp.MustCompile(`"id":"(r[0-9]+)"`)

// inKafka counts by id what the topics hold, as kcat reads it, and looks whether
// the records of each key are in order. A record that came twice counts when it
// came first.
func inKafka(t *testing.T, c *kafka.Cluster, ordered bool, topics ...string) map[string]int {
	t.Helper()
	acked, last, wrong := map[string]int{}, map[string]string{}, ""
	for _, topic := range topics {
		records, err := kafka.Read(c.Brokers("PLAINTEXT"), topic)
		must(t, err)
		for _, r := range records {
			ids := recordID.FindAllSubmatch(r.Value, -1)
			if len(ids) != 1 {
				t.Fatalf("%s holds a record of %d ids: %q", topic, len(ids), r.Value)
			}
			id := string(ids[0][1])
			acked[id]++
			if key := string(r.Key); ordered && acked[id] == 1 {
				if id < last[key] && wrong == "" {
					wrong = fmt.Sprintf("key %s: %s comes after %s", key, id, last[key])
				}
				last[key] = id
			}
		}
	}
	if wrong != "" {
		t.Error(wrong)
	}
	return acked
}

// arrive waits until the topics have taken that many records.
func arrive(t *testing.T, c *kafka.Cluster, count int, topics ...string) {
	t.Helper()
	var sum int64
	var err error
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		sum = 0
		for _, topic := range topics {
			var end int64
			end, err = c.Ends(topic)
			sum += end
		}
		if sum >= int64(count) {
			return
		}
	}
	t.Fatalf("never: %d records arrive: there are %d, %v", count, sum, err)
}

// exactly fails unless each of count records came once, in the order of its key.
func exactly(t *testing.T, c *kafka.Cluster, count int, topics ...string) {
	t.Helper()
	accounted(t, inKafka(t, c, true, topics...), nil, count, none)
}

// v2 makes a pipeline's config one of events.
func v2(config harness.LoadedConfig, release harness.Release) harness.LoadedConfig {
	config.JSONStr = strings.Replace(config.JSONStr, `"global":{`, `"global":{"StructureType":"v2",`, 1)
	if release == harness.V18 {
		config.JSONStr = strings.Replace(config.JSONStr, "{", `{"version":"v2",`, 1)
	}
	return config
}

// gauge is a metric of the pipeline's flusher; -1 where there is none.
func (l *life) gauge(name string) float64 {
	for _, line := range strings.Split(cflusher.Metrics(), "\n") {
		if strings.HasPrefix(line, name+"{") && strings.Contains(line, fmt.Sprintf("config=%q", l.name)) {
			value, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
			must(l.t, err)
			return value
		}
	}
	return -1
}

// rounds is how often something happens; more often when there is time.
func rounds(few, many int) int {
	if soaking {
		return many
	}
	return few
}
