// SPDX-License-Identifier: GPL-2.0
/*
 * Any file through the reader of captures, the flows, what is told of them and the
 * words for it: nothing is read that is not there, the sums of the counters hold,
 * and each judged segment belongs to one flow that is told.
 *
 * Input: 1 octet of settings; then the file. With the highest bit of the first it
 * is a mail log that is read beside a capture of none.
 */
#include <sys/mman.h>
#include <unistd.h>
#include "analyze.h"
#include "findings.h"
#include "fuzz.h"

static int file = -1;
static char path[64];
static u64 told;

static void start(void)
{
	if (file >= 0)
		return;
	file = memfd_create("capture", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	MUST(file >= 0 && freopen("/dev/null", "w", stdout));
	setenv("TZ", "UTC", 1);
}

static void write_file(const uint8_t *data, size_t size)
{
	MUST(!ftruncate(file, 0));
	MUST(pwrite(file, data, size, 0) == (ssize_t)size);
}

static void on_end(void *context, const struct track_flow *f)
{
	static const struct ctl ctl;
	json_t *flow = findings_flow(context, f);

	told += json_integer_value(json_object_get(flow, "segments"));
	MUST(!json_dumpf(flow, stdout, JSON_ENSURE_ASCII));
	analyze_print_flow(&ctl, flow);
	json_decref(flow);
}

static void on_packet(void *context, const struct capture_packet *p)
{
	track_take(context, p, 0);
}

static void sums_hold(const u64 *c)
{
	u64 condemned = c[TTLPIN_A_COUNTER_DROPPED] +
			c[TTLPIN_A_COUNTER_WOULD_DROP];

	MUST(c[TTLPIN_A_COUNTER_SEEN] == c[TTLPIN_A_COUNTER_PASSED] + condemned +
	     c[TTLPIN_A_COUNTER_WHITELISTED] + c[TTLPIN_A_COUNTER_UNPINNED]);
	MUST(condemned == c[TTLPIN_A_COUNTER_DROPPED_TTL] +
	     c[TTLPIN_A_COUNTER_DROPPED_TIMESTAMP] +
	     c[TTLPIN_A_COUNTER_DROPPED_SYNACK] + c[TTLPIN_A_COUNTER_DROPPED_BURST]);
	MUST(condemned == c[TTLPIN_A_COUNTER_DROPPED_RST] +
	     c[TTLPIN_A_COUNTER_DROPPED_FIN] + c[TTLPIN_A_COUNTER_DROPPED_DATA] +
	     c[TTLPIN_A_COUNTER_DROPPED_ACK] +
	     c[TTLPIN_A_COUNTER_DROPPED_HANDSHAKE]);
	MUST(c[TTLPIN_A_COUNTER_SEEN] == told);
}

static void analyze(uint8_t settings)
{
	char name[] = "a capture", *names[] = { name };
	struct findings about = { .files = names, .nr_files = 1,
				  .timeline = settings & 1 };
	struct policy policy;
	struct capture c;
	struct track *t;
	json_t *tree;

	policy_init(&policy);
	policy.ports[0].first = settings & 2 ? 1 : 25;
	policy.ports[0].last = settings & 2 ? 65535 : 80;
	policy.protect = settings >> 2 & 3;
	if (policy.protect > TTLPIN_PROTECT_BOTH)
		policy.protect = TTLPIN_PROTECT_CLIENT;
	policy.midstream = settings >> 4 & 1;
	policy.mode = settings & 0x20 ? TTLPIN_MODE_MONITOR : TTLPIN_MODE_ENFORCE;
	policy.max_flows = 1024;
	told = 0;
	t = track_new(&policy, on_end, &about);
	MUST(t);
	capture_read(&c, path, on_packet, t);
	fuzz_calls += c.packets;
	MUST(c.packets >= c.not_ip);
	track_end(t);
	sums_hold(track_counters(t));
	tree = json_pack("{s:[o],s:o,s:{}}", "files", findings_file("a capture", &c),
			 "counters", findings_counters(track_counters(t)), "met");
	analyze_print_summary(tree, 0);
	json_decref(tree);
	track_free(t);
}

static void read_log(void)
{
	char why[MAILLOG_WHY];
	struct maillog *m = maillog_read(path, why);

	fuzz_calls++;
	if (!m)
		return;
	json_decref(maillog_tree(m));
	maillog_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	start();
	if (!size)
		return 0;
	write_file(data + 1, size - 1);
	if (data[0] & 0x80)
		read_log();
	else
		analyze(data[0]);
	return 0;
}
