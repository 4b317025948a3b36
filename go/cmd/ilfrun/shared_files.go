// What two flushers must not share: a spool, whose records would go to either
// sink, and a file that both roll.

package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"ilf.local/go/harness"
)

// sharing remembers who has which file.
type sharing map[string]string

// find tells of the files of a pipeline that another flusher of the check has too.
func (s sharing) find(f *configFile, c placedConfig) (problems []harness.Problem) {
	var config pipelineConfig
	if json.Unmarshal(c.text, &config) != nil {
		return nil // which others tell
	}
	for i, p := range config.plugins("flushers") {
		at := fmt.Sprintf("flushers[%d].detail.", i)
		spool, _ := option(p.Detail, "Spool")
		table, _ := spool.(map[string]interface{})
		if path := textOption(table, "Path"); path != "" {
			problems = s.add(problems, f, c, at+"Spool.Path", path, "spool",
				"either would send the other's records: give each a folder of its own", false)
		}
		path := textOption(p.Detail, "FileName")
		if path != "" && p.is(stdoutFlusher, "flusher_stdout") && !p.flag("OnlyStdout") {
			problems = s.add(problems, f, c, at+"FileName", path, "file",
				"each rolls it without the other: give each a file of its own", true)
		}
	}
	return problems
}

func (s sharing) add(problems []harness.Problem, f *configFile, c placedConfig, at, path, what, why string,
	warning bool) []harness.Problem {
	here := f.locate(c, harness.Problem{Path: at})
	key := what + " " + real(path)
	if other, taken := s[key]; taken {
		here.Path, here.Warning = at, warning
		here.Text = fmt.Sprintf("is the %s of %s too, and %s", what, other, why)
		return append(problems, here)
	}
	s[key] = here.Path
	return problems
}

// real is one name for a file, whatever leads to it.
func real(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	rest := ""
	for folder := path; ; folder = filepath.Dir(folder) {
		if resolved, err := filepath.EvalSymlinks(folder); err == nil {
			return filepath.Join(resolved, rest)
		}
		if folder == filepath.Dir(folder) {
			return path
		}
		rest = filepath.Join(filepath.Base(folder), rest)
	}
}

// textOption is the value of an option that is text, else "".
func textOption(detail map[string]interface{}, name string) string {
	value, _ := option(detail, name)
	text, _ := value.(string)
	return text
}
