package cflusher_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"ilf.local/go/cflusher"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// dumpFlusher makes a flusher_c_dump (tests/dump/dump.c) and a function that
// reads what it wrote since the last call.
func dumpFlusher(t testing.TB) (*cflusher.Flusher, func() string) {
	path := filepath.Join(t.TempDir(), "dump")
	f := start(t, "flusher_c_dump", map[string]string{"Path": path})
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return f, func() string {
		var text strings.Builder
		buf := make([]byte, 1<<16)
		for {
			n, _ := file.Read(buf)
			if n == 0 {
				return text.String()
			}
			text.Write(buf[:n])
		}
	}
}

// dumper writes in Go what tests/dump/dump.c writes in C.
type dumper struct{ strings.Builder }

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func (d *dumper) put(texts ...string) {
	for _, s := range texts {
		fmt.Fprintf(d, "%d:%s ", len(s), s)
	}
}

func (d *dumper) pairs(name string, pairs map[string]string) {
	fmt.Fprintf(d, "%s[%d] ", name, len(pairs))
	for _, key := range sortedKeys(pairs) {
		d.put(key, pairs[key])
	}
}

func dumpGroups(project, logstore, config string, groups []*protocol.LogGroup) string {
	d := &dumper{}
	bytes := 0
	for _, group := range groups {
		for _, log := range group.Logs {
			for _, content := range log.Contents {
				bytes += len(content.Key) + len(content.Value)
			}
		}
	}
	d.put(project, logstore, config)
	fmt.Fprintf(d, "groups %d bytes %d\n", len(groups), bytes)
	for _, group := range groups {
		d.put(group.Category, group.Topic, group.Source, group.MachineUUID)
		fmt.Fprintf(d, "tags[%d] ", len(group.LogTags))
		for _, tag := range group.LogTags {
			d.put(tag.Key, tag.Value)
		}
		fmt.Fprintf(d, "logs %d\n", len(group.Logs))
		for _, log := range group.Logs {
			ns, flags := uint32(0), 0
			if log.TimeNs != nil {
				ns, flags = *log.TimeNs, 1
			}
			fmt.Fprintf(d, "log %d ns %d flags %d ", log.Time, ns, flags)
			for _, content := range log.Contents {
				d.put(content.Key, content.Value)
			}
			fmt.Fprintf(d, "values[%d] ", len(log.Values))
			d.put(log.Values...)
			d.WriteByte('\n')
		}
	}
	return d.String()
}

func dumpEvents(group *models.PipelineGroupEvents) string {
	d := &dumper{}
	d.put("", "", "")
	fmt.Fprintf(d, "groups 1 bytes 0\n")
	info := group.Group
	if info == nil {
		info = &models.GroupInfo{}
	}
	d.pairs("metadata", iterate(info.Metadata))
	d.pairs("tags", iterate(info.Tags))
	fmt.Fprintf(d, "events %d\n", len(group.Events))
	for _, event := range group.Events {
		switch e := event.(type) {
		case *models.Log:
			d.log(e)
		case *models.Metric:
			d.metric(e)
		case *models.Span:
			d.span(e)
		case models.ByteArray:
			d.put(string(e))
		}
		d.WriteByte('\n')
	}
	return d.String()
}

func iterate(tags models.KeyValues[string]) map[string]string {
	if tags == nil {
		return nil
	}
	return tags.Iterator()
}

func (d *dumper) log(e *models.Log) {
	fmt.Fprintf(d, "log %d %d %d ", e.Timestamp, e.ObservedTimestamp, e.Offset)
	d.put(e.Name, e.Level, e.TraceID, e.SpanID)
	d.pairs("tags", iterate(e.Tags))
	contents := map[string]interface{}{}
	if e.Contents != nil {
		contents = e.Contents.Iterator()
	}
	fmt.Fprintf(d, "contents[%d] ", len(contents))
	for _, key := range sortedKeys(contents) {
		d.put(key)
		d.value(contents[key])
	}
}

