// -check: all that is wrong with a pipeline file, without running it.

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"ilf.local/go/harness"
)

// errFound is for problems that are on stderr already.
var errFound = errors.New("there were errors")

// checkFile tells every problem on a line of its own.
func (o *options) checkFile(p program, s *screen) error {
	name, text, err := readInput(o.check, p.stdin)
	if err != nil {
		return err
	}
	a, err := o.newAgent(s, 0, nil)
	if err != nil {
		return err
	}
	configs, err := split(name, text)
	if err != nil {
		fmt.Fprintln(s, err)
		return errFound
	}
	flushers, warnings, failed := 0, 0, false
	for _, c := range configs {
		n, problems := a.Check(string(c.text))
		flushers += n
		for _, problem := range problems {
			fmt.Fprintf(s, "%s: %s\n", name, c.locate(problem))
			if problem.Warning {
				warnings++
			} else {
				failed = true
			}
		}
	}
	if failed {
		return errFound
	}
	summary := fmt.Sprintf("%s: ok, %s, %s", name, counted(len(configs), "pipeline"), counted(flushers, "flusher"))
	if warnings > 0 {
		summary += ", " + counted(warnings, "warning")
	}
	_, err = fmt.Fprintln(p.stdout, summary)
	return err
}

func readInput(path string, stdin io.Reader) (name string, text []byte, err error) {
	if path == "-" {
		text, err = io.ReadAll(stdin)
		return "stdin", text, err
	}
	text, err = os.ReadFile(path)
	return path, text, err
}

// placedConfig is a pipeline and its place in the file: [1], or nothing.
type placedConfig struct {
	place string
	text  json.RawMessage
}

// split takes the pipelines of a file apart. One that is no object is the agent's to refuse.
func split(name string, text []byte) ([]placedConfig, error) {
	if !isArray(text) {
		return []placedConfig{{"", text}}, decode(name, text, &json.RawMessage{})
	}
	var list []json.RawMessage
	if err := decode(name, text, &list); err != nil {
		return nil, err
	}
	var configs []placedConfig
	for i, config := range list {
		configs = append(configs, placedConfig{fmt.Sprintf("[%d]", i), config})
	}
	return configs, nil
}

func isArray(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("["))
}

func (c placedConfig) locate(problem harness.Problem) harness.Problem {
	switch {
	case problem.Path == "":
		problem.Path = c.place
	case c.place != "":
		problem.Path = c.place + "." + problem.Path
	}
	return problem
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
