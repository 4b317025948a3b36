// Command ilfrun runs pipelines of iLogtail with C flushers, without iLogtail.
// It takes the flags and the config files of the host's stand-alone agent, and
// treats flushers as the host does: see package harness.
//
//	ilfrun -plugin example.json -once
//	ilfrun -list
//	ilfrun -explain flusher_c_stdout
//	ilfrun -check example.json
//	ilfrun replay dead-letters.json
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(os.Args[1:], program{
		environ: os.Environ(),
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		signals: signals,
	}))
}
