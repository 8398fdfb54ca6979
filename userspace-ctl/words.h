/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and notations that stand in JSON, whoever tells: the module or a capture.
 */
#ifndef WORDS_H
#define WORDS_H

#include <jansson.h>
#include <linux/ttlpin.h>
#include <stdint.h>

#define WORDS_MODES	(TTLPIN_MODE_ENFORCE + 1)
#define WORDS_PHASES	(TTLPIN_PHASE_CLOSING + 1)
#define WORDS_REASONS	(TTLPIN_REASON_BURST + 1)
#define WORDS_KINDS	(TTLPIN_KIND_ACK + 1)
#define WORDS_COUNTERS	(TTLPIN_A_COUNTER_MAX + 1)

/* Index is the enumeration's value; of counters, the attribute. */
extern const char *const words_modes[WORDS_MODES];
extern const char *const words_phases[WORDS_PHASES];
extern const char *const words_reasons[WORDS_REASONS];
extern const char *const words_kinds[WORDS_KINDS];
extern const char *const words_counters[WORDS_COUNTERS];

json_t *words_time(uint64_t ns);
json_t *words_flags(unsigned int flags);
json_t *words_address(int family, const void *addr);
json_t *words_end(int family, const void *addr, uint16_t port);
json_t *words_timestamp(uint32_t tsval, uint32_t tsecr);
json_t *words_payload(const void *bytes, size_t len);

#endif /* WORDS_H */
