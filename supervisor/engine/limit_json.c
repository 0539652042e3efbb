/* Limits as a person and a program read them: what was asked, where it is kept, what it showed. */
#include "engine/limit_json.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "confine/hierarchy.h"
#include "confine/limits.h"

static json_t *io_json(const struct limit_io *io)
{
	json_t *json = json_object();

	for (int rate = 0; rate < LIMIT_RATES; rate++) {
		uint64_t value = limit_rate_value(io, (enum limit_rate)rate);

		if (value)
			json_object_set_new(
				json, limit_rates[rate].name, json_integer((json_int_t)value));
	}
	return json;
}

static json_t *value_json(const struct limits *limits, enum limit_kind kind)
{
	switch (limit_rows[kind].unit) {
	case LIMIT_UNIT_BYTES:
	case LIMIT_UNIT_COUNT:
	case LIMIT_UNIT_PERCENT:
		return json_integer((json_int_t)limits->value[kind]);
	case LIMIT_UNIT_CPUS:
		return json_string(limits->cpus);
	case LIMIT_UNIT_IO:
		return io_json(&limits->io);
	}
	return json_null();
}

static json_t *limit_json(
	const struct hierarchy *hierarchy, const struct limits *limits, enum limit_kind kind)
{
	const struct limit_row *row = &limit_rows[kind];
	const struct hierarchy_controller *controller = limit_controller(hierarchy, kind);
	json_t *json =
		json_pack("{s:s, s:o}", "name", row->name, "value", value_json(limits, kind));

	if (!row->controller) {
		json_object_set_new(json, "set_as", json_string("a limit of each process"));
		return json;
	}
	if (!controller)
		return json;
	if (row->v2_attribute && controller->v2)
		json_object_set_new(json, "set_as", json_string(row->v2_attribute));
	else if (row->v1_attribute)
		json_object_set_new(json, "set_as", json_string(row->v1_attribute));
	json_object_set_new(json, "hierarchy",
		json_string(controller->v2 ? hierarchy->root : controller->v1_path));
	if (!controller->v2 && row->v1_caveat)
		json_object_set_new(json, "caveat", json_string(row->v1_caveat));
	return json;
}

json_t *limits_json(const struct hierarchy *hierarchy, const struct limits *limits)
{
	json_t *array = json_array();

	for (int kind = 0; kind < LIMIT_KINDS; kind++) {
		if (limits->set[kind])
			json_array_append_new(
				array, limit_json(hierarchy, limits, (enum limit_kind)kind));
	}
	return array;
}

static void add_warning(json_t *warnings, enum limit_kind kind, const char *what, const char *why)
{
	const char *name = limit_rows[kind].name;
	char text[400];

	snprintf(text, sizeof(text), "limit %s %s: %s", name, what, why);
	json_array_append_new(warnings, json_pack("{s:s, s:s, s:o}", "kind", "limit", "limit", name,
						"text", json_text(text, strlen(text))));
}

void limit_warnings_add(json_t *warnings, const struct limits *limits, const struct limit_set *set,
	const struct limit_usage *usage)
{
	char evidence[LIMIT_EVIDENCE_SIZE];

	for (int i = 0; i < LIMIT_KINDS; i++) {
		enum limit_kind kind = (enum limit_kind)i;
		const char *skipped =
			set && limits->set[kind] ? limit_set_skipped(set, kind) : NULL;

		if (skipped)
			add_warning(warnings, kind, "is not enforced", skipped);
		else if (limits->set[kind] && limit_usage_exceeded(usage, kind, evidence))
			add_warning(warnings, kind, "reached", evidence);
	}
}

json_t *limit_usage_json(const struct limit_usage *usage)
{
	const struct {
		const char *name;
		bool known;
		uint64_t value;
	} fields[] = {
		{ "memory_peak_bytes", usage->has_memory_peak, usage->memory_peak_bytes },
		{ "memory_hits", usage->has_memory_hits, usage->memory_hits },
		{ "oom_kills", usage->has_oom_kills, usage->oom_kills },
		{ "swap_peak_bytes", usage->has_swap_peak, usage->swap_peak_bytes },
		{ "swap_hits", usage->has_swap_hits, usage->swap_hits },
		{ "pids_peak", usage->has_pids_peak, usage->pids_peak },
		{ "pids_refused", usage->has_pids_refused, usage->pids_refused },
		{ "cpu_throttled", usage->has_cpu_throttled, usage->cpu_throttled },
		{ "cpu_throttled_us", usage->has_cpu_throttled_time, usage->cpu_throttled_us },
		{ "io_read_bytes", usage->has_io_read, usage->io_read_bytes },
		{ "io_written_bytes", usage->has_io_written, usage->io_written_bytes },
		{ "io_reads", usage->has_io_reads, usage->io_reads },
		{ "io_writes", usage->has_io_writes, usage->io_writes },
		{ "io_stalled_us", usage->has_io_stalled, usage->io_stalled_us },
	};
	json_t *json = json_object();

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		json_object_set_new(json, fields[i].name,
			fields[i].known ? json_integer((json_int_t)fields[i].value) : json_null());
	return json;
}
