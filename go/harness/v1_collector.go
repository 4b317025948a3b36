// Where v1 inputs put their logs, and where v1 aggregators put full groups.

package harness

import (
	"errors"
	"sort"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// tagPrefix marks the tags of an input among the contents of its logs.
const tagPrefix = "__tag__:"

// collector blocks while the queue behind it is full. Fields and tags come from
// maps; they are put in the order of their keys, so that output can be compared.
type collector struct {
	*v1
}

var _ pipeline.Collector = (*collector)(nil)

func (c *collector) AddData(tags, fields map[string]string, t ...time.Time) {
	c.AddDataWithContext(tags, fields, nil, t...)
}

func (c *collector) AddDataArray(tags map[string]string, columns, values []string, t ...time.Time) {
	c.AddDataArrayWithContext(tags, columns, values, nil, t...)
}

func (c *collector) AddRawLog(log *protocol.Log) { c.AddRawLogWithContext(log, nil) }

func (c *collector) AddDataWithContext(tags, fields map[string]string, ctx map[string]interface{}, t ...time.Time) {
	columns := sortedKeys(fields)
	values := make([]string, len(columns))
	for i, key := range columns {
		values[i] = fields[key]
	}
	c.AddDataArrayWithContext(tags, columns, values, ctx, t...)
}

// AddDataArrayWithContext drops columns without a value and values without a column.
func (c *collector) AddDataArrayWithContext(tags map[string]string, columns, values []string,
	ctx map[string]interface{}, t ...time.Time) {
	n := len(columns)
	if len(values) < n {
		n = len(values)
	}
	contents := make([]protocol.Log_Content, 0, len(tags)+n)
	for _, key := range sortedKeys(tags) {
		contents = append(contents, protocol.Log_Content{Key: tagPrefix + key, Value: tags[key]})
	}
	for i := 0; i < n; i++ {
		contents = append(contents, protocol.Log_Content{Key: columns[i], Value: values[i]})
	}
	when := time.Now()
	if len(t) > 0 {
		when = t[0]
	}
	c.AddRawLogWithContext(c.newLog(when, contents), ctx)
}

func (c *collector) AddRawLogWithContext(log *protocol.Log, ctx map[string]interface{}) {
	c.in <- pipeline.LogWithContext{Log: log, Context: ctx}
}

// newLog makes a log that points into the given contents.
func (c *collector) newLog(when time.Time, contents []protocol.Log_Content) *protocol.Log {
	log := &protocol.Log{Contents: make([]*protocol.Log_Content, len(contents))}
	for i := range contents {
		log.Contents[i] = &contents[i]
	}
	c.setTime(log, when)
	return log
}

func (c *collector) setTime(log *protocol.Log, when time.Time) {
	if c.line.global.EnableTimestampNanosecond {
		protocol.SetLogTimeWithNano(log, uint32(when.Unix()), uint32(when.Nanosecond()))
	} else {
		protocol.SetLogTime(log, uint32(when.Unix()))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// logGroupQueue is the way into the queue for aggregators.
type logGroupQueue struct {
	*v1
}

var errQueueFull = errors.New("loggroup queue is full")

func (q logGroupQueue) Add(group *protocol.LogGroup) error {
	select {
	case q.out.queue <- group:
		return nil
	default:
		return errQueueFull
	}
}

func (q logGroupQueue) AddWithWait(group *protocol.LogGroup, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case q.out.queue <- group:
		return nil
	case <-timer.C:
		return errQueueFull
	}
}
