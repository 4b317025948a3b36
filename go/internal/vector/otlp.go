package vector

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Field is a field of a decoded message: a scalar with its value as text, or a message.
type Field struct {
	Name   string
	Kind   string // of otlpSchema
	Value  string
	Fields []*Field
}

// otlpSchema tells of each message its fields, by number: name, then kind. The kind is the name of a
// message, or how a number is encoded ([] packed). With a ? behind it, zero and empty mean the same
// as absent. Numbers as in opentelemetry-proto 1.5.
var otlpSchema = map[string]map[uint64]string{
	"Request":         {1: "resource_logs ResourceLogs"},
	"MetricsRequest":  {1: "resource_metrics ResourceMetrics"},
	"TraceRequest":    {1: "resource_spans ResourceSpans"},
	"ResourceLogs":    {1: "resource Attributes1?", 2: "scope_logs ScopeLogs"},
	"ResourceMetrics": {1: "resource Attributes1?", 2: "scope_metrics ScopeMetrics"},
	"ResourceSpans":   {1: "resource Attributes1?", 2: "scope_spans ScopeSpans"},
	"ScopeLogs":       {1: "scope Scope?", 2: "log_records LogRecord"},
	"ScopeMetrics":    {1: "scope Scope?", 2: "metrics Metric"},
	"ScopeSpans":      {1: "scope Scope?", 2: "spans Span"},
	"Attributes1":     {1: "attributes KeyValue"},
	"Scope":           {1: "name string?", 2: "version string?", 3: "attributes KeyValue", 4: "dropped_attributes_count varint?"},
	"KeyValue":        {1: "key string?", 2: "value AnyValue?"},
	"AnyValue": {1: "string_value string", 2: "bool_value varint", 3: "int_value varint", 4: "double_value double",
		5: "array_value Array", 6: "kvlist_value KeyValueList", 7: "bytes_value bytes"},
	"Array":        {1: "values AnyValue"},
	"KeyValueList": {1: "values KeyValue"},
	"LogRecord": {1: "time fixed64?", 11: "observed_time fixed64?", 2: "severity_number varint?", 3: "severity_text string?",
		5: "body AnyValue?", 6: "attributes KeyValue", 8: "flags fixed32?", 9: "trace_id bytes?", 10: "span_id bytes?",
		12: "event_name string?"},
	"Span": {1: "trace_id bytes?", 2: "span_id bytes?", 3: "trace_state string?", 4: "parent_span_id bytes?",
		5: "name string?", 6: "kind varint?", 7: "start_time fixed64?", 8: "end_time fixed64?", 9: "attributes KeyValue",
		10: "dropped_attributes_count varint?", 11: "events Event", 12: "dropped_events_count varint?", 13: "links Link",
		14: "dropped_links_count varint?", 15: "status Status?"},
	"Event":  {1: "time fixed64?", 2: "name string?", 3: "attributes KeyValue"},
	"Link":   {1: "trace_id bytes?", 2: "span_id bytes?", 3: "trace_state string?", 4: "attributes KeyValue"},
	"Status": {2: "message string?", 3: "code varint?"},
	"Metric": {1: "name string?", 2: "description string?", 3: "unit string?", 5: "gauge Gauge", 7: "sum Sum",
		9: "histogram Histogram", 10: "exponential_histogram Exponential", 11: "summary Summary"},
	"Gauge":       {1: "data_points Number"},
	"Sum":         {1: "data_points Number", 2: "aggregation_temporality varint?", 3: "is_monotonic varint?"},
	"Histogram":   {1: "data_points HistogramPoint", 2: "aggregation_temporality varint?"},
	"Exponential": {1: "data_points ExponentialPoint", 2: "aggregation_temporality varint?"},
	"Summary":     {1: "data_points SummaryPoint"},
	"Number":      {7: "attributes KeyValue", 2: "start_time fixed64?", 3: "time fixed64?", 4: "as_double double", 8: "flags varint?"},
	"HistogramPoint": {9: "attributes KeyValue", 2: "start_time fixed64?", 3: "time fixed64?", 4: "count fixed64?", 5: "sum double",
		6: "bucket_counts []fixed64?", 7: "explicit_bounds []double?", 10: "flags varint?", 11: "min double", 12: "max double"},
	"ExponentialPoint": {1: "attributes KeyValue", 2: "start_time fixed64?", 3: "time fixed64?", 4: "count fixed64?", 5: "sum double",
		6: "scale sint?", 7: "zero_count fixed64?", 8: "positive Buckets?", 9: "negative Buckets?", 10: "flags varint?",
		12: "min double", 13: "max double"},
	"Buckets": {1: "offset sint?", 2: "bucket_counts []varint?"},
	"SummaryPoint": {7: "attributes KeyValue", 2: "start_time fixed64?", 3: "time fixed64?", 4: "count fixed64?", 5: "sum double?",
		6: "quantile_values Quantile", 8: "flags varint?"},
	"Quantile": {1: "quantile double?", 2: "value double?"},
}

