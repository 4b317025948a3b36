// The maps that tags, metadata, contents and metric values are kept in.

package models

import "sort"

// KeyValues is a map behind an interface, so that "none" can be an object.
type KeyValues[TValue string | float64 | *TypedValue | any] interface {
	Add(key string, value TValue)
	AddAll(items map[string]TValue)
	Get(key string) TValue
	Contains(key string) bool
	Delete(key string)
	Merge(other KeyValues[TValue])
	// Iterator returns the live map, not a copy.
	Iterator() map[string]TValue
	// SortTo returns the pairs in the order of their keys, in buf if it is large enough.
	SortTo(buf []KeyValue[TValue]) []KeyValue[TValue]
	Len() int
	IsNil() bool
}

// Tags, Metadata and LogContents are the maps of groups and events.
type (
	Tags        KeyValues[string]
	Metadata    KeyValues[string]
	LogContents KeyValues[interface{}]
)

// KeyValue is one pair of a sorted map.
type KeyValue[TValue string | float64 | *TypedValue | any] struct {
	Key   string
	Value TValue
}

// KeyValueSlice sorts by key.
type KeyValueSlice[TValue string | float64 | *TypedValue | any] []KeyValue[TValue]

func (s KeyValueSlice[TValue]) Len() int           { return len(s) }
func (s KeyValueSlice[TValue]) Less(i, j int) bool { return s[i].Key < s[j].Key }
func (s KeyValueSlice[TValue]) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

type keyValues[TValue string | float64 | *TypedValue | any] struct {
	pairs map[string]TValue
}

func (kv *keyValues[TValue]) Add(key string, value TValue) { kv.pairs[key] = value }

func (kv *keyValues[TValue]) AddAll(items map[string]TValue) {
	for key, value := range items {
		kv.pairs[key] = value
	}
}

func (kv *keyValues[TValue]) Get(key string) TValue { return kv.pairs[key] }

func (kv *keyValues[TValue]) Contains(key string) bool {
	_, found := kv.pairs[key]
	return found
}

func (kv *keyValues[TValue]) Delete(key string) { delete(kv.pairs, key) }

func (kv *keyValues[TValue]) Merge(other KeyValues[TValue]) { kv.AddAll(other.Iterator()) }

func (kv *keyValues[TValue]) Iterator() map[string]TValue { return kv.pairs }

func (kv *keyValues[TValue]) SortTo(buf []KeyValue[TValue]) []KeyValue[TValue] {
	buf = buf[:0]
	for key, value := range kv.pairs {
		buf = append(buf, KeyValue[TValue]{Key: key, Value: value})
	}
	sort.Sort(KeyValueSlice[TValue](buf))
	return buf
}

func (kv *keyValues[TValue]) Len() int { return len(kv.pairs) }

func (kv *keyValues[TValue]) IsNil() bool { return false }
