//go:build ilogtail_v3

package logger

import (
	"fmt"

	"github.com/alibaba/ilogtail/pkg/selfmonitor"
)

const aType = selfmonitor.AlarmType("X_ALARM")

func recordedAs(level int) string { return fmt.Sprintf("X_ALARM/%d", level) }
