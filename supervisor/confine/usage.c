/* What a group's controllers measured, read from their attributes. */
#include "confine/usage.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "confine/limits.h"

#define FIELD(has, value) offsetof(struct limit_usage, has), offsetof(struct limit_usage, value)

/* The attribute, the key of the line that has the number (NULL: it is alone), and its field. */
static const struct source {
	bool v1;
	const char *attribute;
	const char *key;
	size_t has, value;
} sources[] = {
	{ false, "memory.peak", NULL, FIELD(has_memory_peak, memory_peak_bytes) },
	{ false, "memory.current", NULL, FIELD(has_memory_now, memory_bytes) },
	{ false, "memory.events", "oom_kill", FIELD(has_oom_kills, oom_kills) },
	{ false, "pids.peak", NULL, FIELD(has_pids_peak, pids_peak) },
	{ false, "pids.events", "max", FIELD(has_pids_refused, pids_refused) },
	{ true, "memory.max_usage_in_bytes", NULL, FIELD(has_memory_peak, memory_peak_bytes) },
	{ true, "memory.usage_in_bytes", NULL, FIELD(has_memory_now, memory_bytes) },
	{ true, "memory.oom_control", "oom_kill", FIELD(has_oom_kills, oom_kills) },
	{ true, "pids.peak", NULL, FIELD(has_pids_peak, pids_peak) },
	{ true, "pids.events", "max", FIELD(has_pids_refused, pids_refused) },
};

static const char *find_number(char *text, const char *key)
{
	size_t size = key ? strlen(key) : 0;
	char *rest = NULL;

	if (!key)
		return text;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, key, size) == 0 && line[size] == ' ')
			return line + size + 1;
	return NULL;
}

static void source_read(int directory, const struct source *source, struct limit_usage *usage)
{
	char text[1024];
	ssize_t length = file_read_text_at(directory, source->attribute, text, sizeof(text));
	const char *number = length > 0 ? find_number(text, source->key) : NULL;
	char *end = NULL;
	uint64_t value = number ? strtoull(number, &end, 10) : 0;

	if (!number || end == number)
		return;
	*(uint64_t *)((char *)usage + source->value) = value;
	*(bool *)((char *)usage + source->has) = true;
}

void usage_read(int directory, bool v1, struct limit_usage *usage)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (sources[i].v1 == v1)
			source_read(directory, &sources[i], usage);
}
