/* The methods that a client may call: name, parameters, handler. */
#include "control/methods.h"

#include "control/varlink.h"

/* How a call that steers says which job it means. */
/* clang-format off */
#define WHICH_JOB { "job", JSON_INTEGER, false }, { "ticket", JSON_STRING, false }
#define WHICH_EVENTS { "job", JSON_INTEGER, false }, { "types", JSON_ARRAY, false }
/* clang-format on */

static const struct method methods[] = {
	{
		.name = VARLINK_SERVICE ".GetInfo",
		.handle = service_get_info,
	},
	{
		.name = VARLINK_SERVICE ".GetInterfaceDescription",
		.handle = service_get_description,
		.parameters = { { "interface", JSON_STRING, true } },
	},
	{
		.name = VARLINK_ENGINE ".ExecuteJob",
		.handle = engine_execute_job,
		.parameters = { { "manifest", JSON_OBJECT, true },
			{ "options", JSON_OBJECT, false } },
	},
	{
		.name = VARLINK_ENGINE ".PlanJob",
		.handle = engine_plan_job,
		.parameters = { { "manifest", JSON_OBJECT, true },
			{ "options", JSON_OBJECT, false } },
	},
	{
		.name = VARLINK_ENGINE ".CancelAssessment",
		.handle = engine_cancel_assessment,
		.parameters = { { "index", JSON_INTEGER, true },
			{ "grace_ns", JSON_INTEGER, false }, WHICH_JOB },
	},
	{
		.name = VARLINK_ENGINE ".CancelJob",
		.handle = engine_cancel_job,
		.parameters = { { "grace_ns", JSON_INTEGER, false }, WHICH_JOB },
	},
	{
		.name = VARLINK_ENGINE ".TerminateJob",
		.handle = engine_terminate_job,
		.parameters = { WHICH_JOB },
	},
	{
		.name = VARLINK_ENGINE ".GetStatus",
		.handle = engine_get_status,
		.parameters = { { "job", JSON_INTEGER, false } },
	},
	{
		.name = VARLINK_ENGINE ".ListJobs",
		.handle = engine_list_jobs,
	},
	{
		.name = VARLINK_ENGINE ".GetJob",
		.handle = engine_get_job,
		.parameters = { { "job", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_ENGINE ".Diagnose",
		.handle = engine_diagnose_host,
	},
	{
		.name = VARLINK_EVENTS ".Subscribe",
		.handle = events_subscribe,
		.parameters = { { "after", JSON_INTEGER, false }, WHICH_EVENTS },
		.streams = true,
	},
	{
		.name = VARLINK_EVENTS ".GetEvents",
		.handle = events_get_events,
		.parameters = { { "after", JSON_INTEGER, false }, { "limit", JSON_INTEGER, false },
			WHICH_EVENTS },
	},
	{
		.name = VARLINK_EVENTS ".GetLast",
		.handle = events_get_last,
	},
	{
		.name = VARLINK_EVENTS ".ListTypes",
		.handle = events_list_types,
	},
	{
		.name = VARLINK_CLUSTER ".AddJob",
		.handle = cluster_add_job,
		.parameters = { { "jobs", JSON_ARRAY, true } },
	},
	{
		.name = VARLINK_CLUSTER ".SubmitJob",
		.handle = cluster_submit_job,
		.parameters = { { "jobs", JSON_ARRAY, true } },
	},
	{
		.name = VARLINK_CLUSTER ".QueueJob",
		.handle = cluster_queue_job,
		.parameters = { { "jobs", JSON_ARRAY, true } },
	},
	{
		.name = VARLINK_CLUSTER ".ModifyJob",
		.handle = cluster_modify_job,
		.parameters = { { "job", JSON_INTEGER, true }, { "options", JSON_OBJECT, true } },
	},
	{
		.name = VARLINK_CLUSTER ".HoldJob",
		.handle = cluster_hold_job,
		.parameters = { { "job", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_CLUSTER ".ReleaseJob",
		.handle = cluster_release_job,
		.parameters = { { "job", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_CLUSTER ".CancelJob",
		.handle = cluster_cancel_job,
		.parameters = { { "job", JSON_INTEGER, true }, { "message", JSON_STRING, false },
			{ "asynchronous", JSON_TRUE, false } },
	},
	{
		.name = VARLINK_CLUSTER ".CancelJobs",
		.handle = cluster_cancel_jobs,
		.parameters = { { "jobs", JSON_ARRAY, true }, { "message", JSON_STRING, false } },
	},
	{
		.name = VARLINK_CLUSTER ".CancelTask",
		.handle = cluster_cancel_task,
		.parameters = { { "job", JSON_INTEGER, true }, { "index", JSON_INTEGER, true },
			{ "message", JSON_STRING, false } },
	},
	{
		.name = VARLINK_CLUSTER ".RequeueJob",
		.handle = cluster_requeue_job,
		.parameters = { { "job", JSON_INTEGER, true },
			{ "asynchronous", JSON_TRUE, false } },
	},
	{
		.name = VARLINK_CLUSTER ".RequeueJobs",
		.handle = cluster_requeue_jobs,
		.parameters = { { "jobs", JSON_ARRAY, true } },
	},
	{
		.name = VARLINK_CLUSTER ".RequeueTask",
		.handle = cluster_requeue_task,
		.parameters = { { "job", JSON_INTEGER, true }, { "index", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_CLUSTER ".PurgeJob",
		.handle = cluster_purge_job,
		.parameters = { { "job", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_CLUSTER ".GetJob",
		.handle = cluster_get_job,
		.parameters = { { "job", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_CLUSTER ".ListJobs",
		.handle = cluster_list_jobs,
		.parameters = { { "states", JSON_ARRAY, false }, { "owner", JSON_INTEGER, false },
			{ "page", JSON_STRING, false }, { "limit", JSON_INTEGER, false } },
	},
	{
		.name = VARLINK_CLUSTER ".ListWaiting",
		.handle = cluster_list_waiting,
		.parameters = { { "limit", JSON_INTEGER, false } },
	},
	{
		.name = VARLINK_CLUSTER ".ListTasks",
		.handle = cluster_list_tasks,
		.parameters = { { "job", JSON_INTEGER, true }, { "states", JSON_ARRAY, false },
			{ "first", JSON_INTEGER, false }, { "limit", JSON_INTEGER, false } },
	},
	{
		.name = VARLINK_CLUSTER ".GetJobCounter",
		.handle = cluster_get_job_counter,
		.parameters = { { "owner", JSON_INTEGER, false } },
	},
	{
		.name = VARLINK_CLUSTER ".Parameters",
		.handle = cluster_tell_parameters,
	},
	{
		.name = VARLINK_CLUSTER ".SetClusterParameter",
		.handle = cluster_set_parameter,
		.parameters = { { "name", JSON_STRING, true }, { "value", JSON_INTEGER, true } },
	},
};

#define METHODS (sizeof(methods) / sizeof(*methods))

const struct method *method_table(size_t *ret_count)
{
	*ret_count = METHODS;
	return methods;
}
