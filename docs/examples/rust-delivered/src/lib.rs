//! flusher_example_rust_delivered - post every log as lines key=value to a server, in Rust, with TLS.
//!
//!     cargo build --release --locked
//!
//! Queue, retries, spool and dead letters are the runtime's: here are the records (`encode`), their way to
//! the server (`post`), and what its answers mean (`verdict_of`). Each send is a thread, so there is no poll
//! and no wake. No panic may leave a hook, or it ends the agent; neither may memory run short, where Rust
//! aborts.

#[allow(dead_code)]
#[path = "../../rust/ilf.rs"]
mod ilf;
mod http;

use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void, CStr};
use std::mem::{offset_of, size_of};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use http::{Failure, Server};

/// Comes zeroed, with the options filled in.
#[repr(C)]
struct Instance {
    url: *const c_char,
    ca_file: *const c_char,
    timeout: i64,
    sender: *mut Sender,
}

struct Sender {
    server: Arc<Server>,
    under_way: Arc<UnderWay>,
    threads: Vec<JoinHandle<()>>,
    last: u64,
}

/// The sends that have not ended. Whoever takes one out of the map completes it.
struct UnderWay {
    host: *const ilf::Host,
    payloads: Mutex<HashMap<u64, *const ilf::Payload>>,
}

// The host's functions may be called from any thread until stop has returned, which joins ours.
unsafe impl Send for UnderWay {}
unsafe impl Sync for UnderWay {}

