//! flusher_example_zig - append every pair as a line key=value to a file, in Zig.
//!
//! Zig translates the C header itself, so that nothing is declared here:
//!
//!     zig translate-c -lc -I"$(pkg-config --variable=includedir ilf)" \
//!         "$(pkg-config --variable=includedir ilf)/ilf/flusher.h" > ilf.zig
//!     zig build-lib -dynamic -fPIC -O ReleaseSafe -lc --dep ilf -Mroot=example.zig -Milf=ilf.zig \
//!         -femit-bin=example_zig.so
//!
//! The file is libc's, whose interface is the same in every version of Zig. A Zig error becomes a
//! status and a text; a panic of a safety check ends the process, as it does in every Zig program.

const std = @import("std");
const c = @import("ilf");

/// Comes zeroed, with the option filled in.
const Instance = extern struct {
    path: [*:0]const u8,
    out: ?*c.FILE,
};

const options = [_]c.ilf_option{
    .{
        .name = "Path",
        .type = c.ILF_OPT_STR,
        .offset = @offsetOf(Instance, "path"),
        .help = "append to this file",
        .flags = c.ILF_OPT_REQUIRED,
    },
    std.mem.zeroes(c.ilf_option), // the end of the table
};

/// Set the text of err, cut to fit, and return status. (The header's ilf_fail has a body with C's
/// variable arguments, which Zig does not translate.)
fn fail(err: [*c]c.ilf_error, status: c.ilf_status, comptime format: []const u8, args: anytype) c.ilf_status {
    if (err != null) {
        const text = &err.*.text;
        const line = std.fmt.bufPrint(text[0 .. text.len - 1], format, args) catch text[0 .. text.len - 1];
        text[line.len] = 0;
    }
    return status;
}

/// The reason of the libc call that has just failed.
fn reason() [*:0]const u8 {
    return c.strerror(std.c._errno().*);
}

fn init(self: ?*anyopaque, host: [*c]const c.ilf_host, err: [*c]c.ilf_error) callconv(.c) c.ilf_status {
    const f: *Instance = @ptrCast(@alignCast(self));
    f.out = c.fopen(f.path, "ae") orelse
        return fail(err, c.ILF_ERR_CONFIG, "open '{s}': {s}", .{ f.path, reason() });

    var buffer: [1024]u8 = undefined;
    const line = std.fmt.bufPrint(&buffer, "appending to '{s}'", .{f.path}) catch buffer[0..];
    host.*.log.?(host.*.context, c.ILF_LEVEL_INFO, .{ .ptr = line.ptr, .len = line.len });
    return c.ILF_OK;
}

fn put(out: *c.FILE, str: c.ilf_str, end: u8) void {
    if (str.len > 0) _ = c.fwrite(str.ptr, 1, str.len, out);
    _ = c.fputc(end, out);
}

/// An array of the host's, whose pointer may be anything when it is empty.
fn items(comptime T: type, ptr: [*c]const T, n: usize) []const T {
    return if (n == 0) &.{} else ptr[0..n];
}

fn flush(self: ?*anyopaque, batch: [*c]const c.ilf_batch, err: [*c]c.ilf_error) callconv(.c) c.ilf_status {
    const f: *Instance = @ptrCast(@alignCast(self));
    const out = f.out.?;
    c.clearerr(out); // an earlier batch may have failed
    for (items(c.ilf_group, batch.*.groups, batch.*.n_groups)) |group| {
        for (items(c.ilf_log, group.logs, group.n_logs)) |log| {
            for (items(c.ilf_kv, log.contents, log.n_contents)) |kv| {
                put(out, kv.key, '=');
                put(out, kv.value, '\n');
            }
        }
    }
    if (c.fflush(out) != 0 or c.ferror(out) != 0)
        return fail(err, c.ILF_ERR_DROP, "write '{s}': {s}", .{ f.path, reason() });
    return c.ILF_OK;
}

fn stop(self: ?*anyopaque, err: [*c]c.ilf_error) callconv(.c) c.ilf_status {
    const f: *Instance = @ptrCast(@alignCast(self));
    if (c.fclose(f.out) != 0)
        return fail(err, c.ILF_ERR_DROP, "close '{s}': {s}", .{ f.path, reason() });
    return c.ILF_OK;
}

const ops = c.ilf_flusher_ops{
    .abi = c.ILF_ABI,
    .struct_size = @sizeOf(c.ilf_flusher_ops),
    .name = "flusher_example_zig",
    .description = "appends pairs as lines of key=value; an example in Zig",
    .instance_size = @sizeOf(Instance),
    .options = &options,
    .init = init,
    .flush = flush,
    .stop = stop,
};

export fn ilf_plugin() callconv(.c) *const c.ilf_flusher_ops {
    return &ops;
}
