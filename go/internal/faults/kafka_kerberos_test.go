package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ilf.local/go/internal/kafka"
	"ilf.local/go/internal/oracle"
)

// kerberos is Authentication.Kerberos with a key tab.
func kerberos(user, keytab string) table {
	return table{"ServiceName": "kafka", "Realm": kafka.Realm, "UseKeyTab": true, "Username": user, "KeyTabPath": keytab}
}

// principal is a user of the realm, of the test's own, and its key tab.
func principal(t *testing.T, name string, life time.Duration) (keytab string) {
	t.Helper()
	keytab, err := someBroker.kdc.AddPrincipal(name, life)
	must(t, err)
	return keytab
}

// needKDC skips the test where there is none.
func needKDC(t *testing.T) *kafka.Cluster {
	t.Helper()
	c := broker(t)
	if someBroker.kdc == nil {
		t.Skip("skipped: no KDC is installed: see .ci/deps kerberos")
	}
	return c
}

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

func TestKafkaKerberos(t *testing.T) {
	needKDC(t)
	keytab := principal(t, "alice", time.Hour)
	tls := trusting(someBroker.authority.path("ca.pem"))
	for name, s := range map[string]struct {
		listener string
		kerberos table
		more     []table
	}{
		"a key tab":                 {"KERBEROS", kerberos("alice", keytab), nil},
		"a key tab, and TLS":        {"KERBEROS_SSL", kerberos("alice", keytab), []table{tls}},
		"the agent's own tickets":   {"KERBEROS", table{"ServiceName": "kafka"}, nil},
		"the realm of krb5.conf":    {"KERBEROS", table{"ServiceName": "kafka", "UseKeyTab": true, "Username": "alice", "KeyTabPath": keytab}, nil},
		"a krb5.conf for kinit too": {"KERBEROS", kerberos("alice", keytab), nil},
	} {
		s, name := s, name
		t.Run(name, func(t *testing.T) {
			c := needKDC(t)
			t.Parallel()
			m, topic := newMember(t, someBroker.kdc.Address), topicOf(t, c, 2, 1)
			authentication := table{"Kerberos": s.kerberos}
			for _, part := range s.more {
				for key, value := range part {
					authentication[key] = value
				}
			}
			if s.kerberos["UseKeyTab"] == nil {
				must(t, someBroker.kdc.Login("alice", keytab, m.cache()))
			}
			if strings.HasPrefix(name, "a krb5.conf") {
				s.kerberos["ConfigPath"] = m.path("krb5.conf")
			}
			m.start(toKafka(c.Brokers(s.listener), topic).with(detail{"Authentication": authentication}), records)
			arrive(t, c, records, topic)
			m.stop()
			exactly(t, c, records, topic)
		})
	}
}

// As with TestKafkaWhatKeepsItFromTheBroker.
func TestKafkaWhatKeepsKerberosFromTheBroker(t *testing.T) {
	needKDC(t)
	keytab, gone := principal(t, "bob", time.Hour), principal(t, "gone", time.Hour)
	must(t, someBroker.kdc.DeletePrincipal("gone"))
	wrong := kerberos("bob", keytab)
	wrong["ServiceName"] = "kafak"
	bare, other := t.TempDir(), filepath.Join(t.TempDir(), "other.conf")
	timeout, err := exec.LookPath("timeout")
	must(t, err)
	must(t, os.Symlink(timeout, filepath.Join(bare, "timeout")))
	must(t, os.WriteFile(other, []byte("[libdefaults]\ndns_lookup_kdc = false\ndns_canonicalize_hostname = false\n"), 0o600))
	for name, s := range map[string]struct {
		kerberos    table
		environment string
		says        []string
	}{
		"another's keys":             {kerberos("carol", keytab), "", []string{"kafka: kinit: ", "exited with code 1", "key tab"}},
		"an unknown principal":       {kerberos("gone", gone), "", []string{"kafka: kinit: ", "exited with code 1", "key tab"}},
		"no kinit":                   {kerberos("bob", keytab), "PATH=" + bare, []string{"kafka: kinit: ", "krb5-user"}},
		"no tickets":                 {table{"ServiceName": "kafka"}, "", []string{"kafka: Kerberos: ", "klist"}},
		"another service":            {wrong, "", []string{"kafka: Kerberos: ", "kafak/127.0.0.1", "ServiceName"}},
		"no module for GSSAPI":       {kerberos("bob", keytab), "SASL_PATH=" + bare, []string{"kafka: Kerberos: ", "libsasl2-modules-gssapi-mit"}},
		"a krb5.conf for kinit only": {kerberos("bob", keytab), "KRB5_CONFIG=" + other, []string{"kafka: Kerberos: ", "annot find KDC", "KRB5_CONFIG"}},
	} {
		s, name := s, name
		t.Run(name, func(t *testing.T) {
			c := needKDC(t)
			t.Parallel()
			m, topic := newMember(t, someBroker.kdc.Address), topicOf(t, c, 2, 1)
			if strings.HasPrefix(name, "a krb5.conf") {
				s.kerberos["ConfigPath"] = m.path("krb5.conf")
			}
			var environment []string
			if s.environment != "" {
				environment = append(environment, s.environment)
			}
			d := toKafka(c.Brokers("KERBEROS"), topic).with(detail{"StopTimeout": "100ms"})
			m.start(d.with(detail{"Authentication": table{"Kerberos": s.kerberos}}), records, environment...)
			m.tells(s.says...)
			m.keeps(records - 1)
			m.stop()
			if end, err := c.Ends(topic); err != nil || end > 0 {
				t.Fatalf("%d records arrived, %v", end, err)
			}
			m.start(d.with(detail{"Authentication": table{"Kerberos": kerberos("bob", keytab)}, "StopTimeout": "20s"}), 0)
			arrive(t, c, records, topic)
			m.stop()
			exactly(t, c, records, topic)
		})
	}
}

