package cflusher

// #include "calls.h"
import "C"

import (
	"fmt"
	"math"
	"sort"
	"unsafe"
)

const (
	sizeofValue = unsafe.Sizeof(value{})
	sizeofField = unsafe.Sizeof(field{})
)

// packValue lays out what a processor may have stored in an event. A type that
// has no equivalent crosses as the text that fmt makes of it.
func (a *arena) packValue(v interface{}) value {
	switch v := v.(type) {
	case string:
		return a.text(C.ILF_VALUE_STRING, v)
	case []byte:
		return a.text(C.ILF_VALUE_BYTES, bytesAsString(v))
	case nil:
		return value{typ: C.ILF_VALUE_NULL}
	case bool:
		if v {
			return value{typ: C.ILF_VALUE_BOOL, a: 1}
		}
		return value{typ: C.ILF_VALUE_BOOL}
	case int:
		return number(C.ILF_VALUE_INT, 64, uint64(v))
	case int8:
		return number(C.ILF_VALUE_INT, 8, uint64(v))
	case int16:
		return number(C.ILF_VALUE_INT, 16, uint64(v))
	case int32:
		return number(C.ILF_VALUE_INT, 32, uint64(v))
	case int64:
		return number(C.ILF_VALUE_INT, 64, uint64(v))
	case uint:
		return number(C.ILF_VALUE_UINT, 64, uint64(v))
	case uint8:
		return number(C.ILF_VALUE_UINT, 8, uint64(v))
	case uint16:
		return number(C.ILF_VALUE_UINT, 16, uint64(v))
	case uint32:
		return number(C.ILF_VALUE_UINT, 32, uint64(v))
	case uint64:
		return number(C.ILF_VALUE_UINT, 64, v)
	case float32:
		return number(C.ILF_VALUE_FLOAT, 32, math.Float64bits(float64(v)))
	case float64:
		return number(C.ILF_VALUE_FLOAT, 64, math.Float64bits(v))
	case []string:
		return a.packArray(len(v), func(i int) value { return a.packValue(v[i]) })
	case []interface{}:
		return a.packArray(len(v), func(i int) value { return a.packValue(v[i]) })
	case map[string]string:
		return a.packMap(sortedKeys(v), func(key string) value { return a.packValue(v[key]) })
	case map[string]interface{}:
		return a.packMap(sortedKeys(v), func(key string) value { return a.packValue(v[key]) })
	default:
		return a.text(C.ILF_VALUE_TEXT, fmt.Sprint(v))
	}
}

func (a *arena) text(typ uint32, s string) value {
	packed := a.put(s)
	return value{typ: typ, a: packed.ptr, b: packed.len}
}

func number(typ, bits uint32, n uint64) value {
	return value{typ: typ, bits: bits, a: uintptr(n)}
}

func (a *arena) packArray(n int, item func(int) value) value {
	packed := a.alloc(sizeofValue * uintptr(n))
	for i := 0; i < n; i++ {
		*(*value)(unsafe.Add(packed, uintptr(i)*sizeofValue)) = item(i)
	}
	return value{typ: C.ILF_VALUE_ARRAY, a: uintptr(packed), b: uintptr(n)}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func (a *arena) packMap(keys []string, item func(string) value) value {
	packed := a.alloc(sizeofField * uintptr(len(keys)))
	for i, key := range keys {
		*(*field)(unsafe.Add(packed, uintptr(i)*sizeofField)) = field{a.put(key), item(key)}
	}
	return value{typ: C.ILF_VALUE_MAP, a: uintptr(packed), b: uintptr(len(keys))}
}

// bytesAsString reads b as a string without a copy; put copies it anyway.
func bytesAsString(b []byte) string { return *(*string)(unsafe.Pointer(&b)) }
