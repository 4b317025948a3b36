// Reading the JSON files that the flags name.

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"ilf.local/go/harness"
)

// decode names the line and the column of a mistake.
func decode(path string, text []byte, into interface{}) error {
	err := json.Unmarshal(text, into)
	if err == nil {
		return nil
	}
	offset := int64(-1)
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	} else if errors.As(err, &typ) {
		offset = typ.Offset
	}
	if offset < 1 || offset > int64(len(text)) {
		return fmt.Errorf("%s: %w", path, err)
	}
	before := text[:offset-1]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %w", path, line, column, err)
}

// readGlobal falls back to the settings that the host's stand-alone agent has
// without a file: it aggregates every 30 ms.
func readGlobal(path string) (*harness.Global, error) {
	global := harness.DefaultGlobal()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		global.InputIntervalMs = 5000
		global.AggregatIntervalMs = 30
		global.FlushIntervalMs = 30
		global.DefaultLogQueueSize = 11
		global.DefaultLogGroupQueueSize = 12
		return &global, nil
	}
	if err != nil {
		return nil, err
	}
	return &global, decode(path, text, &global)
}

// readDefaultFlusher returns nothing if there is no such file.
func readDefaultFlusher(path string) (json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var flusher map[string]interface{}
	return text, decode(path, text, &flusher)
}
