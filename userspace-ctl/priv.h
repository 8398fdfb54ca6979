/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Giving up privileges that are not needed any more.
 */
#ifndef PRIV_H
#define PRIV_H

#include <stdint.h>

int priv_keep(uint64_t capabilities);

#endif /* PRIV_H */