// DecodeOTLP decodes a message of the type kind.
func DecodeOTLP(kind, raw string) (fields []*Field, err error) {
	schema, ok := otlpSchema[kind]
	if !ok {
		return nil, fmt.Errorf("no message %s", kind)
	}
	for raw != "" {
		tag, rest, ok := varint(raw)
		spec := strings.Fields(schema[tag>>3])
		if !ok || spec == nil {
			return nil, fmt.Errorf("%s: no field %d in %q", kind, tag>>3, raw)
		}
		f := &Field{Name: spec[0], Kind: spec[1]}
		if raw, err = f.read(tag&7, rest); err != nil {
			return nil, fmt.Errorf("%s.%s: %v", kind, f.Name, err)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func varint(raw string) (n uint64, rest string, ok bool) {
	n, size := binary.Uvarint([]byte(raw[:min(len(raw), binary.MaxVarintLen64)]))
	if size <= 0 {
		return 0, "", false
	}
	return n, raw[size:], true
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// wires are the wire types of the kinds that are no text, message or packed list.
var wires = map[string]uint64{"varint": 0, "sint": 0, "fixed64": 1, "double": 1, "fixed32": 5}

func (f *Field) read(wire uint64, raw string) (rest string, err error) {
	kind := strings.TrimSuffix(f.Kind, "?")
	if want, scalar := wires[kind]; scalar {
		if wire != want {
			return "", fmt.Errorf("wire type %d", wire)
		}
		f.Value, rest, err = scalarText(kind, raw)
		return rest, err
	}
	n, rest, ok := varint(raw)
	if wire != 2 || !ok || n > uint64(len(rest)) {
		return "", fmt.Errorf("wire type %d, length %d of %d", wire, n, len(rest))
	}
	bytes, rest := rest[:n], rest[n:]
	switch {
	case kind == "string" || kind == "bytes":
		f.Value = bytes
	case strings.HasPrefix(kind, "[]"):
		for bytes != "" && err == nil {
			var one string
			one, bytes, err = scalarText(kind[2:], bytes)
			f.Value += one + " "
		}
	default:
		f.Fields, err = DecodeOTLP(kind, bytes)
	}
	return rest, err
}

func scalarText(kind, raw string) (text, rest string, err error) {
	size := map[string]int{"fixed64": 8, "double": 8, "fixed32": 4}[kind]
	if len(raw) < size {
		return "", "", fmt.Errorf("cut off")
	}
	switch kind {
	case "fixed64":
		return fmt.Sprint(binary.LittleEndian.Uint64([]byte(raw[:8]))), raw[8:], nil
	case "double":
		return Double(math.Float64frombits(binary.LittleEndian.Uint64([]byte(raw[:8])))), raw[8:], nil
	case "fixed32":
		return fmt.Sprint(binary.LittleEndian.Uint32([]byte(raw[:4]))), raw[4:], nil
	}
	n, rest, ok := varint(raw)
	if !ok {
		return "", "", fmt.Errorf("no varint")
	}
	if kind == "sint" {
		return fmt.Sprint(int64(n>>1) ^ -int64(n&1)), rest, nil
	}
	return fmt.Sprint(int64(n)), rest, nil
}

// Double is how the value of a double is written: its bits too, if it is no number.
func Double(value float64) string {
	if math.IsNaN(value) {
		return fmt.Sprintf("NaN %x", math.Float64bits(value))
	}
	return fmt.Sprint(value)
}
