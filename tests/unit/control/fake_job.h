/* The jobs of the fake engine: every symbol of job.h. Only for fake_engine.h, which has their
 * state. */
#pragma once

static void fake_replace(const struct job *old, struct job *new)
{
	for (unsigned index = 0; index < FAKE_JOBS; index++) {
		if (fake.jobs[index] == old) {
			fake.jobs[index] = new;
			return;
		}
	}
	abort();
}

int job_create(struct engine *engine, struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, struct job **ret_job, struct error *error)
{
	if (fake.refuse_job) {
		manifest_destroy(manifest);
		return fail_plain(error, fake.refuse_job, "make directory `/state\xff/jobs`");
	}
	*ret_job = calloc(1, sizeof(**ret_job));
	(*ret_job)->observer = *observer;
	(*ret_job)->manifest = manifest;
	(*ret_job)->id = 12 + fake.numbers++;
	fake_replace(NULL, *ret_job);
	(*ret_job)->owner = options->owner ? options->owner->uid : geteuid();
	fake.foreseen += options->starts_at_once;
	fake.kill_deadline_ns = options->kill_deadline_ns;
	if (options->state_dir)
		snprintf(fake.state_dir, sizeof(fake.state_dir), "%s", options->state_dir);
	if (options->environment && options->environment[0])
		snprintf(fake.variable, sizeof(fake.variable), "%s", options->environment[0]);
	return 0;
}

void job_observe(struct job *job, const struct job_observer *observer)
{
	job->observer = *observer;
}

int job_start(struct job *job, struct error *error)
{
	if (fake.refuse_job)
		return fail_plain(error, fake.refuse_job, "make group `12`");
	job->started = true;
	fake.job = job;
	fake.jobs_made++;
	fake.begun = true;
	return 0;
}

bool job_waits(const struct job *job)
{
	return !job->started && !job->ended;
}

/* The event is taken. */
static void fake_tell(struct job *job, json_t *event)
{
	json_object_set_new(event, "job", json_integer((json_int_t)job->id));
	job->observer.event(job, event, job->observer.data);
	json_decref(event);
}

void job_wait(struct job *job, size_t ahead, const json_t *running)
{
	fake_tell(
		job, json_pack("{s:s, s:{s:s, s:I, s:O}}", "type", "job.pending", "data", "name",
			     job->manifest->name, "ahead", (json_int_t)ahead, "running", running));
}

static inline void fake_answer_job(const struct job *job, axe_result code);

void job_refuse(struct job *job, axe_result code, const char *text)
{
	const char *outcome = code == AXE_E_JOB_CANCELED ? "canceled" : "error";
	json_t *summary = json_pack("{s:s, s:I}", "outcome", outcome, "code", (json_int_t)code);

	job->ended = true;
	fake_tell(job, json_pack("{s:s, s:O}", "type", "job.end", "data", summary));
	fake_answer_job(job, S_OK);
	job->observer.ended(job, code, summary, job->observer.data);
	json_decref(summary);
}

void job_destroy(struct job *job)
{
	char byte;

	if (!job)
		return;
	fake.answered =
		fake.answered_at && recv(fake.answered_at, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
	fake_replace(job, NULL);
	manifest_destroy(job->manifest);
	free(job);
	fake.job = NULL;
	for (unsigned index = 0; index < FAKE_JOBS; index++)
		if (fake.jobs[index] && fake.jobs[index]->started &&
			(!fake.job || fake.jobs[index]->id > fake.job->id))
			fake.job = fake.jobs[index];
}

void job_discard(struct job *job)
{
	fake.discarded++;
	job_destroy(job);
}

uint64_t job_id(const struct job *job)
{
	return job->id;
}

const char *job_directory(const struct job *job)
{
	return "/state/jobs/12";
}

const char *job_group(const struct job *job)
{
	return "/sys/fs/cgroup/axe/12";
}

uid_t job_owner(const struct job *job)
{
	return job->owner;
}

bool job_outlives_stop(const struct job *job, bool supervisor_keeps)
{
	return stop_policy_keeps(job->manifest->on_supervisor_stop, supervisor_keeps);
}

axe_result job_cancel_assessment(struct job *job, unsigned index, uint64_t grace_ns)
{
	if (job_waits(job))
		return AXE_E_NO_JOB_RUNNING;
	fake.canceled_job = job->id;
	fake.canceled_index = index;
	fake.grace_ns = grace_ns;
	return fake.cancel_code;
}

axe_result job_cancel(struct job *job, uint64_t grace_ns)
{
	if (job_waits(job)) {
		job_refuse(job, AXE_E_JOB_CANCELED, "withdrawn");
		return S_OK;
	}
	fake.canceled_job = job->id;
	fake.cancels++;
	fake.grace_ns = grace_ns;
	return fake.cancel_code;
}

axe_result job_terminate(struct job *job, job_terminated *done, void *data)
{
	bool waits = job_waits(job);

	if (!waits && !fake.begun)
		return AXE_E_NO_JOB_RUNNING;
	fake.terminations += !waits;
	fake.waiters[fake.waiters_count].job = job;
	fake.waiters[fake.waiters_count].done = done;
	fake.waiters[fake.waiters_count++].data = data;
	if (waits)
		job_refuse(job, AXE_E_JOB_CANCELED, "withdrawn");
	return S_OK;
}

void job_terminate_forget(struct job *job, void *data)
{
	for (unsigned index = 0; index < fake.waiters_count; index++)
		if (fake.waiters[index].job == job && fake.waiters[index].data == data)
			fake.waiters[index] = fake.waiters[--fake.waiters_count];
}

void job_note_actor(struct job *job, json_t *actor)
{
	json_decref(actor);
}

json_t *job_running(const struct job *job)
{
	return json_pack("[i, i]", 3, 4);
}

json_t *job_status(const struct job *job)
{
	return json_pack("{s:I, s:I, s:s, s:s}", "job", (json_int_t)job->id, "owner",
		(json_int_t)job->owner, "name", job->manifest->name, "state",
		job->started ? "running" : "pending");
}
