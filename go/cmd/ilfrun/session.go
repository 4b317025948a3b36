// The life of the pipelines: load, run until something ends it, stop.

package main

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"ilf.local/go/harness"
)

var errSecondSignal = errors.New("stopped by a second signal, without waiting for the flushers")

// errNoReader is for a console flusher behind "ilfrun | head".
var errNoReader = errors.New("nobody reads standard output any more, so the run was ended")

func (o *options) session(a *harness.Agent, configs []json.RawMessage, p program) error {
	if err := a.Run(loaded(configs)...); err != nil {
		_ = a.StopAll() // the pipelines that were loaded before; the first error is the one to tell
		return err
	}
	watch := p.stdout
	if !writesToConsole(configs) {
		watch = nil
	}
	ended := o.wait(a, p.signals, watch)
	stopped := make(chan error, 1)
	go func() { stopped <- a.StopAll() }()
	select {
	case err := <-stopped:
		if err == nil {
			err = ended
		}
		return err
	case <-p.signals:
		return errSecondSignal
	}
}

// wait returns on a signal, when nobody reads the watched file any more and,
// with -once, when the inputs have delivered or when nobody will ever take what
// they deliver.
func (o *options) wait(a *harness.Agent, signals <-chan os.Signal, watch *os.File) error {
	once := o.once || o.fileIO
	var delivered <-chan struct{}
	if once {
		delivered = a.Delivered()
	}
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for !once || a.Stats().DeadFlushers == 0 {
		if watch != nil && readerGone(watch) {
			return errNoReader
		}
		select {
		case <-signals:
			return nil
		case <-delivered:
			return nil
		case <-ticker.C:
		}
	}
	return nil
}
