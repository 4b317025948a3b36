# ilf: C flushers for iLogtail and LoongCollector. `make help` lists the targets.

CC     ?= cc
CFLAGS ?= -O2 -g
SAN    ?=#              sanitizers of a build, as address,undefined or thread; has a folder of its own
GO     ?= $(firstword $(shell command -v go) $(wildcard /usr/lib/go-*/bin/go))
PREFIX ?= /usr/local
DESTDIR ?=
INPUT  ?= tests/data/access.log# what `make run` reads

.DEFAULT_GOAL := build
VERSION := 1.0.0
SONAME  := libilf.so.1
comma   := ,
OUT     := build$(if $(SAN),/$(subst $(comma),-,$(SAN)))
Q       := $(if $(V),,@)
say      = $(if $(V),,@echo '  $(1)	$(2)' >&2)

# Looked up when first used, which is after .ci/deps has installed the packages. With -isystem, for
# warnings about others' headers (rdkafka.h has some from 2.3 on) are not ours to heed.
CPPFLAGS_ALL = -D_GNU_SOURCE -DILF_VERSION='"$(VERSION)"' -Iinclude -Icbridge -I$(OUT)/gen \
               $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES))) $(CPPFLAGS)
CFLAGS_ALL   = -std=c11 -Wall -Wextra -Wpedantic -Werror -fPIC -fvisibility=hidden -pthread $(CFLAGS) \
               $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer,$(PROTECTION))
LIBS         = $(shell pkg-config --libs $(PACKAGES)) -pthread -lm -ldl
# Against what overwrites the stack or jumps into the middle: as much of it as the compiler has,
# which is asked once, at the first use. Sanitizers see more; and what is said in CFLAGS counts.
PROTECT      = -fstack-protector-strong -fstack-clash-protection -fcf-protection -mbranch-protection=standard
FORTIFY      = $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,$(if $(filter -O1 -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
PROTECTION   = $(eval PROTECTION := $(shell for flag in $(PROTECT); do \
                 $(CC) -Werror $$flag -x c -c -o /dev/null /dev/null 2> /dev/null && echo $$flag; done) $(FORTIFY))$(PROTECTION)
HARDENING    = -Wl,-z,defs -Wl,-z,now -Wl,-z,relro

# A flusher whose libraries pkg-config does not find is left out, with the files that only it needs.
# build/found.mk, which make writes before all else, says which; it is written anew when that changes.
OPTIONAL     := http kafka
NEEDS_http   := libcurl zlib libzstd liblz4 snappy
INSTALL_http := libcurl4-openssl-dev zlib1g-dev libzstd-dev liblz4-dev libsnappy-dev
FILES_http   := flushers/http/% tests/crash/test_delivery_%.c tests/fuzz/http_%
NEEDS_kafka   := rdkafka $(NEEDS_http)
INSTALL_kafka := librdkafka-dev $(INSTALL_http)
FILES_kafka   := flushers/kafka/% tests/fuzz/kafka_%
# Both need the client of HTTP: kafka fetches tokens.
FILES_client  := flushers/common/http_% flushers/common/compress%
not_found     := $(strip $(foreach f,$(OPTIONAL),$(shell pkg-config --exists $(NEEDS_$(f)) 2>/dev/null || echo $(f))))
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),build)),)
include build/found.mk
endif
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL: # what `make -j clean build` builds shall stay
endif
PACKAGES  := jansson libprotobuf-c lmdb $(sort $(foreach f,$(filter-out $(LEFT_OUT),$(OPTIONAL)),$(NEEDS_$(f))))
LEAVE_OUT := $(foreach f,$(LEFT_OUT) $(if $(filter-out $(LEFT_OUT),http kafka),,client),$(FILES_$(f)))
kept       = $(filter-out $(LEAVE_OUT) $(patsubst flushers/%,tests/flushers/%,$(subst common/,common/test_,$(LEAVE_OUT))),$(1))

