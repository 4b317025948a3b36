// The agent's YAML: a pipeline whose plugins have their options beside their
// Type. It becomes the JSON that the agent makes of it.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"ilf.local/go/internal/yaml"
)

// isYAML goes by the name, or, as for standard input, by how the text begins.
func isYAML(name string, text []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return true
	case ".json":
		return false
	}
	first := bytes.TrimLeft(text, " \t\r\n")
	return len(first) > 0 && (first[0] == '#' || first[0] == '-' || first[0] >= 'a' && first[0] <= 'z') &&
		bytes.IndexByte(first, ':') > 0
}

// fromYAML returns the pipeline as JSON, and what else is to be said.
func fromYAML(text []byte) (config []byte, notes []string, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, more yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("yaml: it is empty")
		}
		return nil, nil, err
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("yaml: it holds more than one document: write a file for each pipeline")
	}
	r := &yamlReader{left: maxNodes}
	value, err := r.value("", &document, 0)
	if err != nil {
		return nil, nil, err
	}
	body, isMap := value.(map[string]interface{})
	if !isMap {
		return nil, nil, errors.New("yaml: want a mapping with inputs and flushers")
	}
	if body["enable"] == false {
		r.notes = append(r.notes, "enable: is false, so the agent does not run it")
	}
	delete(body, "enable")
	for _, category := range []string{"extensions", "inputs", "processors", "aggregators", "flushers"} {
		list, _ := body[category].([]interface{})
		for i, element := range list {
			list[i] = unflattened(element)
		}
	}
	return encode(body), r.notes, nil
}

// unflattened parts the Type from the options. What is no mapping, or has no
// Type, stays as it is for the agent to refuse.
func unflattened(element interface{}) interface{} {
	options, isMap := element.(map[string]interface{})
	typ, hasType := options["Type"]
	if !isMap || !hasType {
		return element
	}
	delete(options, "Type")
	return map[string]interface{}{"type": typ, "detail": options}
}

// yamlPath turns the path of a problem back into that in the YAML.
func yamlPath(path string) string {
	path = strings.Replace(path, ".detail", "", 1)
	if strings.HasSuffix(path, ".type") {
		path = strings.TrimSuffix(path, "type") + "Type"
	}
	return path
}

// Bounds of what aliases may make of a file.
const (
	maxNodes = 1 << 18
	maxDepth = 200
)

// yamlReader makes of nodes what the agent's JSON has for them.
type yamlReader struct {
	left  int
	notes []string
}

func (r *yamlReader) value(path string, node *yaml.Node, depth int) (interface{}, error) {
	if r.left--; r.left < 0 || depth > maxDepth {
		return nil, fmt.Errorf("yaml: line %d: it is too large, or an alias holds itself", node.Line)
	}
	switch node.Kind {
	case yaml.DocumentNode:
		return r.value(path, node.Content[0], depth+1)
	case yaml.AliasNode:
		return r.value(path, node.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]interface{}, len(node.Content))
		for i, element := range node.Content {
			var err error
			if list[i], err = r.value(path+"["+strconv.Itoa(i)+"]", element, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		return r.mapping(path, node, depth)
	}
	return scalar(node), nil
}

func (r *yamlReader) mapping(path string, node *yaml.Node, depth int) (interface{}, error) {
	members := make(map[string]interface{}, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		at := strings.TrimPrefix(path+"."+key, ".")
		if _, twice := members[key]; twice {
			r.notes = append(r.notes, at+twiceText)
		}
		value, err := r.value(at, node.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		members[key] = value
	}
	return members, nil
}

var yamlFloat = regexp.MustCompile(`^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$`)

// scalar reads a plain one as the agent's library does: a whole number, a number,
// a truth value (yes and on, too), else text.
func scalar(node *yaml.Node) interface{} {
	text := node.Value
	if node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 ||
		node.Tag == "!!str" && node.Style&yaml.TaggedStyle != 0 {
		return text
	}
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && !strings.Contains(text, "_") {
		return float64(n)
	}
	if yamlFloat.MatchString(text) {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
	}
	rest := text[1:]
	if strings.ToLower(rest) == rest || strings.ToUpper(text) == text {
		switch strings.ToLower(text) {
		case "true", "yes", "on", "y":
			return true
		case "false", "no", "off", "n":
			return false
		}
	}
	return text
}
