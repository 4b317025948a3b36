// The C flusher that sends dead letters again.

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/alibaba/ilogtail/pkg/pipeline"

	"ilf.local/go/cflusher"
)

// replayer is a C flusher that sends dead letters again.
type replayer interface {
	Replay(line []byte) error
	SetUrgent(exiting bool)
	Drain() error
	Stop() error
}

// newReplayer starts a flusher for the letters of the pipeline named config.
func newReplayer(p plugin, config string) (replayer, error) {
	create := pipeline.Flushers[p.base()]
	if create == nil {
		return nil, fmt.Errorf("there is no flusher %s: see ilfrun -list", p.base())
	}
	f, ok := create().(*cflusher.Flusher)
	if !ok {
		return nil, fmt.Errorf("%s is not a C flusher, and has no dead letters", p.base())
	}
	if err := f.UnmarshalJSON(encode(p.Detail)); err != nil {
		return nil, err
	}
	return f, f.Init(namedContext{config: config})
}

// namedContext is the pipeline that dead letters come from.
type namedContext struct {
	pipeline.Context
	config string
}

func (c namedContext) GetConfigName() string              { return c.config }
func (c namedContext) GetProject() string                 { return "" }
func (c namedContext) GetLogstore() string                { return "" }
func (c namedContext) GetRuntimeContext() context.Context { return context.Background() }

// reasonOf is what C said, without the flusher's name in front.
func reasonOf(err error) string {
	var of *cflusher.Error
	if errors.As(err, &of) {
		return of.Text
	}
	return err.Error()
}
