// ilfrun replay: sending dead letters again.

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/alibaba/ilogtail/pkg/logger"
)

const replaySynopsis = `ilfrun replay FILE sends the dead letters of FILE again, through the flusher of
their type in a pipeline file, without the rest of the pipeline. FILE stays as
it is. What fails again goes to the flusher's DeadLetters.Path, or where that is
not set, or FILE itself, to FILE.failed.

  ilfrun replay dead.json -plugin pipeline.json

The exit status is 0 only if every letter was delivered. Flags:
`

type replayOptions struct {
	file, plugin, flusher string
	wait                  time.Duration
}

// parseReplay takes flags before and after the file.
func parseReplay(args []string, usage io.Writer) (*replayOptions, error) {
	o := &replayOptions{}
	f := flag.NewFlagSet("ilfrun replay", flag.ContinueOnError)
	f.SetOutput(usage)
	f.Usage = func() {
		fmt.Fprint(usage, replaySynopsis)
		f.PrintDefaults()
	}
	f.StringVar(&o.plugin, "plugin", "./plugin.json", "pipeline `file`: one object or an array of them")
	f.StringVar(&o.flusher, "flusher", "", "replay the dead letters of this `type` of flusher; else of that of the first one")
	f.DurationVar(&o.wait, "wait", 0, "`time` to wait for the sink after the last dead letter, as 10m, before the flusher's StopTimeout begins")
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			break
		}
		if o.file != "" {
			return nil, fmt.Errorf("replay: unexpected argument %q: one file at a time", f.Arg(0))
		}
		o.file, args = f.Arg(0), f.Args()[1:]
	}
	if o.file == "" {
		return nil, errors.New("replay: name the file of dead letters: ilfrun replay FILE")
	}
	return o, nil
}

func runReplay(args []string, p program, s *screen, say func(string, ...interface{})) int {
	o, err := parseReplay(args, p.stderr)
	if errors.Is(err, flag.ErrHelp) {
		return ok
	}
	if err != nil {
		say("%v", err)
		return misuse
	}
	defer logger.SetOutput(logger.SetOutput(s))
	if err = o.replay(p, s, say); err == nil {
		return ok
	}
	say("%v", err)
	return failure
}

func (o *replayOptions) replay(p program, s *screen, say func(string, ...interface{})) error {
	typ, config, err := firstSender(o.file, o.flusher)
	if err != nil {
		return err
	}
	chosen, err := pickFlusher(o.plugin, typ)
	if err != nil {
		return err
	}
	failed := chosen.forReplay(o.file)
	file, letters, err := openLetters(o.file)
	if err != nil {
		return err
	}
	defer file.Close()
	f, err := newReplayer(chosen, config)
	if err != nil {
		return err
	}
	r := &replaying{f: f, wait: o.wait, start: time.Now()}
	err = withProgress(isTerminal(p.stderr), s, p.stderr, r.line, func() error { return r.run(letters, p.signals) })
	if errors.Is(err, errSecondSignal) {
		return fmt.Errorf("%w; every dead letter is still in %s", err, o.file)
	}
	for _, line := range r.report(failed) {
		say("%s", line)
	}
	if stopped := f.Stop(); err == nil {
		err = stopped
	}
	if err == nil && !r.complete() {
		err = fmt.Errorf("not all was delivered; every dead letter is still in %s", o.file)
	}
	return err
}
