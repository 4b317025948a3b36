package cflusher_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// hostile are bytes that writers of JSON and protobuf get wrong.
var hostile = []string{"", "\xff", "a\x80b", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "ok\xf0\x9f\x99",
	strings.Repeat("x", 4095) + "é\xff" + strings.Repeat("\xe2\x82", 4096), "\x00\x01\x1f\x7f\b\f\n\r\t\v", `"\`, `\u12`, `\ud800`,
	"\u2028\u2029\u0085\ufeff", "</script>", "日本\xff語"}

func hostileGroups() (groups []*protocol.LogGroup) {
	for _, text := range hostile {
		group := &protocol.LogGroup{Topic: text, Source: text, MachineUUID: text, Category: text,
			LogTags: []*protocol.LogTag{{Key: text, Value: text}, {Key: "tag", Value: text}}}
		ns := uint32(4000000000)
		for _, other := range hostile {
			group.Logs = append(group.Logs, &protocol.Log{Time: 0, TimeNs: &ns, Contents: []*protocol.Log_Content{
				{Key: text, Value: other}, {Key: "level", Value: other}, {Key: "content", Value: other}, {Key: "__tag__:" + other, Value: text}}})
		}
		groups = append(groups, group)
	}
	return groups
}

func hostileEvents() (groups []*models.PipelineGroupEvents) {
	for _, text := range hostile {
		tags := models.NewTagsWithKeyValues(text, text, "otlp.scope.name", text)
		group := &models.PipelineGroupEvents{Group: models.NewGroup(models.NewMetadataWithKeyValues(text, text), tags)}
		contents := models.NewLogContents()
		for key, value := range map[string]interface{}{text: text, "content": []byte(text), "list": []string{text, text},
			"map": map[string]interface{}{text: text}, "other": struct{ A string }{text}} {
			contents.Add(key, value)
		}
		multi := models.NewMetricMultiValue()
		multi.Add(text, 1)
		multi.Add("count", 2)
		typed := models.NewMetricTypedValues()
		typed.Add(text+"t", &models.TypedValue{Type: models.ValueTypeString, Value: text})
		metric := models.NewMetric(text, models.MetricTypeSummary, tags, -1, multi, typed)
		metric.Unit, metric.Description = text, text
		span := models.NewSpan(text, text, text, models.SpanKindClient, 0, 1, tags,
			[]*models.SpanEvent{{Name: text, Tags: tags}}, []*models.SpanLink{{TraceID: text, SpanID: text, TraceState: text, Tags: tags}})
		span.TraceState, span.ParentSpanID = text, text
		group.Events = []models.PipelineEvent{
			&models.Log{Name: text, Level: text, TraceID: text, SpanID: text, Tags: tags, Contents: contents, Timestamp: 7},
			metric, span}
		groups = append(groups, group, &models.PipelineGroupEvents{Group: group.Group, Events: []models.PipelineEvent{models.ByteArray(text)}})
	}
	return groups
}

// strictJSON fails unless text is documents of JSON in UTF-8, and nothing else.
func strictJSON(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %.300q", text)
	}
	for decoder := json.NewDecoder(strings.NewReader(text)); ; {
		var document map[string]interface{}
		if err := decoder.Decode(&document); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%v: %.300q", err, text)
			return
		}
	}
}

// eachWay runs hostile data of both generations through flusher_c_format.
func eachWay(t *testing.T, convert map[string]interface{}, names []string, check func(t *testing.T, item vector.Item)) {
	ways := map[string]func(f *cflusher.Flusher) error{
		"v1": func(f *cflusher.Flusher) error { return f.Flush("", "", "", hostileGroups()) },
		"v2": func(f *cflusher.Flusher) error { return f.Export(hostileEvents(), nil) },
	}
	for generation, flush := range ways {
		run := runFormat(t, map[string]interface{}{"Convert": convert, "Select": names}, flush)
		if run.initErr != nil || run.flushErr != nil {
			t.Fatal(run.initErr, run.flushErr)
		}
		items := vector.ReadDump(run.text, names).Items
		if len(items) < len(hostile) {
			t.Errorf("%s: %d items", generation, len(items))
		}
		for _, item := range items {
			check(t, item)
		}
	}
}

func TestEveryDocumentIsJSONInUTF8WhateverTheRecordsHold(t *testing.T) {
	for _, protocol := range []string{"custom_single", "custom_single_flatten", "jsonline"} {
		for _, time := range []string{"seconds", "nanoseconds", "fraction", "rfc3339"} {
			for _, sls := range []bool{false, true} {
				convert := map[string]interface{}{"Protocol": protocol, "TimeFormat": time, "EnableSlsMetricsFormat": sls}
				eachWay(t, convert, nil, func(t *testing.T, item vector.Item) { strictJSON(t, item.Bytes) })
			}
		}
	}
}

// wantValidStrings fails for strings of a message that are not UTF-8: receivers refuse the request as a whole.
func wantValidStrings(t *testing.T, f *vector.Field) {
	t.Helper()
	if strings.HasPrefix(f.Kind, "string") && !utf8.ValidString(f.Value) {
		t.Errorf("%s is not UTF-8: %.100q", f.Name, f.Value)
	}
	for _, field := range f.Fields {
		wantValidStrings(t, field)
	}
}

func TestEveryStringOfOTLPIsUTF8WhateverTheRecordsHold(t *testing.T) {
	requests := map[string]string{"logs": "Request", "metrics": "MetricsRequest", "traces": "TraceRequest"}
	eachWay(t, map[string]interface{}{"Protocol": "otlp_v1", "Encoding": "protobuf"}, []string{"signal"}, func(t *testing.T, item vector.Item) {
		fields, err := vector.DecodeOTLP(requests[item.Selected["signal"]], item.Bytes)
		if err != nil {
			t.Error(err)
		}
		wantValidStrings(t, &vector.Field{Fields: fields})
	})
}

// What a dead-letter file holds is read by programs too.
func TestEveryDeadLetterIsJSONInUTF8WhateverTheRecordsHold(t *testing.T) {
	dir := t.TempDir()
	config, err := json.Marshal(map[string]interface{}{"RemoteURL": "http://127.0.0.1:9/", "StopTimeout": "2s",
		"Convert":     map[string]string{"Protocol": "influxdb", "Encoding": "custom"},
		"DeadLetters": map[string]string{"Path": filepath.Join(dir, "dead-letters")}})
	if err != nil {
		t.Fatal(err)
	}
	creator := pipeline.Flushers["flusher_c_http"]
	if creator == nil {
		t.Skip("flusher_c_http is left out")
	}
	f := creator().(*cflusher.Flusher)
	if err := f.UnmarshalJSON(config); err != nil {
		t.Fatal(err)
	}
	if err := f.Init(nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Flush("", "", "", hostileGroups()); err != nil {
		t.Error(err)
	}
	if err := f.Export(hostileEvents(), nil); err != nil {
		t.Error(err)
	}
	if err := f.Stop(); err != nil {
		t.Log(err) // nobody listens there
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a folder
		}
		lines += strings.Count(string(text), "\n")
		strictJSON(t, string(text))
	}
	if lines < len(hostile)*len(hostile) {
		t.Errorf("%d dead letters", lines)
	}
}
