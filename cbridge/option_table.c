/* Tables of options, as plugins bring them: what would lead us astray is refused. */
#include "option_table.h"

enum { LEVELS = 8, ROWS = 1000, CHOICES = 1000 };

static const size_t instance_max = (size_t)1 << 30;

static const size_t sizes[] = {
    [ILF_OPT_STR] = sizeof(char *),      [ILF_OPT_INT] = sizeof(int64_t),
    [ILF_OPT_BOOL] = sizeof(bool),       [ILF_OPT_FLOAT] = sizeof(double),
    [ILF_OPT_SIZE] = sizeof(uint64_t),   [ILF_OPT_DURATION] = sizeof(int64_t),
    [ILF_OPT_ENUM] = sizeof(int),        [ILF_OPT_LIST] = sizeof(ilf_str_list),
    [ILF_OPT_MAP] = sizeof(ilf_str_map), [ILF_OPT_TABLE] = 0,
};

static const char *check_choices(const ilf_option *option)
{
    size_t n = 0;

    while (option->choices && n < CHOICES && option->choices[n])
        n++;
    return n == 0        ? "has no choices: set .choices"
           : n < CHOICES ? NULL
                         : "has choices without an end: put NULL behind the last";
}

/* What is wrong with @option, whose value has @room bytes at most; NULL: nothing. */
static const char *check_row(const ilf_option *option, size_t room)
{
    if (option->type < ILF_OPT_STR || option->type > ILF_OPT_TABLE)
        return "has a type that this library does not know: write it with ILF_OPTION";
    if (option->offset > room || sizes[option->type] > room - option->offset)
        return "lies outside of the instance: set instance_size to the sizeof of the struct that "
               "offsetof names";
    if (option->type == ILF_OPT_TABLE && !option->table)
        return "has no table: set .table";
    return option->type == ILF_OPT_ENUM ? check_choices(option) : NULL;
}

static ilf_status check_table(const char *who, const ilf_option *table, size_t room, unsigned level,
                              ilf_error *err)
{
    if (level == LEVELS)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: tables of options lie %d deep in each other, or in themselves: write "
                        "out the levels that there are",
                        who, LEVELS);
    for (size_t i = 0; table[i].name; i++) {
        const ilf_option *option = &table[i];
        const char *why = i < ROWS ? check_row(option, room)
                                   : "is beyond the end of its table: put {0} behind the last row";

        if (why)
            return ilf_fail(err, ILF_ERR_CONFIG, "%s: option '%.64s' %s", who, option->name, why);
        if (option->type != ILF_OPT_TABLE)
            continue;
        if (check_table(who, option->table, room - option->offset, level + 1, err) != ILF_OK)
            return ILF_ERR_CONFIG;
    }
    return ILF_OK;
}

ilf_status ilf__check_tables(const ilf_flusher_ops *ops, ilf_error *err)
{
    if (ops->instance_size > instance_max)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: an instance of %zu bytes is none: set instance_size to the sizeof of "
                        "its struct",
                        ops->name, ops->instance_size);
    return ops->options ? check_table(ops->name, ops->options, ops->instance_size, 0, err) : ILF_OK;
}
