// Numbers that do not survive the host, which keeps all of them as float64.

package harness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// body decodes a config as the host does, and tells of its numbers.
func (r *report) body(config string) (body map[string]interface{}, ok bool) {
	var tree interface{}
	if err := json.Unmarshal([]byte(config), &json.RawMessage{}); err != nil {
		r.fail("", fmt.Errorf("not JSON: %w", err))
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(config)))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		r.fail("", fmt.Errorf("not JSON: %w", err))
		return nil, false
	}
	tree = r.floats("", tree)
	body, ok = tree.(map[string]interface{})
	if !ok && tree != nil {
		r.fail("", fmt.Errorf("want an object with inputs and flushers, got %s", kind(tree)))
		return nil, false
	}
	return body, true
}

// floats returns the value with its numbers as float64.
func (r *report) floats(path string, value interface{}) interface{} {
	switch value := value.(type) {
	case map[string]interface{}:
		for _, key := range sortedKeys(value) {
			value[key] = r.floats(strings.TrimPrefix(path+"."+key, "."), value[key])
		}
	case []interface{}:
		for i := range value {
			value[i] = r.floats(fmt.Sprintf("%s[%d]", path, i), value[i])
		}
	case json.Number:
		return r.float(path, value.String())
	}
	return value
}

// float does not show the number: it may be a secret.
func (r *report) float(path, number string) float64 {
	f, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil:
		r.fail(path, errors.New("the number is too large for the agent, which keeps it as a float64"))
		return 0 // and the rest is checked as if this were right
	case !strings.ContainsAny(number, ".eE") && strconv.FormatFloat(f, 'f', -1, 64) != number:
		r.warn(path, "the number has more digits than the agent keeps, which makes a float64 of it: "+
			"whole numbers are exact up to 9007199254740992")
	}
	return f
}
