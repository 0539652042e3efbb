/* The readers of limits: sizes, numbers, shares of the processors, rates of the disks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/manifest_value.h"

#define NUMBER_SIZE 32 /* of any number with its unit */

/* What the tables of limits and of rates have in common. */
struct range {
	enum limit_unit unit;
	uint64_t low, high;
};

int value_read_limits(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct assessment *assessment = target;

	return schema_read(reader, PLACE_LIMITS, value, &assessment->limits);
}

/* Cores with at most two decimals, in hundredths. */
static int parse_cores(const char *text, uint64_t *ret_percent)
{
	size_t whole_size = strcspn(text, ".");
	const char *decimals = text[whole_size] ? text + whole_size + 1 : "0";
	char digits[NUMBER_SIZE];

	if (whole_size == 0 || *decimals == '\0' || strlen(decimals) > 2 ||
		strspn(decimals, "0123456789") != strlen(decimals))
		return -EINVAL;
	snprintf(digits, sizeof(digits), "%.*s%s%s", (int)whole_size, text, decimals,
		decimals[1] ? "" : "0");
	return text_parse_number(digits, 0, UINT64_MAX, ret_percent);
}

static int parse_percent(const char *text, uint64_t *ret_percent)
{
	size_t size = strlen(text);
	char number[NUMBER_SIZE];

	if (size == 0 || size >= NUMBER_SIZE - 2)
		return -EINVAL;
	if (text[size - 1] != '%')
		return parse_cores(text, ret_percent);
	snprintf(number, sizeof(number), "%.*s", (int)size - 1, text);
	return text_parse_number(number, 0, UINT64_MAX, ret_percent);
}

/* Numbers may be written as such or as texts; the units make no difference between the two. */
static const char *number_text(const json_t *value, char buffer[NUMBER_SIZE])
{
	if (json_is_integer(value))
		snprintf(buffer, NUMBER_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		snprintf(buffer, NUMBER_SIZE, "%.15g", json_real_value(value));
	else
		return value_text(value);
	return buffer;
}

static int parse(const json_t *value, enum limit_unit unit, uint64_t *ret_number)
{
	char buffer[NUMBER_SIZE];
	const char *text = number_text(value, buffer);

	if (!text)
		return -EINVAL;
	switch (unit) {
	case LIMIT_UNIT_BYTES:
		return text_parse_size(text, ret_number);
	case LIMIT_UNIT_COUNT:
		return text_parse_number(text, 0, UINT64_MAX, ret_number);
	case LIMIT_UNIT_PERCENT:
		return parse_percent(text, ret_number);
	case LIMIT_UNIT_CPUS:
	case LIMIT_UNIT_IO:
		break;
	}
	return -EINVAL;
}

static int refuse(struct manifest_reader *reader, const json_t *value, const struct range *range)
{
	char low[TEXT_BYTES_SIZE], high[TEXT_BYTES_SIZE];

	if (range->unit == LIMIT_UNIT_BYTES)
		return reader_refuse(reader, value, "a size such as 512M, from %s to %s",
			text_format_bytes(range->low, low), text_format_bytes(range->high, high));
	if (range->unit == LIMIT_UNIT_PERCENT)
		return reader_refuse(reader, value,
			"a share such as 150%%, or cpus such as 1.5, from %llu%% to %llu%%",
			(unsigned long long)range->low, (unsigned long long)range->high);
	return reader_refuse(reader, value, "a number from %llu to %llu",
		(unsigned long long)range->low, (unsigned long long)range->high);
}

static int read_number(struct manifest_reader *reader, const json_t *value,
	const struct range *range, uint64_t *ret_number)
{
	uint64_t number;

	if (parse(value, range->unit, &number) < 0 || number < range->low || number > range->high)
		return refuse(reader, value, range);
	*ret_number = number;
	return 0;
}

int value_read_limit(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	const struct limit_row *limit = &limit_rows[row->choice];
	const struct range range = { limit->unit, limit->low, limit->high };
	struct limits *limits = target;

	limits->set[row->choice] = true;
	return read_number(reader, value, &range, &limits->value[row->choice]);
}

int value_read_cpus(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	static const char expected[] = "a list of cpus such as 0-1,3";
	struct limits *limits = target;
	struct limit_cpus cpus;
	int code = value_check_text(reader, value, LIMIT_CPUS_SIZE - 1, expected);

	if (code < 0)
		return code;
	if (limit_cpus_parse(json_string_value(value), &cpus) < 0)
		return reader_refuse(reader, value, expected);
	limits->set[LIMIT_CPUS] = true;
	snprintf(limits->cpus, sizeof(limits->cpus), "%s", json_string_value(value));
	return 0;
}

int value_read_io(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct limits *limits = target;

	if (json_object_size(value) == 0)
		return reader_refuse(reader, value, "an object of rates such as {wbps: 10M}");
	limits->set[LIMIT_IO] = true;
	return schema_read(reader, PLACE_IO, value, &limits->io);
}

int value_read_rate(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	const struct limit_rate_row *rate = &limit_rates[row->choice];
	const struct range range = { rate->unit, rate->low, rate->high };

	return read_number(
		reader, value, &range, limit_rate_of(target, (enum limit_rate)row->choice));
}
