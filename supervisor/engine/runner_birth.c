/* From nothing to a process in a group of its own; what fails on the way is kept, not thrown. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "confine/reaper.h"
#include "engine/guard.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/surroundings.h"
#include "model/assessment.h"
#include "observe/ledger.h"
#include "record/output.h"

/* Laid while the one before it ran, or made now; what was made before a failure ends with it. */
static int prepare_cradle(struct runner *runner, struct error *error)
{
	const struct job_context *context = runner->context;
	struct cradle cradle;
	int code = 0;

	if (!context->ahead ||
		!cradle_take(context->ahead, runner->index, runner->try_number, &cradle))
		code = cradle_make(context, runner->assessment, runner->index, runner->try_number,
			&cradle, error);
	runner->group = cradle.group;
	runner->limits = cradle.limits;
	runner->refusals = cradle.refusals;
	runner->folders.folder = cradle.folder;
	memcpy(runner->outputs, cradle.outputs, sizeof(cradle.outputs));
	return code;
}

/* From here on all that happens in its group is its own. */
static int prepare_watch(struct runner *runner, struct error *error)
{
	int code = ledger_create(RUNNER_LEDGER_MOST, &runner->ledger);

	if (code < 0)
		return fail(error, -code, "make the book of `%s`", group_path(runner->group));
	code = watch_open(runner->context->engine->watches, runner->group, AXE_SLOT_ASSESSMENT,
		runner_hear, runner, &runner->watch, error);
	if (code == 0)
		runner_save_birth(runner);
	return code;
}

/* The owner of a job opens what it names by itself, and never gets what is ours. */
static const char *own_stdin(const struct runner *runner)
{
	const char *path = runner->context->owner ? NULL : runner->assessment->stdin_path;

	return path ? path : "/dev/null";
}

