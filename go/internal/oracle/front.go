package oracle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// End is how a front ends a connection that it has done enough harm to.
type End int

// Ends of connections.
const (
	Reset     End = iota // RST
	Close                // FIN
	HalfClose            // FIN, and what comes is still read
	Stall                // nothing any more, in either direction
)

// Fault is what happens to a connection, beneath HTTP.
type Fault struct {
	// Reply, where it is not empty, answers the first request as it stands. It
	// acknowledges the request's records if Takes is set.
	Reply string
	Takes bool
	Later bool // the second request; the first is taken

	// Request and Answer are bytes that pass before the end; 0 means that this
	// direction is not cut. Whole reads the first request to its end instead.
	Request, Answer int
	Whole           bool

	// Slow is the pause after each 512 bytes of the request. The connection then
	// lives on.
	Slow time.Duration

	End End
}

// Front is a TCP proxy before an oracle.
type Front struct {
	oracle   *Oracle // nil: of another server
	back     string  // URL of the server
	address  string
	mu       sync.Mutex
	listener net.Listener
	fault    func(connection int) *Fault
	accepted int
	struck   int
	open     map[net.Conn]bool
}

// Front starts a front. The fault of connection number n, from 0, is fault(n);
// nil, and a nil *Fault, let it pass.
func (o *Oracle) Front(fault func(connection int) *Fault) (*Front, error) {
	f, err := FrontOf(o.Server.URL, fault)
	f.oracle = o
	return f, err
}

// FrontOf starts one before any other server, where no fault can have a Reply.
func FrontOf(url string, fault func(connection int) *Fault) (*Front, error) {
	return FrontAt(Address(), url, fault)
}

// FrontAt starts one at an address that the server was told before.
func FrontAt(address, url string, fault func(connection int) *Fault) (*Front, error) {
	f := &Front{back: url, fault: fault, address: address, open: map[net.Conn]bool{}}
	return f, f.Listen()
}

// Address is where it listens.
func (f *Front) Address() string { return f.address }

var ports atomic.Int32

// Address is one that can be listened on. Its port lies below those that the
// system gives out, so that while nobody listens there nobody else gets it.
func Address() string {
	for {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+(os.Getpid()*61+int(ports.Add(1)))%12000)
		listener, err := net.Listen("tcp", address)
		if err == nil {
			_ = listener.Close()
			return address
		}
	}
}

// URL is where the front is, with the scheme of what is behind it.
func (f *Front) URL() string {
	scheme, _, _ := strings.Cut(f.back, "://")
	return scheme + "://" + f.address
}

// Listen opens the port again, the same as before, after Shut. A process that
// is just being started holds a copy of the old listener until it executes.
func (f *Front) Listen() error {
	listener, err := net.Listen("tcp", f.address)
	for tries := 0; errors.Is(err, syscall.EADDRINUSE) && tries < 500; tries++ {
		time.Sleep(10 * time.Millisecond)
		listener, err = net.Listen("tcp", f.address)
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listener, f.address = listener, listener.Addr().String()
	go f.accept(listener)
	return nil
}

// Shut closes the port, so that connections are refused, and resets those open.
func (f *Front) Shut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.listener.Close()
	for conn := range f.open {
		reset(conn)
	}
	f.open = map[net.Conn]bool{}
}

// Set replaces the fault; nil heals, for new connections; those open are reset.
func (f *Front) Set(fault func(connection int) *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
	for conn := range f.open {
		reset(conn)
	}
	f.open = map[net.Conn]bool{}
}

// Connections is how many were accepted.
func (f *Front) Connections() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.accepted
}

// Struck is how many were ended by a fault.
func (f *Front) Struck() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.struck
}

func (f *Front) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		var fault *Fault
		if f.fault != nil {
			fault = f.fault(f.accepted)
		}
		f.accepted++
		f.open[conn] = true
		f.mu.Unlock()
		go f.serve(conn, fault)
	}
}

func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (f *Front) serve(conn net.Conn, fault *Fault) {
	switch {
	case fault == nil:
		f.pass(conn, &Fault{})
	case fault.Reply != "" || fault.Whole:
		f.reply(conn, fault)
	default:
		f.pass(conn, fault)
	}
}

// reply answers by itself.
func (f *Front) reply(conn net.Conn, fault *Fault) {
	reader := bufio.NewReader(conn)
	if fault.Later && f.request(reader, true) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	if !f.request(reader, fault.Takes) {
		_ = conn.Close()
		return
	}
	_, _ = io.WriteString(conn, fault.Reply)
	f.end(conn, fault.End)
}

// request reads one; false if it does not come whole.
func (f *Front) request(from *bufio.Reader, takes bool) bool {
	request, err := http.ReadRequest(from)
	if err != nil {
		return false
	}
	body, err := read(request)
	if err == nil && takes {
		f.oracle.acknowledge(body)
	}
	return err == nil
}

// pass lets bytes through until the fault strikes.
func (f *Front) pass(conn net.Conn, fault *Fault) {
	_, address, _ := strings.Cut(f.back, "://")
	back, err := net.Dial("tcp", address)
	if err != nil {
		reset(conn)
		return
	}
	go func() {
		f.relay(back, conn, fault.Request, fault.Slow)
		if fault.Request > 0 {
			f.end(conn, fault.End)
			if fault.End != Stall {
				_ = back.Close()
			}
			return
		}
		_ = back.(*net.TCPConn).CloseWrite()
	}()
	f.relay(conn, back, fault.Answer, 0)
	if fault.Answer > 0 {
		f.end(conn, fault.End)
	} else if fault.Request == 0 {
		_ = conn.Close()
	}
	if fault.End != Stall || fault.Request == 0 {
		_ = back.Close()
	}
}

// relay copies until n bytes have passed (0: all), or one of the two is closed.
func (f *Front) relay(to io.Writer, from io.Reader, n int, slow time.Duration) {
	if n > 0 {
		from = io.LimitReader(from, int64(n))
	}
	if slow == 0 {
		if passed, _ := io.Copy(to, from); n > 0 && passed == int64(n) {
			f.mu.Lock()
			f.struck++
			f.mu.Unlock()
		}
		return
	}
	for {
		if n, err := io.CopyN(to, from, 512); err != nil || n == 0 {
			return
		}
		time.Sleep(slow)
	}
}

func (f *Front) end(conn net.Conn, end End) {
	switch end {
	case Reset:
		reset(conn)
	case Close:
		_ = conn.Close()
	case HalfClose:
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	case Stall: // Set and Shut end it
	}
}
