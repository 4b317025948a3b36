package cflusher_test

import (
	"sort"
	"strconv"
	"strings"

	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
)

// otlpMetricRules are applied in this order: each is about what those before it have made.
var otlpMetricRules = []otlpRule{
	{name: "metrics of kinds that OTLP has not", why: "they are gauges; natively their values are lost",
		events: eachMetric(func(m *models.Metric, made []*vector.Field) []*vector.Field {
			if data(made[0]) == nil {
				made[0].Add("gauge", "", point(m, m.GetValue().GetSingleValue()))
			}
			return made
		})},
	{name: "summaries and histograms of one value", why: "they are gauges; natively the value is lost",
		events: eachMetric(func(m *models.Metric, made []*vector.Field) []*vector.Field {
			if m.GetValue().IsSingleValue() && !isNumber(made[0]) {
				made[0].Remove(data(made[0]).Name)
				made[0].Add("gauge", "", point(m, m.GetValue().GetSingleValue()))
			}
			return made
		})},
	{name: "extremes of summaries", why: "they are the quantiles 0 and 1; natively they are lost",
		events: eachMetric(func(m *models.Metric, made []*vector.Field) []*vector.Field {
			for quantile, key := range []string{"min", "max"} {
				at := made[0].Get("summary", "data_points")
				if values := m.GetValue().GetMultiValues(); at != nil && values.Contains(key) {
					q := at.Add("quantile_values", "")
					q.Add("quantile", strconv.Itoa(quantile)).Kind = "double?"
					q.Add("value", vector.Double(values.Get(key))).Kind = "double?"
				}
			}
			return made
		})},
	{name: "numbers without a place", why: "each is a metric of its own, as in JSON; natively they are lost, or a 0 is sent for all",
		events: eachMetric(apart)},
	{name: "metrics without a value", why: "the point says so; natively its value is 0",
		events: eachMetric(func(m *models.Metric, made []*vector.Field) []*vector.Field {
			if !m.GetValue().IsSingleValue() && !m.GetValue().IsMultiValues() {
				data(made[0]).Get("data_points").Remove("as_double")
				data(made[0]).Get("data_points").Set("flags", "1")
			}
			return made
		})},
	{name: "typed values", why: "they are attributes of the point; natively they are lost",
		events: eachMetric(func(m *models.Metric, made []*vector.Field) []*vector.Field {
			for _, metric := range made {
				for key, value := range m.GetTypedValue().Iterator() {
					attribute(data(metric).Get("data_points"), key, value.Value)
				}
			}
			return made
		})},
}

// eachMetric makes a rule of what is to stand for each metric.
func eachMetric(change func(*models.Metric, []*vector.Field) []*vector.Field) func(events) {
	return func(e events) {
		if len(e.metrics) == 0 {
			return
		}
		e.metricScope.Remove("metrics")
		for i, m := range e.metrics {
			e.metricFields[i] = change(m, e.metricFields[i])
			e.metricScope.Fields = append(e.metricScope.Fields, e.metricFields[i]...)
		}
	}
}

// data is the one field of a metric that holds points.
func data(metric *vector.Field) *vector.Field {
	for _, f := range metric.Fields {
		if f.Name == "gauge" || f.Name == "sum" || f.Name == "summary" || strings.HasSuffix(f.Name, "histogram") {
			return f
		}
	}
	return nil
}

func isNumber(metric *vector.Field) bool {
	return data(metric).Name == "gauge" || data(metric).Name == "sum"
}

// internalTags are those that stand for other fields of OTLP, in these cases.
var internalTags = map[string]bool{"otlp.metric.ismonotonic": true, "otlp.metric.aggregation.temporality": true}

func point(m *models.Metric, value float64) *vector.Field {
	p := &vector.Field{Name: "data_points"}
	p.Add("start_time", strconv.FormatUint(m.ObservedTimestamp, 10)).Kind = "fixed64?"
	p.Add("time", strconv.FormatUint(m.Timestamp, 10)).Kind = "fixed64?"
	p.Add("as_double", vector.Double(value))
	for key, value := range m.Tags.Iterator() {
		if !internalTags[key] {
			attribute(p, key, value)
		}
	}
	return p
}

func hasPlace(kind, key string) bool {
	_, err := strconv.ParseFloat(key, 64)
	common := key == "count" || key == "sum" || key == "min" || key == "max"
	switch kind {
	case "summary":
		return common || err == nil
	case "histogram":
		return common || strings.HasPrefix(key, "(") && strings.HasSuffix(key, "]")
	case "exponential_histogram":
		return common || strings.ContainsAny(key, "([") || key == "scale" || strings.HasSuffix(key, ".offset")
	}
	return false
}

// apart gives each number that has no place in the native metric one of its own.
func apart(m *models.Metric, made []*vector.Field) []*vector.Field {
	native, keys, placed := made[0], []string{}, 0
	for key := range m.GetValue().GetMultiValues().Iterator() {
		if hasPlace(data(native).Name, key) {
			placed++
			continue
		}
		keys = append(keys, key)
		if s := native.Get("summary", "data_points"); s != nil { // natively a quantile of zeros
			for i, f := range s.Fields {
				if f.Name == "quantile_values" && len(f.Fields) == 0 {
					s.Fields = append(s.Fields[:i:i], s.Fields[i+1:]...)
					break
				}
			}
		}
	}
	if len(keys) == 0 {
		return made
	}
	sort.Strings(keys)
	made = nil
	if placed > 0 {
		made = []*vector.Field{native}
	}
	for _, key := range keys {
		metric := &vector.Field{Name: "metrics"}
		metric.Add("name", m.Name+"_"+key).Kind = "string?"
		metric.Add("description", m.Description).Kind = "string?"
		metric.Add("unit", m.Unit).Kind = "string?"
		kind := &vector.Field{Name: "gauge"}
		if data(native).Name == "sum" {
			kind.Name, kind.Fields = "sum", append([]*vector.Field{}, data(native).Fields...)
			kind.Remove("data_points")
		}
		kind.Fields = append(kind.Fields, point(m, m.GetValue().GetMultiValues().Get(key)))
		metric.Fields = append(metric.Fields, kind)
		made = append(made, metric)
	}
	return made
}
