//! What this flusher needs of <ilf/flusher.h>, declared in Rust. Sizes and offsets are those of ABI 1,
//! which never changes them; a mistake here does not compile.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::fmt::{self, Write};
use std::mem::{offset_of, size_of};

pub const ABI: u32 = 1 << 16;

/// What became of a call. Not a Rust enum: a host of a later minor may know more.
pub type Status = c_int;
pub const OK: Status = 0;
pub const ERR_CONFIG: Status = 1;
pub const ERR_RETRY: Status = 2;
pub const ERR_DROP: Status = 3;
pub const ERR_NOMEM: Status = 4;

pub const OPT_STR: c_int = 1;
pub const OPT_DURATION: c_int = 6;
pub const OPT_REQUIRED: c_uint = 1;
pub const OPT_EXPAND: c_uint = 4;
pub const LEVEL_INFO: c_int = 1;

/// Borrowed bytes: they may hold NULs and need not be UTF-8.
#[repr(C)]
pub struct Str {
    ptr: *const c_char,
    len: usize,
}

impl Str {
    pub fn of(text: &str) -> Str {
        Str { ptr: text.as_ptr().cast(), len: text.len() }
    }

    /// # Safety
    /// The bytes must be there for as long as the result is used.
    pub unsafe fn bytes(&self) -> &[u8] {
        slice(self.ptr.cast(), self.len)
    }
}

/// An array of the host's. Where the length is zero, the pointer may be anything.
///
/// # Safety
/// The elements must be there for as long as the result is used.
pub unsafe fn slice<'a, T>(ptr: *const T, len: usize) -> &'a [T] {
    if len == 0 {
        return &[];
    }
    std::slice::from_raw_parts(ptr, len)
}

#[repr(C)]
pub struct Kv {
    pub key: Str,
    pub value: Str,
}

#[repr(C)]
pub struct Log {
    pub time: u32,
    pub time_ns: u32,
    pub flags: u32,
    reserved: u32,
    pub contents: *const Kv,
    pub n_contents: usize,
    pub values: *const Str,
    pub n_values: usize,
}

#[repr(C)]
pub struct Group {
    pub category: Str,
    pub topic: Str,
    pub source: Str,
    pub machine_uuid: Str,
    pub tags: *const Kv,
    pub n_tags: usize,
    pub logs: *const Log,
    pub n_logs: usize,
}

#[repr(C)]
pub struct Route {
    pub project: Str,
    pub logstore: Str,
    pub config: Str,
    pub logstore_key: i64,
}

#[repr(C)]
pub struct Batch {
    pub struct_size: usize,
    pub route: Route,
    pub groups: *const Group,
    pub n_groups: usize,
    pub n_bytes: u64,
    pub attempt: u32,
    reserved: u32,
}

/// One line of text with a NUL behind it, cut to fit at a character's border. It is written without
/// allocating, so that it can tell of anything.
#[repr(C)]
pub struct Error {
    text: [u8; 1024],
}

impl Error {
    pub const fn new() -> Error {
        Error { text: [0; 1024] }
    }

    pub fn text(&self) -> &str {
        let len = self.text.iter().position(|&byte| byte == 0).unwrap_or(0);
        std::str::from_utf8(&self.text[..len]).unwrap_or("")
    }

    /// `return Err(err.fail(ERR_DROP, format_args!("...")))`
    pub fn fail(&mut self, status: Status, text: fmt::Arguments) -> Status {
        self.text = [0; 1024];
        let _ = self.write_fmt(text);
        status
    }
}

impl Write for Error {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let at = self.text().len();
        let mut len = more.len().min(self.text.len() - 1 - at);
        while !more.is_char_boundary(len) {
            len -= 1;
        }
        self.text[at..at + len].copy_from_slice(&more.as_bytes()[..len]);
        Ok(())
    }
}

