package faults

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"ilf.local/go/internal/oracle"
)

// disk mounts a small file system of its own.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if os.Getuid() != 0 {
		t.Skip("left out: only root may mount a disk to fill")
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("left out: no disk to fill: mount tmpfs: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestAFullDiskUnderTheSpoolHoldsThePipelineAndLosesNothing(t *testing.T) {
	t.Parallel()
	const count = 20000
	dir, o := disk(t, "2m"), newOracle(t)
	f := front(t, o, nil)
	f.Shut()
	d := quick(f.URL()).with(lines).with(spool(dir))
	d["Batch"] = table{"MaxRecords": 200}
	l := begin(t, anyRelease(), d, 0, count)
	eventually(t, "the log says that the disk is full", func() bool { return logs.has(l.name, "spool: ", "write: ", "waiting for room") })
	if n := l.agent.Stats().LostRecords; n > 0 {
		t.Errorf("%d records are lost", n)
	}
	must(t, f.Listen())
	eventually(t, "all arrive", allAcked(o, count))
	l.end()
	conserved(t, o, dir, count, anyOf) // what can't be removed from a full spool may come again
}

func TestTheBoundOfTheSpoolHoldsThePipelineAndLosesNothing(t *testing.T) {
	t.Parallel()
	const count = 20000
	dir, o := t.TempDir(), newOracle(t)
	f := front(t, o, nil)
	f.Shut()
	d := quick(f.URL()).with(lines)
	d["Batch"] = table{"MaxRecords": 200}
	d["Spool"] = table{"Path": filepath.Join(dir, "spool"), "MaxBytes": "1MiB", "Sync": "never"}
	l := begin(t, anyRelease(), d, 0, count, 1)
	eventually(t, "the host finds it not ready", func() bool { return l.unready() > 3 })
	must(t, f.Listen())
	eventually(t, "all arrive", allAcked(o, count))
	l.end()
	conserved(t, o, dir, count, none)
}

func TestAFullDiskUnderTheDeadLettersKeepsTheirRecords(t *testing.T) {
	t.Parallel()
	dir, o := disk(t, "256k"), newOracle(t)
	must(t, os.WriteFile(filepath.Join(dir, "full"), make([]byte, 240<<10), 0600))
	o.Set(func(*http.Request, []byte) *oracle.Answer { return &oracle.Answer{Status: http.StatusBadRequest} })
	l := begin(t, anyRelease(), quick(o.Server.URL).with(lines).with(letters(dir)), 0, records)
	l.delivered(records)
	eventually(t, "the log says that the disk is full", func() bool { return logs.has(l.name, "dead letters", "No space left") })
	must(t, os.Remove(filepath.Join(dir, "full")))
	eventually(t, "all are dead letters", func() bool { return len(deadIDs(t, dir)) >= records })
	l.end()
	conserved(t, o, dir, records, none)
}

// setAside counts the records that a damaged spool has put into other files.
func setAside(t *testing.T, dir string) map[string]bool {
	ids := map[string]bool{}
	must(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || filepath.Base(path) == "data.mdb" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, id := range oracle.IDs(text) {
			ids[id] = true
		}
		return err
	}))
	return ids
}

// In each case the rest is delivered, and what is damaged lies beside the spool.
func TestADamagedSpool(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"a byte of a record": func(b []byte) []byte { b[bytes.Index(b, []byte(idOf(77)))-20] ^= 1; return b },
		"a page of zeros": func(b []byte) []byte {
			at := bytes.Index(b, []byte(idOf(77))) &^ 4095
			copy(b[at:at+4096], make([]byte, 4096))
			return b
		},
		"its first pages": func(b []byte) []byte { copy(b[:8192], make([]byte, 8192)); return b },
		"garbage":         func(b []byte) []byte { return append([]byte("this is no spool"), b...) },
	} {
		damage := damage
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o := t.TempDir(), newOracle(t)
			f := front(t, o, nil)
			f.Shut()
			d := quick(f.URL()).with(lines).with(spool(dir)).with(detail{"StopTimeout": "50ms"})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			l.end()
			path := filepath.Join(dir, "spool", "data.mdb")
			text, err := os.ReadFile(path)
			must(t, err)
			destroyed := oracle.IDs(text)
			text = damage(text)
			must(t, os.WriteFile(path, text, 0600))
			left := map[string]bool{}
			for _, id := range oracle.IDs(text) {
				left[id] = true
			}
			must(t, f.Listen())
			d["StopTimeout"] = "10s"
			again := begin(t, anyRelease(), d, records, 50)
			accounted := func() int {
				all := setAside(t, filepath.Join(dir, "spool"))
				for id := range o.Acked() {
					all[id] = true
				}
				for _, id := range destroyed { // by the damage itself
					if !left[id] {
						all[id] = true
					}
				}
				return len(all)
			}
			eventually(t, "all are accounted for", func() bool { return accounted() >= records+50 })
			again.end()
			if o.Count() < records+50 && !logs.has(again.name, "spool", "damaged", "is kept as") {
				t.Error("the log does not say what was set aside")
			}
			if o.Acked()[idOf(records+49)] != 1 {
				t.Error("what came after the damage was not delivered")
			}
		})
	}
}
