// What plugins learn about the pipeline that they are in.

package pipeline

import (
	"context"

	"github.com/alibaba/ilogtail/pkg/models"
)

// Context is the argument of Init. These ten methods are all that the releases
// of the host agree on.
type Context interface {
	InitContext(project, logstore, configName string)
	GetConfigName() string
	GetProject() string
	GetLogstore() string
	// GetRuntimeContext is never cancelled; the logger takes it.
	GetRuntimeContext() context.Context
	GetExtension(name string, cfg any) (Extension, error)
	SaveCheckPoint(key string, value []byte) error
	GetCheckPoint(key string) (value []byte, exist bool)
	SaveCheckPointObject(key string, obj interface{}) error
	GetCheckPointObject(key string, obj interface{}) (exist bool)
}

// PipelineContext gives access to where a v2 plugin puts its results.
type PipelineContext interface {
	Collector() PipelineCollector
}

// PipelineCollector takes results of v2 plugins.
type PipelineCollector interface {
	Collect(groupInfo *models.GroupInfo, eventList ...models.PipelineEvent)
	CollectList(groupEventsList ...*models.PipelineGroupEvents)
	ToArray() []*models.PipelineGroupEvents
	Observe() chan *models.PipelineGroupEvents
	Close()
}
