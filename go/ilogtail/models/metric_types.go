// The types of metrics, and their values.

package models

// MetricType tells how a metric's value is to be read.
type MetricType int

// The metric types. Zero is none of them.
const (
	_ MetricType = iota
	MetricTypeUntyped
	MetricTypeCounter
	MetricTypeGauge
	MetricTypeHistogram
	MetricTypeSummary
	MetricTypeMeter
	MetricTypeRateCounter
)

// MetricTypeTexts and MetricTypeValues translate between types and their names.
var (
	MetricTypeTexts = map[MetricType]string{
		MetricTypeUntyped:     "Untyped",
		MetricTypeCounter:     "Counter",
		MetricTypeGauge:       "Gauge",
		MetricTypeHistogram:   "Histogram",
		MetricTypeSummary:     "Summary",
		MetricTypeMeter:       "Meter",
		MetricTypeRateCounter: "RateCounter",
	}
	MetricTypeValues = inverse(MetricTypeTexts)
)

func inverse(texts map[MetricType]string) map[string]MetricType {
	values := make(map[string]MetricType, len(texts))
	for value, text := range texts {
		values[text] = value
	}
	return values
}

// MetricFloatValues are the numbers of a metric with several.
type MetricFloatValues interface {
	KeyValues[float64]
}

// MetricTypedValues are the values of a metric that are no numbers.
type MetricTypedValues interface {
	KeyValues[*TypedValue]
}

// MetricValue is one number, several named ones, or none.
type MetricValue interface {
	IsSingleValue() bool
	IsMultiValues() bool
	GetSingleValue() float64
	GetMultiValues() MetricFloatValues
}

// MetricSingleValue is one number.
type MetricSingleValue struct {
	Value float64
}

func (*MetricSingleValue) IsSingleValue() bool               { return true }
func (*MetricSingleValue) IsMultiValues() bool               { return false }
func (v *MetricSingleValue) GetSingleValue() float64         { return v.Value }
func (*MetricSingleValue) GetMultiValues() MetricFloatValues { return NilFloatValues }

// MetricMultiValue is several named numbers.
type MetricMultiValue struct {
	Values MetricFloatValues
}

func (*MetricMultiValue) IsSingleValue() bool                 { return false }
func (*MetricMultiValue) IsMultiValues() bool                 { return true }
func (*MetricMultiValue) GetSingleValue() float64             { return 0 }
func (v *MetricMultiValue) GetMultiValues() MetricFloatValues { return v.Values }

// Add adds a number.
func (v *MetricMultiValue) Add(key string, value float64) { v.Values.Add(key, value) }

// EmptyMetricValue is no number at all.
type EmptyMetricValue struct{}

func (*EmptyMetricValue) IsSingleValue() bool               { return false }
func (*EmptyMetricValue) IsMultiValues() bool               { return false }
func (*EmptyMetricValue) GetSingleValue() float64           { return 0 }
func (*EmptyMetricValue) GetMultiValues() MetricFloatValues { return NilFloatValues }
