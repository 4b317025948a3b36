/* ilf/bridge.h - all that a host includes: the C flushers of libilf behind opaque instances.
 *
 * Life of an instance: new, configure, init, then any number of is_ready, flush and export
 * (and replay), then stop, free. set_urgent announces the stop.
 *
 * Memory   Whatever is passed in is borrowed until the call returns. Instances belong to the
 *          caller, who frees them. Strings that come back live as long as said beside each function.
 * Threads  Calls on one instance may come from any thread, one at a time; set_urgent may run beside
 *          any other, and so may stop, which waits for a flush under way to end. Different instances
 *          need no care. The functions without an instance may be called from anywhere, any time.
 * Errors   Status and text as in flusher.h; a NULL ilf_error is allowed. A call out of order (flush
 *          before init, say) fails with ILF_ERR_CONFIG and does nothing.
 * Plugins  Flushers of shared libraries in the folders of $ILF_PLUGIN_PATH (separated by colons;
 *          each *.so in the order of its name) are there like those built in. They are loaded when
 *          the first function that needs a name is called, and stay. One that is broken is left out:
 *          ilf_refused says why. So is one that crashes or hangs while it is loaded, which a child
 *          process finds out, and, for root, one that others can write or replace.
 *
 * Only the functions declared here are exported. The library starts one thread for each instance of
 * a delivered flusher (docs/delivery.md), from init to stop, or to the end of what stop leaves to it
 * (see ilf_flusher_stop), with all signals blocked; it installs no signal handler, and writes nowhere
 * but into the log it is given.
 */
#ifndef ILF_BRIDGE_H
#define ILF_BRIDGE_H

#include <ilf/flusher.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the library exports. */
#if defined(__GNUC__)
#define ILF_API __attribute__((visibility("default")))
#else
#define ILF_API
#endif

/* An instance of a flusher. */
typedef struct ilf_flusher ilf_flusher;

/* The ILF_ABI of the library. A host works with its own major and this minor or a newer one. */
ILF_API uint32_t ilf_abi(void);

/* The library's release, as "1.0.0". Lives for ever. */
ILF_API const char *ilf_version(void);

/* Name of flusher number @index, counted from 0; NULL past the last. Lives for ever. */
ILF_API const char *ilf_flusher_name(size_t index);

/* Write why plugins were left out, a line each, into @buf, NUL-terminated and cut to @size bytes.
 * Returns the length of the whole text, 0 when there is nothing to say. @buf may be NULL when @size
 * is 0. */
ILF_API size_t ilf_refused(char *buf, size_t size);

/* Write for people what the flusher @name does and which options it has into @buf, as plain text,
 * NUL-terminated and cut to @size bytes. With @key, such as "Retry.MaxDelay", only about that option,
 * or, if it is a table's name, about those in it; case does not matter, and NULL is all of them.
 * Returns the length of the whole text, or 0 with the reason in @err for a name or a key that does
 * not exist. @buf may be NULL when @size is 0. */
ILF_API size_t ilf_explain(const char *name, const char *key, char *buf, size_t size,
                           ilf_error *err);

/* Write all that ilf_flusher_configure would have against the configuration @json of the flusher
 * @name into @buf, a line each, NUL-terminated and cut to @size bytes: configure stops at the first.
 * A line begins with the option's path, as in "detail.Retry.MaxDelay: ...", unless it is the name
 * that does not exist, and holds no secret. Returns the length of the whole text, 0 when nothing is
 * wrong. @buf may be NULL when @size is 0.
 *
 * No hook of the flusher is called, so what only init can find out, such as a file that can't be
 * opened, is not found. The environment and the files that options name with ${NAME} and file: are
 * read. */
ILF_API size_t ilf_check(const char *name, const char *json, size_t len, char *buf, size_t size);

/* Make an instance of the flusher @name. Of @host, log, now and release are used; each of them may be
 * NULL, and so may @host: then lines go to stderr, and the time is the system's. (Counters are the
 * library's own: see ilf_metrics.) @host is copied; what its context points to must live until
 * release was called, or without one until ilf_flusher_free has returned. Returns NULL, with the
 * reason in @err, for an unknown name and when memory is short; then release is not called. */
