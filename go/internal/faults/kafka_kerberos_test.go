package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ilf.local/go/internal/kafka"
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

// needKDC is broker, with a KDC.
func needKDC(t *testing.T) *kafka.Cluster {
	t.Helper()
	c := broker(t)
	kafka.NeedKDC(t)
	return c
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
