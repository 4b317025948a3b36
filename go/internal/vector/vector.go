// Package vector reads the golden vectors in tests/vectors: inputs with the
// output that the real host's code gave. Their README says how to read them.
package vector

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/alibaba/ilogtail/pkg/protocol"
)

// Folder is where the vectors are: $ILF_VECTORS, or tests/vectors.
func Folder() string {
	if folder := os.Getenv("ILF_VECTORS"); folder != "" {
		return folder
	}
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "tests", "vectors")
}

// Case is one line of a file of vectors. What a file does not use stays empty.
type Case struct {
	ID       string
	Compare  string
	Options  json.RawMessage
	Config   json.RawMessage // the plugin's detail
	Group    string          `json:"log_group_pb_b64"`
	Groups   []string        `json:"log_groups_pb_b64"`
	Logstore string          // of the flusher's context
	Input    *Group
	Inputs   []*Group
	Existing map[string]string `json:"existing_files"`
	Expect   struct {
		Lines              []string // base64
		NativeInvalid      bool     `json:"native_invalid"`
		NativeInvalidLines []int    `json:"native_invalid_lines"`
		Panic              string
		Files              map[string]struct {
			Size  int64
			Lines []string
		}
		Outputs            []string // base64
		Selected           json.RawMessage
		Error              Text
		Stage, Shape       string
		ResourceLogs       string `json:"resource_logs"` // base64, as the two below
		ResourceMetrics    string `json:"resource_metrics"`
		ResourceSpans      string `json:"resource_spans"`
		Output             Text
		Keys               []Text
		NativeProcessCrash bool `json:"native_process_crash"`
		Requests           []Request
		Messages           []Message // to Kafka
		ConfigError        string    `json:"config_error"`
		InitError          string    `json:"init_error"`
	}
	Statuses []int  `json:"server_statuses"` // of the first answers; the others are 200
	Select   []Text // names of fields wanted
	Fn       string
	Pattern  Text
	Values   map[string]Text
	Time     int64
	Offset   int64 `json:"utc_offset_seconds"`
}

// Read calls each for every case of the file name, in a subtest of its own, and
// prints how many there were.
func Read(t *testing.T, name string, each func(t *testing.T, c *Case)) {
	cases, failed := 0, 0
	Each(t, name, func(t *testing.T, c *Case) {
		cases++
		if !t.Run(c.ID, func(t *testing.T) { each(t, c) }) {
			failed++
		}
	})
	os.Stdout.WriteString(Summary(name, cases, failed))
}

// Each calls each for every case of the file name.
func Each(t *testing.T, name string, each func(t *testing.T, c *Case)) {
	file, err := os.Open(filepath.Join(Folder(), name))
	if os.IsNotExist(err) && os.Getenv("ILF_VECTORS") != "" {
		t.Skipf("%s is not in $ILF_VECTORS", name) // another folder need not hold them all
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	n := 0
	for ; lines.Scan(); n++ {
		c := &Case{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatalf("%s, line %d: %v", name, n+1, err)
		}
		each(t, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Errorf("%s holds no case", name)
	}
}

// LogGroups decodes the v1 input of a case.
func (c *Case) LogGroups(t *testing.T) []*protocol.LogGroup {
	encoded := c.Groups
	if c.Group != "" {
		encoded = append(encoded, c.Group)
	}
	var groups []*protocol.LogGroup
	for _, text := range encoded {
		group := &protocol.LogGroup{}
		if err := group.Unmarshal(Bytes(t, text)); err != nil {
			t.Fatal(err)
		}
		groups = append(groups, group)
	}
	return groups
}

// Bytes decodes base64.
func Bytes(t *testing.T, text string) []byte {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Lines decodes the expected records.
func (c *Case) Lines(t *testing.T) []string {
	lines := []string{}
	for _, text := range c.Expect.Lines {
		lines = append(lines, string(Bytes(t, text)))
	}
	return lines
}
