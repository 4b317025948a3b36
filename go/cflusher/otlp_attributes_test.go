package cflusher_test

import (
	"encoding/hex"
	"fmt"
	"sort"

	"ilf.local/go/internal/vector"
)

// attribute adds an attribute to message, unless there is one of the key.
func attribute(message *vector.Field, key string, value interface{}) {
	for _, other := range vector.Find(message.Fields, "attributes") {
		if has := other.Get("key"); has == nil && key == "" || has != nil && has.Value == key {
			return
		}
	}
	kv := message.Add("attributes", "")
	if key != "" {
		kv.Add("key", key).Kind = "string?"
	}
	if any := anyValue(value); any != nil {
		kv.Add("value", "", any)
	}
}

func anyValue(value interface{}) *vector.Field {
	field := func(name, kind, text string) *vector.Field {
		return &vector.Field{Name: name, Kind: kind, Value: text}
	}
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return field("string_value", "string", v)
	case []byte:
		return field("bytes_value", "bytes", string(v))
	case bool:
		return field("bool_value", "varint", map[bool]string{false: "0", true: "1"}[v])
	case float64:
		return field("double_value", "double", vector.Double(v))
	case int, int64:
		return field("int_value", "varint", fmt.Sprint(v))
	case uint64:
		if int64(v) < 0 {
			return field("string_value", "string", fmt.Sprint(v))
		}
		return field("int_value", "varint", fmt.Sprint(v))
	case []string:
		array := field("array_value", "Array", "")
		for _, item := range v {
			array.Add("values", "", anyValue(item))
		}
		return array
	case map[string]interface{}:
		list := field("kvlist_value", "KeyValueList", "")
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			kv := list.Add("values", "")
			kv.Add("key", key).Kind = "string?"
			kv.Add("value", "", anyValue(v[key]))
		}
		return list
	}
	panic(fmt.Sprintf("no value of OTLP: %T", value))
}

// oddID keeps an id that is none, as text.
func oddID(message *vector.Field, name, id string, size int) {
	if raw, err := hex.DecodeString(id); id != "" && (err != nil || len(raw) != size) {
		attribute(message, name, id)
	}
}
