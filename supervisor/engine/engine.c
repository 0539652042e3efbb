/* What all jobs of one supervisor share: the loop, the kernel half, the groups, the reaper. */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "confine/filter.h"
#include "confine/midwife.h"
#include "confine/reaper.h"
#include "engine/children.h"
#include "engine/guard.h"
#include "engine/job_parts.h"
#include "engine/open_jobs.h"
#include "engine/pressure.h"
#include "engine/residue.h"
#include "engine/shared.h"
#include "engine/stranded.h"
#include "engine/sweeper.h"
#include "engine/syncer.h"
#include "engine/temps.h"
#include "engine/tree.h"
#include "engine/watch.h"
#include "observe/probe.h"
#include "record/trace.h"
#include "scene/camera.h"
#include "scene/scene.h"
#include "scene/witness.h"

/* How often what rang no bell is fetched, and outputs are held to their bounds. */
#define SWEEP_NS (50 * NS_PER_MS)
/* Orphans reaped in one turn of the loop: nothing urgent waits behind more. */
#define REAP_AT_ONCE 256

static void engine_step_jobs(struct engine *engine)
{
	struct job *job, *following;

	list_for_each_safe (job, following, &engine->jobs, link) {
		job_look(job);
	}
}

/* True when all that there is is being killed. */
static bool engine_look_at_kills(struct engine *engine)
{
	struct job *job, *following;
	bool all = !list_empty(&engine->jobs);

	list_for_each_safe (job, following, &engine->jobs, link) {
		all &= job_look_at_kill(job);
	}
	return all;
}

static int engine_bell(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct engine *engine = data;

	/* First what the time of a termination ends with: to read the ring takes as long as it has
	 * births and ends to tell. While all that there is is being killed nobody waits for them,
	 * and it would take a processor from who dies: what is over reads it, or the sweep. */
	if (engine_look_at_kills(engine) &&
		watches_filled(engine->watches) < WATCHES_LITTLE_PERCENT)
		return 0;
	pressure_relieve(engine);
	/* Listeners only write down; acting comes after the whole of what the ring held. */
	watches_drain(engine->watches);
	engine_step_jobs(engine);
	return 0;
}

static void engine_children(void *data)
{
	struct engine *engine = data;

	/* One SIGCHLD may stand for many: what is left over is fetched by the sweep. */
	reaper_collect(engine->reaper, REAP_AT_ONCE);
	engine_step_jobs(engine);
}

static void engine_sweep(void *data)
{
	struct engine *engine = data;
	struct job *job, *following;

	children_fetch(engine->children);
	pressure_relieve(engine);
	watches_drain(engine->watches);
	while (reaper_collect(engine->reaper, REAP_AT_ONCE) == REAP_AT_ONCE)
		;
	list_for_each_safe (job, following, &engine->jobs, link) {
		job_sweep(job);
	}
	if (!list_empty(&engine->jobs))
		timer_arm(&engine->sweep, clock_monotonic_ns() + SWEEP_NS);
}

void engine_sweep_soon(struct engine *engine)
{
	timer_arm(&engine->sweep, clock_monotonic_ns() + SWEEP_NS);
}

static void engine_hold(bool held, void *data)
{
	tree_hold(((struct engine *)data)->tree, held);
}

static int engine_load_kernel_half(
	struct engine *engine, const struct engine_config *config, struct error *error)
{
	struct probe_config probe = PROBE_CONFIG_DEFAULT;

	probe.watch_level = engine->hierarchy.root_level + TREE_ASSESSMENT_DEPTH;
	probe.pin_dir = config->pin_dir;
	probe.hold = engine_hold;
	probe.hold_data = engine;
	if (config->ring_bytes)
		probe.ring_bytes = config->ring_bytes;
	if (config->records)
		probe.records = config->records;
	return watches_create(&probe, &engine->watches, error);
}

int engine_filter(struct engine *engine, enum seccomp_profile profile,
	const struct sock_fprog **ret_program, struct error *error)
{
	int code = 0;

	if (profile != SECCOMP_NONE && !engine->safe)
		code = filter_create(profile, &engine->safe, error);
	if (code < 0)
		return code;
	*ret_program = profile == SECCOMP_NONE ? NULL : filter_program(engine->safe);
	return 0;
}

static void engine_notice(const json_t *event, void *data)
{
	struct engine *engine = data;

	if (engine->notice)
		engine->notice(event, engine->notice_data);
}

json_t *engine_residue(const struct engine *engine)
{
	return residue_json(engine->residue);
}

