# SPDX-License-Identifier: GPL-2.0
# The module for one kernel, the control tool, the tests and the demonstration.
#
#   make                 module for the running kernel, and ttlpinctl
#   make KDIR=DIR        the same for another kernel's build directory
#   make install         both, below DESTDIR
#   make check           every test that CI runs; installs what it needs
#   make check-oracle    the verdict against an oracle, some minutes
#   make coverage        what of the verdict the unit tests reach
#   make demo            the incident, replayed in a guest
#   make generate        header and policies from the netlink specification

KREL ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KREL)/build
BUILD := $(CURDIR)/build
DESTDIR ?=
PREFIX ?= /usr/local
# Kernels that the tests boot, newest package of each series.
GUEST_KERNELS = $(shell tests/vm/kernels 2>/dev/null)

.PHONY: all modules ctl install uninstall clean check demo generate setup
.PHONY: guest-modules guest-tools check-oracle coverage

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
	$(MAKE) -C userspace-ctl BUILD=$(BUILD) DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) install
	test -n "$(DESTDIR)" || depmod $(KREL)

uninstall:
	$(MAKE) -C userspace-ctl BUILD=$(BUILD) DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) uninstall
	rm -f $(DESTDIR)/lib/modules/$(KREL)/updates/nf_ttlpin.ko* \
		$(DESTDIR)/lib/modules/$(KREL)/extra/nf_ttlpin.ko*
	test -n "$(DESTDIR)" || depmod $(KREL)

# Sources are copied, so that each kernel's objects have a place of their own.
$(BUILD)/kmod/%/nf_ttlpin.ko: Kbuild $(wildcard kmod/*.[ch]) \
		$(wildcard kmod/include/uapi/linux/*.h)
	@mkdir -p $(@D)
	@rsync -a --delete --include='*.[ch]' --include='*/' --exclude='*' kmod/ $(@D)/kmod/
	@cp Kbuild $(@D)/
	$(MAKE) -C /lib/modules/$*/build M=$(@D) W=1 modules

guest-modules: $(GUEST_KERNELS:%=$(BUILD)/kmod/%/nf_ttlpin.ko)

guest-tools: ctl
	@for dir in tests/netns tests/demo; do \
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

coverage: setup
	$(MAKE) -C tests/unit BUILD=$(BUILD) coverage

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
