// Command sink is an HTTPS server to try delivered flushers with: `sink CA-FILE FILE COMMAND...` writes its
// certificate to CA-FILE, runs the command with its URL in $SINK, appends what is posted to it to FILE, and
// ends as the command does.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

// issue makes a certificate of ours, for an hour, signed by signer (nil: by itself).
func issue(like x509.Certificate, signer *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	like.NotBefore, like.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if signer == nil {
		signer, by = &like, key
	}
	der, err := x509.CreateCertificate(rand.Reader, &like, signer, &key.PublicKey, by)
	return der, key, err
}

// certificate is that of the server, and the one that it is to be trusted by, as PEM.
func certificate() (tls.Certificate, []byte, error) {
	authority := x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "sink CA"},
		IsCA:         true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	ca, by, err := issue(authority, nil, nil)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	own, key, err := issue(x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "sink"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, &authority, by)
	return tls.Certificate{Certificate: [][]byte{own}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}), err
}

func run(args []string) error {
	if len(args) < 4 {
		return fmt.Errorf("usage: sink CA-FILE FILE COMMAND")
	}
	own, ca, err := certificate()
	if err != nil {
		return err
	}
	if err := os.WriteFile(args[1], ca, 0o644); err != nil {
		return err
	}
	file, err := os.OpenFile(args[2], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}})
	if err != nil {
		return err
	}
	var lock sync.Mutex
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		lock.Lock()
		defer lock.Unlock()
		if _, failed := file.Write(body); err != nil || failed != nil || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})}
	go func() { _ = server.Serve(listener) }()
	command := exec.Command(args[3], args[4:]...)
	command.Env = append(os.Environ(), "SINK=https://"+listener.Addr().String()+"/")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "sink:", err)
		os.Exit(1)
	}
}
