package faults

import (
	"net"
	"strings"
	"testing"

	"ilf.local/go/internal/kafka"
)

// maybeScram skips a case of SCRAM where broker and librdkafka are known not to agree on it.
func maybeScram(t *testing.T, name string) {
	t.Helper()
	if !strings.Contains(name, "SCRAM") {
		return
	}
	why, err := kafka.RefusesScram()
	must(t, err)
	if why != "" {
		t.Skip("skipped: ", why)
	}
}

// login is Authentication.SASL.
func login(mechanism, user, password string) table {
	return table{"SASL": table{"SaslMechanism": mechanism, "Username": user, "Password": password}}
}

// trusting is Authentication with TLS, and more.
func trusting(ca string, more ...table) table {
	all := table{"TLS": table{"Enabled": true, "CAFile": ca}}
	for _, part := range more {
		for key, value := range part {
			all[key] = value
		}
	}
	return all
}

// getsIn sends records through a listener, beside other tests.
func getsIn(t *testing.T, listener string, authentication table) {
	c := broker(t)
	t.Parallel()
	topic := topicOf(t, c, 2, 1)
	l := begin(t, anyRelease(), toKafka(c.Brokers(listener), topic).with(detail{"Authentication": authentication}), 0, records)
	arrive(t, c, records, topic)
	l.end()
	exactly(t, c, records, topic)
}

func TestKafkaSecureListeners(t *testing.T) {
	broker(t)
	a := someBroker.authority
	secret := a.encrypt("client", "passphrase")
	ca := a.path("ca.pem")
	for name, s := range map[string]struct {
		listener       string
		authentication table
	}{
		"PLAIN":                    {"SASL_PLAINTEXT", login("PLAIN", "alice", "alice-secret")},
		"PLAIN of before":          {"SASL_PLAINTEXT", table{"PlainText": table{"Username": "alice", "Password": "alice-secret"}}},
		"SCRAM-SHA-256":            {"SASL_PLAINTEXT", login("SCRAM-SHA-256", "bob", "bob-secret")},
		"SCRAM-SHA-512":            {"SASL_PLAINTEXT", login("scram-sha-512", "bob", "bob-secret")},
		"TLS":                      {"SSL", trusting(ca)},
		"TLS and SCRAM":            {"SASL_SSL", trusting(ca, login("SCRAM-SHA-512", "bob", "bob-secret"))},
		"TLS and PLAIN":            {"SASL_SSL", trusting(ca, login("", "alice", "alice-secret"))},
		"a client's certificate":   {"MTLS", table{"TLS": table{"Enabled": true, "CAFile": ca, "CertFile": a.path("client.pem"), "KeyFile": a.path("client.key")}}},
		"a key with a passphrase":  {"MTLS", table{"TLS": table{"Enabled": true, "CAFile": ca, "CertFile": a.path("client.pem"), "KeyFile": secret, "KeyPassword": "passphrase"}}},
		"whatever the certificate": {"SSL", table{"TLS": table{"Enabled": true, "InsecureSkipVerify": true}}},
	} {
		s := s
		t.Run(name, func(t *testing.T) {
			maybeScram(t, name)
			getsIn(t, s.listener, s.authentication)
		})
	}
}

