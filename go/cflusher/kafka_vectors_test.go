package cflusher_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// kafkaDifferences are the cases in which ours does something else than the native flusher, and
// what: it refuses the configuration, or takes one that natively is refused or leads to a panic.
var kafkaDifferences = map[string]struct {
	why     string
	refused string
	sent    int // records, which natively are none
}{
	"empty-topic-accepted-0004":             {why: "there is no topic without a name", refused: "detail.Topic"},
	"topic-escape-static-kept-0011":         {why: "no topic can have this name", refused: "is no name of a topic"},
	"dynamic-topic-date-not-supported-0009": {why: "natively every group is dropped", refused: "has no such field"},
	"dynamic-topic-unsupported-field-0010":  {why: "natively every group is dropped", refused: "has no such field"},
	"hash-unsupported-field-0033":           {why: "natively every group is dropped", refused: "has no such field"},
	"init-unsupported-version-0016":         {why: "brokers are asked what they can", sent: 3},
	"init-partitioner-case-sensitive-0018":  {why: "choices are matched without regard to case", sent: 3},
	"init-encoding-empty-panics-0021":       {why: "natively a panic", refused: "Convert: Encoding"},
	"jsonline-panics-0022":                  {why: "natively a panic", sent: 1},
	"raw-v1-panics-0023":                    {why: "natively a panic; logs have no form in raw"},
	"v2-jsonline-panics-0046":               {why: "natively a panic", sent: 1},
}

var (
	frame     = regexp.MustCompile(`(?s)^(.*)\n1(?: k(\d+))?$`)
	topicName = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)
)

// kafkaContext is a context with a logstore of its own.
type kafkaContext struct {
	*pluginContext
	logstore string
}

func (c kafkaContext) GetLogstore() string { return c.logstore }

// message is a record as text that can be compared: topic, key in quotes or none, value.
func message(topic, key, value string) string { return topic + " " + key + " " + value }

// letters are the records in the dead letters at path that had a form, and how many had none.
func letters(t *testing.T, path string) (records []string, formless int) {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, 0
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var letter struct {
			Encoded           bool
			Destination, Body string
			Body64            string `json:"body_base64"`
		}
		if err := json.Unmarshal(lines.Bytes(), &letter); err != nil {
			t.Fatal(err)
		}
		if !letter.Encoded {
			formless++
			continue
		}
		body := letter.Body + string(vector.Bytes(t, letter.Body64))
		parts, key := frame.FindStringSubmatch(body), "none"
		if parts == nil {
			t.Fatalf("no frame: %q", body)
		}
		value := parts[1]
		if parts[2] != "" {
			n, _ := strconv.Atoi(parts[2])
			key, value = strconv.Quote(value[len(value)-n:]), value[:len(value)-n]
		}
		records = append(records, message(letter.Destination, key, value))
	}
	return records, formless
}

// queued are the records that a case makes: with no broker there, all of them become dead letters.
func queued(t *testing.T, c *vector.Case) ([]string, int, error) {
	config := map[string]interface{}{}
	if err := json.Unmarshal(c.Config, &config); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "letters")
	config["DeadLetters"] = map[string]interface{}{"Path": path}
	config["StopTimeout"] = 0
	f := pipeline.Flushers["flusher_c_kafka"]().(*cflusher.Flusher)
	if err := f.UnmarshalJSON(encode(t, config)); err != nil {
		return nil, 0, err
	}
	if err := f.Init(kafkaContext{newContext(), c.Logstore}); err != nil {
		return nil, 0, err
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
	records, formless := letters(t, path)
	return records, formless, nil
}

func TestVectorsKafka(t *testing.T) {
	if pipeline.Flushers["flusher_c_kafka"] == nil {
		t.Skip("flusher_c_kafka is left out")
	}
	seen := 0
	vector.Read(t, "kafka_v2.jsonl", func(t *testing.T, c *vector.Case) {
		d, differs := kafkaDifferences[c.ID]
		if differs {
			seen++
		}
		refused := d.refused != "" || c.Expect.InitError != "" && !differs
		got, formless, err := queued(t, c)
		if (err != nil) != refused || err != nil && !strings.Contains(err.Error(), d.refused) {
			t.Fatalf("init: %v, natively %q", err, c.Expect.InitError)
		}
		if differs {
			if len(got) != d.sent {
				t.Fatalf("%d records, want %d: %q", len(got), d.sent, got)
			}
			return
		}
		var want []string
		for _, m := range c.Expect.Messages {
			if !topicName.MatchString(string(m.Topic)) {
				formless-- // natively the brokers refuse it, and it is lost
				continue
			}
			key := "none"
			if m.Key != nil {
				key = strconv.Quote(string(vector.Bytes(t, *m.Key)))
			}
			want = append(want, message(string(m.Topic), key, string(vector.Bytes(t, m.Value))))
		}
		sort.Strings(got)
		sort.Strings(want)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) || formless < 0 {
			t.Errorf("%d without a form more than natively\n got %q\nwant %q", formless, got, want)
		}
	})
	if seen != len(kafkaDifferences) && os.Getenv("ILF_VECTORS") == "" {
		t.Errorf("%d of %d differences are cases of the file", seen, len(kafkaDifferences))
	}
}
