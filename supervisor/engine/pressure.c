/* Back-pressure: what the kernel half tells faster than we can read is frozen until it is read. */
#include "engine/pressure.h"

#include "base/clock.h"
#include "base/json.h"
#include "confine/group.h"
#include "engine/job_parts.h"
#include "engine/shared.h"
#include "engine/watch.h"

#define FULL_PERCENT     75
#define DEAD_PERCENT     10 /* fewer are not worth a freeze: the table is full of the living */
#define RELIEVED_PERCENT 25
#define FREEZE_MOST_NS   (50 * NS_PER_MS)

static bool ring_is_full(const struct probe_pressure *pressure)
{
	return pressure->ring >= FULL_PERCENT;
}

static bool table_is_full(const struct probe_pressure *pressure)
{
	return pressure->records >= FULL_PERCENT && pressure->dead >= DEAD_PERCENT;
}

static bool is_relieved(const struct probe_pressure *pressure)
{
	return pressure->ring <= RELIEVED_PERCENT && !table_is_full(pressure);
}

static bool may_be_frozen(const struct job *job)
{
	return job->phase == JOB_RUNNING && job->group && !job->killing;
}

static void take_in(struct engine *engine, struct probe_pressure *ret_pressure)
{
	struct job *job;

	watches_drain(engine->watches);
	list_for_each (job, &engine->jobs, link)
		job_release_ends(job);
	watches_pressure(engine->watches, ret_pressure);
}

static void write_line(struct job *job, uint64_t frozen_ns, const struct probe_pressure *before)
{
	auto_json data = json_pack("{s:o, s:i, s:i}", "frozen_ms", json_ms(frozen_ns),
		"ring_percent", (int)before->ring, "records_percent", (int)before->records);
	struct trace_line line = { .type = TRACE_SUPERVISOR_PRESSURE, .data = data };

	trace_write(job->trace, &line, NULL);
}

static void thaw(struct job *job, uint64_t since_ns, const struct probe_pressure *before)
{
	struct job_try *running;
	uint64_t frozen_ns;

	/* Whether or not it was asked to freeze: nothing may be left frozen. */
	group_thaw(job->group, NULL);
	frozen_ns = clock_monotonic_ns() - since_ns;
	job_each_running(running, job) runner_note_perturbed(running->runner, frozen_ns);
	write_line(job, frozen_ns, before);
}

static void freeze(struct engine *engine, struct pressure_hold *hold)
{
	struct job *job;

	hold->since_ns = clock_monotonic_ns();
	list_for_each (job, &engine->jobs, link)
		if (may_be_frozen(job))
			group_freeze(job->group, NULL);
}

static void freeze_and_drain(struct engine *engine, const struct probe_pressure *before)
{
	struct pressure_hold hold = { .before = *before };
	struct probe_pressure pressure;

	freeze(engine, &hold);
	do
		take_in(engine, &pressure);
	while (!is_relieved(&pressure) && clock_monotonic_ns() < hold.since_ns + FREEZE_MOST_NS);
	pressure_let_go(engine, &hold);
}

void pressure_hold(struct engine *engine, struct pressure_hold *ret_hold)
{
	*ret_hold = (struct pressure_hold){ 0 };
	watches_pressure(engine->watches, &ret_hold->before);
	if (ring_is_full(&ret_hold->before) || table_is_full(&ret_hold->before))
		freeze(engine, ret_hold);
}

void pressure_let_go(struct engine *engine, const struct pressure_hold *hold)
{
	struct job *job;

	if (!hold->since_ns)
		return;
	list_for_each (job, &engine->jobs, link)
		if (may_be_frozen(job))
			thaw(job, hold->since_ns, &hold->before);
}

void pressure_relieve(struct engine *engine)
{
	struct probe_pressure pressure;

	watches_pressure(engine->watches, &pressure);
	if (!ring_is_full(&pressure) && table_is_full(&pressure))
		take_in(engine, &pressure);
	if (ring_is_full(&pressure) || table_is_full(&pressure))
		freeze_and_drain(engine, &pressure);
}
