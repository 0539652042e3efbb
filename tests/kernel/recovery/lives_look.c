/* What two lives left to be looked at: the folder of the job, its groups, what it told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/recovery/lives.h"
#include "support/unit.h"

void lives_path(const struct lives *lives, const char *name, char path[static 160])
{
	snprintf(path, 160, "%s/jobs/1/%s", lives->state_dir, name);
}

void lives_group(const struct lives *lives, const char *of, char path[static 400])
{
	snprintf(path, 400, "%s/axe/%s/job-1%s%s", lives->groups.path, lives->name, of ? "/" : "",
		of ? of : "");
}

unsigned lives_traced(struct lives *lives, const char *type)
{
	char path[160], line[65536];
	unsigned count = 0;
	FILE *trace;

	lives_path(lives, "trace.ndjson", path);
	trace = fopen(path, "re");
	assert_non_null(trace);
	while (fgets(line, sizeof(line), trace)) {
		json_t *event = json_loads(line, 0, NULL);

		count += !strcmp(text_at(event, "type"), type);
		json_decref(event);
	}
	fclose(trace);
	return count;
}

const json_t *lives_result(struct lives *lives, unsigned index)
{
	const json_t *event;
	size_t at;

	json_array_foreach (lives->events, at, event)
		if (!strcmp(text_at(event, "type"), "assessment.end") &&
			number_at(event, "assessment") == (json_int_t)index)
			return json_object_get(event, "data");
	fail_msg("the second life told no end of assessment %u", index);
	return NULL;
}
