package models

import (
	"reflect"
	"testing"
)

// Every event type is an event, byte arrays as values.
var _ = []PipelineEvent{&Log{}, &Metric{}, &Span{}, ByteArray{}}

func TestMapsKeepTheirPromises(t *testing.T) {
	t.Run("sorting fills a large enough buffer", func(t *testing.T) {
		tags := NewTagsWithKeyValues("b", "2", "a", "1", "left out")
		buf := make([]KeyValue[string], 0, 2)
		got := tags.SortTo(buf)
		want := []KeyValue[string]{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}
		if !reflect.DeepEqual(got, want) || &got[0] != &buf[:1][0] {
			t.Errorf("got %v", got)
		}
	})
	t.Run("the iterator is the live map", func(t *testing.T) {
		given := map[string]string{"k": "v"}
		meta := NewMetadataWithMap(given)
		meta.Iterator()["x"] = "y"
		if !meta.Contains("x") || given["x"] != "y" || meta.Len() != 2 {
			t.Errorf("got %v", given)
		}
	})
	t.Run("merging, adding, deleting", func(t *testing.T) {
		tags := NewTags()
		tags.Merge(NewTagsWithMap(map[string]string{"a": "1"}))
		tags.AddAll(map[string]string{"b": "2"})
		tags.Add("c", "3")
		tags.Delete("a")
		if tags.Get("a") != "" || tags.Get("b") != "2" || tags.Get("c") != "3" || tags.IsNil() {
			t.Errorf("got %v", tags.Iterator())
		}
	})
	t.Run("a nil map can be added to", func(t *testing.T) {
		for _, kv := range []KeyValues[string]{NewTagsWithMap(nil), NewMetadataWithMap(nil), NewMetadata()} {
			kv.Add("k", "v")
			if kv.Get("k") != "v" {
				t.Errorf("got %v", kv.Iterator())
			}
		}
	})
}

func TestNilObjectsIgnoreWhatIsAdded(t *testing.T) {
	var tags Tags = NilStringValues
	tags.Add("k", "v")
	tags.AddAll(map[string]string{"k": "v"})
	tags.Merge(NewTagsWithKeyValues("k", "v"))
	tags.Delete("k")
	tags.Iterator()["k"] = "v"
	if tags.Len() != 0 || tags.Contains("k") || tags.Get("k") != "" || !tags.IsNil() ||
		len(tags.Iterator()) != 0 || tags.SortTo(nil) != nil {
		t.Error("the nil object holds something")
	}
}

func TestGroupsAreSafeToAskForTags(t *testing.T) {
	var none *GroupInfo
	for _, group := range []*GroupInfo{none, {}} {
		if !group.GetTags().IsNil() || !group.GetMetadata().IsNil() {
			t.Errorf("group %v returns something", group)
		}
	}
	group := NewGroup(NewMetadataWithKeyValues("m", "1"), NewTagsWithKeyValues("t", "2"))
	if group.GetMetadata().Get("m") != "1" || group.GetTags().Get("t") != "2" {
		t.Errorf("group %v", group)
	}
}

