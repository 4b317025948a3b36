// Environment variables override flags, as in the host.

package main

import (
	"flag"
	"fmt"
	"strings"
)

var logtailVariables = map[string]string{
	"LOGTAIL_DEBUG_FLAG":                   "prof-flag",
	"LOGTAIL_AUTO_PROF":                    "prof-auto",
	"LOGTAIL_FORCE_COLLECT_SELF_TELEMETRY": "force-statics",
	"LOGTAIL_HTTP_LOAD_CONFIG":             "http-load",
	"LOGTAIL_LOG_LEVEL":                    "logger-level",
}

// ownFlags can be set by LOONG_<flag> only: a plain variable named "list" or
// "release" is likely to mean something else.
var ownFlags = map[string]bool{"release": true, "once": true, "list": true, "explain": true, "check": true, "metrics": true,
	"version": true}

// override sets flags from the environment. Since release 3 every flag can be
// set, by a variable of its name or by LOONG_<name>.
func override(f *flag.FlagSet, environ []string, byName bool) error {
	for _, variable := range environ {
		key, value, _ := strings.Cut(variable, "=")
		name, isLogtail := logtailVariables[key]
		if !isLogtail && byName {
			name = strings.TrimPrefix(key, "LOONG_")
			if name == key && ownFlags[name] {
				continue
			}
		}
		if name == "" || f.Lookup(name) == nil {
			continue
		}
		if err := f.Set(name, value); err != nil {
			return fmt.Errorf("environment variable %s=%s: %w", key, value, err)
		}
	}
	return nil
}