ALL_FLUSHERS := $(sort $(basename $(notdir $(wildcard flushers/*.c))) $(filter-out common,$(notdir $(patsubst %/,%,$(wildcard flushers/*/)))))
FLUSHERS := $(filter-out $(LEFT_OUT),$(ALL_FLUSHERS))
SOURCES  := $(call kept,$(wildcard cbridge/*.c flushers/*.c flushers/*/*.c))
OBJECTS  := $(SOURCES:%.c=$(OUT)/obj/%.o) $(OUT)/obj/gen/registry.o $(OUT)/obj/gen/sls_logs.pb-c.o
C_TESTS  := $(patsubst tests/%.c,$(OUT)/tests/%,$(call kept,$(wildcard tests/cbridge/test_*.c tests/flushers/test_*.c tests/flushers/*/test_*.c)))
GO_FILES := $(shell find go -name '*.go' -o -name '*.[ch]' -o -name go.mod)
GO_COPIES := go/cflusher/ilf/flusher.h go/cflusher/ilf/bridge.h go/cflusher/builtin.go

.PHONY: help build all run test test-c test-conformance test-abi test-go test-vectors test-e2e test-docs bench sanitize lint \
        format docs new install uninstall dist distcheck deb test-install test-deb abi-baseline clean \
        soak fuzz test-crash test-fuzz
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z][a-z0-9 -]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

build all: $(OUT)/libilf.so build/bin/ilfrun $(OUT)/bin/ilfcheck ## build build/libilf.so, ilfrun and ilfcheck

run: export RUN_INPUT := $(value INPUT)# whatever characters it holds
run: build ## run example.json over a log file (INPUT=path) and print its lines as JSON
	$(Q)build/bin/ilfrun -plugin example.json -once -input-file "$$RUN_INPUT" -input-line-limit 0

deps-%: .ci/deps
	$(Q).ci/deps $*

# --- The library -----------------------------------------------------------------------------------

build/found.mk: .ci/deps Makefile $(if $(filter-out $(LEFT_OUT),$(not_found))$(filter-out $(not_found),$(LEFT_OUT)),.ALWAYS)
	$(Q).ci/deps build flushers
	$(Q)mkdir -p $(@D)
	$(Q)for flusher in $(foreach f,$(OPTIONAL),'$(f) $(NEEDS_$(f))'); do \
	  pkg-config --exists $${flusher#* } || { echo "LEFT_OUT += $${flusher%% *}"; \
	  echo "make: flusher_c_$${flusher%% *} is left out: it needs $${flusher#* }" >&2; }; done > $@

.PHONY: .ALWAYS
.ALWAYS:

$(OUT)/gen/sls_logs.pb-c.c: proto/sls_logs.proto
	$(call say,PROTOC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) -Iproto $<

# $(call registry,NAMES): every flushers/NAME.c and flushers/NAME/ defines ilf_flusher_NAME.
registry = { echo '/* Generated by the Makefile from flushers/. */'; echo '\#include "registry.h"'; \
  $(foreach f,$(1),echo 'extern const ilf_flusher_ops ilf_flusher_$(f);';) \
  echo 'const ilf_flusher_ops *const ilf__builtin[] = {'; $(foreach f,$(1),echo '    &ilf_flusher_$(f),';) \
  echo '    NULL,'; echo '};'; echo 'const struct ilf__left_out ilf__left_out[] = {'; \
  $(foreach f,$(LEFT_OUT),echo '    {"flusher_c_$(f)", "$(INSTALL_$(f))"},';) echo '    {0},'; echo '};'; }

$(OUT)/gen/registry.c $(OUT)/gen/registry_tests.c: Makefile build/found.mk $(wildcard flushers/*.c) $(wildcard flushers/*/*.c)
	$(Q)mkdir -p $(@D)
	$(Q)$(call registry,$(FLUSHERS) $(if $(findstring tests,$@),dump format)) > $@

$(OUT)/obj/%.o: %.c | $(OUT)/gen/sls_logs.pb-c.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(OUT)/obj/gen/%.o: $(OUT)/gen/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(OUT)/libilf.a: $(OBJECTS)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(OUT)/$(SONAME): $(OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(CFLAGS_ALL) $(LDFLAGS) -Wl,-soname,$(SONAME) $(if $(SAN),,$(HARDENING)) -o $@ $^ $(LIBS)

$(OUT)/libilf.so: $(OUT)/$(SONAME)
	$(Q)ln -sf $(SONAME) $@

# The library that the Go tests load: with two flushers more, which write down what they are given, and what formats make of it.
$(OUT)/tests/libilf.so: $(filter-out %/gen/registry.o,$(OBJECTS)) $(OUT)/obj/gen/registry_tests.o $(OUT)/obj/tests/dump/dump.o $(OUT)/obj/tests/dump/format.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared $(CFLAGS_ALL) $(LDFLAGS) -Wl,-soname,$(SONAME) -o $@ $^ $(LIBS)

# For plugins that are built against this tree, with nothing installed: PKG_CONFIG_PATH=here/build.
build all: build/ilf.pc
build/ilf.pc: Makefile build/found.mk
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' 'libdir=$(CURDIR)/build' 'includedir=$(CURDIR)/include' 'bindir=$${libdir}/bin' \
	  'plugindir=$${libdir}/plugins' 'Name: ilf' 'Description: C flushers, not installed' 'Version: $(VERSION)' \
	  'Libs: -L$${libdir} -lilf' 'Libs.private: $(strip $(LIBS))' 'Cflags: -I$${includedir}' > $@

# --- Go --------------------------------------------------------------------------------------------

go/cflusher/ilf/%.h: include/ilf/%.h
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

# What the shim registers when the library is not there, to say so.
go/cflusher/builtin.go: Makefile $(wildcard flushers/*.c flushers/*)
	$(Q){ echo '// Code generated by the Makefile from flushers/. DO NOT EDIT.'; echo; echo 'package cflusher'; echo; \
	  echo '// builtin are the flushers of the libilf that this package belongs to.'; \
	  echo 'var builtin = []string{'; $(foreach f,$(ALL_FLUSHERS),echo '	"flusher_c_$(f)",';) echo '}'; } > $@

build/bin/ilfrun: $(GO_FILES) $(GO_COPIES)
	$(call say,GO,$@)
	$(Q)cd go && $(GO) build -ldflags '-X main.version=$(VERSION)' -o ../$@ ./cmd/ilfrun
	$(Q)ln -sf ../$(SONAME) $(@D)/$(SONAME) # where ilfrun looks first
include tests/tests.mk

# --- Beyond the tests ------------------------------------------------------------------------------

BENCH_C       := $(addprefix $(OUT)/bin/bench-,c spool delivery $(if $(filter http,$(LEFT_OUT)),,http throttle))
BENCH_PLUGINS := $(foreach n,$(shell seq 1 50),$(OUT)/bench/plugins/$(n).so)

$(OUT)/bench/plugins/%.so: tests/bench/plugin.c include/ilf/flusher.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared -Iinclude $(CFLAGS_ALL) -DNUMBER=$* -o $@ $<

# The flusher, and what it is held against on one real broker. What can't be built is left out.
BENCH_KAFKA := $(if $(filter kafka,$(LEFT_OUT)),,kafka $(OUT)/bin/bench-kafka build/bin/rdkafka_performance build/bin/bench-sarama)
RUN_KAFKA   := $(if $(BENCH_KAFKA),-kafka $(OUT)/bin/bench-kafka -rdkafka-performance build/bin/rdkafka_performance -sarama build/bin/bench-sarama)

bench: $(OUT)/libilf.so $(BENCH_C) $(BENCH_PLUGINS) $(BENCH_KAFKA) $(GO_COPIES) ## measure, as ratios to floors of the same run, into build/bench.json
	$(Q)cd go && $(GO) build -o ../build/bin/bench ./internal/bench
	$(Q)ILF_LIBRARY=$(OUT)/libilf.so ILF_KAFKA='$(KAFKA)' build/bin/bench -c $$(echo $(BENCH_C) | tr ' ' ,) -dir $(OUT) $(RUN_KAFKA) -o build/bench.json

.PHONY: bench-kafka build/bin/rdkafka_performance build/bin/bench-sarama
bench-kafka: $(GO_COPIES) $(OUT)/libilf.so $(BENCH_KAFKA) ## the same for flusher_c_kafka alone, into build/bench-kafka.json
	$(Q)cd go && $(GO) build -o ../build/bin/bench ./internal/bench
	$(Q)ILF_LIBRARY=$(OUT)/libilf.so ILF_KAFKA='$(KAFKA)' build/bin/bench $(RUN_KAFKA) -o build/bench-kafka.json

build/bin/rdkafka_performance:
	$(Q)tests/bench/kafka_performance build/kafka-performance '$(CC)' $@ || true

build/bin/bench-sarama:
	$(Q)rm -f $@; cd tests/bench/sarama && $(GO) build -o ../../../$@ . || true

$(OUT)/bin/options: docs/generate/options.c $(OUT)/libilf.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -o $@ $< $(OUT)/libilf.a $(LIBS)

docs: deps-build $(OUT)/bin/options ## write the options tables of docs/flushers
	$(Q)$(OUT)/bin/options | docs/generate/pages

$(OUT)/bin/bench-c: tests/bench/bench.c $(wildcard tests/bench/*.h) $(OUT)/libilf.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -o $@ $< $(OUT)/libilf.a $(LIBS)

$(OUT)/bin/bench-%: tests/bench/bench_%.c $(wildcard tests/bench/*.h) $(OUT)/libilf.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -o $@ $< $(OUT)/libilf.a $(LIBS)

sanitize: deps-test deps-sanitize $(OUT)/tests/libilf.so ## run the C tests under ASan+UBSan, TSan, Valgrind; the Go tests under -asan, cgocheck2
	$(Q)ASAN_OPTIONS=detect_leaks=1 $(MAKE) test-c test-crash test-fuzz SAN=address,undefined
	$(Q)$(MAKE) test-conformance SAN=address,undefined
	$(Q)$(MAKE) test-c SAN=thread
	$(Q)$(MAKE) test-c WRAPPER='valgrind -q --suppressions=tests/valgrind.supp --leak-check=full --show-leak-kinds=all --error-exitcode=1'
	$(Q)$(GO_ENV) GOEXPERIMENT=cgocheck2 $(GO) test -count=1 ./cflusher
	$(Q)$(MAKE) build/address-undefined/tests/libilf.so SAN=address,undefined
	$(Q)$(GO_ENV) ILF_LIBRARY='$(CURDIR)/build/address-undefined/tests/libilf.so' $(GO) test -count=1 -asan ./cflusher ./internal/e2e

LINTED_C := $(wildcard include/ilf/*.h cbridge/*.[ch] flushers/*.c flushers/*/*.[ch] tests/*.h tests/*/*.[ch] tests/*/*/*.[ch] docs/*/*.[ch] docs/*/*/*.[ch] docs/*/*/*.cpp)

lint: deps-build deps-lint $(OUT)/bin/options ## check style, analyzers, spelling, who depends on whom, docs
	$(Q)tests/lint/tools '$(GO)' $(OUT) $(LINTED_C)

new: ## write a new flusher, its test, its page and its check, to start from (NAME=x)
	$(Q)docs/template/ilf-new --built-in "$$NAME"

format: ## format all C and Go
	$(Q)clang-format-14 -i $(LINTED_C)
	$(Q)"$$($(GO) env GOROOT)/bin/gofmt" -w go tests/bench/sarama tests/influx

include docs/install.mk

clean: ## remove what was built
	rm -rf build

-include $(OBJECTS:.o=.d) $(CHECK_OBJECTS:.o=.d) $(POINTS_OBJECTS:.o=.d) $(wildcard $(OUT)/obj/tests/dump/*.d)
