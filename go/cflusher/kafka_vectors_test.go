package cflusher_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/kafka"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// inLogstore is a host's context that knows the logstore.
type inLogstore struct {
	pipeline.Context
	logstore string
}

func (inLogstore) GetConfigName() string              { return "" }
func (inLogstore) GetProject() string                 { return "" }
func (c inLogstore) GetLogstore() string              { return c.logstore }
func (inLogstore) GetRuntimeContext() context.Context { return nil }

// produce runs a case against brokers, with topics named so at their end; its error is that of Init.
func produce(t *testing.T, c *vector.Case, brokers, suffix string) error {
	config := map[string]interface{}{}
	if err := json.Unmarshal(c.Config, &config); err != nil {
		return err
	}
	if list, _ := config["Brokers"].([]interface{}); len(list) > 0 {
		config["Brokers"] = []string{brokers}
	}
	if topic, ok := config["Topic"].(string); ok {
		config["Topic"] = topic + suffix
	}
	f := pipeline.Flushers["flusher_c_kafka"]().(*cflusher.Flusher)
	if err := f.UnmarshalJSON(encode(t, config)); err != nil {
		return err
	}
	if err := f.Init(inLogstore{logstore: c.Logstore}); err != nil {
		return err
	}
	if len(c.Inputs) > 0 {
		var groups []*models.PipelineGroupEvents
		for _, input := range c.Inputs {
			groups = append(groups, input.Models())
		}
		_ = f.Export(groups, nil)
	} else {
		_ = f.Flush("", c.Logstore, "", c.LogGroups(t))
	}
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
	return nil
}

// said is a message as text: topic, partition, key, headers and value.
func said(topic string, partition int, key *string, headers, value string) string {
	text := "no key"
	if key != nil {
		text = "key " + *key
	}
	return fmt.Sprintf("topic %q partition %d, %s, headers %q, value %s", topic, partition, text, headers, value)
}

// arrived reads the topics with that end, without it. Each topic's messages are
// in the order of its partitions.
func arrived(m *kafka.Mock, suffix string) (messages []string) {
	topics := m.Topics()
	sort.Strings(topics)
	for _, topic := range topics {
		if !strings.HasSuffix(topic, suffix) {
			continue
		}
		records := m.Read(topic)
		sort.SliceStable(records, func(i, k int) bool { return records[i].Partition < records[k].Partition })
		for _, r := range records {
			var key *string
			if r.HasKey {
				text := base64.StdEncoding.EncodeToString(r.Key)
				key = &text
			}
			messages = append(messages, said(strings.TrimSuffix(topic, suffix), r.Partition, key, r.Headers,
				base64.StdEncoding.EncodeToString(r.Value)))
		}
	}
	return messages
}

// expected are the messages of a case, with a topic of as many partitions.
func expected(messages []vector.Message, partitions int) (texts []string) {
	sorted := append([]vector.Message(nil), messages...)
	sort.SliceStable(sorted, func(i, k int) bool {
		a, b := &sorted[i], &sorted[k]
		return a.Topic < b.Topic || a.Topic == b.Topic && a.Partitions[partitions] < b.Partitions[partitions]
	})
	for _, message := range sorted {
		var headers []string
		for _, header := range message.Headers {
			headers = append(headers, string(header.Key+"="+header.Value))
		}
		texts = append(texts, said(string(message.Topic), message.Partitions[partitions], message.Key,
			strings.Join(headers, ","), message.Value))
	}
	return texts
}

func compareMessages(t *testing.T, got, want []string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// makeTopics makes the topics of messages.
func makeTopics(m *kafka.Mock, messages []vector.Message, partitions int, suffix string) {
	made := map[vector.Text]bool{}
	for _, message := range messages {
		if !made[message.Topic] {
			m.Do("topic %d %s%s", partitions, message.Topic, suffix)
			made[message.Topic] = true
		}
	}
}

// withPartitions runs a case with topics of that many partitions.
func withPartitions(t *testing.T, c *vector.Case, want []vector.Message, m *kafka.Mock, partitions int) {
	suffix := fmt.Sprintf("-of-%d", partitions)
	if err := produce(t, c, m.Brokers, suffix); err != nil {
		t.Error(err)
		return
	}
	compareMessages(t, arrived(m, suffix), expected(want, partitions))
}

// kafkaCase runs one case.
func kafkaCase(t *testing.T, c *vector.Case) {
	want, refused := c.Expect.Messages, c.Expect.InitError+c.Expect.ConfigError+c.Expect.Panic != ""
	d, differs := kafkaDifferences[c.ID]
	if differs {
		if refused = d.refused != ""; !refused && d.instead != nil {
			want = d.instead(want)
		}
	}
	if refused {
		want = nil
	}
	m := kafka.StartMock(t, 1)
	if len(want) > 0 && len(want[0].Partitions) > 0 {
		for partitions := range want[0].Partitions {
			makeTopics(m, want, partitions, fmt.Sprintf("-of-%d", partitions))
		}
		var all sync.WaitGroup
		for partitions := range want[0].Partitions {
			all.Add(1)
			go func(partitions int) {
				defer all.Done()
				withPartitions(t, c, want, m, partitions)
			}(partitions)
		}
		all.Wait()
		return
	}
	makeTopics(m, want, 1, "")
	err := produce(t, c, m.Brokers, "")
	if (err != nil) != refused || err != nil && !strings.Contains(err.Error(), d.refused) {
		t.Fatalf("init: %v, natively %q", err, c.Expect.InitError+c.Expect.ConfigError+c.Expect.Panic)
	}
	compareMessages(t, arrived(m, ""), expected(want, 0))
}

// The cases run beside each other: mostly they wait for the mock, which looks
// only once a second for what its own process asks for.
func TestVectorsKafka(t *testing.T) {
	if os.Getenv("ILF_KAFKA_MOCK") == "" {
		t.Skip("skipped: ILF_KAFKA_MOCK does not name the mock: make test-vectors does")
	}
	const file = "kafka_v2.jsonl"
	cases, seen, failed := 0, 0, atomic.Int32{}
	t.Run("cases", func(t *testing.T) {
		vector.Each(t, file, func(t *testing.T, c *vector.Case) {
			cases++
			if _, differs := kafkaDifferences[c.ID]; differs {
				seen++
			}
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				defer func() {
					if t.Failed() {
						failed.Add(1)
					}
				}()
				kafkaCase(t, c)
			})
		})
	})
	os.Stdout.WriteString(vector.Summary(file, cases, int(failed.Load())))
	if seen != len(kafkaDifferences) && os.Getenv("ILF_VECTORS") == "" {
		t.Errorf("%d of %d differences are cases of the file", seen, len(kafkaDifferences))
	}
}
