/* What a delivery counts. */
#include "delivery_counts.h"

const double ilf__latency_bounds[ILF__LATENCY_BUCKETS] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30,
};

void ilf__count_send(struct ilf__counts *counts, uint64_t ns)
{
    size_t i = 0;

    while (i < ILF__LATENCY_BUCKETS && (double)ns > ilf__latency_bounds[i] * 1e9)
        i++;
    ilf__metrics_add(&counts->latency[i], 1);
    ilf__metrics_add(&counts->sends, 1);
    ilf__metrics_add(&counts->send_ns, ns);
}

const char *ilf__end_name(enum ilf__end end)
{
    static const char *const names[ILF__ENDS] = {
        [ILF__END_DELIVERED] = "delivered", [ILF__END_DEAD] = "dead_lettered",
        [ILF__END_REJECTED] = "rejected",   [ILF__END_TOO_LARGE] = "too_large",
        [ILF__END_RETRIES] = "retries",     [ILF__END_EXPIRED] = "expired",
        [ILF__END_ACTION] = "action",       [ILF__END_FULL] = "queue_full",
        [ILF__END_STOPPED] = "stopped",     [ILF__END_NO_FORM] = "unsupported",
    };

    return names[end];
}
