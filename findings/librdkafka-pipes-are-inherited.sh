#!/bin/sh
# The wake-up pipes of librdkafka are inherited by programs that its process starts.
#
# Guess: as its sockets and files, the pipes have FD_CLOEXEC: a library can't know when its host forks.
# Seen: with confluent-kafka 2.11.1, which brings a librdkafka of its own, a producer has pipes without it, so
# that a program that is started by fork and exec holds them open. (Python's own subprocess closes them; an
# agent in C or Go that starts programs need not.) A host that minds has to set the flag itself.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" -q install confluent-kafka==2.11.1
"$dir/env/bin/python" - <<'PY'
import fcntl
import os
import confluent_kafka

before = set(os.listdir("/proc/self/fd"))
producer = confluent_kafka.Producer({"bootstrap.servers": "127.0.0.1:9"})
kinds = {}
for fd in sorted(set(os.listdir("/proc/self/fd")) - before, key=int):
    try:
        target = os.readlink("/proc/self/fd/" + fd).split(":")[0]
        closes = bool(fcntl.fcntl(int(fd), fcntl.F_GETFD) & fcntl.FD_CLOEXEC)
    except OSError:
        continue  # that of the listing, or a connection that is refused meanwhile
    kinds.setdefault((target, closes), []).append(fd)
print("librdkafka", confluent_kafka.libversion()[0])
for (target, closes), fds in sorted(kinds.items()):
    print("%d of kind %s %s FD_CLOEXEC" % (len(fds), target, "with" if closes else "without"))
assert ("pipe", False) in kinds
print("as described")
PY
