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

		count += !strcmp(lives_text(event, "type"), type);
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
		if (!strcmp(lives_text(event, "type"), "assessment.end") &&
			lives_number(event, "assessment") == (json_int_t)index)
			return json_object_get(event, "data");
	fail_msg("the second life told no end of assessment %u", index);
	return NULL;
}

static const json_t *value_at(const json_t *object, const char *path)
{
	char copy[128], *rest = copy, *key;

	snprintf(copy, sizeof(copy), "%s", path);
	while (object && (key = strsep(&rest, ".")))
		object = json_is_array(object) ? json_array_get(object, (size_t)atoi(key))
					       : json_object_get(object, key);
	return object;
}

const char *lives_text(const json_t *object, const char *path)
{
	const char *text = json_string_value(value_at(object, path));

	return text ? text : "";
}

json_int_t lives_number(const json_t *object, const char *path)
{
	const json_t *value = value_at(object, path);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}
