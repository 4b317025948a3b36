package cflusher_test

import (
	"strconv"
	"testing"
	"time"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// decode decodes a message; the field that it makes has the name of its type.
func decode(t *testing.T, kind, raw string) *vector.Field {
	t.Helper()
	fields, err := vector.DecodeOTLP(kind, raw)
	if err != nil {
		t.Fatal(err)
	}
	return &vector.Field{Name: kind, Fields: fields}
}

// resource is the one that a request holds.
func resource(t *testing.T, request, kind string, item vector.Item) *vector.Field {
	t.Helper()
	fields := decode(t, request, item.Bytes).Fields
	if len(fields) != 1 {
		t.Fatalf("a request with %d resources", len(fields))
	}
	fields[0].Name = kind
	return fields[0]
}

// records are those in a resource, which has one scope.
func records(resource *vector.Field, scopes, name string) []*vector.Field {
	if scope := resource.Get(scopes); scope != nil {
		return vector.Find(scope.Fields, name)
	}
	return nil
}

func compareOTLP(t *testing.T, got, want *vector.Field) {
	t.Helper()
	if got.String() != want.String() {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// runOTLP runs the format; done tells that there is nothing more to check.
func runOTLP(t *testing.T, c *vector.Case, flush func(*cflusher.Flusher) error) (dump *vector.Dump, done bool) {
	convert, _, k8s := c.ConvertOptions(t)
	t.Setenv("ALICLOUD_LOG_K8S_FLAG", strconv.FormatBool(k8s))
	names := selectedNames(c)
	run := runFormat(t, map[string]interface{}{"Convert": convert, "Select": names}, flush)
	refused := c.Expect.Stage == "init" || foreignName(convert, names)
	if why := otlpAccepted[c.ID]; why != "" { // ours has it
		refused = false
	}
	if refused != (run.initErr != nil) || run.flushErr != nil && convert.IgnoreUnExpectedData {
		t.Fatalf("init: %v; flush: %v", run.initErr, run.flushErr)
	}
	return vector.ReadDump(run.text, names), refused || otlpAccepted[c.ID] != ""
}

func isOTLP(t *testing.T, c *vector.Case) bool {
	convert, _, _ := c.ConvertOptions(t)
	return convert.Protocol == "otlp_v1"
}

func count(items []vector.Item) (n int) {
	for _, item := range items {
		n += item.Records
	}
	return n
}

func otlpLogGroup(t *testing.T, c *vector.Case, used map[string]bool) {
	group := c.LogGroups(t)[0]
	before := uint64(time.Now().UnixNano())
	dump, done := runOTLP(t, c, func(f *cflusher.Flusher) error { return f.Flush("", "", "", []*protocol.LogGroup{group}) })
	if done {
		return
	}
	if n := count(dump.Items); n != len(group.Logs) || len(dump.Refused) > 0 {
		t.Fatalf("%d records, %d refused; want all %d", n, len(dump.Refused), len(group.Logs))
	}
	if c.Expect.Panic != "" || len(group.Logs) == 0 { // natively; ours gives all, and nothing of none
		return
	}
	want := decode(t, "ResourceLogs", c.Outputs(t)[0])
	applyLogRules(group, want, used)
	got := resource(t, "Request", "ResourceLogs", dump.Items[0])
	for _, item := range dump.Items[1:] { // of other fields: natively they are in one message
		got.Get("scope_logs").Fields = append(got.Get("scope_logs").Fields,
			resource(t, "Request", "ResourceLogs", item).Get("scope_logs").Fields...)
	}
	for _, log := range records(got, "scope_logs", "log_records") {
		observed, err := strconv.ParseUint(log.Get("observed_time").Value, 10, 64)
		if err != nil || observed < before || observed > uint64(time.Now().UnixNano()) {
			t.Errorf("observed at %d, %v", observed, err)
		}
		log.Remove("observed_time")
	}
	compareOTLP(t, got, want)
	compareSelected(t, c, dump)
}

// compareSelected holds the fields of each log against those of the item that it is in.
func compareSelected(t *testing.T, c *vector.Case, dump *vector.Dump) {
	want := c.SelectedOfLogs(t)
	for _, item := range dump.Items {
		for i := 0; i < item.Records && len(want) > 0; i++ {
			log := want[item.First+i]
			if len(log) != len(item.Selected) {
				t.Errorf("log %d: selected %q, want %q", item.First+i, item.Selected, log)
			}
			for name, value := range log {
				if got, ok := item.Selected[name]; !ok || got != value {
					t.Errorf("log %d: %s is %q, want %q", item.First+i, name, got, value)
				}
			}
		}
	}
}

func otlpEventGroup(t *testing.T, c *vector.Case, used map[string]bool) {
	group := c.Input.Models()
	export := func(f *cflusher.Flusher) error { return f.Export([]*models.PipelineGroupEvents{group}, nil) }
	dump, done := runOTLP(t, c, export)
	if done {
		return
	}
	e := sortEvents(group)
	items := dump.Items
	convert, _, _ := c.ConvertOptions(t)
	if e.others > 0 && !convert.IgnoreUnExpectedData {
		if len(items) > 0 {
			t.Fatal("an item of a group that is to be lost")
		}
		c.Options = []byte(`{"Protocol":"otlp_v1","Encoding":"none","IgnoreUnExpectedData":true}`)
		dump, _ = runOTLP(t, c, export)
		items = dump.Items
	}
	if n := count(items); n+len(dump.Refused) != len(group.Events) || len(dump.Refused) != e.others {
		t.Fatalf("%d records, %d refused; want all %d", n, len(dump.Refused), len(group.Events))
	}
	if c.Expect.Panic != "" { // natively; ours gives all events
		return
	}
	logs := decode(t, "ResourceLogs", string(vector.Bytes(t, c.Expect.ResourceLogs)))
	metrics := decode(t, "ResourceMetrics", string(vector.Bytes(t, c.Expect.ResourceMetrics)))
	spans := decode(t, "ResourceSpans", string(vector.Bytes(t, c.Expect.ResourceSpans)))
	applyEventRules(e, logs, metrics, spans, used)
	for _, kind := range []struct {
		request, name string
		n             int
		want          *vector.Field
	}{{"Request", "ResourceLogs", len(e.logs), logs}, {"MetricsRequest", "ResourceMetrics", len(e.metrics), metrics},
		{"TraceRequest", "ResourceSpans", len(e.spans), spans}} {
		if kind.n == 0 {
			continue // natively a message with nothing in it; ours gives none
		}
		if len(items) == 0 {
			t.Fatalf("no %s", kind.name)
		}
		compareOTLP(t, resource(t, kind.request, kind.name, items[0]), kind.want)
		items = items[1:]
	}
	if len(items) > 0 {
		t.Errorf("%d items more", len(items))
	}
}
