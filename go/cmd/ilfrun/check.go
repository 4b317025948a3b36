// -check: all that is wrong with a pipeline file, without running it.

package main

import (
	"bytes"
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
	file, err := parseFile(name, text)
	if err != nil {
		fmt.Fprintln(s, err)
		return errFound
	}
	flushers, warnings, failed := 0, 0, false
	tell := func(problem harness.Problem) {
		fmt.Fprintf(s, "%s: %s\n", name, problem)
		if problem.Warning {
			warnings++
		} else {
			failed = true
		}
	}
	for _, note := range file.notes {
		tell(harness.Problem{Text: note, Warning: true})
	}
	shared := sharing{}
	for _, c := range file.configs {
		n, problems := a.Check(string(c.text))
		flushers += n
		for _, problem := range append(problems, shared.find(file, c)...) {
			tell(file.locate(c, problem))
		}
	}
	if failed {
		return errFound
	}
	summary := fmt.Sprintf("%s: ok, %s, %s", name, counted(len(file.configs), "pipeline"), counted(flushers, "flusher"))
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

func isArray(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("["))
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
