/* Who put an end to a job's attempts and tasks, and with which words: a line each. */
#include "axe/show_asked.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/field.h"
#include "cli/terminal.h"
#include "model/requeue.h"

/* What a job was told, by the reason that goes with it; any other one: it was terminated. */
static const struct {
	const char *reason, *words;
} ends[] = {
	{ REASON_JOB_CANCELED, "canceled" },
	{ REASON_REQUEUED, "requeued" },
};

static const char *name_end(const json_t *asker)
{
	const char *type = field_text(asker, "type"), *reason = field_text(asker, "reason");

	if (type && strcmp(type, "job.cancel") == 0)
		return "asked to stop";
	for (size_t at = 0; reason && at < sizeof(ends) / sizeof(*ends); at++)
		if (strcmp(ends[at].reason, reason) == 0)
			return ends[at].words;
	return "terminated";
}

/* One that never began is of no attempt. */
static void print_job_end(const json_t *asker)
{
	long long attempt = (long long)field_integer(asker, "attempt");

	printf(" %s", name_end(asker));
	if (attempt > 0)
		printf(" attempt %lld", attempt);
}

static void print_task_end(const json_t *asker)
{
	auto_free char *name = terminal_safe(field_text(asker, "name"));

	printf(" canceled task %lld `%s`", (long long)field_integer(asker, "assessment"),
		name ? name : "?");
}

void show_asked(const json_t *asked)
{
	const json_t *asker;
	size_t at;

	json_array_foreach ((json_t *)asked, at, asker) {
		auto_free char *message = terminal_safe(field_text(asker, "message"));

		printf("%-10s uid %lld [%lld]", "asked by", (long long)field_integer(asker, "uid"),
			(long long)field_integer(asker, "pid"));
		if (json_is_integer(json_object_get(asker, "assessment")))
			print_task_end(asker);
		else
			print_job_end(asker);
		printf("%s%s, %.19s\n", message && *message ? ": " : "", message ? message : "",
			field_text(asker, "time") ?: "");
	}
}
