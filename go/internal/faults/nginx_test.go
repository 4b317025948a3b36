package faults

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

// nginx is a real server before the oracle, with a log of the requests.
type nginx struct {
	dir, plain, tls string // the latter are addresses
}

const nginxConfig = `daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f;
  uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  client_max_body_size 2k; limit_req_zone $server_port zone=some:1m rate=40r/s; limit_req_status 429;
  log_format j escape=json '{"Protocol":"$server_protocol","Status":"$status","Client":"$ssl_client_s_dn"}';
  server {
    listen %[2]s; listen %[3]s ssl http2;
    ssl_certificate %[4]s/server.pem; ssl_certificate_key %[4]s/server.key;
    ssl_client_certificate %[4]s/ca.pem; ssl_verify_client optional;
    access_log %[1]s/access.log j; keepalive_requests 7;
    location / { proxy_pass %[5]s; }
    location /mtls { if ($ssl_client_verify != SUCCESS) { return 403; } proxy_pass %[5]s; }
    location /large { client_max_body_size 64m; proxy_pass %[5]s; }
    location /429 { limit_req zone=some; proxy_pass %[5]s; }
    location /closed { return 444; }
    location /down { proxy_pass http://127.0.0.1:1; }
  }
}
`

func startNginx(t *testing.T, o *oracle.Oracle, a *authority) *nginx {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path = "/usr/sbin/nginx"; exec.Command(path, "-v").Run() != nil {
			t.Skip("left out: there is no nginx: install nginx-light")
		}
	}
	n := &nginx{dir: t.TempDir(), plain: oracle.Address(), tls: oracle.Address()}
	a.sign("server", "127.0.0.1", hour)
	config := filepath.Join(n.dir, "nginx.conf")
	must(t, os.WriteFile(config, []byte(fmt.Sprintf(nginxConfig, n.dir, n.plain, n.tls, a.dir, o.Server.URL)), 0600))
	// Its workers run as another user, unless told otherwise.
	arguments := []string{"-c", config, "-e", filepath.Join(n.dir, "error.log")}
	if os.Getuid() == 0 {
		arguments = append(arguments, "-g", "user root;")
	}
	server := exec.Command(path, arguments...)
	server.Stderr = os.Stderr
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	})
	eventually(t, "nginx listens", func() bool {
		conn, err := net.Dial("tcp", n.tls)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return n
}

// served counts the lines of nginx's log that this is true for.
func (n *nginx) served(t *testing.T, of func(protocol, status, client string) bool) (count int) {
	file, err := os.Open(filepath.Join(n.dir, "access.log"))
	must(t, err)
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct{ Protocol, Status, Client string }
		must(t, json.Unmarshal(lines.Bytes(), &line))
		if of(line.Protocol, line.Status, line.Client) {
			count++
		}
	}
	return count
}

func TestNginx(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tls     bool
		path    string
		more    detail
		repeats int
		proof   func(protocol, status, client string) bool // of at least one request
	}{
		"HTTP/1.1": {path: "/large", more: lines,
			proof: func(protocol, _, _ string) bool { return protocol == "HTTP/1.1" }},
		"HTTP/2 by TLS": {tls: true, path: "/large", more: detail{"Concurrency": 8},
			proof: func(protocol, status, _ string) bool { return protocol == "HTTP/2.0" && status == "200" }},
		"HTTP/1.1 by TLS when told so": {tls: true, path: "/large", more: detail{"HTTPVersion": "1.1"},
			proof: func(protocol, status, _ string) bool { return protocol == "HTTP/1.1" && status == "200" }},
		"client certificates": {tls: true, path: "/mtls",
			proof: func(_, status, client string) bool { return status == "200" && strings.Contains(client, "CN=client") }},
		"429 of a rate limit": {path: "/429", more: lines,
			proof: func(_, status, _ string) bool { return status == "429" }},
		"413 of its bound": {path: "/", more: lines,
			proof: func(_, status, _ string) bool { return status == "413" }},
		"connections of seven requests, gzip": {tls: true, path: "/", more: detail{"Compression": "gzip"},
			proof: func(_, status, _ string) bool { return status == "200" }},
	} {
		c := c
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o, a := t.TempDir(), newOracle(t), newAuthority(t)
			n := startNginx(t, o, a)
			a.sign("client", "client", hour)
			d := quick("http://" + n.plain + c.path).with(letters(dir)).with(c.more)
			if c.tls {
				d["RemoteURL"] = "https://" + n.tls + c.path
				d["TLS"] = table{"CAFile": a.path("ca.pem"), "CertFile": a.path("client.pem"), "KeyFile": a.path("client.key")}
			}
			l := begin(t, anyRelease(), d, 0, records)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			if dead := conserved(t, o, dir, records, c.repeats); dead > 0 {
				t.Errorf("%d dead letters", dead)
			}
			if n.served(t, c.proof) == 0 {
				t.Error("nginx's log does not prove it")
			}
		})
	}
}

// What nginx does not take stays: answers of 502 and 403, and a connection that it closes.
func TestNginxThatRefuses(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"502": "/down", "403": "/mtls", "abrupt close": "/closed"} {
		path := path
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o, a := t.TempDir(), newOracle(t), newAuthority(t)
			n := startNginx(t, o, a)
			d := quick("https://" + n.tls + path).with(lines).with(spool(dir)).with(detail{"StopTimeout": "100ms",
				"TLS": table{"CAFile": a.path("ca.pem")}})
			l := begin(t, anyRelease(), d, 0, records)
			l.delivered(records)
			l.end()
			if o.Count() > 0 {
				t.Fatal("records came through")
			}
			d["RemoteURL"] = "https://" + n.tls + "/large"
			again := begin(t, anyRelease(), d, 0, 0)
			eventually(t, "all arrive", allAcked(o, records))
			again.end()
			conserved(t, o, dir, records, none)
		})
	}
}

// A proxy that breaks connections stands before nginx, as TLS and HTTP/2 pass through it.
func TestNginxBehindANetworkThatBreaks(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]oracle.Fault{
		"reset in the handshake": {Request: 200, End: oracle.Reset},
		"reset in a request":     {Request: 3000, End: oracle.Reset},
		"reset in an answer":     {Answer: 3500, End: oracle.Reset},
		"stall in a request":     {Request: 3000, End: oracle.Stall},
		"slow":                   {Slow: time.Millisecond},
	} {
		fault := fault
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o, a := t.TempDir(), newOracle(t), newAuthority(t)
			n := startNginx(t, o, a)
			network, err := oracle.FrontOf("https://"+n.tls, func(connection int) *oracle.Fault {
				if connection > 4 {
					return nil
				}
				return &fault
			})
			must(t, err)
			t.Cleanup(network.Shut)
			d := quick(network.URL() + "/large").with(letters(dir)).with(detail{
				"TLS": table{"CAFile": a.path("ca.pem")}})
			l := begin(t, anyRelease(), d, 0, records)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			conserved(t, o, dir, records, anyOf)
			if n.served(t, func(protocol, _, _ string) bool { return protocol == "HTTP/2.0" }) == 0 {
				t.Error("nginx's log does not prove HTTP/2")
			}
		})
	}
}
