// What the host writes into groups in the flusher goroutine: the address of the
// agent, and in releases 1.8 and 2.0 its name and the global tags. The tags that
// ALIYUN_LOG_ENV_TAGS names are left out.

package harness

import (
	"net"
	"os"
	"sync"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

const hostnameTag = "__hostname__"

func (l *line) stampLogs(groups []*protocol.LogGroup) {
	source := l.hostIP()
	for _, group := range groups {
		if len(group.Logs) == 0 {
			continue
		}
		group.Source = source
		if !l.agent.rules.tagsAtFlush {
			continue
		}
		group.LogTags = append(group.LogTags, &protocol.LogTag{Key: hostnameTag, Value: l.hostname()})
		for key, value := range l.global.Tags {
			group.LogTags = append(group.LogTags, &protocol.LogTag{Key: key, Value: value})
		}
	}
}

// stampEvents leaves a group without group information as it is.
func (l *line) stampEvents(groups []*models.PipelineGroupEvents) {
	if !l.agent.rules.tagsAtFlush {
		return
	}
	for _, group := range groups {
		if group.Group == nil {
			continue
		}
		if group.Group.Tags == nil || group.Group.Tags.IsNil() {
			group.Group.Tags = models.NewTags()
		}
		group.Group.Tags.Add(hostnameTag, l.hostname())
		group.Group.Tags.AddAll(l.global.Tags)
	}
}

func (l *line) hostname() string {
	if l.global.Hostname != "" {
		return l.global.Hostname
	}
	detectHost.Do(detect)
	return detected.name
}

func (l *line) hostIP() string {
	if l.global.HostIP != "" {
		return l.global.HostIP
	}
	detectHost.Do(detect)
	return detected.ip
}

var (
	detectHost sync.Once
	detected   struct{ name, ip string }
)

// detect takes the first address that is not a loopback one.
func detect() {
	detected.name, _ = os.Hostname()
	detected.ip = "127.0.0.1"
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if network, isIP := address.(*net.IPNet); isIP && !network.IP.IsLoopback() && network.IP.To4() != nil {
			detected.ip = network.IP.String()
			return
		}
	}
}
