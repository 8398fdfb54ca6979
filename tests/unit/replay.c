// SPDX-License-Identifier: GPL-2.0
/*
 * Plays scripts (see ../netns/script.h) against the verdict alone: the packets
 * are built, parsed and judged as the module would, and the clock is the
 * script's. Each file is a test; "# counters: NAME=VALUE..." in it must hold.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include "../netns/packet.h"
#include "engine.h"
#include "session.h"
#include "tap.h"

#define FLOWS 64

enum {
	PASSED, NEAR, HEALED, UNPINNED, DROPPED, CONFIRMED, PINNED, LOOSE,
	DROPPED_TTL, DROPPED_TIMESTAMP, DROPPED_SYNACK, DROPPED_BURST, LEARNED,
	COUNTERS
};

static const char *const names[COUNTERS] = {
	"passed", "near", "healed", "unpinned", "dropped", "confirmed", "pinned",
	"loose", "dropped_ttl", "dropped_timestamp", "dropped_synack",
	"dropped_burst", "learned",
};

struct world {
	struct script script;
	struct ttlpin_policy policy;
	bool known[FLOWS];
	u64 state[FLOWS];
	struct ttlpin_memory mem[FLOWS];
	int peer_ttl;
	u64 now_ms;
	unsigned long counters[COUNTERS];
};

/* What the engine reads: the packet, parsed by the very same parser. */
static bool parse(const struct world *w, const struct script_step *step,
		  u8 *packet, struct ttlpin_segment *seg)
{
	struct packet_ends ends = { .family = w->script.family };
	struct ttlpin_bytes b = { packet, 0, 0, 0 };
	struct ttlpin_place place;

	b.avail = b.len = packet_build(packet, &ends, step);
	return !ttlpin_segment_locate(&b, &place) &&
	       !ttlpin_segment_parse(&b, &place, seg);
}

static void remember(struct world *w, int flow)
{
	int ttl;

	if (ttlpin_state_phase(w->state[flow]) < TTLPIN_PHASE_TALKING)
		return;
	ttl = ttlpin_session_remember(w->state[flow], &w->mem[flow]);
	if (ttl == TTLPIN_TEACH_FORGET && w->peer_ttl == w->mem[flow].learned[0])
		w->peer_ttl = TTLPIN_TEACH_NOTHING;
	else if (ttl >= 0)
		w->peer_ttl = ttl;
}

static void sent(struct world *w, int flow, const struct ttlpin_segment *seg)
{
	u64 *state = &w->state[flow];
	struct ttlpin_memory *mem = &w->mem[flow];
	bool mail = ttlpin_session_is_mail_port(w->script.port);

	if ((seg->flags & (TTLPIN_SYN | TTLPIN_ACK)) == TTLPIN_SYN) {
		if (w->known[flow] && mem->isn == seg->seq) {
			ttlpin_session_syn_again(state, mem, w->now_ms);
			return;
		}
		ttlpin_session_open(state, mem, seg, w->now_ms);
		w->known[flow] = true;
		if (w->peer_ttl >= 0) {
			ttlpin_session_expect(state, mem, w->peer_ttl);
			w->counters[LEARNED]++;
		}
	} else if (w->known[flow]) {
		*state = ttlpin_session_sent(*state,
					    ttlpin_session_outbound(seg, mail));
		remember(w, flow);
	}
}

