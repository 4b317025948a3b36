package faults

import (
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

func TestKafkaTakesTokens(t *testing.T) {
	broker(t)
	a := someBroker.authority
	ca := a.path("ca.pem")
	plain := newTokens().at(t, "")
	secure := newTokens().at(t, "", a.sign("tokens", "127.0.0.1", hour))
	own := table{"TLS": table{"CAFile": ca}}
	for name, s := range map[string]struct {
		listener       string
		authentication table
	}{
		"plaintext":      {"OAUTH", by(plain.URL, "hu+sh/")},
		"extensions":     {"OAUTH", by(plain.URL, "hu+sh/", table{"Extensions": table{"tenant": "a b", "zone": "z"}})},
		"TLS":            {"OAUTH_SSL", trusting(ca, by(plain.URL, "hu+sh/"))},
		"TLS everywhere": {"OAUTH_SSL", trusting(ca, by(secure.URL, "hu+sh/", own))},
	} {
		s := s
		t.Run(name, func(t *testing.T) {
			getsIn(t, s.listener, s.authentication)
		})
	}
}

// The broker hangs up on whose token has expired.
func TestKafkaTokensAreRenewed(t *testing.T) {
	c := broker(t)
	t.Parallel()
	server := newTokens()
	server.life = 5 * time.Second
	server.at(t, "")
	topic := topicOf(t, c, 2, 1)
	count := rounds(1200, 5000)
	d := toKafka(c.Brokers("OAUTH"), topic).with(detail{"Authentication": by(server.URL, "hu+sh/"), "RateLimit": table{"Records": 100}})
	l := begin(t, anyRelease(), d, 0, count)
	arrive(t, c, count*9/10, topic)
	l.end()
	exactly(t, c, count, topic)
	if n := server.given.Load(); n < 3 {
		t.Errorf("%d tokens were fetched", n)
	}
}

func TestKafkaWaitsForTheTokenServer(t *testing.T) {
	c := broker(t)
	t.Parallel()
	topic, address := topicOf(t, c, 2, 1), oracle.Address()
	url := "http://" + address + "/token?key=private"
	l := begin(t, anyRelease(), toKafka(c.Brokers("OAUTH"), topic).with(detail{"Authentication": by(url, "hu+sh/")}), 0, records)
	eventually(t, "the log says why", func() bool {
		return logs.has(l.name, "SASL", "POST http://"+address+"/token: can't connect", "look at Authentication.OAuthBearer")
	})
	newTokens().at(t, address)
	arrive(t, c, records, topic)
	l.end()
	exactly(t, c, records, topic)
	if logs.has(l.name, "hu+sh/") || logs.has(l.name, "private") {
		t.Error("the log holds a secret")
	}
}

// Brokers come to take other tokens, or the server to give others, while those of before live on.
func TestKafkaFetchesAnotherTokenWhenOneIsRefused(t *testing.T) {
	c := broker(t)
	t.Parallel()
	topic, server := topicOf(t, c, 2, 1), newTokens()
	server.audience.Store("another")
	server.at(t, "")
	l := begin(t, anyRelease(), toKafka(c.Brokers("OAUTH"), topic).with(detail{"Authentication": by(server.URL, "hu+sh/")}), 0, records)
	eventually(t, "the log says why", func() bool { return logs.has(l.name, "SASL", "audience") })
	server.audience.Store("kafka")
	arrive(t, c, records, topic)
	l.end()
	exactly(t, c, records, topic)
}

func TestKafkaDoesNotWaitForATokenWhenItStops(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	t.Parallel()
	topic := topicOf(t, c, 2, 1)
	hanging := newTokens()
	hanging.hangs = true
	hanging.at(t, "")
	d := toKafka(c.Brokers("OAUTH"), topic).with(spool(dir)).with(detail{"StopTimeout": "100ms", "Timeout": "10m"})
	l := begin(t, anyRelease(), d.with(detail{"Authentication": by(hanging.URL, "hu+sh/")}), 0, records)
	l.delivered(records)
	eventually(t, "a token is asked for", func() bool { return hanging.asked.Load() > 0 })
	start := time.Now()
	l.end()
	if took := time.Since(start); took > patience {
		t.Errorf("it took %v to stop", took)
	}
	again := begin(t, anyRelease(), d.with(detail{"StopTimeout": "20s", "Authentication": by(newTokens().at(t, "").URL, "hu+sh/")}), 0, 0)
	arrive(t, c, records, topic)
	again.end()
	exactly(t, c, records, topic)
}
