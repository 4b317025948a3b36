// The package's helpers for logs, as the host has them.

package protocol

// CloneLog copies a log with its contents. As in the host the copy shares
// TimeNs with the original and has no Values.
func CloneLog(log *Log) *Log {
	clone := &Log{
		Time:     log.Time,
		TimeNs:   log.TimeNs,
		Contents: make([]*Log_Content, len(log.Contents)),
	}
	for i, content := range log.Contents {
		clone.Contents[i] = &Log_Content{Key: content.Key, Value: content.Value}
	}
	return clone
}

// SetLogTime sets the time in Unix seconds.
func SetLogTime(log *Log, second uint32) { log.Time = second }

// SetLogTimeWithNano sets the time in Unix seconds and the nanoseconds within it.
func SetLogTimeWithNano(log *Log, second, nanosecond uint32) {
	log.Time = second
	log.TimeNs = &nanosecond
}
