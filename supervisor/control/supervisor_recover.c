/* The jobs of a supervisor of the same name that is gone: they run on here, without a caller. */
#include "base/error.h"
#include "base/log.h"
#include "control/supervisor_parts.h"
#include "recovery/orphans.h"
#include "recovery/recover.h"
#include "recovery/remake.h"
#include "recovery/unclosed.h"

static void adopted(struct job *job, void *data)
{
	struct supervisor *supervisor = data;
	struct run *run = run_adopt(job, &supervisor->owner);

	if (!run) {
		log_line(LOG_LEVEL_ERROR, "a job runs on unheard: out of memory");
		return;
	}
	list_append(&supervisor->running, &run->link);
	supervisor->running_count++;
}

static bool is_known(uint64_t job, void *data)
{
	struct supervisor *supervisor = data;

	return recover_knows(supervisor->engine, job);
}

int supervisor_recover(struct supervisor *supervisor, struct error *error)
{
	const struct supervisor_config *config = &supervisor->config;
	int code = supervisor_prepare(supervisor, error);

	if (code == 0)
		code = recover_jobs(
			supervisor->engine, config->state_dir, adopted, supervisor, error);
	/* Behind the end of what they left running, and before anybody asks. */
	if (code == 0)
		code = orphans_end(
			config->engine.store, config->state_dir, is_known, supervisor, error);
	/* Before the queue, which moves them where the next attempt leaves them alone. */
	if (code == 0)
		code = remake_files(config->engine.store, config->state_dir, error);
	if (code == 0)
		unclosed_close(supervisor->engine, config->state_dir);
	supervisor_tell_change(supervisor);
	return code;
}
