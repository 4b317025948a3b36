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

func (o *options) session(a *harness.Agent, configs []json.RawMessage, signals <-chan os.Signal) error {
	if err := a.Run(loaded(configs)...); err != nil {
		_ = a.StopAll() // the pipelines that were loaded before; the first error is the one to tell
		return err
	}
	o.wait(a, signals)
	stopped := make(chan error, 1)
	go func() { stopped <- a.StopAll() }()
	select {
	case err := <-stopped:
		return err
	case <-signals:
		return errSecondSignal
	}
}

// wait returns on a signal and, with -once, when the inputs have delivered or
// when nobody will ever take what they deliver.
func (o *options) wait(a *harness.Agent, signals <-chan os.Signal) {
	if !o.once && !o.fileIO {
		<-signals
		return
	}
	delivered := a.Delivered()
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for a.Stats().DeadFlushers == 0 {
		select {
		case <-signals:
			return
		case <-delivered:
			return
		case <-ticker.C:
		}
	}
}
