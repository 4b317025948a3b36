package faults

import (
	"os"
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

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
