// Package pipeline declares the plugin interfaces of the host and the maps that
// plugins register in. Only what all releases of the host have in common is here.
package pipeline

import (
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// Flusher is the part of a flusher that both generations of pipelines share.
type Flusher interface {
	// Init is called once, before anything else. There is no Stop after an Init that failed.
	Init(Context) error
	Description() string
	// IsReady is polled; a flusher that is not ready holds up its whole pipeline.
	IsReady(projectName string, logstoreName string, logstoreKey int64) bool
	// SetUrgent may run beside IsReady and Flush.
	SetUrgent(flag bool)
	Stop() error
}

// FlusherV1 takes the log groups of v1 pipelines.
type FlusherV1 interface {
	Flusher
	// Flush is called once per batch: what it refuses is gone.
	Flush(projectName string, logstoreName string, configName string, logGroupList []*protocol.LogGroup) error
}

// FlusherV2 takes the event groups of v2 pipelines.
type FlusherV2 interface {
	Flusher
	// Export is called once per batch: what it refuses is gone.
	Export([]*models.PipelineGroupEvents, PipelineContext) error
}

// Extension helps other plugins of its pipeline.
type Extension interface {
	Description() string
	Init(Context) error
	Stop() error
}
