#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Netlink requests that no tool would send are refused with words that say why.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need badnl
need_module
badnl
