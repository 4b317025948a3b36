# Installing, tarball and packages. Read by the Makefile.

# --- Installing and packages -------------------------------------------------------------------------

LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR     ?= $(PREFIX)/bin
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
DOCDIR     ?= $(DATADIR)/doc/ilf
TOOLS      := ilfrun ilfcheck ilf-new
TEMPLATES  := $(shell cd docs && find template -type f ! -name ilf-new)
PAGES      := README.md README.zh-CN.md example.json docs/grafana-dashboard.json $(sort $(shell find docs -name '*.md' ! -path 'docs/template/*'; find docs/examples -type f ! -path '*/target/*'))

install: build build/libilf.a ## install library, headers, tools and docs (PREFIX, LIBDIR, DESTDIR)
	install -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(INCLUDEDIR)/ilf' '$(DESTDIR)$(BINDIR)' \
	  '$(DESTDIR)$(MANDIR)/man1'
	install -m 644 build/$(SONAME) '$(DESTDIR)$(LIBDIR)/libilf.so.$(VERSION)'
	ln -sf libilf.so.$(VERSION) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libilf.so'
	install -m 644 build/libilf.a '$(DESTDIR)$(LIBDIR)/'
	install -m 644 include/ilf/*.h '$(DESTDIR)$(INCLUDEDIR)/ilf/'
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(strip $(LIBS))|' cbridge/ilf.pc.in > '$(DESTDIR)$(LIBDIR)/pkgconfig/ilf.pc'
	chmod 644 '$(DESTDIR)$(LIBDIR)/pkgconfig/ilf.pc'
	set -e; for tool in $(TOOLS); do file=build/bin/$$tool; test -e $$file || file=docs/template/$$tool; \
	  test -e $$file || continue; install -m 755 $$file '$(DESTDIR)$(BINDIR)/'; \
	  install -m 644 docs/man/$$tool.1 '$(DESTDIR)$(MANDIR)/man1/'; done
	set -e; for file in $(TEMPLATES); do install -D -m 644 docs/$$file '$(DESTDIR)$(DATADIR)/ilf/'$$file; done
	set -e; for file in $(PAGES); do docs/install-page $$file '$(DOCDIR)' '$(INCLUDEDIR)' $(PAGES) | \
	  install -D -m 644 /dev/stdin '$(DESTDIR)$(DOCDIR)/'$$file; done

uninstall: ## remove what make install has installed (same PREFIX, LIBDIR, DESTDIR)
	rm -f '$(DESTDIR)$(LIBDIR)/libilf.so.$(VERSION)' '$(DESTDIR)$(LIBDIR)/$(SONAME)' '$(DESTDIR)$(LIBDIR)/libilf.so' \
	  '$(DESTDIR)$(LIBDIR)/libilf.a' '$(DESTDIR)$(LIBDIR)/pkgconfig/ilf.pc' \
	  $(TOOLS:%='$(DESTDIR)$(BINDIR)/%') $(TOOLS:%='$(DESTDIR)$(MANDIR)/man1/%.1')
	rm -rf '$(DESTDIR)$(INCLUDEDIR)/ilf' '$(DESTDIR)$(DATADIR)/ilf/template' '$(DESTDIR)$(DOCDIR)'
	rmdir '$(DESTDIR)$(DATADIR)/ilf' 2>/dev/null || true

# The commit's time and no one's umask: the same commit gives the same bytes.
DIST := build/ilf-$(VERSION).tar.xz
dist: ## write build/ilf-VERSION.tar.xz, the sources of the commit that is checked out
	$(call say,DIST,$(DIST))
	$(Q)git diff --quiet HEAD || echo 'make dist: changes that are not committed are left out' >&2
	$(Q)mkdir -p build
	$(Q)git -c tar.umask=0022 archive --format=tar --prefix=ilf-$(VERSION)/ HEAD > $(DIST:.xz=)
	$(Q)xz -9 -T1 -f $(DIST:.xz=)

distcheck: dist ## build and install from the tarball alone
	$(Q)rm -rf build/distcheck && mkdir build/distcheck && tar -xf $(DIST) -C build/distcheck
	$(Q)unset MAKEFLAGS MAKEOVERRIDES; cd build/distcheck/ilf-$(VERSION) && $(MAKE) -s build && tests/install/run

# Builds in a folder of its own, from the tarball, as a Debian builder does. Tests have their own targets.
DEB := build/deb/ilf-$(VERSION)
deb: deps-build deps-deb dist ## build the Debian packages libilf1, libilf-dev, ilf-tools into build/deb, and check them with lintian
	$(Q)rm -rf build/deb && mkdir -p build/deb && tar -xf $(DIST) -C build/deb && mv $(DEB)/docs/debian $(DEB)/debian
	$(Q)unset MAKEFLAGS MAKEOVERRIDES MAKELEVEL; cd $(DEB) && GOCACHE="$$($(GO) env GOCACHE)" \
	  DEB_BUILD_OPTIONS="nocheck parallel=$$(nproc)" dpkg-buildpackage -us -uc > ../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; }
	lintian --allow-root --fail-on error,warning build/deb/ilf_$(VERSION)_*.changes

test-install: build build/libilf.a ## install into a temporary folder, and build against and run what is there
	$(Q)tests/install/run

test-deb: deb ## make deb, then install the packages into a temporary root and use them
	$(Q)tests/install/deb

# Rewrites what make test-abi compares with. Only for a release, together with its version: what is in
# there is a promise, and a change that test-abi refuses is one for the next major.
abi-baseline: ## at a release: keep its headers as those that must not be broken
	cp include/ilf/*.h tests/abi/released/ilf/
