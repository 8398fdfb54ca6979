// SPDX-License-Identifier: GPL-2.0
/*
 * What an analysis found, as trees of values.
 */
#include <stdlib.h>
#include "findings.h"
#include "hops.h"
#include "out.h"
#include "words.h"

static const char *const fates[] = {
	[STORY_PASSED] = "passed",
	[STORY_NEAR] = "near",
	[STORY_HEALED] = "healed",
	[STORY_UNPINNED] = "unpinned",
	[STORY_WHITELISTED] = "whitelisted",
	[STORY_DROPPED] = "dropped",
	[STORY_WOULD_DROP] = "would_drop",
};

static const char *const signs[] = {
	[STORY_MIRRORED_IP_ID] = "mirrored_ip_id",
	[STORY_MIRRORED_TSVAL] = "mirrored_tsval",
	[STORY_TIMESTAMPS_MISSING] = "timestamps_missing",
	[STORY_ACK_LAGS] = "ack_lags",
	[STORY_OVERLAP] = "overlap",
};

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void set_number(json_t *object, const char *key, json_int_t value)
{
	set(object, key, json_integer(value));
}

/* Which packet; the file only where there are several. */
static void set_place(json_t *o, const struct findings *about,
		      const struct story_segment *s)
{
	set_number(o, "packet", s->number);
	if (about->nr_files > 1)
		set(o, "file", out_string(about->files[s->file]));
	set(o, "time", words_time(s->time_ns));
}

/* What a segment is, whoever sent it. */
static void set_segment(json_t *o, const struct story_segment *s)
{
	bool v4 = s->bits & STORY_IP_ID;

	set_number(o, "ttl", s->ttl);
	set_number(o, "seq", s->seq);
	set_number(o, "ack", s->ack);
	set(o, "flags", words_flags(s->flags));
	set_number(o, "length", s->length);
	set_number(o, "window", s->window);
	set(o, "ip_id", v4 ? json_integer(s->ip_id) : json_null());
	set(o, "df", v4 ? json_boolean(s->bits & STORY_DF) : json_null());
	set(o, "timestamp", s->bits & STORY_TS ?
	    words_timestamp(s->tsval, s->tsecr) : json_null());
}

static json_t *segment(const struct findings *about,
		       const struct story_segment *s)
{
	json_t *o = json_object();

	set_place(o, about, s);
	set(o, "direction", json_string(s->bits & STORY_OUT ? "out" : "in"));
	set_segment(o, s);
	set(o, "payload", words_payload(s->snippet, s->snippet_len));
	set(o, "verdict", s->fate < STORY_FATES ? json_string(fates[s->fate]) :
						  json_null());
	return o;
}

static double ms_between(const struct story_segment *a,
			 const struct story_segment *b)
{
	return (double)(int64_t)(b->time_ns - a->time_ns) / 1e6;
}

/* A segment that another one is told with, and how many ms later it came. */
static json_t *beside(const struct findings *about, const struct story_segment *s,
		      const char *key, double ms)
{
	json_t *o;

	if (!s->number)
		return json_null();
	o = segment(about, s);
	set(o, key, json_real(ms));
	return o;
}

/**
 * struct distance - how hops are counted in a flow
 * @shift: what is added to what hops_of_ttl() says
 * @by: why, or NULL
 */
struct distance {
	int shift;
	const char *by;
};

/*
 * The server's place in a traceroute says what its TTL stands for; so does a
 * capture of what the gateway has sent on already, where TTLs are one lower.
 */
static struct distance distance_of(const struct findings *about,
				   const struct track_flow *f)
{
	const struct story_segment *pin = &f->story.pinned_by;
	const struct capture_hop *hop = &about->hop;

	if (pin->number && hop->family == f->tuple.family &&
	    !memcmp(hop->addr, f->tuple.remote, hop->family == 4 ? 4 : 16))
		return (struct distance){
			hop->hop - hops_of_ttl(ttlpin_state_pin(f->state)).hop,
			"traceroute" };
	if (about->behind || (pin->bits & STORY_LEAVING))
		return (struct distance){ -1, "behind the gateway" };
	return (struct distance){ 0, NULL };
}

/* Null where the count says that nothing is there. */
static json_t *hop_value(int hop)
{
	return hop < 1 ? json_null() : json_integer(hop);
}

