//! flusher_example_rust - append every pair as a line key=value to a file, in Rust (1.77 or later),
//! without any crate.
//!
//!     rustc --edition 2021 -O --crate-type cdylib -o example_rust.so example.rs
//!
//! The instance is memory of the host's, so it holds the option and a pointer to what Rust owns. No
//! panic may leave a hook: each goes through `guarded`.

// What ilf.rs declares and this flusher does not use is there for yours.
#[allow(dead_code)]
mod ilf;

use std::ffi::{c_char, c_void, CStr, OsStr};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::mem::{offset_of, size_of};
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What a hook fails with.
struct Failure(ilf::Status, String);

/// Run the body of a hook, and tell the host how it failed. A panic drops the batch: what it has
/// done before is not known, and to do it again may write it twice.
unsafe fn guarded(err: *mut ilf::Error, body: impl FnOnce() -> Result<(), Failure>) -> ilf::Status {
    let Failure(status, text) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return ilf::OK,
        Ok(Err(failure)) => failure,
        Err(_) => Failure(ilf::ERR_DROP, "a panic in Rust; see stderr".to_string()),
    };
    if let Some(err) = err.as_mut() {
        err.set(&text);
    }
    status
}

struct Writer {
    path: String,
    file: File,
}

impl Writer {
    fn open(path: &CStr) -> Result<Writer, Failure> {
        let shown = path.to_string_lossy().into_owned();
        match OpenOptions::new().append(true).create(true).open(OsStr::from_bytes(path.to_bytes()))
        {
            Ok(file) => Ok(Writer { path: shown, file }),
            Err(e) => Err(Failure(ilf::ERR_CONFIG, format!("open '{shown}': {e}"))),
        }
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), Failure> {
        let written: io::Result<()> = self.file.write_all(lines);
        written.map_err(|e| Failure(ilf::ERR_DROP, format!("write '{}': {e}", self.path)))
    }
}

/// Comes zeroed, with the option filled in.
#[repr(C)]
struct Instance {
    path: *const c_char,
    writer: *mut Writer,
}

unsafe extern "C" fn init(
    this: *mut c_void,
    host: *const ilf::Host,
    err: *mut ilf::Error,
) -> ilf::Status {
    guarded(err, || {
        let instance = &mut *this.cast::<Instance>();
        let writer = Writer::open(CStr::from_ptr(instance.path))?;
        (*host).log(ilf::LEVEL_INFO, &format!("appending to '{}'", writer.path));
        instance.writer = Box::into_raw(Box::new(writer));
        Ok(())
    })
}

unsafe extern "C" fn flush(
    this: *mut c_void,
    batch: *const ilf::Batch,
    err: *mut ilf::Error,
) -> ilf::Status {
    guarded(err, || {
        let writer = &mut *(*this.cast::<Instance>()).writer;
        let mut lines = Vec::new();
        for group in ilf::slice((*batch).groups, (*batch).n_groups) {
            for log in ilf::slice(group.logs, group.n_logs) {
                for kv in ilf::slice(log.contents, log.n_contents) {
                    lines.extend_from_slice(kv.key.bytes());
                    lines.push(b'=');
                    lines.extend_from_slice(kv.value.bytes());
                    lines.push(b'\n');
                }
            }
        }
        writer.append(&lines)
    })
}

unsafe extern "C" fn stop(this: *mut c_void, err: *mut ilf::Error) -> ilf::Status {
    guarded(err, || {
        drop(Box::from_raw((*this.cast::<Instance>()).writer));
        Ok(())
    })
}

/// Tables hold pointers, which Rust shares between threads only when told that nobody changes them.
struct Constant<T>(T);
unsafe impl<T> Sync for Constant<T> {}

static OPTIONS: Constant<[ilf::Opt; 2]> = Constant([
    ilf::Opt {
        name: c"Path".as_ptr(),
        kind: ilf::OPT_STR,
        offset: offset_of!(Instance, path),
        help: c"append to this file".as_ptr(),
        flags: ilf::OPT_REQUIRED,
        ..ilf::Opt::END
    },
    ilf::Opt::END,
]);

static OPS: Constant<ilf::FlusherOps> = Constant(ilf::FlusherOps {
    abi: ilf::ABI,
    struct_size: size_of::<ilf::FlusherOps>() as u32,
    name: c"flusher_example_rust".as_ptr(),
    description: c"appends pairs as lines of key=value; an example in Rust".as_ptr(),
    instance_size: size_of::<Instance>(),
    options: OPTIONS.0.as_ptr(),
    init: Some(init),
    is_ready: None,
    flush: Some(flush),
    export_events: None,
    set_urgent: None,
    stop: Some(stop),
});

#[no_mangle]
pub extern "C" fn ilf_plugin() -> *const ilf::FlusherOps {
    &OPS.0
}
