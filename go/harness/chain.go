// What the two generations of lines have in common between inputs and flushers:
// a queue of items, a goroutine that processes them, timers that push what the
// aggregators have gathered, and the stage that flushes.

package harness

import (
	"fmt"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// chain carries items of type L, which aggregators turn into groups of type G.
type chain[L, G any] struct {
	line   *line
	cargo  cargo[G]
	handle func(item L) // through the processors into the aggregators
	timers []timer

	in          chan L
	out         *stage[G]
	processing  *pipeline.AsyncControl
	aggregating *pipeline.AsyncControl
}

// timer pushes at an interval, and once more when it is cancelled.
type timer struct {
	typ      string
	interval time.Duration
	push     func()
}

// bundle is groups of one generation that were not sent.
type bundle[G any] struct {
	groups []G
	load   load
}

func (b bundle[G]) size() int    { return len(b.groups) }
func (b bundle[G]) records() int { return b.load.records }

func newChain[L, G any](l *line) *chain[L, G] {
	return &chain[L, G]{
		line:        l,
		processing:  pipeline.NewAsyncControl(),
		aggregating: pipeline.NewAsyncControl(),
	}
}

func (c *chain[L, G]) aggregators() int { return len(c.timers) }

func (c *chain[L, G]) prepare(inherited parcel) {
	global := &c.line.global
	b, fits := inherited.(bundle[G])
	if inherited != nil && !fits {
		c.line.drop(load{groups: inherited.size(), records: inherited.records()},
			"parked by a pipeline of the other generation")
	}
	c.in = make(chan L, global.DefaultLogQueueSize)
	c.out = newStage(c.line, c.cargo, global.DefaultLogGroupQueueSize+len(b.groups))
	for _, group := range b.groups {
		c.out.queue <- group
	}
}

func (c *chain[L, G]) start() {
	go c.out.run()
	for _, t := range c.timers {
		t := t
		c.aggregating.Run(func(cc *pipeline.AsyncControl) { c.tick(t, cc.CancelToken()) })
	}
	c.processing.Run(func(cc *pipeline.AsyncControl) { c.process(cc.CancelToken()) })
}

func (c *chain[L, G]) tick(t timer, cancel <-chan struct{}) {
	defer c.line.recoverPanic(t.typ)
	ticker := time.NewTicker(t.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			t.push()
		case <-cancel:
			t.push()
			return
		}
	}
}

// process empties the queue before it ends.
func (c *chain[L, G]) process(cancel <-chan struct{}) {
	defer c.line.recoverPanic("a processor or aggregator")
	for {
		select {
		case item := <-c.in:
			c.handle(item)
		case <-cancel:
			select {
			case item := <-c.in:
				c.handle(item)
			default:
				return
			}
		}
	}
}

// insist calls add until it succeeds, for ever if need be, as the host does.
func (c *chain[L, G]) insist(add func() error) {
	for add() != nil {
		time.Sleep(c.line.agent.config.Poll)
	}
}

// feed is how the C++ host would put an item in. It blocks while the queue is full.
func (c *chain[L, G]) feed(item L) error {
	select {
	case c.in <- item:
		return nil
	case <-c.line.stopped:
		return fmt.Errorf("pipeline %q is stopping", c.line.config.ConfigName)
	}
}

func (c *chain[L, G]) stopProcessing() {
	close(c.line.stopped)
	c.processing.WaitCancel()
}

func (c *chain[L, G]) stopAggregating() { c.aggregating.WaitCancel() }
func (c *chain[L, G]) mayPark()         { c.out.mayPark.Store(true) }
func (c *chain[L, G]) stopFlushing()    { c.out.stop() }
func (c *chain[L, G]) flushParked()     { c.out.flushParked() }

func (c *chain[L, G]) unsent() parcel {
	groups := c.out.takeParked()
	if len(groups) == 0 {
		return nil
	}
	return bundle[G]{groups: groups, load: c.cargo.weigh(groups)}
}

func (c *chain[L, G]) backlog() (records, groups, parked int) {
	return len(c.in), len(c.out.queue), c.out.parkedGroups()
}
