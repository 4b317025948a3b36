// Profiles of the whole run, for go tool pprof.

package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

// profile starts the profiles that are asked for and returns what finishes them.
func (o *options) profile() (finish func() error, err error) {
	auto := o.profFlag && o.profAuto
	stop := func() error { return nil }
	if auto || o.given["cpu-profile"] {
		file, err := os.Create(o.cpuFile)
		if err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return nil, err
		}
		stop = func() error {
			pprof.StopCPUProfile()
			return file.Close()
		}
	}
	return func() error {
		if err := stop(); err != nil {
			return err
		}
		if auto || o.given["mem-profile"] {
			return writeHeap(o.memFile)
		}
		return nil
	}, nil
}

func writeHeap(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	runtime.GC() // so that the profile shows what is live
	return pprof.WriteHeapProfile(file)
}
