/* The clock and the time zone: what every process of the host reads. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/source.h"

/* A clock that is being disciplined moves by far less between two pictures. */
#define STEP_NS 500000000LL

#define NS_PER_SECOND 1000000000LL

static long long now_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	long long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
	char zone[PATH_MAX] = "";
	ssize_t length = readlinkat(host->root, "etc/localtime", zone, sizeof(zone) - 1);

	zone[length > 0 ? length : 0] = '\0';
	if (json_object_set_new(
		    objects, "clock", json_pack("{s:I}", "offset_ns", (json_int_t)offset)) ||
		json_object_set_new(objects, "time_zone",
			json_pack("{s:o}", "link", json_text(zone, strlen(zone)))))
		return fail(error, ENOMEM, "look at the clock");
	return 0;
}

static int explain_clock(const struct survey_change *change, struct finding *finding)
{
	long long step = json_integer_value(json_object_get(change->after, "offset_ns")) -
			 json_integer_value(json_object_get(change->before, "offset_ns"));

	if (llabs(step) < STEP_NS)
		return 0;
	finding->kind = "clock";
	if (finding_set_object(finding, "CLOCK_REALTIME") < 0 ||
		finding_set_evidence(finding, "was set, or stepped, by %+lld.%03lld s",
			step / NS_PER_SECOND, llabs(step) % NS_PER_SECOND / 1000000) < 0)
		return -ENOMEM;
	return 1;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const char *before, *after;

	if (strcmp(change->key, "clock") == 0)
		return explain_clock(change, ret_finding);
	before = json_string_value(json_object_get(change->before, "link"));
	after = json_string_value(json_object_get(change->after, "link"));
	ret_finding->kind = "time_zone";
	if (finding_set_object(ret_finding, "/etc/localtime") < 0 ||
		finding_set_evidence(ret_finding, "leads to `%s`, before to `%s`", after, before) <
			0)
		return -ENOMEM;
	if (*before && finding_set_remedy(ret_finding, true, "ln", "-sfn", "--", before,
			       "/etc/localtime", NULL) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_identity = {
	.name = "identity",
	.take = take,
	.explain = explain,
};
