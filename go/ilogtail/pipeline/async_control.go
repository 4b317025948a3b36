// Goroutines that are told together to end.

package pipeline

import "sync"

// AsyncControl runs tasks until it is cancelled, and waits for them.
type AsyncControl struct {
	mu      sync.Mutex
	token   chan struct{}
	closed  bool
	running sync.WaitGroup
}

// NewAsyncControl is ready to run tasks.
func NewAsyncControl() *AsyncControl {
	return &AsyncControl{token: make(chan struct{})}
}

// CancelToken is closed when the tasks shall end. It is nil after WaitCancel.
func (c *AsyncControl) CancelToken() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Notify tells the tasks to end and does not wait for them.
func (c *AsyncControl) Notify() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != nil && !c.closed {
		close(c.token)
		c.closed = true
	}
}

// Reset makes the control usable again after WaitCancel.
func (c *AsyncControl) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == nil {
		c.token, c.closed = make(chan struct{}), false
	}
}

// Run starts a task that WaitCancel will wait for.
func (c *AsyncControl) Run(task func(*AsyncControl)) {
	c.running.Add(1)
	go func() {
		defer c.running.Done()
		task(c)
	}()
}

// WaitCancel tells the tasks to end and waits until all have.
func (c *AsyncControl) WaitCancel() {
	c.Notify()
	c.running.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = nil
}
