package kafka

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
)

// Record is one that a consumer has read.
type Record struct {
	Partition int
	Offset    int64
	Timestamp int64 // ms
	Key       []byte
	HasKey    bool
	Value     []byte
	Headers   string // name=value, separated by commas
}

// Lengths, and then bytes as they are: the JSON of kcat has no place for those
// that are no UTF-8.
const (
	format = `%p %o %T %K %S\n%k%s%h` + endOfRecord
	// kcat writes it by itself.
	endOfRecord = "\x1e\n"
)

// Read reads a topic from its beginning with kcat, which is a client of another
// hand than the flusher. More are options of kcat.
func Read(brokers []string, topic string, more ...string) ([]Record, error) {
	arguments := []string{"-C", "-b", strings.Join(brokers, ","), "-t", topic, "-o", "beginning", "-e", "-q", "-f", format,
		"-X", "fetch.wait.max.ms=20", "-X", "fetch.error.backoff.ms=20", "-X", "isolation.level=read_committed", "-X", "check.crcs=true"}
	kcat := exec.Command("kcat", append(arguments, more...)...)
	var said bytes.Buffer
	kcat.Stderr = &said
	output, err := kcat.Output()
	if err != nil {
		return nil, fmt.Errorf("kcat: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return parse(output)
}

// parse takes kcat's output apart.
func parse(output []byte) (records []Record, err error) {
	for len(output) > 0 {
		var r Record
		var key, value int
		line := bytes.IndexByte(output, '\n')
		if line < 0 {
			return nil, fmt.Errorf("kcat: half a record: %.100q", output)
		}
		if _, err := fmt.Sscan(string(output[:line]), &r.Partition, &r.Offset, &r.Timestamp, &key, &value); err != nil {
			return nil, fmt.Errorf("kcat: %q: %w", output[:line], err)
		}
		output = output[line+1:]
		if r.HasKey = key >= 0; !r.HasKey {
			key = 0
		}
		if value < 0 {
			value = 0
		}
		if len(output) < key+value {
			return nil, fmt.Errorf("kcat: half a record")
		}
		r.Key, r.Value, output = output[:key], output[key:key+value], output[key+value:]
		end := bytes.Index(output, []byte(endOfRecord))
		if end < 0 {
			return nil, fmt.Errorf("kcat: a record has no end")
		}
		r.Headers, output = string(output[:end]), output[end+len(endOfRecord):]
		records = append(records, r)
	}
	return records, nil
}