ILF_API ilf_flusher *ilf_flusher_new(const char *name, const ilf_host *host, ilf_error *err);

/* Take the configuration: the JSON text of `detail`, @len bytes. `null` and leaving the call out
 * both mean that every option has its default. Fails with ILF_ERR_CONFIG for bad JSON, an unknown
 * key, a wrong type, a value out of range or a missing one, and may then be called again. */
ILF_API ilf_status ilf_flusher_configure(ilf_flusher *f, const char *json, size_t len,
                                         ilf_error *err);

/* Start. @route tells where the pipeline belongs (for labels and the log) and may be NULL. After a
 * failure only free is left. */
ILF_API ilf_status ilf_flusher_init(ilf_flusher *f, const ilf_route *route, ilf_error *err);

/* What the flusher does, in one sentence. May be called at any time. Lives for ever. */
ILF_API const char *ilf_flusher_description(const ilf_flusher *f);

/* Can a batch be taken now? Never blocks. False before init, after stop, and while another call is
 * under way; else true after set_urgent, because iLogtail 1.8 and 2.0 wait for it while they stop.
 */
ILF_API bool ilf_flusher_is_ready(ilf_flusher *f, const ilf_route *route);

/* Hand over log groups. Returns when they are the sink's, or with the reason why they never will
 * be. Blocks while the sink refuses them, as the option Retry says; after set_urgent for no longer
 * than StopTimeout. */
ILF_API ilf_status ilf_flusher_flush(ilf_flusher *f, const ilf_batch *batch, ilf_error *err);

/* The same for event groups. */
ILF_API ilf_status ilf_flusher_export(ilf_flusher *f, const ilf_event_batch *batch, ilf_error *err);

/* The same for @len bytes of a serialised sls_logs.LogGroupList (proto/sls_logs.proto). Bytes that
 * are none fail with ILF_ERR_DROP. */
ILF_API ilf_status ilf_flusher_flush_pb(ilf_flusher *f, const ilf_route *route, const void *pb,
                                        size_t len, ilf_error *err);

/* Send a dead letter again: @line, of @len bytes, is one of a file of dead letters
 * (docs/dead-letters.md), without its newline. Returns like ilf_flusher_flush when it is queued;
 * what can't be delivered becomes a dead letter again, or is dropped, as the configuration says.
 * Fails with ILF_ERR_DROP, and nothing is counted, for what is no dead letter, for one of another
 * flusher, and for one that never had the sink's form; with ILF_ERR_CONFIG when the flusher is not
 * a delivered one. */
ILF_API ilf_status ilf_flusher_replay(ilf_flusher *f, const char *line, size_t len, ilf_error *err);

/* The pipeline is about to stop; @exiting tells whether for good. If so, ends the pauses between
 * retries and starts the clock of StopTimeout. From now on nothing waits for room. Returns at once. */
ILF_API void ilf_flusher_set_urgent(ilf_flusher *f, bool exiting);

/* Stop. A second call, and one before init or after a failed one, does nothing and succeeds.
 *
 * A delivered flusher delivers what it has within StopTimeout, which all stops of an ending process
 * share. Not so when the last set_urgent has said that it is not for good: then stop returns at once.
 * What is queued passes to the next instance of the same pipeline (by the route of init) and sink, or
 * to one that has started already; until there is one, the old one goes on in the background, for
 * HandoverTimeout at most. That ends when the last instance is stopped for good. */
ILF_API ilf_status ilf_flusher_stop(ilf_flusher *f, ilf_error *err);

/* Stop if need be, and free. NULL is allowed. What the library still needs of an instance that goes
 * on in the background lives until that has ended; what it logs goes to the instance's host if that
 * has release, else to stderr. */
ILF_API void ilf_flusher_free(ilf_flusher *f);

/* Write the metrics of all instances in Prometheus' text format 0.0.4 into @buf, NUL-terminated and
 * cut to @size bytes. Returns the length of the whole text. @buf may be NULL when @size is 0. */
ILF_API size_t ilf_metrics(char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
