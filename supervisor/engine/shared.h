/* The inside of struct engine, for the files of this floor only. */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "base/list.h"
#include "confine/hierarchy.h"
#include "engine/unremoved.h"
#include "loop/timer.h"
#include "model/assessment.h"

struct camera;
struct children;
struct cooperation_host;
struct error;
struct filter;
struct guard;
struct heritage;
struct midwives;
struct open_jobs;
struct reaper;
struct sock_fprog;
struct residue;
struct scene;
struct store;
struct sweeper;
struct syncer;
struct temps;
struct tree;
struct watches;
struct witness;

struct engine {
	sd_event *loop; /* borrowed */
	struct hierarchy hierarchy;
	struct tree *tree;
	struct watches *watches;
	struct guard *guard;
	struct reaper *reaper;
	struct residue *residue;
	struct scene *scene;
	struct witness *witness;
	struct camera *camera;
	struct temps *temps;
	struct sweeper *sweeper;
	struct syncer *syncer;
	struct midwives *midwives;
	struct filter *safe; /* made when the first assessment asks for it */
	sd_event_source *bell;
	struct children *children;
	struct timer sweep;
	struct unremoved unremoved; /* of jobs that have ended */
	struct open_jobs *open_jobs; /* since recover_jobs; NULL: nobody goes on with any */
	const struct heritage *heritage; /* borrowed, or NULL */
	int stdin_fd; /* borrowed, or -1 */
	uint64_t trace_limit;
	struct store *store; /* borrowed; NULL: jobs live in their folders only */
	const struct cooperation_host *cooperation; /* borrowed; NULL: none */
	void (*notice)(const json_t *event, void *data);
	void *notice_data;
	bool recoverable; /* what it begins may be gone on with by its successor */
	uint64_t *known; /* jobs that recover_jobs found; owned */
	size_t known_count;
	struct list_link jobs; /* job::link */
};

/* Begin or go on sweeping (draining, trimming outputs) while there is a job. */
void engine_sweep_soon(struct engine *engine);

/* The filter of a profile, the engine's own; NULL of SECCOMP_NONE. */
int engine_filter(struct engine *engine, enum seccomp_profile profile,
	const struct sock_fprog **ret_program, struct error *error);
