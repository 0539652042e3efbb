/* What all jobs of one supervisor share: the loop, the kernel half, the groups, the reaper. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"

struct cooperation_host;
struct engine;
struct error;
struct heritage;
struct manifest;
struct store;

struct engine_config {
	const char *cgroup_root; /* NULL: found */
	const struct heritage *heritage; /* borrowed; NULL: programs are as the supervisor is */
	int stdin_fd; /* borrowed: what `stdin: inherited` assessments read; -1: none */
	/* Where jobs and events are kept before they are told; borrowed, dispatched by its owner.
	 * NULL: in the jobs' folders only. */
	struct store *store;
	/* Where assessments reach their supervisor; borrowed. NULL: nowhere. */
	const struct cooperation_host *cooperation;
	/*
	 * The name of a supervisor whose jobs outlive it (see recover.h), its own on this host and
	 * the same at its next start; borrowed. NULL: what it leaves is ended by any other one.
	 */
	const char *name;
	bool surveys; /* its first job is surveyed, and comes at once: the host is looked at now */
	const char *pin_dir; /* of a named one: where the kernel half is kept; borrowed */
	uint32_t ring_bytes; /* 0: the default, and so on */
	uint32_t records;
	uint64_t trace_limit; /* bytes of a job's trace that are not lifecycle; 0: the default */
	/* Supervisor events outside of any job ({"v", "type": "residue.cleared", "data"}); may be
	 * NULL. */
	void (*notice)(const json_t *event, void *data);
	void *notice_data;
};

/*
 * Open the hierarchy, make the supervisor's own group, load the kernel half, become subreaper and
 * hang everything into the loop. All or nothing. The loop is borrowed and must outlive the engine.
 */
int engine_create(sd_event *loop, const struct engine_config *config, struct engine **ret_engine,
	struct error *error);

/*
 * Thaw what our predecessor of the same name left frozen. A child that froze before its exec holds
 * all that its supervisor had open, the locks, too: before they are waited for.
 */
void engine_thaw(const struct engine_config *config);

/* Write down what is known of the jobs that run: before the process ends without engine_destroy,
 * and leaves them to its successor. */
void engine_rest(struct engine *engine);

/* Only when no job is left. Removes the supervisor's own group. NULL is fine. */
void engine_destroy(struct engine *engine);
DEFINE_CLEANUP(engine)

/*
 * The exact groups, argv and limits of a manifest on this host, as an object; runs nothing, needs
 * no engine. Fails like a run would when the host cannot enforce a limit.
 */
int engine_plan(const struct engine_config *config, const struct manifest *manifest,
	json_t **ret_plan, struct error *error);

/* What past jobs left that could not be ended: [{"job", "assessment", "group", "since_ms"}]. A new
 * reference. */
json_t *engine_residue(const struct engine *engine);

/* What this host lets the supervisor do. Never fails as a whole: what could not be found out is
 * said in the report. NULL: out of memory. */
json_t *engine_diagnose(const struct engine_config *config);
