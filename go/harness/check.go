// Checking a config without running it: it is loaded as ever, except that no
// plugin is initialised, and that what is wrong is gathered instead of ending it.

package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// Problem is something that Check has against a config.
type Problem struct {
	Path    string // as flushers[0].detail.FileName; empty for the config as a whole
	Text    string
	Warning bool // the config loads all the same
}

// String is the path and the text in one line, whatever the config's names hold.
func (p Problem) String() string {
	text := p.Text
	if p.Warning {
		text = "warning: " + text
	}
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' {
			return '?'
		}
		return c
	}, text)
}

// Checker is a plugin that tells at once all that is wrong with its detail,
// lines as "detail.Retry.MaxDelay: ...".
type Checker interface {
	Check(detail []byte) []string
}

// Check tells all problems of a config, and how many flushers it has. One
// without problems that are no warnings is loaded by Load, if no plugin's Init
// fails: of these only Checkers and plugins of this package say what it would
// find. Some mistakes with which Load would load a config are errors here all the
// same: the pipeline would lack a plugin, or run without its options.
func (a *Agent) Check(config string) (flushers int, problems []Problem) {
	r := &report{}
	l := a.newLine(LoadedConfig{JSONStr: config})
	l.report = r
	defer func() {
		if p := recover(); p != nil {
			r.fail(r.at, fmt.Errorf("the plugin panicked: %v", p))
			problems = r.problems
		}
	}()
	body, ok := r.body(config)
	if !ok {
		return 0, r.problems
	}
	if err := l.load(body); err != nil {
		r.fail(r.at, err)
	}
	return len(l.flushers), r.problems
}

// report gathers the problems of a config.
type report struct {
	at       string // the plugin that is loaded now, as flushers[0]
	problems []Problem
}

func (r *report) fail(path string, err error) {
	if in, is := err.(*placed); is { // and not one that is wrapped, whose place is of another object
		path += in.at
	}
	r.problems = append(r.problems, Problem{Path: path, Text: err.Error()})
}

func (r *report) warn(path, format string, args ...interface{}) {
	r.problems = append(r.problems, Problem{Path: path, Text: fmt.Sprintf(format, args...), Warning: true})
}

// placed is an error of a plugin that belongs to a part of its object, as .type.
type placed struct {
	error
	at string
}

// fail ends the loading, except that a check notes the error and goes on.
func (l *line) fail(path string, err error) error {
	if l.report == nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	l.report.fail(path, err)
	return nil
}

// initialise is a plugin's Init, which a check does not call.
func (l *line) initialise(init func() (interval int, err error)) (interval int, err error) {
	if l.report != nil {
		return 0, nil
	}
	return init()
}

// apply hands a plugin its detail, as the function does, but tells every mistake.
func (r *report) apply(plugin, detail interface{}) error {
	checker, isChecker := plugin.(Checker)
	if !isChecker {
		_, isMetric := plugin.(interface {
			Collect(pipeline.Collector) error
		})
		r.decode(r.at+".detail", plugin, detail, func(key string) bool { return isMetric && key == "IntervalMs" })
		return nil
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	for _, line := range checker.Check(text) {
		path, why := r.at, line
		if strings.HasPrefix(line, "detail") {
			path, why, _ = strings.Cut(line, ": ")
			path = r.at + "." + path
		}
		if text := strings.TrimPrefix(why, "warning: "); text != why {
			r.warn(path, "%s", text)
		} else {
			r.fail(path, errors.New(why))
		}
	}
	return nil
}

// beside tells of an element's keys that are none of the two that it has. The
// agent ignores them, so that a pipeline runs without its options.
func (r *report) beside(path string, element map[string]interface{}) {
	for _, key := range sortedKeys(element) {
		switch {
		case key == "type" || key == "detail":
		case strings.EqualFold(key, "type") || strings.EqualFold(key, "detail"):
			r.fail(path+"."+key, fmt.Errorf("is spelled %s in JSON", strings.ToLower(key)))
		case didYouMean(key, []string{"type", "detail"}) != "":
			r.fail(path+"."+key, fmt.Errorf("means nothing to the agent, which ignores it%s",
				didYouMean(key, []string{"type", "detail"})))
		default:
			r.fail(path+"."+key, fmt.Errorf("%s belongs into detail: beside it the agent ignores it", key))
		}
	}
}

// extraKeys warns of keys that mean nothing.
func (r *report) extraKeys(path string, object map[string]interface{}, known ...string) {
	for _, key := range sortedKeys(object) {
		if !contains(known, key) {
			r.warn(path+key, "means nothing to the agent, which ignores it%s", didYouMean(key, known))
		}
	}
}

func contains(list []string, text string) bool {
	for _, item := range list {
		if item == text {
			return true
		}
	}
	return false
}
