// Which flusher of the pipeline file sends dead letters again, and how its
// configuration changes for that.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// pickFlusher finds the flusher of the type in the pipeline file. One that has
// the place of a native one ($ILF_REPLACE_NATIVE) may have either name.
func pickFlusher(path, typ string) (plugin, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return plugin{}, fmt.Errorf("%w: name the pipeline of the dead letters with -plugin", err)
	}
	file, err := parseFile(path, text)
	if err != nil {
		return plugin{}, err
	}
	var found []plugin
	for _, c := range file.configs {
		var config pipelineConfig
		if err := json.Unmarshal(c.text, &config); err != nil {
			return plugin{}, fmt.Errorf("%s%s: %w", path, c.place, err)
		}
		for _, p := range config.plugins("flushers") {
			if p.is(typ, strings.Replace(typ, "flusher_c_", "flusher_", 1)) {
				p.Type = typ
				found = append(found, p)
			}
		}
	}
	switch len(found) {
	case 0:
		return plugin{}, fmt.Errorf("%s: it has no %s, which the dead letters are of", path, typ)
	case 1:
		return found[0], nil
	}
	return plugin{}, fmt.Errorf("%s: has %d flushers %s: name a file that holds only the one that shall send",
		path, len(found), typ)
}

// table is the option's table, made if need be; nil if it is something else,
// which is the flusher's to refuse.
func (p *plugin) table(name string) map[string]interface{} {
	if value, given := option(p.Detail, name); given {
		table, _ := value.(map[string]interface{})
		return table
	}
	table := map[string]interface{}{}
	p.set(name, table)
	return table
}

func (p *plugin) setIn(table, name string, value interface{}) {
	if t := p.table(table); t != nil {
		inner := plugin{Detail: t}
		inner.set(name, value)
	}
}

// forReplay changes the configuration. The letters are safe in their file, so
// they need no spool, which the agent may have locked; they wait for room in the
// queue; and what fails again may not go into the file that is read. It returns
// where that goes.
func (p *plugin) forReplay(letters string) (failed string) {
	p.setIn("Spool", "Path", "")
	p.setIn("Queue", "WhenFull", "block")
	for key, value := range p.table("DeadLetters") {
		if strings.EqualFold(key, "Path") {
			failed, _ = value.(string)
		}
	}
	if failed == "" || isOrBecomes(failed, letters) {
		failed = letters + ".failed"
		p.setIn("DeadLetters", "Path", failed)
	}
	return failed
}

// isOrBecomes tells whether letters is the file at path, or one that it becomes
// when it is full: PATH.1, PATH.2...
func isOrBecomes(path, letters string) bool {
	base := strings.TrimRight(letters, "0123456789")
	if base != letters && strings.HasSuffix(base, ".") && isSame(path, base[:len(base)-1]) {
		return true
	}
	return isSame(path, letters)
}

func isSame(a, b string) bool {
	if info, err := os.Stat(a); err == nil {
		other, err := os.Stat(b)
		return err == nil && os.SameFile(info, other)
	}
	first, _ := filepath.Abs(a)
	second, _ := filepath.Abs(b)
	return first == second
}
