/* What an assessment and its supervisor say to each other while it runs (axe/support.h). */
#include "engine/cooperation.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/reported.h"
#include "model/report.h"

struct cooperation {
	struct cooperation_identity identity;
	struct cooperation_owner owner;
	const struct cooperation_host *host;
	struct cooperation_place *place;
	bool canceled, acknowledged;
	struct reported reported;
};

int cooperation_create(const struct cooperation_identity *identity,
	const struct cooperation_owner *owner, struct cooperation **ret_cooperation)
{
	struct cooperation *cooperation = calloc(1, sizeof(*cooperation));

	if (!cooperation)
		return -ENOMEM;
	cooperation->identity = *identity;
	cooperation->owner = *owner;
	reported_init(&cooperation->reported);
	*ret_cooperation = cooperation;
	return 0;
}

void cooperation_destroy(struct cooperation *cooperation)
{
	if (!cooperation)
		return;
	cooperation_close(cooperation);
	reported_finish(&cooperation->reported);
	free(cooperation);
}

int cooperation_open(struct cooperation *cooperation, const struct cooperation_host *host,
	uid_t uid, struct error *error)
{
	cooperation->host = host;
	return host->open(cooperation, uid, &cooperation->place, error, host->data);
}

const char *cooperation_path(const struct cooperation *cooperation)
{
	return cooperation->place ? cooperation->host->path(cooperation->place) : NULL;
}

void cooperation_close(struct cooperation *cooperation)
{
	/* What it takes in while it closes may come back here. */
	struct cooperation_place *place = cooperation ? take_pointer(cooperation->place) : NULL;

	if (place)
		cooperation->host->close(place);
}

void cooperation_cancel(struct cooperation *cooperation)
{
	if (!cooperation || cooperation->canceled)
		return;
	cooperation->canceled = true;
	if (cooperation->place)
		cooperation->host->canceled(cooperation->place);
}

bool cooperation_is_canceled(const struct cooperation *cooperation)
{
	return cooperation->canceled;
}

bool cooperation_is_acknowledged(const struct cooperation *cooperation)
{
	return cooperation && cooperation->acknowledged;
}

const struct cooperation_identity *cooperation_identity(const struct cooperation *cooperation)
{
	return &cooperation->identity;
}

json_t *cooperation_state(const struct cooperation *cooperation)
{
	const struct cooperation_identity *identity = &cooperation->identity;

	return json_pack("{s:b, s:I, s:i, s:i, s:i}", "canceled", cooperation->canceled, "job",
		(json_int_t)identity->job, "attempt", (int)identity->attempt, "assessment",
		(int)identity->assessment, "try", (int)identity->try_number);
}

static const char *find_fault(const struct cooperation *cooperation, const struct report *report)
{
	const char *expected = report_find_fault(report);

	if (!expected && report->type == AXE_PROGRESS_CANCELLING && !cooperation->canceled)
		return "a request to cancel before it is acknowledged";
	return expected;
}

static bool is_acknowledgement(const struct cooperation *cooperation, const struct report *report)
{
	return report->type == AXE_PROGRESS_CANCELLING && !cooperation->acknowledged;
}

int cooperation_report(
	struct cooperation *cooperation, const struct report *report, const char **ret_expected)
{
	const char *expected = find_fault(cooperation, report);
	bool acknowledges = is_acknowledgement(cooperation, report);

	if (expected) {
		*ret_expected = expected;
		return -EINVAL;
	}
	if (!acknowledges && !reported_admit(&cooperation->reported, clock_monotonic_ns()))
		return -EBUSY;
	reported_add(&cooperation->reported, report);
	cooperation->owner.reported(
		reported_event(&cooperation->reported, report), cooperation->owner.data);
	if (acknowledges) {
		cooperation->acknowledged = true;
		cooperation->owner.acknowledged(cooperation->owner.data);
	}
	return 0;
}

void cooperation_restore(
	struct cooperation *cooperation, bool canceled, bool acknowledged, const json_t *told)
{
	const json_t *event;
	size_t at;

	cooperation->canceled = canceled;
	cooperation->acknowledged = acknowledged;
	json_array_foreach ((json_t *)told, at, event) {
		const json_t *value = json_object_get(event, "value");
		struct report report = {
			.has_value = json_is_integer(value),
			.value = json_integer_value(value),
			.message = json_string_value(json_object_get(event, "message")),
		};

		if (report_type_from_name(
			    json_string_value(json_object_get(event, "type")), &report.type))
			reported_add(&cooperation->reported, &report);
	}
}

uint64_t cooperation_dropped(const struct cooperation *cooperation)
{
	return cooperation->reported.dropped;
}

json_t *cooperation_result(const struct cooperation *cooperation)
{
	return cooperation ? reported_json(&cooperation->reported) : NULL;
}

json_t *cooperation_status(const struct cooperation *cooperation)
{
	return cooperation ? reported_status(&cooperation->reported) : json_null();
}
