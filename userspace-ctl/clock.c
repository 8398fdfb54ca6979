// SPDX-License-Identifier: GPL-2.0
/*
 * Times in logs.
 */
#include <string.h>
#include <time.h>
#include "clock.h"

#define DAY	86400

/* No log line is newer, as far as is known; 0: the present. */
static int64_t newest_line;

/**
 * clock_assume - what the newest line of a log without years can be
 * @newest: seconds since 1970, such as when the file was written last; 0 for the
 *	present
 */
void clock_assume(int64_t newest)
{
	newest_line = newest;
}

static uint64_t nanoseconds(const char *fraction)
{
	uint64_t ns = 0, unit = 100000000;

	if (*fraction != '.' && *fraction != ',')
		return 0;
	for (fraction++; *fraction >= '0' && *fraction <= '9' && unit; fraction++) {
		ns += (*fraction - '0') * unit;
		unit /= 10;
	}
	return ns;
}

static bool is_sane(const struct tm *tm)
{
	return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= 31 && tm->tm_hour >= 0 && tm->tm_hour < 24 &&
	       tm->tm_min >= 0 && tm->tm_min < 60 && tm->tm_sec >= 0 &&
	       tm->tm_sec <= 60;
}

/* Local time; without a year, in the last year in which it is not in the future. */
static bool local(struct tm *tm, bool has_year, time_t *seconds)
{
	time_t newest = newest_line ? newest_line : time(NULL);
	struct tm as_read = *tm, now;
	int back;

	if (!is_sane(tm))
		return false;
	tm->tm_isdst = -1;
	if (has_year) {
		*seconds = mktime(tm);
		return *seconds > 0;
	}
	localtime_r(&newest, &now);
	/* The 29th of February is in one year of four, or of eight. */
	for (back = 0; back <= 8; back++) {
		*tm = as_read;
		tm->tm_isdst = -1;
		tm->tm_year = now.tm_year - back;
		*seconds = mktime(tm);
		if (*seconds <= newest + DAY && tm->tm_mday == as_read.tm_mday)
			return *seconds > 0;
	}
	return false;
}

/*
 * Numbers in a pattern: n stands for one or two digits, with a space in front or
 * not, y for two or four, T for that letter or a space, others for themselves.
 * Returns what follows, or NULL.
 */
static const char *fields(const char *text, const char *pattern, int *value)
{
	for (; *pattern; pattern++) {
		int most = *pattern == 'n' ? 2 : 4, digits = 0;

		if (*pattern == 'T' && (*text == 'T' || *text == ' ')) {
			text++;
			continue;
		}
		if (*pattern != 'n' && *pattern != 'y') {
			if (*text++ != *pattern)
				return NULL;
			continue;
		}
		if (*pattern == 'n' && *text == ' ')
			text++;
		for (*value = 0; digits < most && *text >= '0' && *text <= '9'; digits++)
			*value = *value * 10 + (*text++ - '0');
		if (!digits || (most == 4 && digits % 2))
			return NULL;
		value++;
	}
	return text;
}

/**
 * clock_read_snort - 09/26-14:44:52.643691, or 09/26/06-14:44:52.643691
 * @text: begins with it
 * @year: set to the year that was assumed, if the text names none
 * @ns: set to nanoseconds since 1970
 */
bool clock_read_snort(const char *text, int *year, uint64_t *ns)
{
	const char *rest;
	bool has_year;
	time_t seconds;
	struct tm tm;
	int v[6];

	/* Nearly every line is told by its first octet. */
	if (*text < '0' || *text > '9')
		return false;
	rest = fields(text, "n/n/y-n:n:n", v);
	has_year = rest;
	if (!rest) {
		rest = fields(text, "n/n-n:n:n", v);
		memmove(v + 3, v + 2, 3 * sizeof(v[0]));
	}
	if (!rest)
		return false;
	tm = (struct tm){ .tm_mon = v[0] - 1, .tm_mday = v[1], .tm_hour = v[3],
			  .tm_min = v[4], .tm_sec = v[5] };
	if (has_year)
		tm.tm_year = v[2] < 100 ? v[2] + 100 : v[2] - 1900;
	if (!local(&tm, has_year, &seconds))
		return false;
	if (!has_year)
		*year = tm.tm_year + 1900;
	*ns = (uint64_t)seconds * 1000000000 + nanoseconds(rest);
	return true;
}

/* Seconds east of Greenwich: Z, +01:00 or +0100; false if there is no zone. */
static bool read_zone(const char *zone, time_t *east)
{
	int v[2] = { 0 };

	*east = 0;
	if (*zone == 'Z')
		return true;
	if ((*zone != '+' && *zone != '-') || (!fields(zone + 1, "n:n", v) &&
					       !fields(zone + 1, "nn", v)))
		return false;
	*east = (time_t)v[0] * 3600 + (time_t)v[1] * 60;
	if (*zone == '-')
		*east = -*east;
	return true;
}

/* 2026-11-24T13:40:09.123Z, ...+01:00, or with a space and no zone. */
static bool read_iso(const char *text, uint64_t *ns)
{
	const char *rest, *zone;
	time_t seconds, east;
	struct tm tm;
	int v[6];

	rest = fields(text, "y-n-nTn:n:n", v);
	if (!rest)
		return false;
	tm = (struct tm){ .tm_year = v[0] - 1900, .tm_mon = v[1] - 1,
			  .tm_mday = v[2], .tm_hour = v[3], .tm_min = v[4],
			  .tm_sec = v[5] };
	zone = rest;
	if (*zone == '.' || *zone == ',')
		zone += 1 + strspn(zone + 1, "0123456789");
	/* Exim's stands behind a space. */
	if (*zone == ' ' && (zone[1] == '+' || zone[1] == '-'))
		zone++;
	if (!read_zone(zone, &east)) {
		if (!local(&tm, true, &seconds))
			return false;
	} else if (is_sane(&tm)) {
		seconds = timegm(&tm) - east;
	} else {
		return false;
	}
	*ns = (uint64_t)seconds * 1000000000 + nanoseconds(rest);
	return seconds > 0;
}

static int month_of(const char *text)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t i;

	for (i = 0; i < 12; i++)
		if (!strncmp(text, &names[3 * i], 3))
			return i;
	return -1;
}

/**
 * clock_read_log - the time with which a line of a mail log begins
 * @text: "Sep 26 14:46:23 ...", RFC 3339, or "2026-11-24 13:40:09 ..."
 * @ns: set to nanoseconds since 1970
 */
bool clock_read_log(const char *text, uint64_t *ns)
{
	struct tm tm = { 0 };
	time_t seconds;
	int v[4];

	if (*text >= '0' && *text <= '9')
		return read_iso(text, ns);
	tm.tm_mon = month_of(text);
	if (tm.tm_mon < 0 || !fields(text + 3, " n n:n:n", v))
		return false;
	tm.tm_mday = v[0];
	tm.tm_hour = v[1];
	tm.tm_min = v[2];
	tm.tm_sec = v[3];
	if (!local(&tm, false, &seconds))
		return false;
	*ns = (uint64_t)seconds * 1000000000;
	return true;
}
