/* What a daemon tells of a task, read without trusting that it is there. */
#include <stdlib.h>

#include "libaxe/api_cluster_info.h"

axe_task_info *task_info_create(json_t *task)
{
	axe_task_info *info = calloc(1, sizeof(*info));
	char *text = info ? cluster_dump(task) : NULL;

	if (!text) {
		free(info);
		return NULL;
	}
	*info = (axe_task_info){ .task = json_incref(task), .text = text };
	return info;
}

void task_info_free(axe_task_info *info)
{
	if (!info)
		return;
	json_decref(info->task);
	free(info->text);
	free(info);
}

uint32_t axe_task_info_index(const axe_task_info *info)
{
	return info ? (uint32_t)cluster_number(info->task, "index") : 0;
}

const char *axe_task_info_name(const axe_task_info *info)
{
	const char *name = info ? cluster_text(info->task, "name") : NULL;

	return name ? name : "";
}

axe_state axe_task_info_state(const axe_task_info *info)
{
	return info ? cluster_state(info->task) : AXE_STATE_NOT_SUBMITTED;
}

bool axe_task_info_is_rerunnable(const axe_task_info *info)
{
	return info && json_is_true(json_object_get(info->task, "rerunnable"));
}

const char *axe_task_info_reason(const axe_task_info *info)
{
	return info ? cluster_text(info->task, "reason") : NULL;
}

uint32_t axe_task_info_attempt(const axe_task_info *info)
{
	return info ? (uint32_t)cluster_number(info->task, "attempt") : 0;
}

uint32_t axe_task_info_tries(const axe_task_info *info)
{
	return info ? (uint32_t)cluster_number(info->task, "tries") : 0;
}

const char *axe_task_info_verdict(const axe_task_info *info)
{
	return info ? cluster_text(info->task, "verdict") : NULL;
}

bool axe_task_info_exit(const axe_task_info *info, int *ret_status, int *ret_signal)
{
	const json_t *exit = info ? json_object_get(info->task, "exit") : NULL;
	bool exited = json_is_integer(json_object_get(exit, "status"));

	if (ret_status)
		*ret_status = (int)cluster_number(exit, "status");
	if (ret_signal)
		*ret_signal = (int)cluster_number(exit, "signal");
	return exited;
}

const char *axe_task_info_json(const axe_task_info *info)
{
	return info ? info->text : NULL;
}
