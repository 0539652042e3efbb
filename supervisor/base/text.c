/* Numbers with units, read exactly and shown for people. */
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define FRACTION_DIGITS_MAX 9

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit duration_units[] = {
	{ "us", 1000 },
	{ "ms", NS_PER_MS },
	{ "s", NS_PER_SEC },
	{ "m", 60 * NS_PER_SEC },
	{ "h", 3600 * NS_PER_SEC },
	{ "d", 86400 * NS_PER_SEC },
};

static const struct unit size_units[] = {
	{ "", UINT64_C(1) },
	{ "K", UINT64_C(1) << 10 },
	{ "M", UINT64_C(1) << 20 },
	{ "G", UINT64_C(1) << 30 },
	{ "T", UINT64_C(1) << 40 },
};

/* Ascending; a value is shown in the last unit that is not larger than it. */
static const struct unit duration_shown[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", NS_PER_MS },
	{ "s", NS_PER_SEC },
};

static const struct unit size_shown[] = {
	{ "B", UINT64_C(1) },
	{ "KiB", UINT64_C(1) << 10 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "TiB", UINT64_C(1) << 40 },
	{ "PiB", UINT64_C(1) << 50 },
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Digits at *text, which moves behind them. -EINVAL: none; -ERANGE: too large. */
static int take_digits(const char **text, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!is_digit(**text))
		return -EINVAL;
	for (; is_digit(**text); (*text)++)
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(**text - '0'), &value))
			return -ERANGE;
	*ret_value = value;
	return 0;
}

/* ".25" at *text as 25 of 100; without a point 0 of 1. */
static int take_fraction(const char **text, uint64_t *ret_value, uint64_t *ret_scale)
{
	const char *first = *text + 1;
	int code;

	*ret_value = 0;
	*ret_scale = 1;
	if (**text != '.')
		return 0;
	*text = first;
	code = take_digits(text, ret_value);
	if (code < 0 || *text - first > FRACTION_DIGITS_MAX)
		return -EINVAL;
	for (; first < *text; first++)
		*ret_scale *= 10;
	return 0;
}

/* What is no whole number of the smallest unit is refused, never rounded. */
static int scale(uint64_t whole, uint64_t fraction, uint64_t fraction_scale, uint64_t factor,
	uint64_t *ret_value)
{
	unsigned __int128 part = (unsigned __int128)fraction * factor;
	unsigned __int128 value = (unsigned __int128)whole * factor + part / fraction_scale;

	if (part % fraction_scale)
		return -EINVAL;
	if (value > UINT64_MAX)
		return -ERANGE;
	*ret_value = (uint64_t)value;
	return 0;
}

static int parse_quantity(
	const char *text, const struct unit *units, size_t count, uint64_t *ret_value)
{
	uint64_t whole, fraction, fraction_scale;
	int code = take_digits(&text, &whole);

	if (code == 0)
		code = take_fraction(&text, &fraction, &fraction_scale);
	if (code < 0)
		return code;
	for (size_t at = 0; at < count; at++)
		if (strcmp(text, units[at].name) == 0)
			return scale(whole, fraction, fraction_scale, units[at].factor, ret_value);
	return -EINVAL;
}

int text_parse_duration(const char *text, uint64_t *ret_ns)
{
	if (strcmp(text, "0") == 0) {
		*ret_ns = 0;
		return 0;
	}
	return parse_quantity(text, duration_units, COUNT(duration_units), ret_ns);
}

int text_parse_size(const char *text, uint64_t *ret_bytes)
{
	return parse_quantity(text, size_units, COUNT(size_units), ret_bytes);
}

int text_parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_value)
{
	uint64_t value;
	int code = take_digits(&text, &value);

	if (code < 0)
		return code;
	if (*text)
		return -EINVAL;
	if (value < low || value > high)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

/* Three digits and the unit, cut and not rounded: "1000 ms" for less than a second never shows. */
static void format_quantity(
	uint64_t value, const struct unit *units, size_t count, char *buffer, size_t room)
{
	const struct unit *unit = units;
	uint64_t whole, hundredths;

	for (size_t at = 1; at < count && units[at].factor <= value; at++)
		unit = &units[at];
	whole = value / unit->factor;
	hundredths = (uint64_t)((unsigned __int128)(value % unit->factor) * 100 / unit->factor);

	if (whole >= 100 || value % unit->factor == 0)
		snprintf(buffer, room, "%llu %s", (unsigned long long)whole, unit->name);
	else if (whole >= 10)
		snprintf(buffer, room, "%llu.%u %s", (unsigned long long)whole,
			(unsigned)hundredths / 10, unit->name);
	else
		snprintf(buffer, room, "%llu.%02u %s", (unsigned long long)whole,
			(unsigned)hundredths, unit->name);
}

const char *text_format_duration(uint64_t ns, char buffer[static TEXT_DURATION_SIZE])
{
	unsigned long long minutes = ns / (60 * NS_PER_SEC);
	unsigned seconds = (unsigned)(ns / NS_PER_SEC % 60);

	if (minutes >= 24 * 60)
		snprintf(buffer, TEXT_DURATION_SIZE, "%llu d %llu h", minutes / (24 * 60),
			minutes / 60 % 24);
	else if (minutes >= 60)
		snprintf(buffer, TEXT_DURATION_SIZE, "%llu h %llu min", minutes / 60, minutes % 60);
	else if (minutes)
		snprintf(buffer, TEXT_DURATION_SIZE, "%llu min %u s", minutes, seconds);
	else
		format_quantity(
			ns, duration_shown, COUNT(duration_shown), buffer, TEXT_DURATION_SIZE);
	return buffer;
}

const char *text_format_bytes(uint64_t bytes, char buffer[static TEXT_BYTES_SIZE])
{
	format_quantity(bytes, size_shown, COUNT(size_shown), buffer, TEXT_BYTES_SIZE);
	return buffer;
}
