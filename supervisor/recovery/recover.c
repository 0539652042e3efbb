/* Going on where a supervisor of the same name was, when it died or stopped. */
#include "recovery/recover.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "engine/job_parts.h"
#include "engine/open_jobs.h"
#include "engine/pressure.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "record/store_read.h"
#include "recovery/job_adopt.h"
#include "recovery/left.h"
#include "recovery/recover_residue.h"

/* A job that the store has as running, or that the pins know of. */
struct candidate {
	uint64_t id;
	bool stored; /* whatever its state there */
	struct store_job row; /* if so; without texts */
};

struct recovery {
	struct engine *engine;
	struct left left;
	struct candidate *candidates;
	size_t count;
	size_t seen; /* on this page of the store */
	uint64_t last_id; /* likewise */
	bool failed; /* out of memory */
};

static bool is_candidate(const struct recovery *recovery, uint64_t id)
{
	for (size_t at = 0; at < recovery->count; at++)
		if (recovery->candidates[at].id == id)
			return true;
	return false;
}

static void add(struct recovery *recovery, uint64_t id, const struct store_job *row)
{
	size_t size = (recovery->count + 1) * sizeof(*recovery->candidates);
	struct candidate *more = realloc(recovery->candidates, size);

	if (!more) {
		recovery->failed = true;
		return;
	}
	recovery->candidates = more;
	more[recovery->count] = (struct candidate){ .id = id, .stored = row };
	if (row) {
		struct store_job *copy = &more[recovery->count].row;

		*copy = *row;
		copy->name = copy->outcome = copy->reason = copy->message = NULL;
		copy->boot_id = copy->manifest_digest = copy->manifest = NULL;
	}
	recovery->count++;
}

static void see_row(const struct store_job *row, void *data)
{
	struct recovery *recovery = data;

	recovery->seen++;
	recovery->last_id = row->id;
	add(recovery, row->id, row);
}

static int collect_stored(struct recovery *recovery, struct error *error)
{
	struct store_job_page page = { .state = STATE_RUNNING, .owner = STORE_ANY_OWNER };
	int code;

	do {
		recovery->seen = 0;
		code = store_read_jobs(recovery->engine->store, &page, see_row, recovery, error);
		page.before_id = recovery->last_id;
	} while (code == 0 && recovery->seen == STORE_PAGE_MAX);
	return code;
}

static int consider(struct recovery *recovery, uint64_t id, struct error *error)
{
	int code;

	if (!id || is_candidate(recovery, id))
		return 0;
	code = store_read_job(recovery->engine->store, id, see_row, recovery, error);
	if (code != -ENOENT)
		return code;
	add(recovery, id, NULL);
	return 0;
}

/* It may have begun so shortly before the end that the store never got to know, or has a job of the
 * queue as queued. */
static int collect_pinned(struct recovery *recovery, struct error *error)
{
	int code = 0;

	for (size_t at = 0; code == 0 && at < recovery->left.count; at++)
		code = consider(recovery, recovery->left.slots[at].intent.job, error);
	return code;
}

struct finding {
	struct recovery *recovery;
	struct error *error;
	int code;
};

static void see_unclosed(uint64_t id, void *data)
{
	struct finding *finding = data;

	if (finding->code == 0)
		finding->code = consider(finding->recovery, id, finding->error);
}

/* And somebody may have taken the pins of such a one: the store still gets what its trace tells. */
static int collect_unclosed(struct recovery *recovery, struct error *error)
{
	struct finding finding = { recovery, error, 0 };
	int code = open_jobs_each(recovery->engine->open_jobs, see_unclosed, &finding, error);

	return code < 0 ? code : finding.code;
}

static void know(struct engine *engine, uint64_t id)
{
	size_t size = (engine->known_count + 1) * sizeof(*engine->known);
	uint64_t *more = realloc(engine->known, size);

	if (!more)
		return;
	engine->known = more;
	more[engine->known_count++] = id;
}