func TestLogsKeepTheirBodyAmongTheContents(t *testing.T) {
	log := NewLog("n", []byte("b"), "info", "span", "trace", nil, 7)
	if log.GetIndices().Get(BodyKey).([]byte)[0] != 'b' || log.GetLevel() != "info" ||
		log.GetSpanID() != "span" || log.GetTraceID() != "trace" || log.GetTimestamp() != 7 || log.GetTags() != nil {
		t.Errorf("log %+v", log)
	}
	for _, c := range []struct {
		name string
		body interface{}
		want string
	}{{"bytes", []byte("x"), "x"}, {"text", "y", "y"}, {"a number", 3, ""}, {"nothing", nil, ""}} {
		t.Run("the body is "+c.name, func(t *testing.T) {
			log.Contents.Add(ContentKey, c.body)
			if got := string(log.GetBody()); got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
	t.Run("without contents there is no body until it is set", func(t *testing.T) {
		log := &Log{}
		before := log.GetBody()
		log.SetBody([]byte("z"))
		if before != nil || string(log.GetBody()) != "z" {
			t.Errorf("before %q, after %q", before, log.GetBody())
		}
	})
	if string(NewSimpleLevelLog("warn", []byte("w"), nil, 1).GetBody()) != "w" ||
		string(NewSimpleLog([]byte("s"), nil, 1).GetBody()) != "s" {
		t.Error("the short constructors lose the body")
	}
}

func TestMetricValuesAreNeverNil(t *testing.T) {
	m := &Metric{}
	if m.GetValue().IsSingleValue() || m.GetValue().IsMultiValues() || !m.GetTypedValue().IsNil() {
		t.Errorf("metric %v", m)
	}
	if !m.GetValue().GetMultiValues().IsNil() || m.GetValue().GetSingleValue() != 0 {
		t.Error("the empty value holds something")
	}
	m = NewSingleValueMetric("m", MetricTypeGauge, NewTags(), 5, uint8(3))
	if m.GetValue().GetSingleValue() != 3 || !m.GetValue().IsSingleValue() || m.String() != "m Gauge 3" {
		t.Errorf("metric %v", m)
	}
	values := NewMetricMultiValue()
	values.Add("a", 1.5)
	m = NewMultiValuesMetric("m", MetricTypeSummary, NewTags(), 5, values.Values)
	if m.GetValue().GetMultiValues().Get("a") != 1.5 || m.GetTimestamp() != 5 || m.String() != "m Summary map[a:1.5]" {
		t.Errorf("metric %v", m)
	}
	typed := NewMetricTypedValues()
	typed.Add("t", &TypedValue{Type: ValueTypeString, Value: "x"})
	m = NewMetric("m", MetricTypeMeter, nil, 5, nil, typed)
	if m.GetTypedValue().Get("t").Value != "x" || MetricTypeValues["Meter"] != m.GetMetricType() {
		t.Errorf("metric %v", m)
	}
}

func TestNumbersAreTheHosts(t *testing.T) {
	got := []int{int(EventTypeMetric), int(EventTypeByteArray), int(ValueTypeMap), int(MetricTypeRateCounter),
		int(SpanKindConsumer), int(StatusCodeError), len(MetricTypeTexts), len(MetricTypeValues), len(SpanKindTexts)}
	if want := []int{1, 4, 4, 7, 5, 2, 7, 7, 5}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestClonesAreShallow(t *testing.T) {
	tags := NewTagsWithKeyValues("k", "v")
	span := NewSpan("s", "t", "i", SpanKindServer, 1, 2, tags, []*SpanEvent{{}}, []*SpanLink{{}})
	for _, event := range []PipelineEvent{
		span, &Log{Name: "s", Tags: tags}, &Metric{Name: "s", Tags: tags},
	} {
		clone := event.Clone()
		clone.SetName("other")
		clone.SetObservedTimestamp(9)
		clone.GetTags().Add("k", "changed")
		if event.GetName() != "s" || event.GetObservedTimestamp() != 0 || clone.GetObservedTimestamp() != 9 ||
			event.GetTags().Get("k") != "changed" || clone.GetType() != event.GetType() {
			t.Errorf("event %v, clone %v", event, clone)
		}
		tags.Add("k", "v")
	}
	bytes := NewByteArray([]byte("x"))
	clone := bytes.Clone().(ByteArray)
	clone[0] = 'y'
	if bytes[0] != 'y' || !bytes.GetTags().IsNil() || bytes.GetTimestamp() != 0 {
		t.Errorf("bytes %s", bytes)
	}
	if span.GetTimestamp() != 1 || span.GetEndTime() != 2 || len(span.GetLinks()) != 1 || len(span.GetEvents()) != 1 {
		t.Errorf("span %v", span)
	}
}
