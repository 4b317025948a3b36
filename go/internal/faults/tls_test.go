package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"
)

// authority is a CA that signs what a test wants.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var serial atomic.Int64

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	var err error
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial.Add(1)), Subject: pkix.Name{CommonName: "test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	must(t, err)
	a.cert, err = x509.ParseCertificate(der)
	must(t, err)
	a.write("ca.pem", "CERTIFICATE", der)
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// write replaces the file in one step, as tools that renew certificates do.
func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	must(a.t, os.WriteFile(a.path(name+".new"), text, 0600))
	must(a.t, os.Rename(a.path(name+".new"), a.path(name)))
}

// sign writes NAME.pem and NAME.key for a host, good until then.
func (a *authority) sign(name, host string, until time.Time) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(a.t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial.Add(1)), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	must(a.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	must(a.t, err)
	a.write(name+".key", "PRIVATE KEY", keyDER)
	a.write(name+".pem", "CERTIFICATE", der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

var hour = time.Now().Add(time.Hour)

// secure is an oracle with TLS, whose certificate may be changed.
func secure(t *testing.T, first tls.Certificate, config *tls.Config) (*oracle.Oracle, *atomic.Value) {
	current := &atomic.Value{}
	current.Store(first)
	config.NextProtos = []string{"h2", "http/1.1"}
	own := config.Clone() // httptest puts a certificate of its own into config
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		now := own.Clone()
		now.Certificates = []tls.Certificate{current.Load().(tls.Certificate)}
		return now, nil
	}
	o := oracle.NewUnstarted()
	o.Server.TLS = config
	o.Server.EnableHTTP2 = true
	o.Server.Config.ErrorLog = nowhere
	o.Server.StartTLS()
	t.Cleanup(o.Close)
	return o, current
}

// A server that is not to be trusted gets nothing; once its certificate is mended, it gets all.
func TestACertificateThatIsNotToBeTrusted(t *testing.T) {
	for name, bad := range map[string]struct {
		host  string
		until time.Time
		other bool
	}{
		"expired":    {host: "127.0.0.1", until: time.Now().Add(-time.Hour)},
		"unknown CA": {host: "127.0.0.1", until: hour, other: true},
		"wrong host": {host: "elsewhere.example", until: hour},
	} {
		bad, name := bad, name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, dir := newAuthority(t), t.TempDir()
			signer := a
			if bad.other {
				signer = newAuthority(t)
			}
			o, current := secure(t, signer.sign("server", bad.host, bad.until), &tls.Config{MinVersion: tls.VersionTLS12})
			d := quick(o.Server.URL).with(letters(dir)).with(detail{"TLS": table{"CAFile": a.path("ca.pem")}})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			eventually(t, "the log says why", func() bool { return logs.has(l.name, "certificate is not to be trusted") })
			if n := o.Count(); n > 0 {
				t.Fatalf("%d records went to a server that is not to be trusted", n)
			}
			current.Store(a.sign("server", "127.0.0.1", hour))
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			if dead := conserved(t, o, dir, records, none); dead > 0 {
				t.Errorf("%d dead letters", dead)
			}
		})
	}
}

// The client's certificate is missing, expired, or of another CA, and then renewed in its files.
func TestAClientCertificateIsReadAgainWhenItsFilesChange(t *testing.T) {
	for _, bad := range []string{"expired", "of another CA"} {
		bad := bad
		t.Run(bad, func(t *testing.T) {
			t.Parallel()
			a, dir := newAuthority(t), t.TempDir()
			o, _ := secure(t, a.sign("server", "127.0.0.1", hour), &tls.Config{MinVersion: tls.VersionTLS12,
				ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool()})
			if bad == "expired" {
				a.sign("client", "client", time.Now().Add(-time.Hour))
			} else {
				other := newAuthority(t)
				other.dir = a.dir
				other.sign("client", "client", hour)
			}
			d := quick(o.Server.URL).with(letters(dir)).with(detail{"TLS": table{"CAFile": a.path("ca.pem"),
				"CertFile": a.path("client.pem"), "KeyFile": a.path("client.key")}})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			eventually(t, "it is tried", func() bool { return logs.has(l.name, "POST https://") })
			if n := o.Count(); n > 0 {
				t.Fatalf("the server took %d records without a good certificate", n)
			}
			a.sign("client", "client", hour)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			conserved(t, o, dir, records, anyOf)
		})
	}
}

func TestAClientWithoutTheCertificateThatIsWantedKeepsItsRecords(t *testing.T) {
	t.Parallel()
	a, dir := newAuthority(t), t.TempDir()
	o, _ := secure(t, a.sign("server", "127.0.0.1", hour), &tls.Config{MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool()})
	d := quick(o.Server.URL).with(spool(dir)).with(detail{"TLS": table{"CAFile": a.path("ca.pem")}, "StopTimeout": "200ms"})
	l := begin(t, anyRelease(), d, 0, records)
	l.delivered(records)
	l.end()
	a.sign("client", "client", hour)
	d["TLS"] = table{"CAFile": a.path("ca.pem"), "CertFile": a.path("client.pem"), "KeyFile": a.path("client.key")}
	again := begin(t, anyRelease(), d, 0, 0)
	eventually(t, "all arrive", allAcked(o, records))
	again.end()
	conserved(t, o, dir, records, anyOf)
}

// A server that was trusted when the connection was made is asked again once the CA file has changed.
func TestTLSOptionsWork(t *testing.T) {
	a := newAuthority(t)
	old, _ := secure(t, a.sign("server", "127.0.0.1", hour), &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12})
	for name, c := range map[string]struct {
		tls   table
		works bool
	}{
		"with the CA":             {table{"CAFile": a.path("ca.pem")}, true},
		"without":                 {table{}, false},
		"without verification":    {table{"InsecureSkipVerify": true}, true},
		"a version that is there": {table{"CAFile": a.path("ca.pem"), "MinVersion": "1.2"}, true},
		"a version too new":       {table{"CAFile": a.path("ca.pem"), "MinVersion": "1.3"}, false},
	} {
		c := c
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := quick(old.Server.URL).with(letters(dir)).with(detail{"TLS": c.tls, "StopTimeout": "2s"})
			if !c.works {
				d["StopTimeout"] = "100ms"
			}
			l := begin(t, anyRelease(), d, 0, 5)
			l.delivered(5)
			l.end()
			if dead := len(deadIDs(t, dir)); (dead == 0) != c.works {
				t.Errorf("%d of 5 records are dead letters", dead)
			}
		})
	}
}

func TestABadTLSFileRefusesThePipeline(t *testing.T) {
	agent := harness.New(harness.Config{Release: anyRelease(), Logf: logs.printf})
	err := agent.Run(pipelineOf("bad-tls", quick("https://127.0.0.1:1").with(detail{"TLS": table{"CAFile": "/no/such/file"}}), 0, 0))
	if err == nil || !strings.Contains(err.Error(), "TLS.CAFile: open '/no/such/file'") {
		t.Errorf("got %v", err)
	}
}
