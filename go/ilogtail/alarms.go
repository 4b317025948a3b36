// The alarms of a pipeline: per type a count and the last message, which is all
// that the host keeps.

package pkg

import "sync"

type alarms struct {
	mu    sync.Mutex
	items map[string]Alarm
}

func (a *alarms) record(key, message string) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.items == nil {
		a.items = map[string]Alarm{}
	}
	a.items[key] = Alarm{Count: a.items[key].Count + 1, Last: message}
}
