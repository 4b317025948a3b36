package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// member is an agent that is a process of its own, since what Kerberos goes by are
// variables of a process.
type member struct {
	t           *testing.T
	dir         string
	agent       *exec.Cmd
	environment []string
}

func newMember(t *testing.T, kdc string) *member {
	m := &member{t: t, dir: t.TempDir()}
	must(t, someBroker.kdc.Config(m.path("krb5.conf"), kdc))
	m.environment = []string{"KRB5_CONFIG=" + m.path("krb5.conf"), "KRB5CCNAME=" + m.cache()}
	return m
}

func (m *member) path(name string) string { return filepath.Join(m.dir, name) }

func (m *member) cache() string { return "FILE:" + m.path("cache") }

// start runs the agent with count records.
func (m *member) start(d detail, count int, environment ...string) {
	m.t.Helper()
	ids := ""
	for i := 0; i < count; i++ {
		ids += idOf(i) + "\n"
	}
	must(m.t, os.WriteFile(m.path("ids"), []byte(ids), 0o600))
	m.agent = agentOf(m.t, m.dir, d.with(spool(m.dir)), m.path("ids"), append(m.environment, environment...)...)
	agent := m.agent
	m.t.Cleanup(func() {
		_ = agent.Process.Kill()
		if m.t.Failed() {
			m.t.Log(m.says())
		}
	})
}

func (m *member) says() string {
	text, _ := os.ReadFile(m.path("output"))
	return string(text)
}

// tells waits until a line holds all parts.
func (m *member) tells(parts ...string) {
	m.t.Helper()
	eventually(m.t, "the log says "+strings.Join(parts, ", "), func() bool {
		for _, line := range strings.Split(m.says(), "\n") {
			found := 0
			for _, part := range parts {
				if strings.Contains(line, part) {
					found++
				}
			}
			if found == len(parts) {
				return true
			}
		}
		return false
	})
}

// keeps waits until the spool has record number i.
func (m *member) keeps(i int) {
	m.t.Helper()
	eventually(m.t, "the spool is written", func() bool {
		text, _ := os.ReadFile(filepath.Join(m.dir, "spool", "data.mdb"))
		return strings.Contains(string(text), idOf(i))
	})
}

func (m *member) stop() {
	m.t.Helper()
	must(m.t, m.agent.Process.Signal(syscall.SIGTERM))
	if err := m.agent.Wait(); err != nil {
		m.t.Errorf("%v: %s", err, m.says())
	}
}