// Nothing goes where it must not, the log says which broker and which step, and nothing is lost: the
// next start, with what was wrong mended, sends all.
func TestKafkaWhatKeepsItFromTheBroker(t *testing.T) {
	broker(t)
	a, other := someBroker.authority, newAuthority(t)
	ca := a.path("ca.pem")
	plain := func() detail { return detail{"Brokers": someBroker.Brokers("PLAINTEXT")} }
	server, elsewhere := newTokens().at(t, ""), newTokens()
	elsewhere.audience.Store("another")
	elsewhere.at(t, "")
	for name, s := range map[string]struct {
		wrong, mended detail
		says          []string // in one line of the log
	}{
		"a wrong password": {
			detail{"Brokers": someBroker.Brokers("SASL_PLAINTEXT"), "Authentication": login("PLAIN", "alice", "guess")},
			detail{"Brokers": someBroker.Brokers("SASL_PLAINTEXT"), "Authentication": login("PLAIN", "alice", "alice-secret")},
			[]string{someBroker.Nodes[0].Address("SASL_PLAINTEXT"), "SASL"}},
		"a wrong password of SCRAM": {
			detail{"Brokers": someBroker.Brokers("SASL_SSL"), "Authentication": trusting(ca, login("SCRAM-SHA-256", "bob", "guess"))},
			detail{"Brokers": someBroker.Brokers("SASL_SSL"), "Authentication": trusting(ca, login("SCRAM-SHA-256", "bob", "bob-secret"))},
			[]string{someBroker.Nodes[0].Address("SASL_SSL"), "SASL"}},
		"a wrong secret of a client": {
			detail{"Brokers": someBroker.Brokers("OAUTH"), "Authentication": by(server.URL, "guess")},
			detail{"Brokers": someBroker.Brokers("OAUTH"), "Authentication": by(server.URL, "hu+sh/")},
			[]string{server.URL, "SASL", "HTTP 401", "invalid_client", "look at Authentication.OAuthBearer"}},
		"a token for another audience": {
			detail{"Brokers": someBroker.Brokers("OAUTH"), "Authentication": by(elsewhere.URL, "hu+sh/")},
			detail{"Brokers": someBroker.Brokers("OAUTH"), "Authentication": by(server.URL, "hu+sh/")},
			[]string{someBroker.Nodes[0].Address("OAUTH"), "SASL", "audience"}},
		"an unknown CA": {
			detail{"Brokers": someBroker.Brokers("SSL"), "Authentication": trusting(other.path("ca.pem"))},
			detail{"Brokers": someBroker.Brokers("SSL"), "Authentication": trusting(ca)},
			[]string{someBroker.Nodes[0].Address("SSL"), "TLS"}},
		"no client's certificate": {
			detail{"Brokers": someBroker.Brokers("MTLS"), "Authentication": trusting(ca)},
			detail{"Brokers": someBroker.Brokers("MTLS"), "Authentication": table{"TLS": table{"Enabled": true, "CAFile": ca, "CertFile": a.path("client.pem"), "KeyFile": a.path("client.key")}}},
			[]string{someBroker.Nodes[0].Address("MTLS"), "TLS"}},
		"TLS to a port without":   {detail{"Brokers": someBroker.Brokers("PLAINTEXT"), "Authentication": trusting(ca)}, plain(), []string{someBroker.Nodes[0].Address("PLAINTEXT"), "TLS"}},
		"no TLS to a port of TLS": {detail{"Brokers": someBroker.Brokers("SSL")}, plain(), []string{someBroker.Nodes[0].Address("SSL")}},
		"a port that is closed":   {detail{"Brokers": []string{"127.0.0.1:1"}}, plain(), []string{"127.0.0.1:1", "connect"}},
		"a host that is not":      {detail{"Brokers": []string{"kafka.invalid:9092"}}, plain(), []string{"kafka.invalid:9092", "resolve"}},
	} {
		s := s
		t.Run(name, func(t *testing.T) {
			maybeScram(t, name)
			c, dir := broker(t), t.TempDir()
			t.Parallel()
			topic := topicOf(t, c, 2, 1)
			d := toKafka(nil, topic).with(s.wrong).with(spool(dir)).with(detail{"StopTimeout": "100ms"})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			eventually(t, "the log says why", func() bool { return logs.has(append(s.says, l.name)...) })
			l.end()
			if end, err := c.Ends(topic); err != nil || end > 0 {
				t.Fatalf("%d records arrived, %v", end, err)
			}
			again := begin(t, anyRelease(), toKafka(nil, topic).with(s.mended).with(spool(dir)), 0, 0)
			arrive(t, c, records, topic)
			again.end()
			exactly(t, c, records, topic)
		})
	}
}

// The broker's certificate is for 127.0.0.1 only.
func TestKafkaACertificateOfAnotherHostIsNotTrusted(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	t.Parallel()
	topic := topicOf(t, c, 2, 1)
	if _, err := net.LookupHost("localhost"); err != nil {
		t.Skip("localhost has no address here: ", err)
	}
	address := "localhost" + someBroker.Nodes[0].Address("SSL")[len("127.0.0.1"):]
	d := toKafka([]string{address}, topic).with(spool(dir)).with(detail{"StopTimeout": "100ms",
		"Authentication": trusting(someBroker.authority.path("ca.pem"))})
	l := begin(t, anyRelease(), d, 0, records)
	l.delivered(records)
	eventually(t, "the log says why", func() bool { return logs.has(l.name, address, "TLS") })
	l.end()
	if end, err := c.Ends(topic); err != nil || end > 0 {
		t.Fatalf("%d records arrived, %v", end, err)
	}
}