bool recover_knows(const struct engine *engine, uint64_t job)
{
	for (size_t at = 0; at < engine->known_count; at++)
		if (engine->known[at] == job)
			return true;
	return false;
}

/* It had ended or had not begun, and only its pins were left. */
static bool has_nothing_to_go_on(const struct candidate *candidate, int code)
{
	bool runs = candidate->stored && candidate->row.state == STATE_RUNNING;

	return code == -ENOENT && !runs;
}

static void adopt(struct recovery *recovery, const struct candidate *candidate,
	const char *state_dir, recover_adopted *adopted, void *data)
{
	struct error error = { 0 };
	struct job *job = NULL;
	int code = job_adopt(recovery->engine, state_dir, candidate->id,
		candidate->stored ? &candidate->row : NULL, &recovery->left, &job, &error);

	if (code == 0 || code == -EALREADY)
		know(recovery->engine, candidate->id);
	if (code == 0) {
		log_line(LOG_LEVEL_INFO, "job %" PRIu64 " goes on", candidate->id);
		adopted(job, data);
	} else if (code != -EALREADY && !has_nothing_to_go_on(candidate, code)) {
		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 " cannot go on: %s", candidate->id,
			error.text);
	}
}

static bool keeps(uint64_t job, void *data)
{
	const struct engine *engine = data;
	struct job *kept;

	list_for_each (kept, &engine->jobs, link)
		if (job_id(kept) == job)
			return true;
	return false;
}

/* All listeners are there: what waits in the ring is heard, then each goes on. */
static void settle_all(struct engine *engine)
{
	struct job *job, *following;
	struct pressure_hold hold;

	/* Of a storm that nobody read for a while: else it goes on for as long as it is read. */
	pressure_hold(engine, &hold);
	watches_drain(engine->watches);
	list_for_each (job, &engine->jobs, link)
		trace_flush(job->trace, NULL);
	list_for_each_safe (job, following, &engine->jobs, link) {
		job_settle_in(job);
	}
	pressure_let_go(engine, &hold);
}

static void tell_origin(const struct engine *engine)
{
	switch (watches_origin(engine->watches)) {
	case PROBE_LOADED:
	case PROBE_ADOPTED:
		break;
	case PROBE_INHERITED:
		log_line(LOG_LEVEL_INFO, "the kernel half of another build was taken over");
		break;
	case PROBE_REPLACED:
		log_line(LOG_LEVEL_WARNING,
			"the kernel half that was kept could not be read and is replaced: how what "
			"ran has ended until now is not known");
		break;
	}
}

/* On a full disk, what runs is still to be gone on with. */
static int open_index(struct engine *engine, const char *state_dir, struct error *error)
{
	struct error why = { 0 };
	int code = open_jobs_open(state_dir, &engine->open_jobs, error);

	if (code == 0 && open_jobs_make(engine->open_jobs, &why) < 0)
		log_line(LOG_LEVEL_WARNING,
			"the folder of each job is looked into at each start: %s", why.text);
	return code;
}

int recover_jobs(struct engine *engine, const char *state_dir, recover_adopted *adopted, void *data,
	struct error *error)
{
	struct recovery recovery = { .engine = engine };
	int code;

	tell_origin(engine);
	left_collect(&recovery.left, engine->watches);
	code = open_index(engine, state_dir, error);
	if (code == 0)
		code = collect_stored(&recovery, error);
	if (code == 0)
		code = collect_pinned(&recovery, error);
	if (code == 0)
		code = collect_unclosed(&recovery, error);
	if (code == 0) {
		for (size_t at = 0; at < recovery.count; at++)
			adopt(&recovery, &recovery.candidates[at], state_dir, adopted, data);
	}
	if (code == 0 && (recovery.failed || recovery.left.incomplete))
		code = fail(error, ENOMEM, "collect what a dead supervisor left");
	recover_residue(engine, &recovery.left, keeps);
	tree_clear(engine->tree, keeps, engine);
	left_finish(&recovery.left, engine->watches);
	free(recovery.candidates);
	if (code == 0)
		settle_all(engine);
	return code;
}