func (d *dumper) value(v interface{}) {
	switch v := v.(type) {
	case string:
		d.WriteString("1/0 ")
		d.put(v)
	case []byte:
		d.WriteString("2/0 ")
		d.put(string(v))
	case bool:
		n := 0
		if v {
			n = 1
		}
		fmt.Fprintf(d, "3/0 %d ", n)
	case int, int64:
		fmt.Fprintf(d, "4/64 %d ", v)
	case int32:
		fmt.Fprintf(d, "4/32 %d ", v)
	case int16:
		fmt.Fprintf(d, "4/16 %d ", v)
	case int8:
		fmt.Fprintf(d, "4/8 %d ", v)
	case uint, uint64:
		fmt.Fprintf(d, "5/64 %d ", v)
	case uint32:
		fmt.Fprintf(d, "5/32 %d ", v)
	case uint16:
		fmt.Fprintf(d, "5/16 %d ", v)
	case uint8:
		fmt.Fprintf(d, "5/8 %d ", v)
	case float32:
		fmt.Fprintf(d, "6/32 %016x ", math.Float64bits(float64(v)))
	case float64:
		fmt.Fprintf(d, "6/64 %016x ", math.Float64bits(v))
	case []string:
		fmt.Fprintf(d, "7/0 [%d] ", len(v))
		for _, item := range v {
			d.value(item)
		}
	case []interface{}:
		fmt.Fprintf(d, "7/0 [%d] ", len(v))
		for _, item := range v {
			d.value(item)
		}
	case map[string]interface{}:
		fmt.Fprintf(d, "8/0 {%d} ", len(v))
		for _, key := range sortedKeys(v) {
			d.put(key)
			d.value(v[key])
		}
	case map[string]string:
		fmt.Fprintf(d, "8/0 {%d} ", len(v))
		for _, key := range sortedKeys(v) {
			d.put(key)
			d.value(v[key])
		}
	case nil:
		d.WriteString("0/0 null ")
	default:
		d.WriteString("9/0 ")
		d.put(fmt.Sprint(v))
	}
}

func (d *dumper) metric(e *models.Metric) {
	shape, single := 0, 0.0
	var multi map[string]float64
	switch v := e.GetValue(); {
	case v.IsSingleValue():
		shape, single = 1, v.GetSingleValue()
	case v.IsMultiValues():
		shape, multi = 2, v.GetMultiValues().Iterator()
	}
	fmt.Fprintf(d, "metric %d %d type %d shape %d ", e.Timestamp, e.ObservedTimestamp, e.MetricType, shape)
	d.put(e.Name, e.Unit, e.Description)
	d.pairs("tags", iterate(e.Tags))
	d.value(single)
	fmt.Fprintf(d, "values[%d] ", len(multi))
	for _, key := range sortedKeys(multi) {
		d.put(key)
		d.value(multi[key])
	}
	typed := e.GetTypedValue().Iterator()
	fmt.Fprintf(d, "typed[%d] ", len(typed))
	for _, key := range sortedKeys(typed) {
		d.put(key)
		fmt.Fprintf(d, "%d ", typed[key].Type)
		d.value(typed[key].Value)
	}
}

func (d *dumper) span(e *models.Span) {
	fmt.Fprintf(d, "span %d %d %d kind %d status %d ", e.StartTime, e.EndTime, e.ObservedTimestamp, e.Kind, e.Status)
	d.put(e.TraceID, e.SpanID, e.ParentSpanID, e.Name, e.TraceState)
	d.pairs("tags", iterate(e.Tags))
	fmt.Fprintf(d, "links[%d] ", len(e.Links))
	for _, link := range e.Links {
		d.put(link.TraceID, link.SpanID, link.TraceState)
		d.pairs("tags", iterate(link.Tags))
	}
	fmt.Fprintf(d, "events[%d] ", len(e.Events))
	for _, event := range e.Events {
		fmt.Fprintf(d, "%d ", event.Timestamp)
		d.put(event.Name)
		d.pairs("tags", iterate(event.Tags))
	}
}
