/* What an assessment reports of itself: the kinds of reports, and what each must carry. */
#include "model/report.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

enum { NO_VALUE, VALUE };
enum { OPTIONAL, REQUIRED };

#define REPORT_ROW(constant, name_, value_, message_)                                              \
	[constant] = { .name = name_, .has_value = value_, .needs_message = message_ },

static const struct {
	const char *name;
	bool has_value, needs_message;
} rows[] = { AXE_PROGRESS_TABLE(REPORT_ROW) };

#define TYPES (sizeof(rows) / sizeof(*rows))

/* Of those whose value is not any number. */
static const struct {
	int64_t high;
	const char *expected;
} ranges[TYPES] = {
	[AXE_PROGRESS_PERCENT] = { 100, "a value from 0 to 100" },
	[AXE_PROGRESS_REMAINING_TIME] = { INT32_MAX, "a value from 0 to 2147483647 seconds" },
};

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)
#define MESSAGE_BOUND    "a message of at most " TEXT_OF(AXE_PROGRESS_MESSAGE_MAX) " bytes"

const char *report_type_name(axe_progress type)
{
	return rows[type].name;
}

bool report_type_from_name(const char *name, axe_progress *ret_type)
{
	for (unsigned type = 0; type < TYPES; type++) {
		if (strcmp(rows[type].name, name) == 0) {
			*ret_type = (axe_progress)type;
			return true;
		}
	}
	return false;
}

bool report_type_has_value(axe_progress type)
{
	return rows[type].has_value;
}

static const char *find_fault_of_message(const struct report *report)
{
	size_t size = report->message ? strlen(report->message) : 0;

	if (size == 0)
		return rows[report->type].needs_message ? "a message" : NULL;
	if (size > AXE_PROGRESS_MESSAGE_MAX)
		return MESSAGE_BOUND;
	return text_is_utf8(report->message, size) ? NULL : "a message in UTF-8";
}

const char *report_find_fault(const struct report *report)
{
	const char *expected;

	if ((unsigned)report->type >= TYPES)
		return "a known type";
	expected = ranges[report->type].expected;
	if (!rows[report->type].has_value && report->has_value)
		return "no value";
	if (rows[report->type].has_value && !report->has_value)
		return expected ? expected : "a value";
	if (expected && (report->value < 0 || report->value > ranges[report->type].high))
		return expected;
	return find_fault_of_message(report);
}
