/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module tells, as trees of values with the names of the manual.
 */
#ifndef DECODE_H
#define DECODE_H

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <stdint.h>

uint64_t decode_number(const struct nlattr *attr);
json_t *decode_counters(const struct nlattr *nest);
json_t *decode_event(const struct nlattr *nest, uint8_t cmd);
json_t *decode_account(const struct nlattr *nest);
json_t *decode_peer(const struct nlattr *nest);
int decode_phase_number(const char *name);
json_t *decode_flow(const struct nlattr *nest);
json_t *decode_prefix(const struct nlattr *nest);
json_t *decode_mode(const struct nlattr *attr);

#endif /* DECODE_H */