static int open_stdin(const struct runner *runner, struct error *error)
{
	const struct assessment *assessment = runner->assessment;
	int inherited = runner->context->owner ? -1 : runner->context->engine->stdin_fd;
	const char *path = own_stdin(runner);
	int fd;

	if (assessment->stdin_inherited && inherited >= 0)
		fd = fcntl(inherited, F_DUPFD_CLOEXEC, 3);
	else
		/* Non-blocking while it opens: a FIFO without a writer must not stop us. */
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail(error, errno, "open `%s` as standard input", path);
	if (!assessment->stdin_inherited)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

/* What the stage that failed was about. */
static const char *failed_object(const struct runner *runner)
{
	const struct assessment *assessment = runner->assessment;

	if (runner->failure.stage == SPAWN_STAGE_STDIN && assessment->stdin_path)
		return assessment->stdin_path;
	if (runner->failure.stage == SPAWN_STAGE_WORKDIR && assessment->workdir)
		return assessment->workdir;
	return assessment->argv[0];
}

void runner_read_report(struct runner *runner)
{
	int code;

	if (runner->child.report < 0)
		return;
	code = spawn_report_read(runner->child.report, &runner->failure);
	if (code == 0)
		return;
	runner->report = sd_event_source_disable_unref(runner->report);
	cleanup_fd(&runner->child.report);
	if (code > 0)
		return;
	runner->could_not_start = true;
	snprintf(runner->failure_text, sizeof(runner->failure_text), "%s `%s`: %s",
		spawn_stage_name(runner->failure.stage), failed_object(runner),
		strerror(runner->failure.code));
}

static int report_ready(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct runner *runner = data;

	runner_read_report(runner);
	runner_look(runner);
	return 0;
}

/* The child exists; it may have ended already. */
static int take_root(struct runner *runner, struct error *error)
{
	struct engine *engine = runner->context->engine;
	int code = spawn_finish(&runner->spawning, &runner->child, error);

	if (code < 0) {
		runner->failure.stage = SPAWN_STAGE_CLONE;
		runner->failure.code = -code;
		return code;
	}
	watch_intent(runner->watch)->root.tgid = (uint32_t)runner->child.pid;
	code = reaper_claim(engine->reaper, runner->child.pid);
	if (code == 0)
		code = sd_event_add_io(engine->loop, &runner->report, runner->child.report, EPOLLIN,
			report_ready, runner);
	if (code < 0) {
		/* It lives already: end it like everything else, and say why. */
		group_kill(runner->group, NULL);
		return fail(error, -code, "follow the process of `%s`", runner->assessment->name);
	}
	return 0;
}

/* The program must be able to open /dev/stdout again: its file is its own. */
static int hand_over_outputs(
	const struct runner *runner, const struct spawn_plan *plan, struct error *error)
{
	for (int i = 0; plan->set_credentials && i < RUNNER_OUTPUTS; i++) {
		if (fchown(output_descriptor(runner->outputs[i]), plan->uid, plan->gid) < 0)
			return fail(error, errno, "hand `%s` over to uid %u",
				runner_output_names[i], plan->uid);
	}
	return 0;
}

/* What it may write to, and where it finds us. */
static int prepare_places(struct runner *runner, const struct spawn_plan *plan,
	struct surroundings_places *ret_places, struct error *error)
{
	int code = try_folders_make(&runner->folders, runner->context, runner->index,
		runner->try_number, plan->uid, plan->gid, error);

	if (code == 0)
		code = runner_cooperate(runner, plan->uid, error);
	if (code < 0)
		return code;
	*ret_places = (struct surroundings_places){
		.support = cooperation_path(runner->cooperation),
		.temp = runner->folders.temp,
		.results = runner->folders.results,
	};
	return 0;
}

static int prepare_surroundings(
	struct runner *runner, struct surroundings *surroundings, struct error *error)
{
	struct surroundings_places places;
	int code = surroundings_init(surroundings, runner->context, runner->assessment, error);

	if (code == 0)
		code = prepare_places(runner, &surroundings->plan, &places, error);
	if (code < 0)
		return code;
	return surroundings_prepare(surroundings, runner->context, runner->assessment, &places,
		runner->limits, runner->index, runner->try_number, error);
}

/*
 * Who has limits does not share our memory until its program runs: what it is refused then, or
 * killed for, is to be its own end and not a clone's.
 */
static struct midwives *midwives_for(const struct runner *runner)
{
	const struct limits *limits = &runner->assessment->limits;

	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		if (limits->set[kind])
			return NULL;
	return runner->context->engine->midwives;
}

static int begin_birth(struct runner *runner, struct error *error)
{
	struct surroundings surroundings;
	int code = guard_check(runner->context->engine->guard, error);

	if (code == 0)
		code = prepare_cradle(runner, error);
	if (code == 0)
		code = prepare_watch(runner, error);
	if (code < 0)
		return code;
	runner->stdin_fd = open_stdin(runner, error);
	if (runner->stdin_fd < 0)
		return runner->stdin_fd;
	code = prepare_surroundings(runner, &surroundings, error);
	if (code == 0) {
		struct spawn_plan *plan = &surroundings.plan;
		int v1_groups[LIMIT_SET_DESCRIPTORS];

		plan->midwives = midwives_for(runner);
		plan->group_fd = group_descriptor(runner->group);
		plan->procs_fds = v1_groups;
		plan->procs_fds_count =
			runner->limits ? limit_set_descriptors(runner->limits, v1_groups) : 0;
		plan->stdio[0] = runner->stdin_fd;
		plan->stdio[1] = output_descriptor(runner->outputs[RUNNER_STDOUT]);
		plan->stdio[2] = output_descriptor(runner->outputs[RUNNER_STDERR]);
		code = hand_over_outputs(runner, plan, error);
		if (code == 0)
			code = spawn_begin(plan, &runner->spawning, error);
	}
	surroundings_finish(&surroundings);
	return code;
}

void runner_tell_begin(struct runner *runner)
{
	const struct assessment *assessment = runner->assessment;
	json_t *argv = json_array();
	auto_json description = NULL;

	for (char **word = assessment->argv; *word; word++)
		json_array_append_new(argv, json_string(*word));
	description = json_pack("{s:s, s:o, s:o, s:s?, s:i}", "name", assessment->name, "argv",
		argv, "timeout_ms",
		assessment->timeout_ns ? json_ms(assessment->timeout_ns) : json_null(), "group",
		runner->group ? group_path(runner->group) : NULL, "pid", (int)runner->child.pid);
	runner->owner.begun(runner, description, runner->owner.data);
}

static void note_failed_birth(struct runner *runner, int code, const struct error *error)
{
	runner->could_not_start = true;
	if (!runner->failure.code)
		runner->failure.code = -code;
	snprintf(runner->failure_text, sizeof(runner->failure_text), "%s", error->text);
}

void runner_start(struct runner *runner)
{
	struct error error = { 0 };
	int code;

	runner_survey_begin(runner);
	runner->begun_ns = clock_monotonic_ns();
	runner->begun_wall_ns = clock_wall_ns();
	code = begin_birth(runner, &error);
	if (code < 0)
		note_failed_birth(runner, code, &error);
}

static void finish_birth(struct runner *runner)
{
	struct error error = { 0 };
	int code = runner->could_not_start ? 0 : take_root(runner, &error);

	cleanup_fd(&runner->stdin_fd);
	if (code < 0)
		note_failed_birth(runner, code, &error);
}

void runner_started(struct runner *runner)
{
	uint64_t timeout_ns = runner->assessment->timeout_ns;

	finish_birth(runner);
	runner->phase = RUNNER_RUNNING;
	runner_tell_begin(runner);
	if (runner->could_not_start)
		/* Its end is told from the loop, like any other. */
		timer_arm(&runner->deadline, runner->begun_ns);
	else if (timeout_ns && runner->phase == RUNNER_RUNNING)
		timer_arm(&runner->deadline, runner->begun_ns + timeout_ns);
}