impl UnderWay {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, *const ilf::Payload>> {
        self.payloads.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn end(&self, send: u64, verdict: ilf::Verdict, flags: u32, code: i32, wait: i64, why: &str) {
        let payload = self.lock().remove(&send);
        if let Some(payload) = payload {
            unsafe { (*self.host).complete(payload, verdict, flags, code, wait, why) }
        }
    }
}

/// Run the body of a hook, and tell the host how it failed.
unsafe fn guarded(
    err: *mut ilf::Error,
    body: impl FnOnce(&mut ilf::Error) -> Result<(), ilf::Status>,
) -> ilf::Status {
    let mut own = ilf::Error::new(); // the host's may be NULL
    let status = match catch_unwind(AssertUnwindSafe(|| body(&mut own))) {
        Ok(Ok(())) => return ilf::OK,
        Ok(Err(status)) => status,
        Err(_) => own.fail(ilf::ERR_DROP, format_args!("a panic in Rust; stderr says where")),
    };
    if !err.is_null() {
        *err = own;
    }
    status
}

unsafe extern "C" fn init(
    this: *mut c_void,
    host: *const ilf::Host,
    err: *mut ilf::Error,
) -> ilf::Status {
    guarded(err, |err| {
        let f = &mut *this.cast::<Instance>();
        let text = |option| String::from_utf8_lossy(CStr::from_ptr(option).to_bytes()).into_owned();
        let timeout = Duration::from_nanos(f.timeout as u64);
        let server = Server::new(&text(f.url), &text(f.ca_file), timeout)
            .map_err(|why| err.fail(ilf::ERR_CONFIG, format_args!("{why}")))?;
        f.sender = Box::into_raw(Box::new(Sender {
            server: Arc::new(server),
            under_way: Arc::new(UnderWay { host, payloads: Mutex::new(HashMap::new()) }),
            threads: Vec::new(),
            last: 0,
        }));
        Ok(())
    })
}

unsafe extern "C" fn encode(
    _this: *mut c_void,
    batch: *const ilf::Batch,
    to: *const ilf::Encoder,
    err: *mut ilf::Error,
) -> ilf::Status {
    guarded(err, |err| {
        let mut lines = Vec::new();
        for group in ilf::slice((*batch).groups, (*batch).n_groups) {
            for log in ilf::slice(group.logs, group.n_logs) {
                lines.clear();
                for kv in ilf::slice(log.contents, log.n_contents) {
                    let (key, value) = (kv.key.bytes(), kv.value.bytes());
                    if lines.try_reserve(key.len() + value.len() + 2).is_err() {
                        return Err(err.fail(ilf::ERR_NOMEM, format_args!("out of memory")));
                    }
                    lines.extend_from_slice(key);
                    lines.push(b'=');
                    lines.extend_from_slice(value);
                    lines.push(b'\n');
                }
                match (*to).put(&lines) {
                    ilf::OK => {}
                    status => return Err(status), // the batch comes again
                }
            }
        }
        Ok(())
    })
}

/// What an answer means for the records. Only what is wrong with them may lose them.
fn verdict_of(status: u16) -> ilf::Verdict {
    match status {
        200..=299 => ilf::DELIVERED,
        413 => ilf::TOO_LARGE,
        400 | 422 => ilf::REJECT,
        _ => ilf::RETRY,
    }
}

fn post(server: &Server, under_way: &UnderWay, send: u64, body: &[u8]) {
    match catch_unwind(AssertUnwindSafe(|| server.post(body))) {
        Ok(Ok(answer)) => under_way.end(
            send,
            verdict_of(answer.status),
            0,
            answer.status.into(),
            answer.retry_after,
            &format!("the server answers HTTP {}", answer.status),
        ),
        Ok(Err(Failure { sent, why })) => {
            let flags = ilf::UNREACHED | if sent { ilf::UNANSWERED } else { 0 };
            under_way.end(send, ilf::RETRY, flags, 0, 0, &why);
        }
        Err(_) => under_way.end(send, ilf::RETRY, ilf::UNANSWERED, 0, 0, "a panic in Rust"),
    }
}

extern "C" {
    fn sigfillset(set: *mut [u64; 16]) -> c_int;
    fn pthread_sigmask(how: c_int, set: *const [u64; 16], before: *mut [u64; 16]) -> c_int;
}
const SIG_SETMASK: c_int = 2;

/// All signals are the agent's: a thread inherits the mask of the one that makes it.
fn spawn(body: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    let (mut all, mut before) = ([0; 16], [0; 16]);
    unsafe {
        sigfillset(&mut all);
        pthread_sigmask(SIG_SETMASK, &all, &mut before);
        let thread = std::thread::Builder::new().name("ilf-example".into()).spawn(body);
        pthread_sigmask(SIG_SETMASK, &before, std::ptr::null_mut());
        thread
    }
}

unsafe extern "C" fn send(this: *mut c_void, payload: *const ilf::Payload) {
    let s = &mut *(*this.cast::<Instance>()).sender;
    s.threads.retain(|thread| !thread.is_finished());
    s.last += 1;
    let number = s.last;
    s.under_way.lock().insert(number, payload);
    // A copy: cancel ends the send, and with it the payload, while the thread may still write it.
    let body = (*payload).bytes.bytes().to_vec();
    let (server, under_way) = (s.server.clone(), s.under_way.clone());
    match spawn(move || post(&server, &under_way, number, &body)) {
        Ok(thread) => s.threads.push(thread),
        Err(e) => s.under_way.end(number, ilf::RETRY, 0, 0, 0, &format!("start a thread: {e}")),
    }
}

unsafe extern "C" fn cancel(this: *mut c_void) {
    let s = &*(*this.cast::<Instance>()).sender;
    let sends: Vec<u64> = s.under_way.lock().keys().copied().collect();
    for number in sends {
        s.under_way.end(number, ilf::CANCELLED, ilf::UNANSWERED, 0, 0, "");
    }
    s.server.hang_up();
}

unsafe extern "C" fn stop(this: *mut c_void, err: *mut ilf::Error) -> ilf::Status {
    guarded(err, |_| {
        let s = Box::from_raw((*this.cast::<Instance>()).sender);
        s.server.hang_up();
        for thread in s.threads {
            let _ = thread.join();
        }
        Ok(())
    })
}

/// Tables hold pointers, which Rust shares between threads only when told that nobody changes them.
struct Constant<T>(T);
unsafe impl<T> Sync for Constant<T> {}

static OPTIONS: Constant<[ilf::Opt; 4]> = Constant([
    ilf::Opt {
        name: c"URL".as_ptr(),
        kind: ilf::OPT_STR,
        offset: offset_of!(Instance, url),
        help: c"POST the records there".as_ptr(),
        flags: ilf::OPT_REQUIRED | ilf::OPT_EXPAND,
        ..ilf::Opt::END
    },
    ilf::Opt {
        name: c"CAFile".as_ptr(),
        kind: ilf::OPT_STR,
        offset: offset_of!(Instance, ca_file),
        default_value: c"/etc/ssl/certs/ca-certificates.crt".as_ptr(),
        help: c"certificates to trust, as PEM".as_ptr(),
        ..ilf::Opt::END
    },
    ilf::Opt {
        name: c"Timeout".as_ptr(),
        kind: ilf::OPT_DURATION,
        offset: offset_of!(Instance, timeout),
        default_value: c"10s".as_ptr(),
        help: c"for one request".as_ptr(),
        min: 1e6,
        max: 3600e9,
        ..ilf::Opt::END
    },
    ilf::Opt::END,
]);

static OPS: Constant<ilf::FlusherOps> = Constant(ilf::FlusherOps {
    name: c"flusher_example_rust_delivered".as_ptr(),
    description: c"posts pairs as lines of key=value to a server; an example in Rust".as_ptr(),
    instance_size: size_of::<Instance>(),
    options: OPTIONS.0.as_ptr(),
    init: Some(init),
    stop: Some(stop),
    encode: Some(encode),
    send: Some(send),
    cancel: Some(cancel),
    ..ilf::FlusherOps::NONE
});

#[no_mangle]
pub extern "C" fn ilf_plugin() -> *const ilf::FlusherOps {
    &OPS.0
}
