// Package pkg carries what loggers need to know about a pipeline in a
// context.Context.
package pkg

import (
	"context"
	"fmt"
)

// LogtailMetaKey is the type of the key.
type LogtailMetaKey string

// LogTailMeta is the key under which a *LogtailContextMeta lies in the context.
const LogTailMeta LogtailMetaKey = "LogtailContextMeta"

// LogtailContextMeta names the pipeline that a context belongs to.
type LogtailContextMeta struct {
	project  string
	logstore string
	config   string
	header   string
	alarms   *alarms // nil if nothing is to be recorded
}

// NewLogtailContextMeta makes a context for one pipeline.
func NewLogtailContextMeta(project, logstore, configName string) (context.Context, *LogtailContextMeta) {
	return newMeta(project, logstore, configName, &alarms{})
}

// NewLogtailContextMetaWithoutAlarm makes a context whose alarms are not kept.
func NewLogtailContextMetaWithoutAlarm(project, logstore, configName string) (context.Context, *LogtailContextMeta) {
	return newMeta(project, logstore, configName, nil)
}

func newMeta(project, logstore, config string, alarms *alarms) (context.Context, *LogtailContextMeta) {
	meta := &LogtailContextMeta{
		project:  project,
		logstore: logstore,
		config:   config,
		header:   fmt.Sprintf("[%s]\t", config),
		alarms:   alarms,
	}
	if logstore != "" {
		meta.header = fmt.Sprintf("[%s,%s]\t", config, logstore)
	}
	return context.WithValue(context.Background(), LogTailMeta, meta), meta
}

// LoggerHeader starts every line that is logged for the pipeline.
func (m *LogtailContextMeta) LoggerHeader() string { return m.header }

// GetProject returns the project.
func (m *LogtailContextMeta) GetProject() string { return m.project }

// GetLogStore returns the logstore.
func (m *LogtailContextMeta) GetLogStore() string { return m.logstore }

// GetConfigName returns the name of the pipeline.
func (m *LogtailContextMeta) GetConfigName() string { return m.config }
