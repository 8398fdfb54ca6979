# SPDX-License-Identifier: GPL-2.0
# The module for one kernel, the control tool, the tests and the demonstration.
#
#   make                 module for the running kernel, and ttlpinctl
#   make KDIR=DIR        the same for another kernel's build directory
#   make install         both, below DESTDIR
#   make deb             Debian packages, in build/deb
#   make dist            the source as a tarball, in build/dist
#   make check-packages  the packages in a clean Debian 12, some minutes
#   make check           the tests of each change; installs what it needs; BOTH=1: every
#                        program in both guests
#   make check-oracle    the verdict against an oracle, some minutes
#   make check-debug     the module in a kernel with KASAN, many hours
#   make check-races     races on two CPUs, half an hour each; SECONDS=N, RACES='...'
#   make check-floods    floods and a soak of a million mails; FLOODS='-n N -s N'
#   make lint             every static check, some minutes
#   make fuzz             every fuzzer for SECONDS (60) of its own
#   make check-captures DIR=DIR  analyze on every file of a folder of captures
#   make bench-analyze [MB=1024] its speed beside that of tcpdump and tshark
#   make check-report    the report's page in Chromium, by axe
#   make coverage        what of the verdict the unit tests reach
#   make bench           what a segment costs, beside other devices
#   make demo            the incident, replayed in a guest
#   make generate        header and policies from the netlink specification

KREL ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KREL)/build
# What modules_install installs for, whichever of the two was given.
RELEASE = $(or $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null),$(KREL))
BUILD := $(CURDIR)/build
DESTDIR ?=
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
# Kernels that the tests boot, newest package of each series.
GUEST_KERNELS = $(shell tests/vm/kernels 2>/dev/null)

.PHONY: all modules ctl install uninstall clean check demo generate setup
.PHONY: guest-modules guest-tools check-oracle coverage check-report check-captures bench-analyze fuzz lint
.PHONY: check-debug check-races check-floods
.PHONY: deb dist check-packages

all: modules ctl

modules:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(KREL), or give KDIR=" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

ctl:
	$(MAKE) -C userspace-ctl BUILD=$(BUILD)

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C userspace-ctl BUILD=$(BUILD) DESTDIR=$(DESTDIR) install
	test -n "$(DESTDIR)" || depmod $(RELEASE)

# Settings and whitelist stay in /etc/ttlpin.
uninstall:
	$(MAKE) -C userspace-ctl BUILD=$(BUILD) DESTDIR=$(DESTDIR) uninstall
	rm -f $(DESTDIR)/lib/modules/$(RELEASE)/updates/nf_ttlpin.ko* \
		$(DESTDIR)/lib/modules/$(RELEASE)/extra/nf_ttlpin.ko*
	test -n "$(DESTDIR)" || depmod $(RELEASE)

# The same commit gives the same bytes, whoever packs it and when.
dist:
	@mkdir -p $(BUILD)/dist
	@test -e .git || { echo "make dist packs the last commit: it needs a git checkout" >&2; exit 1; }
	@git -c tar.umask=0022 archive --format=tar --prefix=ttlpin-$(VERSION)/ \
		-o $(BUILD)/dist/ttlpin-$(VERSION).tar HEAD
	@gzip -9nf $(BUILD)/dist/ttlpin-$(VERSION).tar
	@cd $(BUILD)/dist && sha256sum ttlpin-$(VERSION).tar.gz

# Packages of the last commit; in a tarball, of what it holds.
deb:
	@tests/packages/build

check-packages:
	tests/vm/setup tests/packages/packages
	tests/packages/run

# Sources are copied, so that each kernel's objects have a place of their own. What
# builds a kernel is named, too: a module is for the kernel that it was built for.
$(BUILD)/kmod/%/nf_ttlpin.ko: Kbuild Makefile $(wildcard kmod/*.[ch]) \
		$(wildcard kmod/include/uapi/linux/*.h) \
		tests/vm/build-kernel $(wildcard tests/vm/configs/*.config)
	@mkdir -p $(@D)
	@rsync -a --delete --include='*.[ch]' --include='*/' --exclude='*' kmod/ $(@D)/kmod/
	@cp Kbuild $(@D)/
	$(MAKE) $$(tests/vm/kbuild $*) M=$(@D) W=1 $(if $(filter 6.%,$*),KCFLAGS=-Werror) modules

guest-modules: $(GUEST_KERNELS:%=$(BUILD)/kmod/%/nf_ttlpin.ko)

guest-tools: ctl
	@for dir in tests/netns tests/demo tests/debug tests/race tests/flood; do \
		if test -e $$dir/Makefile.tools; then \
			$(MAKE) -C $$dir -f Makefile.tools BUILD=$(BUILD) || exit 1; \
		fi; \
	done

setup:
	tests/vm/setup

check: setup
	tests/run-check

# The verdict against an oracle, over hundreds of millions of combinations.
check-oracle: setup
	$(MAKE) -C tests/unit BUILD=$(BUILD) oracle

# Everything once more in User-mode Linux with KASAN, kmemleak and UBSAN, then
# segments and messages by chance, and allocations that fail.
check-debug: setup
	tests/debug/run long

# KERNEL is 6.12, 6.1 or x86-debug, see tests/race/run -h.
KERNEL ?= 6.12
check-races: setup
	tests/race/run -k $(KERNEL) $(SECONDS:%=-s %) $(RACES)

check-floods: setup
	tests/flood/run $(FLOODS)

lint: setup
	tests/lint/run all

fuzz: setup
	$(MAKE) -C tests/fuzz BUILD=$(BUILD) fuzz

# Foreign captures: no crash, no leak, and what each file gave.
check-captures: setup
	@test -n "$(DIR)" || { echo "give a folder: make check-captures DIR=..." >&2; exit 2; }
	$(MAKE) -s -C tests/captures BUILD=$(BUILD) DIR="$(abspath $(DIR))" foreign

MB ?= 1024
bench-analyze: setup
	$(MAKE) -s -C tests/captures BUILD=$(BUILD) MB=$(MB) bench

# The page of ttlpinctl analyze --html in a browser; pictures in build/report.
check-report: ctl
	$(MAKE) -s -C tests/report BUILD=$(BUILD) browser

coverage: setup
	$(MAKE) -C tests/unit BUILD=$(BUILD) coverage

# BENCH holds options, as in BENCH='-r 2 -s 1000,1000000'.
bench: setup
	tests/bench/run $(BENCH)

demo: setup
	$(MAKE) guest-modules guest-tools
	tests/vm/run -k 6.12 tests/demo/demo.sh

generate:
	tests/lint/generate

clean:
	rm -rf $(BUILD)
	find . -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' -o -name modules.order \
		-o -name Module.symvers \) -type f -print | xargs -r rm -f
