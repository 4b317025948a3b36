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
	if err := a.Run(o.loaded(configs)...); err != nil {
		_ = a.StopAll() // the pipelines that were loaded before; the first error is the one to tell
		return err
	}
	watch := p.stdout
	if !writesToConsole(configs) {
		watch = nil
	}
	signals := &asked{from: p.signals}
	ended := o.wait(a, signals, watch)
	stopped := make(chan error, 1)
	go func() { stopped <- a.StopAll() }()
	for {
		select {
		case err := <-stopped:
			if err == nil {
				err = ended
			}
			return err
		case s := <-p.signals:
			if signals.again(s) {
				return errSecondSignal
			}
		}
	}
}

// sameRequest is how long a signal that was sent already means nothing new:
// timeout(1) sends it to its child and then to its group, which is the child too.
const sameRequest = time.Second

// asked remembers the signals that came.
type asked struct {
	from  <-chan os.Signal
	first os.Signal
	at    time.Time
}

// again takes a signal, and tells whether it is a second request to end.
func (a *asked) again(s os.Signal) bool {
	if a.first == nil {
		a.first, a.at = s, time.Now()
		return false
	}
	return s != a.first || time.Since(a.at) >= sameRequest
}

// wait returns on a signal, when nobody reads the watched file any more and,
// with -once, when the inputs have delivered or when nobody will ever take what
// they deliver.
func (o *options) wait(a *harness.Agent, signals *asked, watch *os.File) error {
	once := o.endsByItself()
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
		case s := <-signals.from:
			signals.again(s)
			return nil
		case <-delivered:
			return nil
		case <-ticker.C:
		}
	}
	return nil
}

// endsByItself tells whether the run ends when its inputs have.
func (o *options) endsByItself() bool { return o.once || o.fileIO }
