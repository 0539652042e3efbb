/* Jobs are brought into the queue, and changed while they wait there. */
#include "base/cleanup.h"
#include "libaxe/api_cluster.h"
#include "libaxe/api_job.h"

#define NS_PER_MS_MOST (INT64_MAX / 1000000)

/* False: it cannot be sent. */
static bool add_environment(json_t *json, const char *const *environment)
{
	json_t *list = json_array();

	json_object_set_new(json, "environment", list);
	for (; environment && *environment; environment++)
		if (json_array_append_new(list, json_string(*environment)) < 0)
			return false;
	return true;
}

/* NULL: a text is not UTF-8, or there is no such value. A new reference. */
static json_t *make_options(const axe_job_options *options)
{
	uint32_t given = options ? options->given : 0;
	auto_json json = json_object();
	bool fits = true;

	if (given & AXE_OPTION_NAME)
		fits &= json_object_set_new(json, "name", json_string(options->name)) == 0;
	if (given & AXE_OPTION_PRIORITY)
		json_object_set_new(json, "priority", json_integer((json_int_t)options->priority));
	if (given & AXE_OPTION_PROCESSORS)
		json_object_set_new(json, "processors", json_integer(options->processors));
	if (given & AXE_OPTION_RUNTIME) {
		fits &= options->runtime_ms <= NS_PER_MS_MOST;
		json_object_set_new(json, "runtime_ns",
			json_integer((json_int_t)(fits ? options->runtime_ms * 1000000 : 0)));
	}
	if (given & AXE_OPTION_HOLD)
		json_object_set_new(json, "hold", json_boolean(options->hold));
	if (given & AXE_OPTION_ENVIRONMENT)
		fits &= add_environment(json, options->environment);
	return fits && json ? json_incref(json) : NULL;
}

/* One who was built with a later header knows members that are not read here. */
static bool is_known(const axe_job_options *options)
{
	return !options || options->size >= sizeof(*options);
}

/* NULL: it cannot be sent. */
static json_t *make_job(const axe_job *job, const axe_job_options *options)
{
	json_t *manifest = NULL, *asked;

	if (!job || !is_known(options) || !job_hold(job, &manifest))
		return NULL;
	job_release(job);
	asked = make_options(options);
	if (!asked) {
		json_decref(manifest);
		return NULL;
	}
	return json_pack("{s:o, s:o}", "manifest", manifest, "options", asked);
}

static json_t *make_jobs(const axe_job *const *jobs, const axe_job_options *options, size_t count)
{
	auto_json list = json_array();

	for (size_t at = 0; at < count; at++) {
		json_t *job = make_job(jobs[at], options ? &options[at] : NULL);

		if (!job)
			return NULL;
		json_array_append_new(list, job);
	}
	return json_pack("{s:O}", "jobs", list);
}

static axe_result bring(axe_cluster *cluster, const char *method, const axe_job *const *jobs,
	const axe_job_options *options, size_t count, uint64_t *ret_numbers)
{
	auto_reply reply = { 0 };
	json_t *parameters, *numbers;
	axe_result code;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	parameters =
		jobs && count && count <= AXE_BATCH_MAX ? make_jobs(jobs, options, count) : NULL;
	if (!parameters)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT,
			"expected 1 to %d jobs, and options that are UTF-8 and in range",
			AXE_BATCH_MAX);
	code = cluster_ask(cluster, method, parameters, &reply);
	if (code != S_OK)
		return code;
	numbers = json_object_get(reply.parameters, "jobs");
	if (json_array_size(numbers) != count)
		return cluster_fail(
			cluster, AXE_E_INTERNAL_ERROR, "the daemon's answer has other numbers");
	for (size_t at = 0; at < count; at++) {
		uint64_t number = (uint64_t)json_integer_value(json_array_get(numbers, at));

		job_set_number(jobs[at], number);
		if (ret_numbers)
			ret_numbers[at] = number;
	}
	return S_OK;
}

axe_result axe_cluster_add_jobs(axe_cluster *cluster, const axe_job *const *jobs,
	const axe_job_options *options, size_t count, uint64_t *ret_numbers)
{
	return bring(cluster, "AddJob", jobs, options, count, ret_numbers);
}

axe_result axe_cluster_queue_jobs(axe_cluster *cluster, const axe_job *const *jobs,
	const axe_job_options *options, size_t count, uint64_t *ret_numbers)
{
	return bring(cluster, "QueueJob", jobs, options, count, ret_numbers);
}

axe_result axe_cluster_add_job(axe_cluster *cluster, const axe_job *job,
	const axe_job_options *options, uint64_t *ret_number)
{
	return bring(cluster, "AddJob", &job, options, 1, ret_number);
}

axe_result axe_cluster_queue_job(axe_cluster *cluster, const axe_job *job,
	const axe_job_options *options, uint64_t *ret_number)
{
	return bring(cluster, "QueueJob", &job, options, 1, ret_number);
}

axe_result axe_cluster_submit_jobs(axe_cluster *cluster, const uint64_t *numbers, size_t count)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	if (!numbers || !count || count > AXE_BATCH_MAX)
		return cluster_fail(
			cluster, AXE_E_INVALID_ARGUMENT, "expected 1 to %d jobs", AXE_BATCH_MAX);
	return cluster_ask(cluster, "SubmitJob",
		json_pack("{s:o}", "jobs", cluster_numbers(numbers, count)), NULL);
}

axe_result axe_cluster_submit_job(axe_cluster *cluster, uint64_t number)
{
	return axe_cluster_submit_jobs(cluster, &number, 1);
}

axe_result axe_cluster_modify_job(
	axe_cluster *cluster, uint64_t number, const axe_job_options *options)
{
	json_t *asked;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	asked = options && is_known(options) ? make_options(options) : NULL;
	if (!asked)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT,
			"expected options that are UTF-8 and in range");
	return cluster_ask(cluster, "ModifyJob",
		json_pack("{s:I, s:o}", "job", (json_int_t)number, "options", asked), NULL);
}
