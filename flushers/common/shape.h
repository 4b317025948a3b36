/* Shapes: what the documents of logs with the same keys have in common, found out once.
 *
 * A shape is a list of pieces: text that is the same in each document, then a value. It is compiled
 * from the keys of a record (which of them are tags, what these are called, the order in which they
 * are written, the spelling of their names, which one counts when a key repeats), so that the next
 * record with the same keys takes one pass of copying. Several shapes are kept, the last used
 * first, because one source mostly has a few kinds of logs. */
#ifndef ILF_COMMON_SHAPE_H
#define ILF_COMMON_SHAPE_H

#include "entries.h"
#include "text.h"

/* Where the value behind a piece comes from: a number >= 0 is a value of the record and, after all
 * of those, a tag of the group. */
enum {
    ILF__SOURCE_END = -1,  /* none: the document is complete */
    ILF__SOURCE_TIME = -2, /* the record's */
    ILF__SOURCE_TAGS = -3, /* all tags of the group, as an object */
    ILF__SOURCE_EMPTY = -4,
    ILF__SOURCE_ABSENT = -5,
};

/* What decides the class of a record's fields, and which tag counts when two have one name. */
enum ilf__record_kind {
    ILF__RECORD_LOG,       /* by their names; the group's tags count */
    ILF__RECORD_LOG_EVENT, /* @n_contents contents, then tags; the group's tags count */
    ILF__RECORD_EVENT,     /* likewise, but its own tags count */
};

/* A log, or what is made of an event. */
struct ilf__record {
    enum ilf__record_kind kind;
    const ilf_kv *kv;
    size_t n, n_contents;
    int64_t seconds;
    uint32_t ns;
};

static inline struct ilf__record ilf__log_record(const ilf_log *log)
{
    return (struct ilf__record){
        .kind = ILF__RECORD_LOG,
        .kv = log->contents,
        .n = log->n_contents,
        .seconds = log->time,
        .ns = log->flags & ILF_LOG_HAS_TIME_NS ? log->time_ns : 0,
    };
}

struct ilf__piece {
    size_t at, len; /* of its text */
    int64_t source; /* of the value behind it */
};

struct ilf__shape_key {
    const char *ptr; /* where the last record had it, in the group that @generation names */
    size_t at, len;  /* the bytes of it */
};

struct ilf__shape {
    enum ilf__record_kind kind;
    uint64_t generation;
    size_t n, n_contents;
    struct ilf__shape_key *keys;
    size_t cap_keys;
    struct ilf__piece *pieces;
    size_t n_pieces, cap_pieces;
    int64_t *selected;     /* sources, one for each selected name */
    int64_t body, level;   /* sources, with @otlp */
    struct ilf__text text; /* of keys and pieces; 32 bytes can be read from each piece on */
};

enum { ILF__SHAPES = 4 };

struct ilf__shaper {
    /* Set before ilf__shaper_init. */
    struct ilf__naming naming;
    bool flat, only_contents;
    bool otlp; /* pieces are attributes, see otlp_logs.c: their keys, encoded, then the value */
    bool plain_logs; /* spell the names of logs as ilf__json_put_utf8, not as encoding/json */
    ilf_str time_name, contents_name, tags_name;
    const ilf_str *names; /* selected: "content.x" or "tag.x" */
    size_t n_names;

    uint64_t generation; /* counts groups */
    ilf_kv *tags;        /* of the group: sorted, each name once */
    size_t n_tags, cap_tags;
    struct ilf__text tag_names; /* of the group that the shapes were compiled for */
    struct ilf__text tags_json; /* the group's tags as an object, or as attributes */
    struct ilf__shape *shapes[ILF__SHAPES];
    struct ilf__entries contents, tag_entries, all;
};

void ilf__shaper_dispose(struct ilf__shaper *s);

/* Forget all shapes. */
void ilf__shaper_forget(struct ilf__shaper *s);

/* Begin a group. False when memory is short. */
bool ilf__shaper_begin_group(struct ilf__shaper *s, const ilf_group *group);
bool ilf__shaper_begin_events(struct ilf__shaper *s, const ilf_event_group *group);

/* The shape of @record, good until the next call; NULL when memory is short. */
const struct ilf__shape *ilf__shaper_find(struct ilf__shaper *s, const struct ilf__record *record);

/* Let go of what one record of unusual size has left behind. */
void ilf__shaper_trim(struct ilf__shaper *s);

#endif
