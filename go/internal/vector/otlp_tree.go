package vector

import (
	"fmt"
	"sort"
	"strings"
)

// Find are the fields name among fields.
func Find(fields []*Field, name string) (found []*Field) {
	for _, f := range fields {
		if f.Name == name {
			found = append(found, f)
		}
	}
	return found
}

// Get is the field at the end of path below f, or nil.
func (f *Field) Get(path ...string) *Field {
	for _, name := range path {
		found := Find(f.Fields, name)
		if len(found) == 0 {
			return nil
		}
		f = found[0]
	}
	return f
}

// Add puts a field behind the others of the message f, and returns it.
func (f *Field) Add(name, value string, fields ...*Field) *Field {
	added := &Field{Name: name, Value: value, Fields: fields}
	f.Fields = append(f.Fields, added)
	return added
}

// Remove takes away the fields name.
func (f *Field) Remove(name string) {
	var kept []*Field
	for _, field := range f.Fields {
		if field.Name != name {
			kept = append(kept, field)
		}
	}
	f.Fields = kept
}

// Set makes value the value of the field name.
func (f *Field) Set(name, value string) {
	f.Remove(name)
	f.Add(name, value)
}

// Walk calls each for f and all fields below it.
func (f *Field) Walk(each func(*Field)) {
	each(f)
	for _, field := range f.Fields {
		field.Walk(each)
	}
}

// unordered are lists whose order means nothing.
var unordered = map[string]bool{"attributes": true, "quantile_values": true, "metrics": true}

// String is the message as text: the same for messages that mean the same. Fields are in the order of
// their names, but for lists.
func (f *Field) String() string {
	lists := map[string][]string{}
	for _, field := range f.Fields {
		if text := field.String(); text != "" {
			lists[field.Name] = append(lists[field.Name], text)
		}
	}
	var parts []string
	for name, list := range lists {
		if unordered[name] {
			sort.Strings(list)
		}
		parts = append(parts, strings.Join(list, " "))
	}
	sort.Strings(parts)
	if len(parts) > 0 {
		return f.Name + "{" + strings.Join(parts, " ") + "}"
	}
	if strings.HasSuffix(f.Kind, "?") && (f.Value == "" || f.Value == "0" || f.Value == "-0") {
		return "" // the same as none
	}
	return fmt.Sprintf("%s=%q", f.Name, f.Value)
}
