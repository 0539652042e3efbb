/* What a daemon tells of a job, read without trusting that it is there. */
#include "libaxe/api_cluster_info.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define ENTRY_SIZE ((size_t)64 << 10)

/* A daemon does not look names up, which may take long; it is on this host, so that they are the
 * same here. */
static char *find_name(const json_t *job)
{
	const char *told = cluster_text(job, "owner_name");
	auto_free char *buffer = told ? NULL : malloc(ENTRY_SIZE);
	struct passwd entry, *found = NULL;

	if (buffer)
		getpwuid_r((uid_t)cluster_number(job, "owner"), &entry, buffer, ENTRY_SIZE, &found);
	if (found)
		told = found->pw_name;
	return told ? strdup(told) : NULL;
}

axe_job_info *job_info_create(json_t *answer, const json_t *job)
{
	axe_job_info *info = calloc(1, sizeof(*info));
	char *text = info ? cluster_dump(answer) : NULL;

	if (!text) {
		free(info);
		json_decref(answer);
		return NULL;
	}
	*info = (axe_job_info){
		.answer = answer, .job = job, .text = text, .owner_name = find_name(job)
	};
	return info;
}

void axe_job_info_free(axe_job_info *info)
{
	if (!info)
		return;
	json_decref(info->answer);
	free(info->text);
	free(info->owner_name);
	free(info);
}

axe_result axe_cluster_get_job(axe_cluster *cluster, uint64_t number, axe_job_info **ret_info)
{
	auto_reply reply = { 0 };
	axe_result code;
	axe_job_info *info;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	if (!ret_info)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT, "expected `ret_info`");
	code = cluster_ask(
		cluster, "GetJob", json_pack("{s:I}", "job", (json_int_t)number), &reply);
	if (code != S_OK)
		return code;
	info = job_info_create(
		json_incref(reply.parameters), json_object_get(reply.parameters, "job"));
	if (!info)
		return cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	*ret_info = info;
	return S_OK;
}

const char *axe_job_error_message(const axe_job_info *info)
{
	const char *message = info ? cluster_text(info->job, "message") : NULL;

	return message ? message : "";
}

uint64_t axe_job_info_number(const axe_job_info *info)
{
	return info ? (uint64_t)cluster_number(info->job, "job") : 0;
}

const char *axe_job_info_name(const axe_job_info *info)
{
	const char *name = info ? cluster_text(info->job, "name") : NULL;

	return name ? name : "";
}

axe_state axe_job_info_state(const axe_job_info *info)
{
	return info ? cluster_state(info->job) : AXE_STATE_NOT_SUBMITTED;
}

uint32_t axe_job_info_owner(const axe_job_info *info)
{
	return info ? (uint32_t)cluster_number(info->job, "owner") : AXE_ALL_OWNERS;
}

const char *axe_job_info_owner_name(const axe_job_info *info)
{
	return info ? info->owner_name : NULL;
}

axe_priority axe_job_info_priority(const axe_job_info *info)
{
	return info ? (axe_priority)cluster_number(info->job, "priority") : AXE_PRIORITY_NORMAL;
}

uint32_t axe_job_info_processors(const axe_job_info *info)
{
	return info ? (uint32_t)cluster_number(info->job, "processors") : 0;
}

bool axe_job_info_is_held(const axe_job_info *info)
{
	return info && json_is_true(json_object_get(info->job, "held"));
}

bool axe_job_info_runs_again(const axe_job_info *info)
{
	return info && json_is_true(json_object_get(info->job, "again"));
}

uint32_t axe_job_info_attempt(const axe_job_info *info)
{
	return info ? (uint32_t)cluster_number(info->job, "attempt") : 0;
}

const char *axe_job_info_reason(const axe_job_info *info)
{
	return info ? cluster_text(info->job, "reason") : NULL;
}

const char *axe_job_info_outcome(const axe_job_info *info)
{
	return info ? cluster_text(info->job, "outcome") : NULL;
}

axe_result axe_job_info_code(const axe_job_info *info)
{
	return info ? (axe_result)cluster_number(info->job, "code") : S_OK;
}

const char *axe_job_info_time(const axe_job_info *info, axe_moment moment)
{
	static const char *const names[] = {
		[AXE_MOMENT_CREATED] = "created",
		[AXE_MOMENT_SUBMITTED] = "submitted",
		[AXE_MOMENT_STARTED] = "started",
		[AXE_MOMENT_ENDED] = "ended",
		[AXE_MOMENT_PURGE_AFTER] = "purge_after",
	};

	if (!info || moment < AXE_MOMENT_CREATED || moment > AXE_MOMENT_PURGE_AFTER)
		return NULL;
	return cluster_text(info->job, names[moment]);
}

bool axe_job_info_rank(const axe_job_info *info, uint64_t *ret_rank)
{
	const json_t *rank = info ? json_object_get(info->job, "rank") : NULL;

	if (!json_is_integer(rank))
		return false;
	if (ret_rank)
		*ret_rank = (uint64_t)json_integer_value(rank);
	return true;
}

const char *axe_job_info_directory(const axe_job_info *info)
{
	return info ? cluster_text(info->job, "directory") : NULL;
}

uint32_t axe_job_info_task_count(const axe_job_info *info, axe_state state)
{
	const char *name = axe_state_name(state);

	if (!info || !name)
		return 0;
	return (uint32_t)cluster_number(json_object_get(info->job, "counts"), name);
}

const char *axe_job_info_json(const axe_job_info *info)
{
	return info ? info->text : NULL;
}
