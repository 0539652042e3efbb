/* What one try has reported of itself: counted, bounded, and held to its share. */
#include "engine/reported.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/report.h"

#define INTERVAL_NS (NS_PER_SEC / REPORTED_PER_SECOND)
#define BURST_NS    (REPORTED_BURST * INTERVAL_NS)

void reported_init(struct reported *reported)
{
	*reported = (struct reported){ .percent = -1 };
}

void reported_finish(struct reported *reported)
{
	json_decref(reported->notes);
}

bool reported_admit(struct reported *reported, uint64_t now_ns)
{
	uint64_t next_ns = reported->next_ns > now_ns ? reported->next_ns : now_ns;

	if (next_ns + INTERVAL_NS > now_ns + BURST_NS) {
		reported->dropped++;
		return false;
	}
	reported->next_ns = next_ns + INTERVAL_NS;
	return true;
}

static void note(struct reported *reported, const struct report *report)
{
	if (!reported->notes)
		reported->notes = json_array();
	if (json_array_size(reported->notes) < REPORTED_NOTES_MOST)
		json_array_append_new(reported->notes,
			json_pack("{s:s, s:s}", "type", report_type_name(report->type), "message",
				report->message));
}

static void add_test_case(struct reported *reported, const struct report *report)
{
	if (report->value) {
		reported->passed++;
		return;
	}
	reported->failed++;
	note(reported, report);
}

void reported_add(struct reported *reported, const struct report *report)
{
	reported->taken++;
	switch (report->type) {
	case AXE_PROGRESS_PERCENT:
		reported->percent = (int)report->value;
		break;
	case AXE_PROGRESS_INCREMENT:
		if (reported->percent < 100)
			reported->percent = reported->percent < 0 ? 1 : reported->percent + 1;
		break;
	case AXE_PROGRESS_WARNING:
		reported->warnings++;
		note(reported, report);
		break;
	case AXE_PROGRESS_ERROR:
		reported->errors++;
		note(reported, report);
		break;
	case AXE_PROGRESS_TEST_CASE:
		add_test_case(reported, report);
		break;
	case AXE_PROGRESS_MESSAGE:
	case AXE_PROGRESS_HEARTBEAT:
	case AXE_PROGRESS_CANCELLING:
	case AXE_PROGRESS_REMAINING_TIME:
	case AXE_PROGRESS_WAITING_FOR_INPUT:
		break;
	}
	if (report->message && report->message[0])
		snprintf(reported->message, sizeof(reported->message), "%s", report->message);
}

static json_t *event_value(const struct reported *reported, const struct report *report)
{
	if (report->type == AXE_PROGRESS_INCREMENT)
		return json_integer(reported->percent);
	return report->has_value ? json_integer(report->value) : json_null();
}

json_t *reported_event(const struct reported *reported, const struct report *report)
{
	return json_pack("{s:s, s:o, s:s?}", "type", report_type_name(report->type), "value",
		event_value(reported, report), "message", report->message);
}

static json_t *percent_json(const struct reported *reported)
{
	return reported->percent < 0 ? json_null() : json_integer(reported->percent);
}

json_t *reported_json(const struct reported *reported)
{
	json_t *notes = reported->notes ? json_incref(reported->notes) : json_array();

	if (!reported->taken && !reported->dropped) {
		json_decref(notes);
		return NULL;
	}
	return json_pack("{s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:o}", "reports",
		(json_int_t)reported->taken, "dropped", (json_int_t)reported->dropped, "percent",
		percent_json(reported), "warnings", (json_int_t)reported->warnings, "errors",
		(json_int_t)reported->errors, "passed", (json_int_t)reported->passed, "failed",
		(json_int_t)reported->failed, "notes", notes);
}

json_t *reported_status(const struct reported *reported)
{
	return json_pack("{s:o, s:s?}", "percent", percent_json(reported), "message",
		reported->message[0] ? reported->message : NULL);
}