#[repr(C)]
pub struct Opt {
    pub name: *const c_char,
    pub kind: c_int,
    pub offset: usize,
    pub default_value: *const c_char,
    pub help: *const c_char,
    pub flags: c_uint,
    pub min: f64,
    pub max: f64,
    pub choices: *const *const c_char,
    pub table: *const Opt,
    pub reserved: [*const c_void; 2],
}

impl Opt {
    /// All zero: the row that ends a table, and what the others begin with.
    pub const END: Opt = Opt {
        name: std::ptr::null(),
        kind: 0,
        offset: 0,
        default_value: std::ptr::null(),
        help: std::ptr::null(),
        flags: 0,
        min: 0.0,
        max: 0.0,
        choices: std::ptr::null(),
        table: std::ptr::null(),
        reserved: [std::ptr::null(); 2],
    };
}

/// What became of a payload. Not a Rust enum either.
pub type Verdict = c_int;
pub const DELIVERED: Verdict = 0;
pub const RETRY: Verdict = 1;
pub const REJECT: Verdict = 2;
pub const TOO_LARGE: Verdict = 3;
pub const CANCELLED: Verdict = 4;
pub const UNANSWERED: u32 = 1;
pub const UNREACHED: u32 = 2;

#[repr(C)]
pub struct Record {
    pub body: Str,
    pub destination: Str,
    pub key: Str,
    pub n_events: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Encoder {
    pub struct_size: usize,
    context: *mut c_void,
    put: unsafe extern "C" fn(*mut c_void, *const Record) -> Status,
    reject: unsafe extern "C" fn(*mut c_void, Str, u32, *const c_char) -> Status,
}

impl Encoder {
    /// Take a record that stands for one event; it is copied. What is no OK, encode returns.
    pub fn put(&self, body: &[u8]) -> Status {
        let none = || Str { ptr: std::ptr::null(), len: 0 };
        let body = Str { ptr: body.as_ptr().cast(), len: body.len() };
        let record = Record { body, destination: none(), key: none(), n_events: 1, reserved: 0 };
        unsafe { (self.put)(self.context, &record) }
    }
}

#[repr(C)]
pub struct Payload {
    pub struct_size: usize,
    pub id: u64,
    pub destination: Str,
    pub bytes: Str,
    ends: *const [u32; 2],
    pub n_records: usize,
    pub n_events: u64,
    pub accepted_at: u64,
    pub attempt: u32,
    pub flags: u32,
    pub endpoint: usize,
}

#[repr(C)]
pub struct Outcome {
    pub struct_size: usize,
    pub verdict: Verdict,
    pub flags: u32,
    pub code: i32,
    pub reserved: u32,
    pub retry_after: i64,
    pub records: *const u8,
    pub reasons: *const Str,
    pub reason: Str,
    pub wire_bytes: u64,
    pub rejected_events: u64,
}

#[repr(C)]
pub struct Host {
    pub struct_size: usize,
    context: *mut c_void,
    log: unsafe extern "C" fn(*mut c_void, c_int, Str),
    now: unsafe extern "C" fn(*mut c_void) -> u64,
    counter: unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char) -> *mut c_void,
    counter_add: unsafe extern "C" fn(*mut c_void, *mut c_void, u64),
    tune: unsafe extern "C" fn(*mut c_void, *const c_void),
    complete: unsafe extern "C" fn(*mut c_void, *const Payload, *const Outcome),
}

impl Host {
    /// The send of `payload` has ended; it is gone when this returns.
    ///
    /// # Safety
    /// It was sent, and was not completed before.
    pub unsafe fn complete(
        &self,
        payload: *const Payload,
        verdict: Verdict,
        flags: u32,
        code: i32,
        retry_after: i64,
        reason: &str,
    ) {
        let outcome = Outcome {
            struct_size: size_of::<Outcome>(),
            verdict,
            flags,
            code,
            reserved: 0,
            retry_after,
            records: std::ptr::null(),
            reasons: std::ptr::null(),
            reason: Str::of(reason),
            wire_bytes: 0,
            rejected_events: 0,
        };
        (self.complete)(self.context, payload, &outcome)
    }

