// Decoding key by key, so that a check tells each mistake and not only the first.

package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// agentSettings are global settings of the agent that make no difference here.
var agentSettings = map[string]bool{
	"structuretype": true, "usingoldcontenttag": true, "enablecontainerdupperdirdetect": true,
	"enableslsmetricsformat": true, "enableprocessortag": true, "pipelinemetatagkey": true,
	"appendingallenvmetatag": true, "agentenvmetatagkey": true,
}

// isAgentSetting knows the settings above and the agent's many folders.
func isAgentSetting(key string) bool {
	key = strings.ToLower(key)
	return agentSettings[key] || strings.HasPrefix(key, "logtail") || strings.HasPrefix(key, "loongcollector")
}

// decode gives a struct its fields from an object. Keys that are not its own
// mean nothing, unless elsewhere knows them.
func (r *report) decode(path string, into, given interface{}, elsewhere func(key string) bool) {
	fields := fieldNames(into)
	members, isObject := given.(map[string]interface{})
	if !isObject || fields == nil {
		r.decodeValue(path, into, given)
		return
	}
	for _, key := range sortedKeys(members) {
		if !containsFold(fields, key) && !elsewhere(key) {
			r.warn(path+"."+key, "there is no such option, so it is ignored%s", didYouMean(key, fields))
			continue
		}
		r.decodeValue(path+"."+key, into, map[string]interface{}{key: members[key]})
	}
}

func (r *report) decodeValue(path string, into, value interface{}) {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	var mistake *json.UnmarshalTypeError
	if errors.As(err, &mistake) {
		err = fmt.Errorf("want %s, got %s", wanted(mistake.Type.Kind()), given(mistake.Value))
	}
	if err != nil {
		r.fail(path, err)
	}
}

// fieldNames are the names under which JSON finds a struct's fields; nil if it
// is no struct or decodes itself.
func fieldNames(into interface{}) []string {
	typ := reflect.TypeOf(into)
	_, decodesItself := into.(json.Unmarshaler)
	if decodesItself || typ.Kind() != reflect.Ptr || typ.Elem().Kind() != reflect.Struct {
		return nil
	}
	names := []string{}
	for _, field := range reflect.VisibleFields(typ.Elem()) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported() || field.Anonymous && tag == "" || tag == "-":
		case tag != "":
			names = append(names, tag)
		default:
			names = append(names, field.Name)
		}
	}
	return names
}

func containsFold(list []string, text string) bool {
	for _, item := range list {
		if strings.EqualFold(item, text) {
			return true
		}
	}
	return false
}

func wanted(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "an array"
	}
	return "a whole number"
}

// given is what json calls a value, in our words.
func given(value string) string {
	switch value {
	case "string":
		return "text"
	case "bool":
		return "true or false"
	case "object", "array":
		return "an " + value
	case "number":
		return "a number"
	}
	return strings.TrimPrefix(value, "number ")
}

// kind names the type of a decoded value.
func kind(value interface{}) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case []interface{}:
		return "an array"
	}
	return "an object"
}
