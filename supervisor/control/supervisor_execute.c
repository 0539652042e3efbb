/* A job comes in: it is refused, started or made to wait; and its caller may go. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/identity.h"
#include "base/json.h"
#include "control/listener.h"
#include "control/supervisor_parts.h"
#include "model/manifest.h"

static bool same_place(const char *one, const char *other)
{
	struct stat first, second;

	return strcmp(one, other) == 0 ||
	       (stat(one, &first) == 0 && stat(other, &second) == 0 &&
		       first.st_dev == second.st_dev && first.st_ino == second.st_ino);
}

/* Whoever waits already goes first. */
static bool may_start(const struct supervisor *supervisor)
{
	return supervisor_has_slot(supervisor) && list_empty(&supervisor->waiting);
}

static axe_result judge_wait(
	const struct supervisor *supervisor, const struct run_options *options, struct error *error)
{
	unsigned most = supervisor->config.pending_max;

	if (most == 0) {
		fail_plain(error, EBUSY, "a job is running");
		return AXE_E_JOB_RUNNING;
	}
	if (options->wait_bounded && options->wait_ns == 0) {
		fail_plain(error, ETIMEDOUT, "no slot is free");
		return AXE_E_JOB_WAIT_TIMEOUT;
	}
	if (supervisor->waiting_count >= most) {
		fail_plain(error, ENOBUFS, "queue full (%u)", most);
		return AXE_E_LIMIT_REACHED;
	}
	return S_OK;
}

static axe_result judge_user(
	const struct supervisor *supervisor, const struct run_options *options, struct error *error)
{
	const char *bound = NULL;
	int64_t limit;

	if (supervisor->queue && options->user_bounded)
		bound = queue_refuses_user(supervisor->queue, options->job.owner->uid, &limit);
	if (!bound)
		return S_OK;
	fail_plain(error, EDQUOT, "%s is reached (%lld)", bound, (long long)limit);
	return AXE_E_LIMIT_REACHED;
}

/* S_OK: it may run, or at least wait. */
static axe_result judge(
	const struct supervisor *supervisor, const struct run_options *options, struct error *error)
{
	const struct supervisor_config *config = &supervisor->config;
	const char *asked = options->job.state_dir;
	axe_result code;

	if (supervisor->leaving) {
		fail_plain(error, ESHUTDOWN, "the supervisor is about to leave");
		return AXE_E_ENGINE_NOT_RUNNING;
	}
	if (config->state_dir_fixed && asked && !same_place(asked, config->state_dir)) {
		fail_plain(error, EINVAL, "this supervisor keeps its jobs in `%s`, not in `%s`",
			config->state_dir, asked);
		return AXE_E_INVALID_ARGUMENT;
	}
	code = judge_user(supervisor, options, error);
	return code != S_OK || may_start(supervisor) ? code
						     : judge_wait(supervisor, options, error);
}

static void let_wait(struct supervisor *supervisor, struct run *run)
{
	auto_json running = supervisor_running(supervisor);
	size_t ahead = supervisor->waiting_count;
	struct error error;

	if (run_wait(run, supervisor->loop, ahead, running, &error) < 0)
		return supervisor_refuse(supervisor, run, AXE_E_INTERNAL_ERROR, &error);
	list_append(&supervisor->waiting, &run->link);
	supervisor->waiting_count++;
	supervisor_tell_change(supervisor);
}

static void take_in(struct supervisor *supervisor, struct manifest *manifest,
	struct run_options *options, struct listener *caller)
{
	struct error error;
	struct run *run;

	options->job.starts_at_once = may_start(supervisor);
	if (run_create(manifest, options, caller, &supervisor->owner, &run, &error) < 0) {
		if (caller)
			caller->calls->refused(caller, AXE_E_INTERNAL_ERROR, &error);
		return;
	}
	if (supervisor_reserve(supervisor, run) < 0)
		return;
	if (may_start(supervisor))
		supervisor_start(supervisor, run);
	else
		let_wait(supervisor, run);
}

void supervisor_execute(struct supervisor *supervisor, struct manifest *manifest,
	struct run_options *options, struct listener *caller)
{
	struct error error;
	axe_result refusal = judge(supervisor, options, &error);

	if (refusal == S_OK)
		return take_in(supervisor, manifest, options, caller);
	manifest_destroy(manifest);
	run_options_finish(options);
	if (caller)
		caller->calls->refused(caller, refusal, &error);
}

void supervisor_hang_up(struct supervisor *supervisor, const struct listener *caller)
{
	struct run *run;

	list_for_each (run, &supervisor->running, link)
		if (run->caller == caller)
			run->caller = NULL;
	list_for_each (run, &supervisor->waiting, link) {
		if (run->caller != caller)
			continue;
		run->caller = NULL;
		if (run_waits(run))
			job_cancel(run->job, 0);
	}
}
