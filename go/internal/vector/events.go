package vector

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/alibaba/ilogtail/pkg/models"
)

// Text is a text value: a string, or {"b64": ...} when it is no plain UTF-8.
type Text string

// UnmarshalJSON reads either form.
func (s *Text) UnmarshalJSON(raw []byte) error {
	var plain string
	if json.Unmarshal(raw, &plain) == nil {
		*s = Text(plain)
		return nil
	}
	var wrapped struct{ B64 []byte }
	if err := json.Unmarshal(raw, &wrapped); err != nil {
		return err
	}
	*s = Text(wrapped.B64)
	return nil
}

// Group is a v2 input.
type Group struct {
	Group *struct{ Metadata, Tags *[][2]Text }
	// Events have a member for each kind of event.
	Events []Event
}

// Event is one event; Kind tells which members count.
type Event struct {
	Kind                           string
	Name, Level, Unit, Description Text
	TraceID                        Text `json:"trace_id"`
	SpanID                         Text `json:"span_id"`
	ParentSpanID                   Text `json:"parent_span_id"`
	TraceState                     Text `json:"trace_state"`
	Tags                           *[][2]Text
	Timestamp                      string
	Observed                       string `json:"observed_timestamp"`
	Offset                         string
	Contents                       *[][2]json.RawMessage
	MetricType                     string `json:"metric_type"`
	Value                          *struct {
		Single *[2]string
		Multi  *[][2]json.RawMessage
	}
	Typed     [][2]json.RawMessage
	StartTime string `json:"start_time"`
	EndTime   string `json:"end_time"`
	SpanKind  int    `json:"span_kind"`
	Status    int
	Links     []Event
	Events    []Event
	Data      []byte
}

type typedJSON struct {
	T string
	V json.RawMessage
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("vector: %v", err))
	}
}

func unsigned(text string) uint64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	must(err)
	return n
}

func signed(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return n
}

// float takes the bits, which alone are authoritative.
func float(pair [2]string) float64 {
	bits, err := strconv.ParseUint(pair[1], 16, 64)
	must(err)
	return math.Float64frombits(bits)
}

func tags(pairs *[][2]Text) models.Tags {
	if pairs == nil {
		return nil
	}
	all := models.NewTags()
	for _, pair := range *pairs {
		all.Add(string(pair[0]), string(pair[1]))
	}
	return all
}

func goValue(raw json.RawMessage) interface{} {
	var v typedJSON
	must(json.Unmarshal(raw, &v))
	var text Text
	var plain string
	switch v.T {
	case "str":
		must(json.Unmarshal(v.V, &text))
		return string(text)
	case "bytes":
		must(json.Unmarshal(v.V, &plain))
		b, err := base64.StdEncoding.DecodeString(plain)
		must(err)
		return b
	case "int", "int64", "uint64":
		must(json.Unmarshal(v.V, &plain))
		switch v.T {
		case "int":
			return int(signed(plain))
		case "int64":
			return signed(plain)
		}
		return unsigned(plain)
	case "float64":
		var pair [2]string
		must(json.Unmarshal(v.V, &pair))
		return float(pair)
	case "bool":
		var b bool
		must(json.Unmarshal(v.V, &b))
		return b
	case "strings":
		var list []Text
		must(json.Unmarshal(v.V, &list))
		all := []string{}
		for _, item := range list {
			all = append(all, string(item))
		}
		return all
	case "nil":
		return nil
	}
	panic("vector: no value type " + v.T)
}

// Models builds the host's objects.
func (g *Group) Models() *models.PipelineGroupEvents {
	out := &models.PipelineGroupEvents{}
	if g.Group != nil {
		out.Group = &models.GroupInfo{}
		if m := tags(g.Group.Metadata); m != nil {
			out.Group.Metadata = models.Metadata(m)
		}
		out.Group.Tags = tags(g.Group.Tags)
	}
	for i := range g.Events {
		out.Events = append(out.Events, g.Events[i].model())
	}
	return out
}

func (e *Event) model() models.PipelineEvent {
	switch e.Kind {
	case "log":
		log := &models.Log{Name: string(e.Name), Level: string(e.Level), SpanID: string(e.SpanID), TraceID: string(e.TraceID),
			Tags: tags(e.Tags), Timestamp: unsigned(e.Timestamp), ObservedTimestamp: unsigned(e.Observed), Offset: unsigned(e.Offset)}
		if e.Contents != nil {
			log.Contents = models.NewLogContents()
			for _, pair := range *e.Contents {
				var key Text
				must(json.Unmarshal(pair[0], &key))
				log.Contents.Add(string(key), goValue(pair[1]))
			}
		}
		return log
	case "metric":
		return e.metric()
	case "span":
		return e.span()
	case "bytearray":
		return models.ByteArray(e.Data)
	}
	panic("vector: no kind of event " + e.Kind)
}

func (e *Event) metric() *models.Metric {
	typed := models.NewMetricTypedValues()
	for _, pair := range e.Typed {
		var key Text
		var declared struct {
			Type  string
			Value json.RawMessage
		}
		must(json.Unmarshal(pair[0], &key))
		must(json.Unmarshal(pair[1], &declared))
		types := map[string]models.ValueType{"string": models.ValueTypeString, "bool": models.ValueTypeBoolean,
			"array": models.ValueTypeArray, "map": models.ValueTypeMap}
		typed.Add(string(key), &models.TypedValue{Type: types[declared.Type], Value: goValue(declared.Value)})
	}
	m := &models.Metric{Name: string(e.Name), Unit: string(e.Unit), Description: string(e.Description),
		Timestamp: unsigned(e.Timestamp), ObservedTimestamp: unsigned(e.Observed), Tags: tags(e.Tags),
		MetricType: models.MetricTypeValues[e.MetricType], TypedValue: typed}
	switch {
	case e.Value == nil:
	case e.Value.Single != nil:
		m.Value = &models.MetricSingleValue{Value: float(*e.Value.Single)}
	default:
		multi := models.NewMetricMultiValue()
		for _, pair := range *e.Value.Multi {
			var key Text
			var number [2]string
			must(json.Unmarshal(pair[0], &key))
			must(json.Unmarshal(pair[1], &number))
			multi.Add(string(key), float(number))
		}
		m.Value = multi
	}
	return m
}

func (e *Event) span() *models.Span {
	s := &models.Span{TraceID: string(e.TraceID), SpanID: string(e.SpanID), ParentSpanID: string(e.ParentSpanID),
		Name: string(e.Name), TraceState: string(e.TraceState), StartTime: unsigned(e.StartTime), EndTime: unsigned(e.EndTime),
		ObservedTimestamp: unsigned(e.Observed), Kind: models.SpanKind(e.SpanKind), Status: models.StatusCode(e.Status), Tags: tags(e.Tags)}
	for i := range e.Links {
		link := &e.Links[i]
		s.Links = append(s.Links, &models.SpanLink{TraceID: string(link.TraceID), SpanID: string(link.SpanID),
			TraceState: string(link.TraceState), Tags: tags(link.Tags)})
	}
	for i := range e.Events {
		event := &e.Events[i]
		s.Events = append(s.Events, &models.SpanEvent{Timestamp: signed(event.Timestamp), Name: string(event.Name), Tags: tags(event.Tags)})
	}
	return s
}
