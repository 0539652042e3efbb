/* Jobs of the queue are held, canceled, run again and forgotten. */
#include "base/cleanup.h"
#include "libaxe/api_cluster.h"

/* A call about one job that answers nothing. */
static axe_result steer(axe_cluster *cluster, const char *method, uint64_t number)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return cluster_ask(cluster, method, json_pack("{s:I}", "job", (json_int_t)number), NULL);
}

axe_result axe_cluster_hold_job(axe_cluster *cluster, uint64_t number)
{
	return steer(cluster, "HoldJob", number);
}

axe_result axe_cluster_release_job(axe_cluster *cluster, uint64_t number)
{
	return steer(cluster, "ReleaseJob", number);
}

axe_result axe_cluster_purge_job(axe_cluster *cluster, uint64_t number)
{
	return steer(cluster, "PurgeJob", number);
}

/* `parameters` is taken. */
static axe_result cancel(axe_cluster *cluster, const char *method, json_t *parameters,
	const char *message, size_t length, struct reply *ret_reply)
{
	auto_json owned = parameters;
	json_t *text = NULL;
	axe_result code = cluster_message(cluster, message, length, &text);

	if (code != S_OK)
		return code;
	if (text)
		json_object_set_new(owned, "message", text);
	return cluster_ask(cluster, method, take_pointer(owned), ret_reply);
}

axe_result axe_cluster_cancel_job(
	axe_cluster *cluster, uint64_t number, const char *message, size_t length)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return cancel(cluster, "CancelJob", json_pack("{s:I}", "job", (json_int_t)number), message,
		length, NULL);
}

axe_result axe_cluster_cancel_job_async(
	axe_cluster *cluster, uint64_t number, const char *message, size_t length)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return cancel(cluster, "CancelJob",
		json_pack("{s:I, s:b}", "job", (json_int_t)number, "asynchronous", true), message,
		length, NULL);
}

axe_result axe_cluster_cancel_task(
	axe_cluster *cluster, uint64_t number, uint32_t task, const char *message, size_t length)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return cancel(cluster, "CancelTask",
		json_pack("{s:I, s:I}", "job", (json_int_t)number, "index", (json_int_t)task),
		message, length, NULL);
}

static axe_result check_batch(axe_cluster *cluster, const uint64_t *numbers, size_t count)
{
	if (numbers && count && count <= AXE_BATCH_MAX)
		return S_OK;
	return cluster_fail(
		cluster, AXE_E_INVALID_ARGUMENT, "expected 1 to %d jobs", AXE_BATCH_MAX);
}

/* An answer and BatchStopped both tell it. */
static void read_done(const struct reply *reply, size_t *ret_done)
{
	if (ret_done)
		*ret_done = (size_t)cluster_number(reply->parameters, "done");
}

axe_result axe_cluster_cancel_jobs(axe_cluster *cluster, const uint64_t *numbers, size_t count,
	const char *message, size_t length, size_t *ret_done)
{
	auto_reply reply = { 0 };
	axe_result code;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	code = check_batch(cluster, numbers, count);
	if (code == S_OK)
		code = cancel(cluster, "CancelJobs",
			json_pack("{s:o}", "jobs", cluster_numbers(numbers, count)), message,
			length, &reply);
	read_done(&reply, ret_done);
	return code;
}

axe_result axe_cluster_requeue_jobs(
	axe_cluster *cluster, const uint64_t *numbers, size_t count, size_t *ret_done)
{
	auto_reply reply = { 0 };
	axe_result code;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	code = check_batch(cluster, numbers, count);
	if (code == S_OK)
		code = cluster_ask(cluster, "RequeueJobs",
			json_pack("{s:o}", "jobs", cluster_numbers(numbers, count)), &reply);
	read_done(&reply, ret_done);
	return code;
}

/* `parameters` is taken. */
static axe_result requeue(
	axe_cluster *cluster, const char *method, json_t *parameters, uint32_t *ret_attempt)
{
	auto_reply reply = { 0 };
	axe_result code = cluster_ask(cluster, method, parameters, &reply);

	if (code == S_OK && ret_attempt)
		*ret_attempt = (uint32_t)cluster_number(reply.parameters, "attempt");
	return code;
}

axe_result axe_cluster_requeue_job(axe_cluster *cluster, uint64_t number, uint32_t *ret_attempt)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return requeue(
		cluster, "RequeueJob", json_pack("{s:I}", "job", (json_int_t)number), ret_attempt);
}

axe_result axe_cluster_requeue_job_async(
	axe_cluster *cluster, uint64_t number, uint32_t *ret_attempt)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return requeue(cluster, "RequeueJob",
		json_pack("{s:I, s:b}", "job", (json_int_t)number, "asynchronous", true),
		ret_attempt);
}

axe_result axe_cluster_requeue_task(
	axe_cluster *cluster, uint64_t number, uint32_t task, uint32_t *ret_attempt)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	return requeue(cluster, "RequeueTask",
		json_pack("{s:I, s:I}", "job", (json_int_t)number, "index", (json_int_t)task),
		ret_attempt);
}
