// The event of one metric.

package models

import (
	"fmt"

	"github.com/alibaba/ilogtail/pkg/constraints"
)

// Metric is one sample of a metric.
type Metric struct {
	Name              string
	Unit              string
	Description       string
	Timestamp         uint64
	ObservedTimestamp uint64
	Tags              Tags
	MetricType        MetricType
	Value             MetricValue
	TypedValue        MetricTypedValues
}

// NewMetric makes a metric of any value.
func NewMetric(name string, metricType MetricType, tags Tags, timestamp int64, value MetricValue,
	typedValues MetricTypedValues) *Metric {
	return &Metric{
		Name:       name,
		MetricType: metricType,
		Tags:       tags,
		Timestamp:  uint64(timestamp),
		Value:      value,
		TypedValue: typedValues,
	}
}

// NewSingleValueMetric makes a metric of one number.
func NewSingleValueMetric[T constraints.IntUintFloat](name string, metricType MetricType, tags Tags,
	timestamp int64, value T) *Metric {
	return NewMetric(name, metricType, tags, timestamp, &MetricSingleValue{Value: float64(value)}, NilTypedValues)
}

// NewMultiValuesMetric makes a metric of several numbers.
func NewMultiValuesMetric(name string, metricType MetricType, tags Tags, timestamp int64,
	values MetricFloatValues) *Metric {
	return NewMetric(name, metricType, tags, timestamp, &MetricMultiValue{Values: values}, NilTypedValues)
}

// NewMetricMultiValue makes an empty value of several numbers.
func NewMetricMultiValue() *MetricMultiValue { return NewMetricMultiValueWithMap(nil) }

// NewMetricMultiValueWithMap makes a value that lives in the given map.
func NewMetricMultiValueWithMap(values map[string]float64) *MetricMultiValue {
	return &MetricMultiValue{Values: withMap(values)}
}

// NewMetricTypedValues makes an empty set of typed values.
func NewMetricTypedValues() MetricTypedValues { return NewMetricTypedValueWithMap(nil) }

// NewMetricTypedValueWithMap makes typed values that live in the given map.
func NewMetricTypedValueWithMap(values map[string]*TypedValue) MetricTypedValues {
	return withMap(values)
}

func (m *Metric) GetName() string                  { return m.Name }
func (m *Metric) SetName(name string)              { m.Name = name }
func (m *Metric) GetTags() Tags                    { return m.Tags }
func (m *Metric) GetType() EventType               { return EventTypeMetric }
func (m *Metric) GetTimestamp() uint64             { return m.Timestamp }
func (m *Metric) GetObservedTimestamp() uint64     { return m.ObservedTimestamp }
func (m *Metric) SetObservedTimestamp(when uint64) { m.ObservedTimestamp = when }
func (m *Metric) GetMetricType() MetricType        { return m.MetricType }
func (m *Metric) GetUnit() string                  { return m.Unit }
func (m *Metric) GetDescription() string           { return m.Description }

// GetValue never returns nil.
func (m *Metric) GetValue() MetricValue {
	if m == nil || m.Value == nil {
		return &EmptyMetricValue{}
	}
	return m.Value
}

// GetTypedValue never returns nil.
func (m *Metric) GetTypedValue() MetricTypedValues {
	if m == nil || m.TypedValue == nil {
		return NilTypedValues
	}
	return m.TypedValue
}

// String is for debugging; its form is not the host's.
func (m *Metric) String() string {
	value := m.GetValue()
	if value.IsMultiValues() {
		return fmt.Sprintf("%s %s %v", m.Name, MetricTypeTexts[m.MetricType], value.GetMultiValues().Iterator())
	}
	return fmt.Sprintf("%s %s %v", m.Name, MetricTypeTexts[m.MetricType], value.GetSingleValue())
}

// Clone is shallow: tags and values are shared.
func (m *Metric) Clone() PipelineEvent {
	if m == nil {
		return nil
	}
	clone := *m
	return &clone
}
