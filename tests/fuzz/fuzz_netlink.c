// SPDX-License-Identifier: GPL-2.0
/*
 * What the tool makes of netlink messages, well-formed or not: all that it
 * decodes, by the very callbacks that libmnl calls. Each tree that comes of it
 * can be written as JSON.
 *
 * Input: what kind of message (1 octet), then its octets, or how to build them.
 */
#include "fuzz.h"
#include "quiet.h"
#include "../../userspace-ctl/nl.c"
#include "../../userspace-ctl/cmd_events.c"

#define MESSAGE_MAX	4096
#define NESTED_MAX	3

static FILE *null;

static void writable(json_t *tree)
{
	char *text;

	MUST(tree);
	text = json_dumps(tree, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	MUST(text);
	free(text);
	json_decref(tree);
}

static void show_event(const struct nlattr *nest, uint8_t cmd)
{
	json_t *event = decode_event(nest, cmd);

	drop_summary(null, event);
	if (write_packet(null, nest, event))
		MUST(!json_is_object(json_object_get(event, "packet")));
	writable(event);
}

/* Everything that a message of the module's family may hold. */
static void on_message(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a[TTLPIN_A_MAX + 1];

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (a[TTLPIN_A_EVENT])
		show_event(a[TTLPIN_A_EVENT], genl->cmd);
	if (a[TTLPIN_A_LAST_DROP])
		writable(decode_event(a[TTLPIN_A_LAST_DROP], TTLPIN_CMD_DROP_NTF));
	if (a[TTLPIN_A_COUNTERS])
		writable(decode_counters(a[TTLPIN_A_COUNTERS]));
	if (a[TTLPIN_A_FLOW])
		writable(decode_flow(a[TTLPIN_A_FLOW]));
	if (a[TTLPIN_A_PEER])
		writable(decode_peer(a[TTLPIN_A_PEER]));
	if (a[TTLPIN_A_PREFIX])
		writable(decode_prefix(a[TTLPIN_A_PREFIX]));
	if (a[TTLPIN_A_MODE])
		writable(decode_mode(a[TTLPIN_A_MODE]));
}

/* Attributes: a type, a size and octets, some of them nests. */
static void build(struct nlmsghdr *nlh, struct input *in, int depth)
{
	static const uint8_t sizes[] = { 4, 1, 2, 8, 16, 0, 3, 40 };
	unsigned int n = take_below(in, 32);

	while (n-- && in->left) {
		unsigned int what = take(in, 1), size = sizes[what & 7];
		uint16_t type = what >> 3;
		uint8_t payload[40];

		if (size == 40 && depth < NESTED_MAX) {
			struct nlattr *nest = mnl_attr_nest_start_check(nlh, MESSAGE_MAX, type);

			if (!nest)
				return;
			build(nlh, in, depth + 1);
			mnl_attr_nest_end(nlh, nest);
			continue;
		}
		memset(payload, 0, sizeof(payload));
		memcpy(payload, in->p, in->left < size ? in->left : size);
		in->p += in->left < size ? in->left : size;
		in->left -= in->left < size ? in->left : size;
		if (!mnl_attr_put_check(nlh, MESSAGE_MAX, type, size, payload))
			return;
	}
}

/* As they come from a socket: messages one behind the other. */
static void receive(const void *message, size_t size, nl_answer *answer)
{
	struct nl nl = { .family = 0 };
	struct exchange x = { .answer = answer, .data = &nl };
	uint8_t *copy = exact_copy(message, size);

	fuzz_calls++;
	dispatch(copy, size, 0, &x);
	MUST(memchr(x.text, 0, sizeof(x.text)));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = { 0x20, NLMSG_ERROR, NLMSG_DONE, 0x20 };
	char buffer[MESSAGE_MAX] = "";
	struct input in = { data, size };
	unsigned int what = take(&in, 1);
	struct nlmsghdr *nlh;
	struct nlattr *attr;

	if (!null)
		null = fopen("/dev/null", "w");
	MUST(null);
	if (what & 0x80) {
		receive(in.p, in.left, what & 1 ? on_family : on_message);
		return 0;
	}
	nlh = new_message(buffer, types[what >> 1 & 3], take_below(&in, 20), 1,
			  take(&in, 2));
	build(nlh, &in, 0);
	/* One length that is not what it was. */
	attr = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN + take(&in, 1) * 4);
	if (what & 8 && (char *)(attr + 1) <= buffer + nlh->nlmsg_len)
		attr->nla_len = take(&in, 2);
	receive(buffer, nlh->nlmsg_len, what & 1 ? on_family : on_message);
	return 0;
}
