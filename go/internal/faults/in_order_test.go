package faults

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

const groupSize = 25

// inOrder gathers logs into groups, as aggregator_base does, but in their order. The
// host's aggregators do not keep it: while the timer's goroutine is about to queue what it
// has taken out, or waits because the queue is full, the other one queues a later group.
// A test of order would blame the flusher for that.
type inOrder struct {
	queue pipeline.LogGroupQueue
	mu    sync.Mutex // held while a group waits for the queue
	open  *protocol.LogGroup
}

func (a *inOrder) Init(_ pipeline.Context, queue pipeline.LogGroupQueue) (int, error) {
	a.queue = queue
	return 0, nil
}

func (*inOrder) Description() string { return "gathers logs in their order" }

func (a *inOrder) Reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = nil
}

func (a *inOrder) Add(log *protocol.Log, _ map[string]interface{}) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open != nil && len(a.open.Logs) >= groupSize {
		if err := a.push(); err != nil {
			return err
		}
	}
	if a.open == nil {
		a.open = &protocol.LogGroup{}
	}
	a.open.Logs = append(a.open.Logs, log)
	return nil
}

// Flush queues the open group itself, so that nothing gets in between.
func (a *inOrder) Flush() []*protocol.LogGroup {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open != nil {
		_ = a.push()
	}
	return nil
}

func (a *inOrder) push() error {
	err := a.queue.AddWithWait(a.open, time.Minute)
	if err == nil {
		a.open = nil
	}
	return err
}

// Record passes groups of v2 pipelines on, which the host does in their order.
func (*inOrder) Record(group *models.PipelineGroupEvents, ctx pipeline.PipelineContext) error {
	ctx.Collector().CollectList(group)
	return nil
}

func (*inOrder) GetResult(pipeline.PipelineContext) error { return nil }

// held is a queue whose first group has to wait.
type held struct {
	waits, release chan struct{}
	used           atomic.Bool
	mu             sync.Mutex
	logs           []*protocol.Log
}

func (q *held) Add(group *protocol.LogGroup) error { return q.AddWithWait(group, 0) }

func (q *held) AddWithWait(group *protocol.LogGroup, _ time.Duration) error {
	if !q.used.Swap(true) {
		close(q.waits)
		<-q.release
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.logs = append(q.logs, group.Logs...)
	return nil
}

func TestNoGroupOvertakesOneThatWaitsForTheQueue(t *testing.T) {
	const count = 3 * groupSize
	a, queue, added := &inOrder{}, &held{waits: make(chan struct{}), release: make(chan struct{})}, make(chan struct{})
	_, err := a.Init(nil, queue)
	must(t, err)
	must(t, a.Add(&protocol.Log{Time: 0}, nil))
	go a.Flush()
	<-queue.waits
	go func() {
		defer close(added)
		for i := uint32(1); i < count; i++ {
			_ = a.Add(&protocol.Log{Time: i}, nil)
		}
	}()
	time.Sleep(20 * time.Millisecond) // in which it would come in before
	close(queue.release)
	<-added
	a.Flush()
	for i, log := range queue.logs {
		if log.Time != uint32(i) {
			t.Fatalf("record %d comes where %d is due", log.Time, i)
		}
	}
	if len(queue.logs) != count {
		t.Errorf("%d records of %d came", len(queue.logs), count)
	}
}
