package faults

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ilf.local/go/internal/kafka"
	"ilf.local/go/internal/oracle"
)

// Kafka's tests run by themselves: ILF_FAULTS is kafka, or kafka-soak for longer.
var (
	withKafka = strings.HasPrefix(os.Getenv("ILF_FAULTS"), "kafka")
	soaking   = os.Getenv("ILF_FAULTS") == "kafka-soak"
)

// needKafka ends the run if it is about a Kafka that is not there.
func needKafka() {
	if !withKafka {
		return
	}
	if err := kafka.Installed(); err != nil {
		if os.Getenv("ILF_REQUIRE_KAFKA") != "" {
			fmt.Println("faults: Kafka is not installed:", err)
			os.Exit(1)
		}
		fmt.Println("faults: skipped: Kafka is not installed:", err)
		os.Exit(0)
	}
}

// someBroker is the one that most tests share. Those that stop it are not parallel.
var someBroker struct {
	*kafka.Cluster
	authority *authority
	kdc       *kafka.KDC // nil where none is installed
	signer    signer
	fronts    []*oracle.Front
	taken     int // fronts
	failed    error
}

const frontsOfBroker = 64

// broker starts it, with the first test that wants it.
func broker(t *testing.T) *kafka.Cluster {
	t.Helper()
	if !withKafka {
		t.Skip("left out; make test-kafka runs it")
	}
	b := &someBroker
	if b.Cluster == nil && b.failed == nil {
		dir, err := os.MkdirTemp("", "ilf-kafka-tls.")
		must(t, err)
		b.authority = newAuthority(t)
		b.authority.dir = dir
		b.authority.write("ca.pem", "CERTIFICATE", b.authority.cert.Raw)
		b.authority.keystore("server", "127.0.0.1")
		b.authority.sign("client", "client", hour)
		var addresses []string
		for i := 0; i < frontsOfBroker; i++ {
			addresses = append(addresses, oracle.Address())
		}
		if kafka.HasKDC() {
			b.kdc, b.failed = kafka.StartKDC()
		}
		if b.failed == nil {
			b.Cluster, b.failed = kafka.Start(kafka.Options{Nodes: 1, Certificates: dir, Keys: b.signer.keys(t, dir),
				Fronts: addresses, KDC: b.kdc})
		}
		for i := 0; i < frontsOfBroker && b.failed == nil; i++ {
			var f *oracle.Front
			f, b.failed = oracle.FrontAt(addresses[i], "tcp://"+b.Behind(i), nil)
			b.fronts = append(b.fronts, f)
		}
	}
	if b.failed != nil {
		t.Fatal(b.failed)
	}
	return b.Cluster
}

func stopKafka() {
	if someBroker.Cluster != nil {
		someBroker.Stop()
		if someBroker.kdc != nil {
			someBroker.kdc.Stop()
		}
		_ = os.RemoveAll(someBroker.authority.dir)
	}
}

// frontOf is a front before the broker, for this test alone.
func frontOf(t *testing.T, fault func(connection int) *oracle.Fault) *oracle.Front {
	t.Helper()
	broker(t)
	if someBroker.taken == frontsOfBroker {
		t.Fatal("too few fronts: see frontsOfBroker")
	}
	f := someBroker.fronts[someBroker.taken]
	someBroker.taken++
	f.Set(fault)
	return f
}

// keystore writes NAME.keystore.pem, as a broker reads it.
func (a *authority) keystore(name, host string) {
	a.t.Helper()
	a.sign(name, host, hour)
	key, err := os.ReadFile(a.path(name + ".key"))
	must(a.t, err)
	cert, err := os.ReadFile(a.path(name + ".pem"))
	must(a.t, err)
	must(a.t, os.WriteFile(a.path(name+".keystore.pem"), append(key, cert...), 0o600))
}

// encrypt puts a passphrase on the client's key.
func (a *authority) encrypt(name, passphrase string) string {
	a.t.Helper()
	path := a.path(name + ".secret.key")
	said, err := exec.Command("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", a.path(name+".key"), "-out", path,
		"-passout", "pass:"+passphrase).CombinedOutput()
	if err != nil {
		a.t.Fatalf("openssl: %v: %s", err, said)
	}
	return path
}
