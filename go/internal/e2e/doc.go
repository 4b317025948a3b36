// Package e2e holds tests that run C flushers in the harness: whole pipelines,
// in every release of the host.
package e2e