    /// Write a line into the agent's log, cut as an error is.
    pub fn log(&self, level: c_int, text: fmt::Arguments) {
        let mut line = Error::new();
        let _ = line.write_fmt(text);
        unsafe { (self.log)(self.context, level, Str::of(line.text())) }
    }
}

#[repr(C)]
pub struct FlusherOps {
    pub abi: u32,
    pub struct_size: u32,
    pub name: *const c_char,
    pub description: *const c_char,
    pub instance_size: usize,
    pub options: *const Opt,
    pub init: Option<unsafe extern "C" fn(*mut c_void, *const Host, *mut Error) -> Status>,
    pub is_ready: Option<unsafe extern "C" fn(*mut c_void, *const Route) -> bool>,
    pub flush: Option<unsafe extern "C" fn(*mut c_void, *const Batch, *mut Error) -> Status>,
    pub export_events:
        Option<unsafe extern "C" fn(*mut c_void, *const c_void, *mut Error) -> Status>,
    pub set_urgent: Option<unsafe extern "C" fn(*mut c_void, bool)>,
    pub stop: Option<unsafe extern "C" fn(*mut c_void, *mut Error) -> Status>,
    pub encode:
        Option<unsafe extern "C" fn(*mut c_void, *const Batch, *const Encoder, *mut Error) -> Status>,
    pub encode_events: Option<
        unsafe extern "C" fn(*mut c_void, *const c_void, *const Encoder, *mut Error) -> Status,
    >,
    pub send: Option<unsafe extern "C" fn(*mut c_void, *const Payload)>,
    pub poll: Option<unsafe extern "C" fn(*mut c_void, i64)>,
    pub wake: Option<unsafe extern "C" fn(*mut c_void)>,
    pub cancel: Option<unsafe extern "C" fn(*mut c_void)>,
}

impl FlusherOps {
    /// No hook at all: what descriptors begin with.
    pub const NONE: FlusherOps = FlusherOps {
        abi: ABI,
        struct_size: size_of::<FlusherOps>() as u32,
        name: std::ptr::null(),
        description: std::ptr::null(),
        instance_size: 0,
        options: std::ptr::null(),
        init: None,
        is_ready: None,
        flush: None,
        export_events: None,
        set_urgent: None,
        stop: None,
        encode: None,
        encode_events: None,
        send: None,
        poll: None,
        wake: None,
        cancel: None,
    };
}

const _: () = {
    assert!(size_of::<Str>() == 16 && size_of::<Kv>() == 32 && size_of::<Error>() == 1024);
    assert!(size_of::<Log>() == 48 && offset_of!(Log, contents) == 16);
    assert!(size_of::<Group>() == 96 && offset_of!(Group, logs) == 80);
    assert!(size_of::<Route>() == 56 && offset_of!(Route, logstore_key) == 48);
    assert!(size_of::<Batch>() == 96 && offset_of!(Batch, groups) == 64);
    assert!(size_of::<Opt>() == 96 && offset_of!(Opt, flags) == 40 && offset_of!(Opt, table) == 72);
    assert!(size_of::<Host>() == 64 && offset_of!(Host, log) == 16);
    assert!(offset_of!(Host, complete) == 56 && size_of::<Record>() == 56);
    assert!(size_of::<Encoder>() == 32 && offset_of!(Encoder, put) == 16);
    assert!(size_of::<Payload>() == 96 && offset_of!(Payload, endpoint) == 88);
    assert!(size_of::<Outcome>() == 80 && offset_of!(Outcome, reason) == 48);
    assert!(size_of::<FlusherOps>() == 136 && offset_of!(FlusherOps, options) == 32);
    assert!(offset_of!(FlusherOps, flush) == 56 && offset_of!(FlusherOps, stop) == 80);
    assert!(offset_of!(FlusherOps, send) == 104 && offset_of!(FlusherOps, cancel) == 128);
};
