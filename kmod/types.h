/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integer types of the pure files (segment, engine, prefix), which are compiled
 * for the kernel, for the capture analyser, for unit tests and for fuzzers.
 */
#ifndef TTLPIN_TYPES_H
#define TTLPIN_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/string.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
#endif

#endif /* TTLPIN_TYPES_H */