static json_t *hops(const struct distance *far, u8 pin, u8 ttl)
{
	struct hops remote = hops_of_ttl(pin), sender = hops_of_ttl(ttl);

	return json_pack("{s:o,s:o,s:b,s:s?}", "remote",
			 hop_value(remote.hop + far->shift), "sender",
			 hop_value(sender.hop + far->shift), "unsure",
			 remote.unsure || sender.unsure, "calibrated", far->by);
}

static json_t *sign_list(u8 bits)
{
	json_t *array = json_array();
	int i;

	for (i = 0; i < STORY_SIGN_KINDS; i++)
		if (bits & 1 << i)
			json_array_append_new(array, json_string(signs[i]));
	return array;
}

static void differ(json_t *array, const char *what, json_t *forged,
		   json_t *genuine)
{
	if (!json_equal(forged, genuine))
		json_array_append_new(array, json_pack("{s:s,s:O,s:O}", "what", what,
						       "dropped", forged, "genuine",
						       genuine));
	json_decref(forged);
	json_decref(genuine);
}

static json_t *has_timestamps(const struct story_segment *s)
{
	return json_boolean(s->bits & STORY_TS);
}

/* How a dropped segment differs from what the peer sends. */
static json_t *differences(const struct story_drop *d)
{
	const struct story_segment *s = &d->segment;
	const struct story_segment *g = d->genuine.number ? &d->genuine : &d->model;
	json_t *array = json_array();

	if (!g->number)
		return array;
	differ(array, "ttl", json_integer(s->ttl), json_integer(g->ttl));
	if (d->kind != TTLPIN_KIND_RST)
		differ(array, "timestamps", has_timestamps(s), has_timestamps(g));
	if (s->bits & g->bits & STORY_IP_ID) {
		differ(array, "df", json_boolean(s->bits & STORY_DF),
		       json_boolean(g->bits & STORY_DF));
		differ(array, "ip_id", json_integer(s->ip_id),
		       json_integer(g->ip_id));
	}
	if (d->kind != TTLPIN_KIND_RST)
		differ(array, "window", json_integer(s->window),
		       json_integer(g->window));
	if (d->genuine.number) {
		differ(array, "length", json_integer(s->length),
		       json_integer(g->length));
		differ(array, "ack", json_integer(s->ack), json_integer(g->ack));
		differ(array, "payload", words_payload(s->snippet, s->snippet_len),
		       words_payload(g->snippet, g->snippet_len));
	}
	return array;
}

static json_t *pins(const u8 *pin, u8 nr)
{
	json_t *array = json_array();
	u8 i;

	for (i = 0; i < nr; i++)
		json_array_append_new(array, json_integer(pin[i]));
	return array;
}

static json_t *drop(const struct findings *about, const struct track_flow *f,
		    const struct distance *far, const struct story_drop *d)
{
	const struct story_segment *s = &d->segment, *g = &d->genuine;
	bool proven = g->number && !d->healed;
	json_t *o = json_object();

	set_place(o, about, s);
	set(o, "reason", json_string(words_reasons[d->reason]));
	set(o, "kind", json_string(words_kinds[d->kind]));
	set(o, "phase", json_string(words_phases[d->phase]));
	set(o, "mode", json_string(words_modes[s->fate == STORY_DROPPED ?
					       TTLPIN_MODE_ENFORCE :
					       TTLPIN_MODE_MONITOR]));
	set(o, "pin", pins(d->pin, d->nr_pin));
	set_number(o, "distance", d->distance);
	set(o, "hops", hops(far, d->pin[0], s->ttl));
	set_segment(o, s);
	set(o, "payload", words_payload(d->payload, d->payload_len));
	set(o, "trigger", beside(about, &d->trigger, "before_ms",
				 ms_between(&d->trigger, s)));
	set(o, "confirmed_by", proven ? json_integer(g->number) : json_null());
	set(o, "healed_by", d->healed ? json_integer(g->number) : json_null());
	set(o, "genuine", beside(about, g, "after_ms", ms_between(s, g)));
	set(o, "differences", differences(d));
	set(o, "evidence", sign_list(d->signs));
	set(o, "overlaps", d->overlaps ? json_integer(d->overlaps) : json_null());
	if (about->log)
		set(o, "bounce", maillog_forged(about->log, &f->tuple, d));
	return o;
}