/* The verdict, and that the short way gives the same where it answers. */
static bool judge(struct world *w, int flow, const struct ttlpin_segment *seg)
{
	static const int counter[] = { PASSED, NEAR, HEALED, UNPINNED, DROPPED };
	static const int reason[] = { DROPPED_TTL, DROPPED_TIMESTAMP,
				      DROPPED_SYNACK, DROPPED_BURST };
	struct ttlpin_verdict v = { .action = TTLPIN_UNPINNED };
	enum ttlpin_action action;
	bool known;
	u64 next;

	if (w->known[flow]) {
		known = ttlpin_engine_known(w->state[flow], seg, &w->policy,
					    w->now_ms / 1000, &next, &action);
		ttlpin_engine_judge(&w->state[flow], &w->mem[flow], seg,
				    &w->policy, w->now_ms, &v);
		if (known)
			EXPECT(v.action == action && w->state[flow] == next);
		if (v.action != TTLPIN_CONDEMN)
			remember(w, flow);
	}
	w->counters[counter[v.action]]++;
	if (v.action == TTLPIN_NEAR || v.action == TTLPIN_HEALED)
		w->counters[PASSED]++;
	if (v.action == TTLPIN_CONDEMN)
		w->counters[reason[v.reason]]++;
	w->counters[CONFIRMED] += v.confirmed;
	w->counters[PINNED] += v.pinned;
	w->counters[LOOSE] += v.loose;
	return v.action != TTLPIN_CONDEMN;
}

static void play(struct world *w, const struct script_step *step)
{
	u8 packet[PACKET_MAX];
	struct ttlpin_segment seg;
	bool passed = true;

	if (step->kind == SCRIPT_WAIT) {
		w->now_ms += step->wait_ms;
		return;
	}
	if (!parse(w, step, packet, &seg)) {
		EXPECT(step->doff >= 0 || step->ip_len >= 0);
		return;
	}
	if (step->outbound)
		sent(w, step->flow, &seg);
	else
		passed = judge(w, step->flow, &seg);
	if (passed == step->expect_drop) {
		printf("# line %d: expected %s\n", step->line,
		       step->expect_drop ? "drop" : "pass");
		tap_bad++;
	}
}

/* "# counters: NAME=VALUE..." and "# set: NAME=VALUE..." */
static void directives(struct world *w, FILE *in, const char *which, bool set)
{
	char line[1024], *rest, *word;
	int i;

	rewind(in);
	while (fgets(line, sizeof(line), in)) {
		if (strncmp(line, which, strlen(which)))
			continue;
		line[strcspn(line, "\n")] = 0;
		rest = line + strlen(which);
		while ((word = strsep(&rest, " "))) {
			char *value = strchr(word, '=');
			unsigned long n;

			if (!value)
				continue;
			*value++ = 0;
			n = strtoul(value, NULL, 10);
			if (set && !strcmp(word, "tolerance")) {
				w->policy.tolerance = n;
			} else if (set && !strcmp(word, "timestamps")) {
				w->policy.timestamps = n;
			} else if (set && !strcmp(word, "heal")) {
				w->policy.heal = n;
			} else if (!set || strcmp(word, "ports")) {
				/* Which ports are guarded is not its business. */
				for (i = 0; i < COUNTERS && strcmp(names[i], word); i++)
					;
				EXPECT(i < COUNTERS && !set);
				if (i < COUNTERS && w->counters[i] != n) {
					printf("# %s is %lu, not %lu\n", word,
					       w->counters[i], n);
					tap_bad++;
				}
			}
		}
	}
}

static void replay(const char *path)
{
	struct world *w = calloc(1, sizeof(*w));
	FILE *in = fopen(path, "r");
	struct script_step step;

	tap_bad = 0;
	EXPECT(in && w);
	if (in && w) {
		w->policy = (struct ttlpin_policy){ 1, true, true };
		w->peer_ttl = -1;
		w->now_ms = 131000ull * 1000;	/* the seconds wrap soon */
		directives(w, in, "# set:", true);
		rewind(in);
		script_open(&w->script, in);
		do {
			if (script_next(&w->script, &step)) {
				printf("# %s\n", w->script.error);
				tap_bad++;
				break;
			}
			if (step.kind != SCRIPT_END)
				play(w, &step);
		} while (step.kind != SCRIPT_END);
		directives(w, in, "# counters:", false);
		fclose(in);
	}
	free(w);
	tap_tests++;
	tap_failures += !!tap_bad;
	printf("%sok %d %s\n", tap_bad ? "not " : "", tap_tests,
	       strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	return tap_end();
}