// Login again soon, as tests must.
func relogin(d detail, ms string) detail {
	properties := table{"sasl.kerberos.min.time.before.relogin": ms}
	for key, value := range d["Librdkafka"].(table) {
		properties[key] = value
	}
	return d.with(detail{"Librdkafka": properties})
}

func TestKafkaAKDCThatIsAway(t *testing.T) {
	c := needKDC(t)
	f, err := oracle.FrontOf("tcp://"+someBroker.kdc.Address, nil)
	must(t, err)
	t.Cleanup(f.Shut)
	keytab := principal(t, "early", time.Hour)
	t.Parallel()
	m, topic := newMember(t, f.Address()), topicOf(t, c, 2, 1)
	f.Shut()
	d := toKafka(c.Brokers("KERBEROS"), topic).with(detail{"Authentication": table{"Kerberos": kerberos("early", keytab)}})
	m.start(relogin(d, "200"), records)
	m.tells("kafka: kinit: ", "KDC answers")
	must(t, f.Listen())
	arrive(t, c, records, topic)
	m.stop()
	exactly(t, c, records, topic)
}

// By itself kinit would wait for 25 s, and librdkafka for it.
func TestKafkaAStopWhileTheKDCDoesNotAnswer(t *testing.T) {
	c := needKDC(t)
	f, err := oracle.FrontOf("tcp://"+someBroker.kdc.Address, stalls)
	must(t, err)
	t.Cleanup(f.Shut)
	keytab := principal(t, "patient", time.Hour)
	t.Parallel()
	m, topic := newMember(t, f.Address()), topicOf(t, c, 2, 1)
	d := toKafka(c.Brokers("KERBEROS"), topic).with(detail{"StopTimeout": "100ms",
		"Authentication": table{"Kerberos": kerberos("patient", keytab)}})
	m.start(d, records)
	m.keeps(records - 1)
	before := time.Now()
	m.stop()
	if took := time.Since(before); took > 15*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

// Over TLS the broker wants to see a ticket every two seconds.
func TestKafkaTicketsThatExpire(t *testing.T) {
	for _, renewed := range []bool{true, false} {
		renewed := renewed
		name := map[bool]string{true: "and are renewed", false: "and are not renewed"}[renewed]
		t.Run(name, func(t *testing.T) {
			c := needKDC(t)
			user := map[bool]string{true: "short", false: "shorter"}[renewed]
			keytab := principal(t, user, 5*time.Second)
			t.Parallel()
			m, topic := newMember(t, someBroker.kdc.Address), topicOf(t, c, 2, 1)
			authentication := trusting(someBroker.authority.path("ca.pem"), table{"Kerberos": kerberos(user, keytab)})
			if !renewed {
				authentication["Kerberos"] = table{"ServiceName": "kafka"}
				must(t, someBroker.kdc.Login(user, keytab, m.cache()))
			}
			d := toKafka(c.Brokers("KERBEROS_SSL"), topic).with(detail{"Authentication": authentication, "RateLimit": table{"Records": 40}})
			if renewed {
				d = relogin(d, "1000")
			}
			const count = 600
			m.start(d, count)
			if !renewed {
				m.tells("kafka: Kerberos: ", "expired")
				if end, err := c.Ends(topic); err != nil || end == 0 || end == count {
					t.Fatalf("%d records arrived, %v", end, err)
				}
				must(t, someBroker.kdc.DeletePrincipal(user))
				must(t, os.Remove(keytab))
				must(t, someBroker.kdc.Login(user, principal(t, user, time.Hour), m.cache()))
			}
			arrive(t, c, count, topic)
			m.stop()
			exactly(t, c, count, topic)
		})
	}
}