static json_t *drops(const struct findings *about, const struct track_flow *f)
{
	struct distance far = distance_of(about, f);
	const struct story *s = &f->story;
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < s->nr_drops; i++)
		json_array_append_new(array, drop(about, f, &far, &s->drop[i]));
	return array;
}

static json_t *timeline(const struct findings *about, const struct story *s)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < s->nr; i++)
		json_array_append_new(array, segment(about, story_at(s, i)));
	return array;
}

static json_t *evidence(const struct findings *about, const struct story *s)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < s->nr_notes; i++) {
		const struct story_note *n = &s->note[i];
		json_t *o;

		if (!story_tells(s, n))
			continue;
		o = segment(about, &n->segment);
		set(o, "evidence", json_string(signs[n->sign]));
		set(o, "other", n->other ? json_integer(n->other) : json_null());
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *known_ttls(const struct track_flow *f)
{
	u8 pin[TTLPIN_TTLS_MAX] = { ttlpin_state_pin(f->state) };
	bool pinned = f->known &&
		      ttlpin_state_phase(f->state) != TTLPIN_PHASE_SYN_SENT;

	memcpy(pin + 1, f->mem.learned, sizeof(f->mem.learned));
	return pins(pin, pinned ? 1 + f->mem.nr_learned : 0);
}

static json_t *seen_ttls(const struct story *s)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < s->nr_ttls; i++)
		json_array_append_new(array, json_pack("{s:i,s:I}", "ttl",
				      s->ttl[i].ttl, "segments",
				      (json_int_t)s->ttl[i].count));
	return array;
}

static json_t *verdicts(const struct story *s, json_int_t *segments)
{
	json_t *o = json_object();
	int i;

	*segments = 0;
	for (i = 0; i < STORY_FATES; i++) {
		set_number(o, fates[i], s->fates[i]);
		*segments += s->fates[i];
	}
	return o;
}

/**
 * findings_flow - a flow that has ended
 * @about: what is needed to tell of it
 * @f: the flow
 */
json_t *findings_flow(const struct findings *about, const struct track_flow *f)
{
	const struct ttlpin_tuple *t = &f->tuple;
	const struct story *s = &f->story;
	json_t *o = json_object(), *counts;
	json_int_t segments;

	set(o, "local", words_end(t->family, t->local, t->local_port));
	set(o, "remote", words_end(t->family, t->remote, t->remote_port));
	set(o, "server", json_boolean(t->server));
	set(o, "pin", known_ttls(f));
	set(o, "pinned_by", s->pinned_by.number ?
	    json_integer(s->pinned_by.number) : json_null());
	set(o, "ttls", seen_ttls(s));
	set(o, "phase", f->known ?
	    json_string(words_phases[ttlpin_state_phase(f->state)]) : json_null());
	set(o, "loose", json_boolean(f->known && (f->mem.flags & TTLPIN_MEM_LOOSE)));
	set(o, "first", words_time(story_at(s, 0)->time_ns));
	counts = verdicts(s, &segments);
	set_number(o, "segments", segments);
	set_number(o, "sent", s->fates[STORY_SENT]);
	set(o, "verdicts", counts);
	set(o, "drops", drops(about, f));
	set_number(o, "drops_omitted", s->more_drops);
	set(o, "evidence", evidence(about, s));
	if (about->timeline || story_has_findings(s)) {
		set(o, "timeline", timeline(about, s));
		set_number(o, "timeline_omitted", s->left_out);
	}
	return o;
}

/**
 * findings_counters - the module's counters, as they would stand
 * @counters: by attribute
 */
json_t *findings_counters(const u64 *counters)
{
	json_t *o = json_object();
	int i;

	for (i = 0; i < WORDS_COUNTERS; i++)
		if (words_counters[i])
			set_number(o, words_counters[i], counters[i]);
	return o;
}

/**
 * findings_file - a capture that was read
 * @name: as it was given
 * @c: what it was
 */
json_t *findings_file(const char *name, const struct capture *c)
{
	json_t *o = json_pack("{s:o,s:s?}", "name", out_string(name), "format", c->format);

	set_number(o, "packets", c->packets);
	set_number(o, "not_ip", c->not_ip);
	set(o, "first", c->packets ? words_time(c->first_ns) : json_null());
	set(o, "last", c->packets ? words_time(c->last_ns) : json_null());
	if (c->year)
		set_number(o, "assumed_year", c->year);
	set(o, "error", *c->why ? out_string(c->why) : json_null());
	return o;
}
