// A run from the command line to the exit status.

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/alibaba/ilogtail/pkg/logger"

	"ilf.local/go/harness"
)

// The exit statuses.
const (
	ok      = 0
	failure = 1
	misuse  = 2
)

// program is what a run has of the process around it.
type program struct {
	environ        []string
	stdin          io.Reader // for -check -
	stdout, stderr *os.File
	signals        <-chan os.Signal
	parkedBudget   time.Duration // shorter in tests; 0 means the host's
}

func run(args []string, p program) int {
	s := &screen{out: p.stderr}
	say := func(format string, args ...interface{}) { fmt.Fprintf(s, "ilfrun: "+format+"\n", args...) }
	if len(args) > 0 && args[0] == "replay" {
		return runReplay(args[1:], p, s, say)
	}
	o, err := parse(args, p.environ, p.stderr)
	if errors.Is(err, flag.ErrHelp) {
		return ok
	}
	if err == nil {
		err = logger.SetLevel(o.level)
	}
	if err != nil {
		say("%v", err)
		return misuse
	}
	defer logger.SetOutput(logger.SetOutput(s))
	switch {
	case o.version || o.list || o.explain != "" || o.doc:
		err = o.tell(p.stdout)
	case o.check != "":
		err = o.checkFile(p, s)
	default:
		err = o.runPipelines(p, s, say)
	}
	switch {
	case err == nil:
		return ok
	case errors.Is(err, errFound):
		return failure
	}
	say("%v", err)
	if errors.Is(err, errNoPipeline) {
		return misuse
	}
	return failure
}

func (o *options) runPipelines(p program, s *screen, say func(string, ...interface{})) error {
	configs, err := o.readPipelines(say)
	if err != nil {
		return err
	}
	if configs, err = o.rewrite(configs); err != nil {
		return err
	}
	for _, text := range unknownInputs(configs) {
		say("%s: %s", o.plugin, text)
	}
	var counted statics
	a, err := o.newAgent(s, p.parkedBudget, &counted)
	if err != nil {
		return err
	}
	finish, err := o.profile()
	if err != nil {
		return err
	}
	stopServer, err := o.serve(a)
	if err != nil {
		return err
	}
	defer stopServer()

	m := &meter{start: time.Now()}
	live := isTerminal(p.stderr) && !(isTerminal(p.stdout) && writesToConsole(configs))
	line := func(now time.Time) string { return m.line(now, a.Stats(), readEnds(counted.with(flusherMetrics()))) }
	err = withProgress(live, s, p.stderr, line, func() error { return o.session(a, configs, p) })
	counted.add(flusherMetrics()) // of those that have not stopped
	if o.statics {
		counted.print(s)
	}
	if err2 := finish(); err == nil {
		err = err2
	}
	return o.conclude(m, a.Stats(), readEnds(counted.page()), isTerminal(p.stderr), err, say)
}

func withProgress(live bool, s *screen, stderr *os.File, line func(time.Time) string, do func() error) error {
	if !live {
		return do()
	}
	done, cleared := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(cleared)
		showProgress(s, func() int { return width(stderr) }, line, done)
	}()
	defer func() {
		close(done)
		<-cleared
	}()
	return do()
}

// shareGlobal makes -global a flag of the process, as it is of the agent: flushers
// look there for settings that the host's interfaces do not show.
func shareGlobal(path string) error {
	if flag.Lookup("global") == nil {
		flag.String("global", path, "`file` with global settings")
	}
	if !flag.Parsed() {
		if err := flag.CommandLine.Parse(nil); err != nil {
			return err
		}
	}
	return flag.Set("global", path)
}

func (o *options) newAgent(s *screen, parked time.Duration, counted *statics) (*harness.Agent, error) {
	global, err := readGlobal(o.global)
	if err != nil {
		return nil, err
	}
	flusher, err := readDefaultFlusher(o.flusher)
	if err != nil {
		return nil, err
	}
	if err := shareGlobal(o.global); err != nil {
		return nil, err
	}
	return harness.New(harness.Config{
		Release:        o.release,
		Global:         global,
		DefaultFlusher: flusher,
		Once:           o.endsByItself(),
		ParkedBudget:   parked,
		AfterStop:      func() { counted.add(flusherMetrics()) },
		Logf: func(format string, args ...interface{}) {
			now := time.Now().Format("2006-01-02 15:04:05.000 ")
			fmt.Fprintf(s, now+"[HOST] "+format+"\n", args...)
		},
	}), nil
}
