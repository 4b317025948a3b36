# The tests and what they are made of. Read by the Makefile.

# --- Tests -----------------------------------------------------------------------------------------

GO_ENV   = cd go && export ILF_LIBRARY='$(CURDIR)/$(OUT)/tests/libilf.so' &&
export ILF_VECTORS := $(if $(ILF_VECTORS),$(abspath $(ILF_VECTORS)))
GO_OLD  ?= /usr/lib/go-1.19/bin/go

TESTS   := test-c test-conformance test-crash test-fuzz test-abi test-go test-vectors test-e2e test-docs test-install
test: deps-build deps-test ## run all tests, in about a quarter of an hour
	$(Q)+tests/stages '$(MAKE)' $(TESTS)

# Against a library that dies at named points (cbridge/point.h).
CRASH_TESTS := $(patsubst tests/crash/%.c,$(OUT)/tests/crash/%,$(call kept,$(wildcard tests/crash/*.c)))
POINTS_OBJECTS = $(OBJECTS:$(OUT)/obj/%=$(OUT)/points/%)

$(OUT)/points/gen/%.o: $(OUT)/obj/gen/%.o
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

$(OUT)/points/%.o: %.c | $(OUT)/gen/sls_logs.pb-c.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -DILF_POINTS $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(CRASH_TESTS): $(OUT)/tests/crash/%: tests/crash/%.c $(wildcard tests/*.h tests/crash/*.h) $(POINTS_OBJECTS)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -DILF_POINTS $(CFLAGS_ALL) -Itests -o $@ $< $(POINTS_OBJECTS) $(LIBS) $(shell pkg-config --libs cmocka)

test-crash: deps-test $(CRASH_TESTS) ## kill processes at named points and look for losses
	$(Q)set -e; for t in $(CRASH_TESTS); do echo "== $$t"; $$t; done

# --- Faults ----------------------------------------------------------------------------------------

.PHONY: test-faults
TESTS += test-faults

# A proxy of others that breaks the network; where it can't be had, its test is left out.
TOXIPROXY := build/toxiproxy/server

.PHONY: toxiproxy
toxiproxy: deps-build
	$(Q)test -x $(TOXIPROXY) || { mkdir -p build && cd build && GOBIN='$(CURDIR)/$(dir $(TOXIPROXY))' GOFLAGS=-mod=mod GOTOOLCHAIN=local \
	  $(GO) install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 > toxiproxy.log 2>&1; } || \
	  echo 'test-faults: the test behind toxiproxy is left out: it needs Go 1.23 and a way to a Go module proxy; see build/toxiproxy.log' >&2

test-faults: deps-test toxiproxy $(OUT)/tests/libilf.so $(GO_COPIES) build/bin/ilfrun ## let sinks fail in every way, and count every record
	$(Q)$(if $(filter http,$(LEFT_OUT)),echo 'test-faults: left out as flusher_c_http is',$(GO_ENV) ILF_FAULTS=1 ILF_TOXIPROXY='$(CURDIR)/$(TOXIPROXY)' $(GO) test -count=1 -race -parallel 24 -timeout 300s ./internal/faults)

# --- Kafka -----------------------------------------------------------------------------------------

KAFKA_VERSION ?=#       of the broker, as 4.1.1; empty: that of tests/kafka/pom.xml
KAFKA      := $(CURDIR)/build/kafka$(KAFKA_VERSION:%=-%)
KAFKA_MOCK := $(if $(filter kafka,$(LEFT_OUT)),,$(OUT)/bin/kafka-mock)
# Runs tests with a broker, or says why not: it is no failure unless ILF_REQUIRE_KAFKA is set.
KAFKA_TEST  = $(if $(filter kafka,$(LEFT_OUT)),echo '$@: left out as flusher_c_kafka is'; test -z "$$ILF_REQUIRE_KAFKA", \
  if [ -e '$(KAFKA)/installed' ]; then $(GO_ENV) export ILF_KAFKA='$(KAFKA)' ILF_KAFKA_MOCK='$(KAFKA_MOCK:%=$(CURDIR)/%)' && $(1); \
  else echo "$@: skipped: Kafka is not installed: $$(cat '$(KAFKA)/missing')"; test -z "$$ILF_REQUIRE_KAFKA"; fi)

.PHONY: kafka test-kafka soak-kafka
TESTS += test-kafka

# Where this fails, the tests say why, and are skipped, or fail if ILF_REQUIRE_KAFKA is set.
kafka: ## install a Kafka broker for the tests, in build/kafka (KAFKA_VERSION=x: another, beside it)
	$(Q)tests/kafka/install $(KAFKA) $(KAFKA_VERSION) || true

$(OUT)/bin/kafka-mock: tests/kafka/mock.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -o $@ $< $(LIBS)

test-kafka: deps-test kafka $(OUT)/tests/libilf.so $(GO_COPIES) build/bin/ilfrun $(KAFKA_MOCK) ## let real Kafka brokers fail, and count every record
	$(Q)$(call KAFKA_TEST,ILF_FAULTS=kafka $(GO) test -count=1 -race -parallel 8 -timeout 600s -run '^TestKafka' ./internal/faults)
	$(Q)test -x /usr/sbin/krb5kdc || echo '$@: skipped: what is about Kerberos: no KDC is installed: see .ci/deps kerberos'

soak-kafka: deps-test kafka $(OUT)/tests/libilf.so $(GO_COPIES) build/bin/ilfrun $(KAFKA_MOCK) ## the same for longer: more rounds, pauses of 30 s
	$(Q)$(call KAFKA_TEST,$(GO) test -count=1 -race ./internal/kafka && ILF_FAULTS=kafka-soak $(GO) test -count=1 -v -race -parallel 8 -timeout 3600s -run '^TestKafka' ./internal/faults)

# Parsers of what lies on disk or comes from a server. With libFuzzer where there is clang; and as
# plain programs, which run over the corpus.
FUZZERS      := $(basename $(notdir $(filter-out %/driver.c,$(call kept,$(wildcard tests/fuzz/*.c)))))
FUZZ_SECONDS ?= 60
CLANG        ?= $(firstword $(shell command -v clang-14 || command -v clang))

$(FUZZERS:%=$(OUT)/fuzz/%): $(OUT)/fuzz/%: tests/fuzz/%.c tests/fuzz/driver.c $(wildcard tests/*.h tests/fuzz/*.h) $(OUT)/libilf.a
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -o $@ $< tests/fuzz/driver.c $(OUT)/libilf.a $(LIBS)

test-fuzz: $(FUZZERS:%=$(OUT)/fuzz/%) ## run the fuzz targets over their corpora
	$(Q)set -e; for f in $(FUZZERS); do $(OUT)/fuzz/$$f tests/fuzz/corpus/$$f/*; done

fuzz: deps-build deps-fuzz ## fuzz each target for FUZZ_SECONDS; new inputs stay in build/fuzz-corpus
	$(Q)$(MAKE) SAN=address,undefined CC='$(CLANG)' CFLAGS='-O1 -g -Wno-error -fsanitize=fuzzer-no-link' OUT=build/fuzz build/fuzz/libilf.a
	$(Q)set -e; for f in $(FUZZERS); do mkdir -p build/fuzz-corpus/$$f; \
	  $(CLANG) $(CPPFLAGS_ALL) -Ibuild/fuzz/gen -std=c11 -O1 -g -pthread -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o build/fuzz/fuzz-$$f tests/fuzz/$$f.c build/fuzz/libilf.a $(LIBS); \
	  build/fuzz/fuzz-$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz-corpus/$$f- build/fuzz-corpus/$$f tests/fuzz/corpus/$$f; done

SEEDS ?= 5000
soak: deps-test $(CRASH_TESTS) $(OUT)/tests/cbridge/test_spool_rebuild ## the seeded tests with more seeds (SEEDS=n each)
	$(Q)set -e; for t in $^; do case $$t in $(OUT)/*) echo "== $$t"; SEEDS=$(SEEDS) $$t;; esac; done


# Plugins, each wrong in one way.
ZOO := $(patsubst tests/%.c,$(OUT)/%.so,$(wildcard tests/zoo/*.c))
.SECONDARY: $(ZOO)

$(OUT)/zoo/%.so: tests/zoo/%.c tests/zoo/zoo.h include/ilf/flusher.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared -Iinclude $(CFLAGS_ALL) -o $@ $<

$(OUT)/tests/%: tests/%.c $(wildcard tests/*.h tests/flushers/*/*.h) $(OUT)/libilf.a $(ZOO)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -Itests -DILF_ZOO='"$(OUT)/zoo"' -o $@ $< $(OUT)/libilf.a $(LIBS) $(shell pkg-config --libs cmocka)

test-c: deps-test $(C_TESTS) ## run the C tests (SAN=address,undefined or SAN=thread: under sanitizers)
	$(Q)set -e; for t in $(C_TESTS); do echo "== $$t"; $(WRAPPER) $$t; done

test-abi: deps-test $(OUT)/libilf.so ## check exported symbols, layout, the last release's ABI, headers alone, and a host in C
	$(Q)tests/abi/run '$(CC)' $(OUT)

test-go: deps-test $(OUT)/tests/libilf.so $(GO_COPIES) ## run the Go tests, with both flavours of host and the oldest Go
	$(Q)$(GO_ENV) $(GO) vet ./... && cd ilogtail && $(GO) vet ./... && $(GO) vet -tags ilogtail_v3 ./...
	$(Q)$(GO_ENV) $(GO) test -count=1 -race ./...
	$(Q)$(GO_ENV) $(GO) test -count=1 -tags ilogtail_v3 ./cflusher ./harness
	$(Q)cd go/ilogtail && $(GO) test ./... && $(GO) test -tags ilogtail_v3 ./...
	$(Q)$(GO_ENV) export GOTOOLCHAIN=local GOFLAGS=-mod=mod && $(GO_OLD) vet ./... && $(GO_OLD) test -count=1 ./...

test-vectors: deps-build deps-test $(OUT)/tests/libilf.so $(GO_COPIES) $(KAFKA_MOCK) ## hold our output against the native one (folder: ILF_VECTORS)
	$(Q)$(GO_ENV) export ILF_KAFKA_MOCK='$(KAFKA_MOCK:%=$(CURDIR)/%)' && $(GO) test -count=1 -parallel 8 -timeout 300s -run Vectors -v ./cflusher ./harness > '$(CURDIR)/$(OUT)/vectors.txt' 2>&1; status=$$?; \
	  grep -E '^(vectors|ok|FAIL|panic)|skipped: |--- FAIL|^ +[a-z_]+test.go' '$(CURDIR)/$(OUT)/vectors.txt'; exit $$status

# --- InfluxDB ---------------------------------------------------------------------------------------

ROUNDS ?=#  of test-influx; empty: few

.PHONY: test-influx
TESTS += test-influx

# A module of its own, because of all that InfluxDB's parsers need.
test-influx: deps-build deps-test $(OUT)/tests/libilf.so $(GO_COPIES) ## let InfluxDB's own parsers read our line protocol (ROUNDS=n: longer)
	$(Q)cd tests/influx && if $(GO) list -deps -test . > '$(CURDIR)/$(OUT)/influx.log' 2>&1; then \
	  ILF_LIBRARY='$(CURDIR)/$(OUT)/tests/libilf.so' ROUNDS='$(ROUNDS)' $(GO) test -count=1 .; \
	else echo '$@: skipped: it needs a way to a Go module proxy; see $(OUT)/influx.log' >&2; fi

test-e2e: build deps-test ## run the README's commands, ilfrun, make new and ilf-new as a user would
	$(Q)tests/e2e/run
	$(Q)tests/e2e/new
	$(Q)tests/e2e/plugin

# --- Examples of plugins ---------------------------------------------------------------------------

.PHONY: test-examples
TESTS += test-examples

test-examples: build deps-test ## build docs/examples in each language that is there, and run them as plugins
	$(Q)tests/examples/run '$(CC)' '$(GO)'

test-docs: build $(OUT)/bin/options $(OUT)/bin/http-server ## run the examples of the docs
	$(Q)tests/docs/run $(OUT)/bin/options

# --- The guide -------------------------------------------------------------------------------------

.PHONY: test-guide
TESTS += test-guide

test-guide: build deps-test ## follow docs/guide.md to the letter, and compare its code with the files
	$(Q)tests/guide/blocks
	$(Q)tests/guide/selftest
	$(Q)tests/guide/run

# --- Conformance -----------------------------------------------------------------------------------

# Its flushers, and a zoo in which for each rule there is one that breaks it; see tests/conformance/run.
CHECK_ZOO := $(patsubst tests/%.c,$(OUT)/%.so,$(wildcard tests/zoo/check/*.c))
.SECONDARY: $(CHECK_ZOO)

$(OUT)/zoo/check/%.so: tests/zoo/check/%.c $(wildcard tests/zoo/check/*.h) include/ilf/flusher.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared -Iinclude -D_GNU_SOURCE $(CFLAGS_ALL) -o $@ $<

test-conformance: $(OUT)/bin/ilfcheck $(OUT)/bin/http-server $(if $(SAN),,$(ZOO) $(CHECK_ZOO)) ## hold every flusher, and a zoo of broken ones, against the rules
	$(Q)tests/conformance/run $(OUT) $(FLUSHERS)

$(OUT)/bin/http-server: tests/server/http.c $(wildcard tests/*.h) $(OUT)/libilf.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -Itests -o $@ $< $(OUT)/libilf.a $(LIBS) $(shell pkg-config --libs cmocka)

CHECK_OBJECTS := $(patsubst %.c,$(OUT)/obj/%.o,$(wildcard tests/conformance/*.c))

$(OUT)/bin/ilfcheck: $(CHECK_OBJECTS) $(OUT)/libilf.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)
