// The objects that stand for "no values": they are empty and stay so.

package models

// The nil objects. Adding to them does nothing.
var (
	NilStringValues    = &noValues[string]{}
	NilTypedValues     = &noValues[*TypedValue]{}
	NilFloatValues     = &noValues[float64]{}
	NilInterfaceValues = &noValues[interface{}]{}
)

type noValues[TValue string | float64 | *TypedValue | any] struct{}

func (*noValues[TValue]) Add(string, TValue)       {}
func (*noValues[TValue]) AddAll(map[string]TValue) {}
func (*noValues[TValue]) Contains(string) bool     { return false }
func (*noValues[TValue]) Delete(string)            {}
func (*noValues[TValue]) Merge(KeyValues[TValue])  {}
func (*noValues[TValue]) Len() int                 { return 0 }
func (*noValues[TValue]) IsNil() bool              { return true }
func (*noValues[TValue]) Get(string) (zero TValue) { return zero }

// Iterator allocates, as before release 3: a shared map could be written to.
func (*noValues[TValue]) Iterator() map[string]TValue { return map[string]TValue{} }

func (*noValues[TValue]) SortTo([]KeyValue[TValue]) []KeyValue[TValue] { return nil }
