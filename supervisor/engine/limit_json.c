/* Limits as a person and a program read them: what was asked, where it is kept, what it showed. */
#include "engine/limit_json.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
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

/* What of "usage" proves that a limit was exceeded. */
static const char *const counters[LIMIT_KINDS][6] = {
	[LIMIT_MEMORY] = { "oom_kills", "memory_peak_bytes" },
	[LIMIT_SWAP] = { "swap_hits", "swap_peak_bytes" },
	[LIMIT_PIDS] = { "pids_refused", "pids_peak" },
	[LIMIT_CPU] = { "cpu_throttled", "cpu_throttled_us" },
	[LIMIT_IO] = { "io_stalled_us", "io_read_bytes", "io_written_bytes", "io_reads",
		"io_writes" },
	[LIMIT_FILES] = { "files_refused" },
};

static json_t *counters_json(const struct limit_usage *usage, enum limit_kind kind)
{
	auto_json all = limit_usage_json(usage);
	json_t *json = json_object();

	for (size_t i = 0; i < sizeof(*counters) / sizeof(**counters) && counters[kind][i]; i++) {
		json_t *value = json_object_get(all, counters[kind][i]);

		if (json_is_integer(value))
			json_object_set(json, counters[kind][i], value);
	}
	if (kind == LIMIT_CORE)
		json_object_set_new(json, "signal", json_integer(usage->coreless_signal));
	return json;
}

static void show_value(const struct limits *limits, enum limit_kind kind, char *shown, size_t size)
{
	auto_json value = value_json(limits, kind);
	auto_free char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	char bytes[TEXT_BYTES_SIZE];

	if (limit_rows[kind].unit == LIMIT_UNIT_BYTES)
		snprintf(shown, size, "%s", text_format_bytes(limits->value[kind], bytes));
	else
		snprintf(shown, size, "%s%s", dumped ? dumped : "",
			limit_rows[kind].unit == LIMIT_UNIT_PERCENT ? "%" : "");
}

static json_t *warning_json(
	const struct limits *limits, enum limit_kind kind, const char *what, const char *why)
{
	const char *name = limit_rows[kind].name;
	char shown[200], text[600];

	show_value(limits, kind, shown, sizeof(shown));
	snprintf(text, sizeof(text), "limit %s of %s %s: %s", name, shown, what, why);
	return json_pack("{s:s, s:s, s:o, s:o}", "kind", "limit", "limit", name, "value",
		value_json(limits, kind), "text", json_text(text, strlen(text)));
}

static void add_reached(json_t *warnings, const struct limits *limits,
	const struct limit_usage *usage, enum limit_kind kind, const char *evidence)
{
	json_t *warning = warning_json(limits, kind, "reached", evidence);

	json_object_set_new(warning, "evidence", counters_json(usage, kind));
	json_array_append_new(warnings, warning);
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
			json_array_append_new(
				warnings, warning_json(limits, kind, "is not enforced", skipped));
		else if (limits->set[kind] && limit_usage_exceeded(usage, limits, kind, evidence))
			add_reached(warnings, limits, usage, kind, evidence);
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
		{ "files_refused", usage->has_files_refused, usage->files_refused },
	};
	json_t *json = json_object();

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		json_object_set_new(json, fields[i].name,
			fields[i].known ? json_integer((json_int_t)fields[i].value) : json_null());
	return json;
}
