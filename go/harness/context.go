// The context that plugins are given in Init.

package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type pluginContext struct {
	line                      *line
	runtime                   context.Context
	project, logstore, config string
}

var _ pipeline.Context = (*pluginContext)(nil)

func (c *pluginContext) InitContext(project, logstore, configName string) {
	c.project, c.logstore, c.config = project, logstore, configName
}

func (c *pluginContext) GetConfigName() string              { return c.config }
func (c *pluginContext) GetProject() string                 { return c.project }
func (c *pluginContext) GetLogstore() string                { return c.logstore }
func (c *pluginContext) GetRuntimeContext() context.Context { return c.runtime }

// GetExtension finds one of the pipeline by type/id. A name without an id that
// is not found there makes a new extension with cfg as its detail.
func (c *pluginContext) GetExtension(name string, cfg any) (pipeline.Extension, error) {
	for _, extension := range c.line.extensions {
		if extension.name == name {
			return extension.Extension, nil
		}
	}
	if strings.Contains(name, "/") {
		return nil, fmt.Errorf("extension %q is not in this pipeline: add it to extensions", name)
	}
	return c.line.addExtension(name, cfg)
}

// SaveCheckPoint keeps the value in memory only, as long as the agent lives.
func (c *pluginContext) SaveCheckPoint(key string, value []byte) error {
	agent := c.line.agent
	agent.mu.Lock()
	defer agent.mu.Unlock()
	if agent.checkpoints[c.config] == nil {
		agent.checkpoints[c.config] = keyBytes{}
	}
	agent.checkpoints[c.config][key] = append([]byte(nil), value...)
	return nil
}

func (c *pluginContext) GetCheckPoint(key string) (value []byte, exist bool) {
	agent := c.line.agent
	agent.mu.Lock()
	defer agent.mu.Unlock()
	value, exist = agent.checkpoints[c.config][key]
	return append([]byte(nil), value...), exist
}

func (c *pluginContext) SaveCheckPointObject(key string, obj interface{}) error {
	value, err := json.Marshal(obj)
	if err != nil {
		return fmt.Errorf("checkpoint %q: %w", key, err)
	}
	return c.SaveCheckPoint(key, value)
}

func (c *pluginContext) GetCheckPointObject(key string, obj interface{}) (exist bool) {
	value, exist := c.GetCheckPoint(key)
	return exist && json.Unmarshal(value, obj) == nil
}
