package vector

// Message is one that a Kafka producer was given, as the vectors describe it.
type Message struct {
	Topic   Text
	Key     *string `json:"key_b64"` // nil: none, which is not the same as an empty one
	Value   string  `json:"value_b64"`
	Headers []struct{ Key, Value Text }
	// Partitions are what the hash chooses, by the number of partitions.
	Partitions map[int]int `json:"partition_by_count"`
}
