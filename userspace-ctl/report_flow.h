/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection of the report, and the parts that show it.
 */
#ifndef REPORT_FLOW_H
#define REPORT_FLOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct report_flow - a connection with what the parts of its section need
 * @number: from 1 in the page
 * @timeline: its segments, in order
 * @drops: those that are forged
 * @held: those that were dropped until the sender proved to be genuine
 * @peer: what the other side is, "server" or "client"
 * @places: where locate() puts each of their senders
 * @remote: the other end as text
 * @local: our end as text
 * @pin: the other side's TTL, below 0 if not known
 * @start: time of its first segment in us since 1970
 * @server_hop: the server's place, 0 if not known
 * @sender_hop: the first sender's place, 0 if not known
 */
struct report_flow {
	int number;
	const json_t *timeline;
	const json_t *drops;
	const json_t *held;
	const char *peer;
	const json_t *places;
	char *remote;
	char *local;
	int pin;
	int64_t start;
	int server_hop;
	int sender_hop;
};

/* What a race was about; null but for the forged segment where it is not known. */
struct report_race {
	const json_t *command;
	const json_t *forged;
	const json_t *genuine;
};

bool report_time(const json_t *segment, int64_t *us);
long long report_number(const json_t *object, const char *key);
const char *report_string(const json_t *object, const char *key);
bool report_is_in(const json_t *segment);
bool report_is_forged(const struct report_flow *f, const json_t *segment);
bool report_is_held(const struct report_flow *f, const json_t *segment);
struct report_race report_race(const json_t *drop);
char *report_says(const json_t *segment);

void report_races(FILE *out, const struct report_flow *f);
void report_ladder(FILE *out, const struct report_flow *f);
void report_ttls(FILE *out, const struct report_flow *f);
void report_differences(FILE *out, const struct report_flow *f);
void report_places(FILE *out, const struct report_flow *f);

#endif /* REPORT_FLOW_H */
