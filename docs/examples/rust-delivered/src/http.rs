//! As much of HTTP/1.1 as a POST needs, over TCP or TLS (rustls). One connection for each request.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::pki_types::{pem::PemObject, CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

pub struct Server {
    host: String,
    port: u16,
    path: String,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    timeout: Duration,
    /// The connections that are open, to be hung up.
    open: Mutex<Vec<TcpStream>>,
}

pub struct Answer {
    pub status: u16,
    pub retry_after: i64,
}

pub struct Failure {
    /// Something of the request was written: it may have arrived.
    pub sent: bool,
    pub why: String,
}

fn trusting(ca_file: &str) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    let bad = |e| format!("CAFile: '{ca_file}': {e}");
    for certificate in CertificateDer::pem_file_iter(ca_file).map_err(bad)? {
        let _ = roots.add(certificate.map_err(bad)?); // the system's may hold odd ones
    }
    if roots.is_empty() {
        return Err(format!("CAFile: '{ca_file}' holds no certificate: want PEM"));
    }
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

impl Server {
    pub fn new(url: &str, ca_file: &str, timeout: Duration) -> Result<Server, String> {
        let wrong = || format!("URL: want http://host or https://host, got '{url}'");
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (place, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
            None => (place, if scheme == "https" { 443 } else { 80 }),
        };
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '@';
        if host.is_empty() || url.contains(odd) {
            return Err(wrong());
        }
        let tls = match scheme {
            "http" => None,
            "https" => {
                let name = ServerName::try_from(host.to_owned()).map_err(|_| wrong())?;
                Some((trusting(ca_file)?, name))
            }
            _ => return Err(wrong()),
        };
        let (host, path) = (host.to_owned(), path.to_owned());
        Ok(Server { host, port, path, tls, timeout, open: Mutex::new(Vec::new()) })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// End all requests under way.
    pub fn hang_up(&self) {
        for stream in self.open().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn connect(&self, deadline: Instant) -> std::io::Result<TcpStream> {
        let mut last = std::io::Error::other("the host has no address");
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            let left = deadline.saturating_duration_since(Instant::now());
            match TcpStream::connect_timeout(&address, left.max(Duration::from_millis(1))) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(self.timeout))?;
                    stream.set_write_timeout(Some(self.timeout))?;
                    self.open().push(stream.try_clone()?);
                    return Ok(stream);
                }
                Err(e) => last = e,
            }
        }
        Err(last)
    }

    pub fn post(&self, body: &[u8]) -> Result<Answer, Failure> {
        let deadline = Instant::now() + self.timeout;
        let mut sent = false;
        let answer = self.connect(deadline).and_then(|stream| {
            let own = stream.peer_addr().ok().zip(stream.local_addr().ok());
            let result = match &self.tls {
                None => self.exchange(stream, body, deadline, &mut sent),
                Some((config, name)) => ClientConnection::new(config.clone(), name.clone())
                    .map_err(std::io::Error::other)
                    .and_then(|tls| {
                        self.exchange(StreamOwned::new(tls, stream), body, deadline, &mut sent)
                    }),
            };
            self.open().retain(|s| s.peer_addr().ok().zip(s.local_addr().ok()) != own);
            result
        });
        answer.map_err(|e| Failure { sent, why: format!("no answer from the server: {e}") })
    }

    fn exchange(
        &self,
        mut stream: impl Read + Write,
        body: &[u8],
        deadline: Instant,
        sent: &mut bool,
    ) -> std::io::Result<Answer> {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}:{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.path,
            self.host,
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes())?; // over TLS, behind the handshake
        *sent = true;
        stream.write_all(body)?;
        stream.flush()?;
        let mut answer = Vec::new();
        let mut chunk = [0; 1024];
        while answer.len() < 65536 && !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut chunk)? {
                0 => break,
                n => answer.extend_from_slice(&chunk[..n]),
            }
            if Instant::now() > deadline {
                return Err(std::io::ErrorKind::TimedOut.into());
            }
        }
        parse(&String::from_utf8_lossy(&answer))
    }
}

fn parse(head: &str) -> std::io::Result<Answer> {
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .filter(|line| line.starts_with("HTTP/1."))
        .and_then(|line| line.split(' ').nth(1)?.parse().ok())
        .ok_or_else(|| std::io::Error::other("it is no answer of HTTP"))?;
    let seconds = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("Retry-After"))
        .and_then(|(_, value)| value.trim().parse::<i64>().ok())
        .filter(|seconds| (0..=86400).contains(seconds))
        .unwrap_or(0);
    Ok(Answer { status, retry_after: seconds * 1_000_000_000 })
}
