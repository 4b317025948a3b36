package cflusher_test

import "ilf.local/go/internal/vector"

// kafkaDifference is what ours does instead of what the native flusher does, and why.
type kafkaDifference struct {
	why     string
	refused string                                         // Init fails with this
	instead func(native []vector.Message) []vector.Message // the messages, from the native ones
}

// kafkaDifferences are the cases in which ours is right and the native one is not.
var kafkaDifferences = map[string]kafkaDifference{}
