/*
 * An engine and a job that do what a test says, in place of the real ones. A test program that
 * includes this defines every symbol of engine.h and job.h, so that the library is not drawn in.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/identity.h"
#include "base/json.h"
#include "engine/engine.h"
#include "engine/job.h"
#include "model/manifest.h"

struct engine {
	struct engine_config config;
};

#define FAKE_JOBS 64

struct job {
	struct job_observer observer;
	struct manifest *manifest;
	uint64_t id;
	uid_t owner;
	bool started, ended;
};

/* What the next calls answer, and what the last ones asked. */
static struct fake {
	struct engine *engine; /* alive */
	struct job *jobs[FAKE_JOBS]; /* alive */
	struct job *job; /* the latest of them that was started */
	unsigned jobs_made; /* started */
	unsigned foreseen; /* that were said to start at once */
	unsigned numbers; /* given */
	unsigned engines_made;
	int refuse_engine; /* errno */
	int refuse_job;
	bool begun; /* else there is nothing to end yet */
	axe_result cancel_code;
	uint64_t canceled_job;
	unsigned canceled_index;
	uint64_t grace_ns;
	unsigned cancels;
	unsigned terminations; /* asked for */
	unsigned waiters_count;
	struct {
		const struct job *job;
		job_terminated *done;
		void *data;
	} waiters[8];
	unsigned discarded;
	uint64_t kill_deadline_ns;
	char state_dir[64];
	char variable[64]; /* the first of the environment */
	int answered_at; /* where a job's answer arrives, or 0 */
	bool answered; /* it was there when the job went */
} fake;

int engine_create(sd_event *loop, const struct engine_config *config, struct engine **ret_engine,
	struct error *error)
{
	if (fake.refuse_engine)
		return fail_plain(error, fake.refuse_engine, "load the kernel half");
	fake.engine = calloc(1, sizeof(*fake.engine));
	fake.engine->config = *config;
	fake.engines_made++;
	*ret_engine = fake.engine;
	return 0;
}

void engine_destroy(struct engine *engine)
{
	free(engine);
	fake.engine = NULL;
}

void engine_rest(struct engine *engine)
{
}

int engine_plan(const struct engine_config *config, const struct manifest *manifest,
	json_t **ret_plan, struct error *error)
{
	if (fake.refuse_job)
		return fail_plain(error, fake.refuse_job, "plan limit `cpu`");
	*ret_plan = json_pack("{s:s}", "name", manifest->name);
	return 0;
}

json_t *engine_diagnose(const struct engine_config *config)
{
	return json_pack("{s:s}", "kernel", "6.18");
}

json_t *engine_residue(const struct engine *engine)
{
	return json_pack("[{s:i}]", "job", 11);
}

#include "unit/control/fake_job.h"

/* The job says something of itself. */
static inline void fake_emit(const char *type, size_t padding)
{
	char *filler = calloc(1, padding + 1);
	json_t *event;

	memset(filler, 'x', padding);
	event = json_pack("{s:s, s:s}", "type", type, "data", filler);
	free(filler);
	fake.job->observer.event(fake.job, event, fake.job->observer.data);
	json_decref(event);
}

/* All who wait for the job's TerminateJob are answered. */
static inline void fake_answer_job(const struct job *job, axe_result code)
{
	json_t *receipt = json_pack("{s:i, s:[{s:i}]}", "killed", 2, "survivors", "pid", 77);

	for (unsigned index = fake.waiters_count; index-- > 0;) {
		job_terminated *done = fake.waiters[index].done;
		void *data = fake.waiters[index].data;

		if (fake.waiters[index].job != job)
			continue;
		fake.waiters[index] = fake.waiters[--fake.waiters_count];
		done(code, receipt, true, data);
	}
	json_decref(receipt);
}

static inline void fake_answer(axe_result code)
{
	fake_answer_job(fake.job, code);
}

static inline void fake_end_job(struct job *job, axe_result code)
{
	json_t *summary = json_pack(
		"{s:s, s:i, s:I}", "outcome", "finished", "v", 1, "job", (json_int_t)job->id);

	job->ended = true;
	fake_answer_job(job, S_OK);
	job->observer.ended(job, code, summary, job->observer.data);
	json_decref(summary);
}

static inline void fake_end(axe_result code)
{
	fake_end_job(fake.job, code);
}

/* The living job of that number. */
static inline struct job *fake_find(uint64_t id)
{
	for (unsigned index = 0; index < FAKE_JOBS; index++)
		if (fake.jobs[index] && fake.jobs[index]->id == id)
			return fake.jobs[index];
	return NULL;
}

static inline void fake_reset(void)
{
	fake = (struct fake){ 0 };
}
