//! flusher_example_rust - append every pair as a line key=value to a file, in Rust (1.79 or later),
//! without any crate.
//!
//!     rustc --edition 2021 -O --crate-type cdylib -o example_rust.so example.rs
//!
//! The instance is memory of the host's, so it has a C layout, and holds the file as its number. No
//! panic may leave a hook: each goes through `guarded`. Rust aborts where memory is short, which would
//! end the agent: so nothing is allocated but the lines of a batch, by `try_reserve`.

// What ilf.rs declares and this flusher does not use is there for yours.
#[allow(dead_code)]
mod ilf;

use std::ffi::{c_char, c_void, CStr, OsStr};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::mem::{offset_of, size_of, ManuallyDrop};
use std::os::fd::{FromRawFd, IntoRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What the body of a hook returns; its text is in the error that it was given.
type Outcome = Result<(), ilf::Status>;

/// Run the body of a hook, and tell the host how it failed. A panic drops the batch: what it has
/// done before is not known, and to do it again may write it twice.
unsafe fn guarded(
    err: *mut ilf::Error,
    body: impl FnOnce(&mut ilf::Error) -> Outcome,
) -> ilf::Status {
    let mut own = ilf::Error::new(); // the host's may be NULL
    let outcome = catch_unwind(AssertUnwindSafe(|| body(&mut own)));
    let status = match outcome {
        Ok(Ok(())) => return ilf::OK,
        Ok(Err(status)) => status,
        Err(_) => own.fail(ilf::ERR_DROP, format_args!("a panic in Rust; stderr says where")),
    };
    if !err.is_null() {
        *err = own;
    }
    status
}

/// Comes zeroed, with the option filled in.
#[repr(C)]
struct Instance {
    path: *const c_char,
    file: RawFd,
}

impl Instance {
    unsafe fn path(&self) -> Shown<'_> {
        Shown(CStr::from_ptr(self.path).to_bytes())
    }
}

/// Prints bytes as text, without allocating.
struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            out.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                out.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

/// Add a pair as a line. False, with nothing added, when memory is short.
fn put(lines: &mut Vec<u8>, key: &[u8], value: &[u8]) -> bool {
    if lines.try_reserve(key.len() + value.len() + 2).is_err() {
        return false;
    }
    lines.extend_from_slice(key);
    lines.push(b'=');
    lines.extend_from_slice(value);
    lines.push(b'\n');
    true
}

unsafe extern "C" fn init(
    this: *mut c_void,
    host: *const ilf::Host,
    err: *mut ilf::Error,
) -> ilf::Status {
    guarded(err, |err| {
        let f = &mut *this.cast::<Instance>();
        match OpenOptions::new().append(true).create(true).open(OsStr::from_bytes(f.path().0)) {
            Ok(file) => f.file = file.into_raw_fd(),
            Err(e) => {
                return Err(err.fail(ilf::ERR_CONFIG, format_args!("open '{}': {e}", f.path())))
            }
        }
        (*host).log(ilf::LEVEL_INFO, format_args!("appending to '{}'", f.path()));
        Ok(())
    })
}

unsafe extern "C" fn flush(
    this: *mut c_void,
    batch: *const ilf::Batch,
    err: *mut ilf::Error,
) -> ilf::Status {
    guarded(err, |err| {
        let f = &*this.cast::<Instance>();
        let mut lines = Vec::new();
        for group in ilf::slice((*batch).groups, (*batch).n_groups) {
            for log in ilf::slice(group.logs, group.n_logs) {
                for kv in ilf::slice(log.contents, log.n_contents) {
                    if !put(&mut lines, kv.key.bytes(), kv.value.bytes()) {
                        return Err(err.fail(ilf::ERR_NOMEM, format_args!("out of memory")));
                    }
                }
            }
        }
        // Borrowed from the instance, which goes on to own it.
        let mut file = ManuallyDrop::new(File::from_raw_fd(f.file));
        file.write_all(&lines)
            .map_err(|e| err.fail(ilf::ERR_DROP, format_args!("write '{}': {e}", f.path())))
    })
}

unsafe extern "C" fn stop(this: *mut c_void, err: *mut ilf::Error) -> ilf::Status {
    guarded(err, |_| {
        drop(File::from_raw_fd((*this.cast::<Instance>()).file));
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
    name: c"flusher_example_rust".as_ptr(),
    description: c"appends pairs as lines of key=value; an example in Rust".as_ptr(),
    instance_size: size_of::<Instance>(),
    options: OPTIONS.0.as_ptr(),
    init: Some(init),
    flush: Some(flush),
    stop: Some(stop),
    ..ilf::FlusherOps::NONE
});

#[no_mangle]
pub extern "C" fn ilf_plugin() -> *const ilf::FlusherOps {
    &OPS.0
}
