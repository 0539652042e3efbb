/* One assessment's result as an object: what results.json, the trace and the clients get. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct limit_usage;
struct output_summary;
struct ruling;
struct runner;

/* What only the burial knows. */
struct result_facts {
	const struct ruling *ruling;
	const struct limit_usage *usage;
	bool has_cpu;
	uint64_t user_us, system_us;
	const struct output_summary *outputs; /* RUNNER_OUTPUTS of them */
	json_t *warnings; /* borrowed array of objects */
};

/* A new reference. */
json_t *result_json(const struct runner *runner, const struct result_facts *facts);

/* The result of an assessment that was never started. */
struct assessment;
json_t *result_not_run(const struct assessment *assessment, unsigned index);

/* What a result keeps of the tries before it. A new reference. */
json_t *result_digest(const json_t *result);
