// Package constraints names the type sets that package models is generic over.
package constraints

// IntUintFloat is every integer and floating point type.
type IntUintFloat interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 |
		~float32 | ~float64
}
