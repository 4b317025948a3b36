// Which lines are written. The level comes from LOGTAIL_LOG_LEVEL, else it is info.

package logger

import (
	"os"
	"strings"
	"sync/atomic"
)

type level int32

const (
	debug level = iota
	info
	warning
	fault
	critical
)

var marks = [...]string{"[DBG]", "[INF]", "[WRN]", "[ERR]", "[CRT]"}

var levels = map[string]level{
	"debug":    debug,
	"info":     info,
	"warn":     warning,
	"warning":  warning,
	"error":    fault,
	"critical": critical,
}

var current = int32(fromEnv(os.Getenv("LOGTAIL_LOG_LEVEL")))

func fromEnv(name string) level {
	if at, known := levels[strings.ToLower(name)]; known {
		return at
	}
	return info
}

func enabled(at level) bool { return int32(at) >= atomic.LoadInt32(&current) }