static int engine_hang_into_loop(struct engine *engine, struct error *error)
{
	int code = timer_init(&engine->sweep, engine->loop, engine_sweep, engine);

	/* By its edge: for what rings no bell the loop would turn once more behind each one. What a
	 * drain leaves behind, the sweep fetches. */
	if (code >= 0)
		code = sd_event_add_io(engine->loop, &engine->bell,
			watches_descriptor(engine->watches), EPOLLIN | EPOLLET, engine_bell,
			engine);
	if (code >= 0)
		code = children_create(engine->loop, engine_children, engine, &engine->children);
	if (code < 0)
		return fail(error, -code, "hang the engine into the event loop");
	/* The kill path before everything that only tells of it. */
	sd_event_source_set_priority(engine->bell, SD_EVENT_PRIORITY_IMPORTANT);
	sd_event_source_set_priority(engine->sweep.source, SD_EVENT_PRIORITY_IDLE);
	return 0;
}

int engine_create(sd_event *loop, const struct engine_config *config, struct engine **ret_engine,
	struct error *error)
{
	auto_of(engine) struct engine *engine = calloc(1, sizeof(*engine));
	int code;

	if (!engine)
		return fail(error, ENOMEM, "create the engine");
	engine->loop = loop;
	engine->heritage = config->heritage;
	engine->stdin_fd = config->stdin_fd;
	engine->store = config->store;
	engine->cooperation = config->cooperation;
	engine->recoverable = config->name;
	engine->notice = config->notice;
	engine->notice_data = config->notice_data;
	engine->trace_limit = config->trace_limit ? config->trace_limit : TRACE_LIMIT_DEFAULT;
	engine->hierarchy.root_fd = -1;
	list_init(&engine->jobs);

	code = hierarchy_open(config->cgroup_root, &engine->hierarchy, error);
	if (code == 0)
		code = tree_create(loop, &engine->hierarchy, config->name, &engine->tree, error);
	if (code == 0)
		code = scene_create(loop, &engine->scene);
	if (code == 0 && config->surveys)
		scene_warm(engine->scene);
	if (code == 0)
		code = engine_load_kernel_half(engine, config, error);
	if (code == 0)
		code = guard_create(engine, GUARD_ROUND_NS, &engine->guard, error);
	if (code == 0)
		code = reaper_create(&engine->reaper, error);
	if (code == 0)
		code = residue_create(loop, engine->tree, engine_notice, engine, &engine->residue);
	if (code == 0)
		code = temps_create(loop, &engine->temps);
	if (code == 0)
		code = sweeper_create(&engine->sweeper);
	if (code == 0)
		code = midwives_create(&engine->midwives);
	if (code == 0)
		code = syncer_create(loop, engine->store, &engine->syncer);
	if (code == 0)
		code = witness_create(
			engine->hierarchy.root_level + TREE_ASSESSMENT_DEPTH, &engine->witness);
	if (code == 0)
		code = camera_create(loop, &engine->camera);
	if (code == 0)
		code = engine_hang_into_loop(engine, error);
	if (code < 0)
		return code;
	*ret_engine = take_pointer(engine);
	return 0;
}

void engine_thaw(const struct engine_config *config)
{
	struct hierarchy hierarchy = { .root_fd = -1 };
	char path[TREE_PATH_SIZE];

	snprintf(path, sizeof(path), "axe/%s", config->name);
	if (hierarchy_open(config->cgroup_root, &hierarchy, NULL) == 0)
		stranded_thaw(&hierarchy, path);
	hierarchy_close(&hierarchy);
}

void engine_rest(struct engine *engine)
{
	struct job *job;

	watches_drain(engine->watches);
	list_for_each (job, &engine->jobs, link)
		job_rest(job);
	unremoved_finish(&engine->unremoved);
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	engine->bell = sd_event_source_disable_unref(engine->bell);
	children_destroy(engine->children);
	timer_finish(&engine->sweep);
	unremoved_finish(&engine->unremoved);
	open_jobs_close(engine->open_jobs);
	scene_destroy(engine->scene);
	witness_destroy(engine->witness);
	camera_destroy(engine->camera);
	sweeper_destroy(engine->sweeper);
	midwives_destroy(engine->midwives);
	syncer_destroy(engine->syncer);
	temps_destroy(engine->temps);
	residue_destroy(engine->residue, engine->recoverable);
	reaper_destroy(engine->reaper);
	guard_destroy(engine->guard);
	watches_destroy(engine->watches);
	tree_destroy(engine->tree);
	filter_destroy(engine->safe);
	hierarchy_close(&engine->hierarchy);
	free(engine->known);
	free(engine);
}
