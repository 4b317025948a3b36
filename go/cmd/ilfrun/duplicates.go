// Keys that an object has twice: the agent takes the last, and says nothing.

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// duplicates returns the paths of the keys that come again in the same object.
func duplicates(text []byte) (paths []string) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for walk(d, "", func(path string) { paths = append(paths, path) }) == nil {
		// the next value, if there is one; what is no JSON others tell
	}
	return paths
}

// walk reads one value.
func walk(d *json.Decoder, path string, again func(path string)) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			at := strings.TrimPrefix(path+"."+name, ".")
			if seen[name] {
				again(at)
			}
			seen[name] = true
			if err := walk(d, at, again); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for i := 0; d.More(); i++ {
			if err := walk(d, fmt.Sprintf("%s[%d]", path, i), again); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = d.Token() // what ends it
	return err
}
