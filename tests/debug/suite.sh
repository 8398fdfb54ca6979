#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# suite.sh PROGRAM...: the functional tests, and then a look at what they have left.
# What the machine itself left behind before is not of interest.
here=$(dirname "$(readlink -f "$0")")
mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null
[ ! -e /sys/kernel/debug/kmemleak ] || echo clear > /sys/kernel/debug/kmemleak
exec "$here/../netns/run-all" "$@" ../debug/leaks.sh
