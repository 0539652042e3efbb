/* What the kernel half tells of one assessment: written down here, acted upon elsewhere. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "confine/group.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/told.h"
#include "observe/ledger.h"
#include "observe/probe.h"
#include "observe/process_json.h"

static void note_root(
	struct runner *runner, const struct axe_process_key *key, const struct axe_process *record)
{
	if (!(record->flags & AXE_PROCESS_ROOT))
		return;
	runner->root = *record;
	runner->root_key = *key;
	runner->root_recorded = true;
	runner->root_execed = record->flags & AXE_PROCESS_EXECED;
}

static void note_exit(
	struct runner *runner, const struct axe_process_key *key, const struct axe_process *record)
{
	runner->traced++;
	if (runner->struck_ns && record->exit_ns >= runner->struck_ns) {
		runner->observed++;
		runner->killed += (record->exit_code & 0x7f) == SIGKILL;
	}
	note_root(runner, key, record);
}

static bool is_known_root(const struct runner *runner, const struct axe_process_key *key)
{
	return runner->root_recorded && !memcmp(&runner->root_key, key, sizeof(*key));
}

/*
 * Told in the book and in the trace: behind its flush the kernel's table may forget it. But for the
 * root: how it ended decides what is said of all, and until that is told a successor of ours must
 * find it.
 */
static void forget(struct runner *runner, const struct axe_process_key *key)
{
	/* Of those that a predecessor left, the birth may not be told yet: see runner_take_in. */
	if (runner->told && told_has(runner->told, key))
		return;
	if (!is_known_root(runner, key))
		backlog_add(&runner->backlog, runner->watch, runner->story.trace, key);
}

/*
 * One that died while it wrote had not yet told the ring how far it was: its last event comes once
 * more, and no other; a lower number is one that another processor was late with. What it heard and
 * did not write is in the kernel's table.
 */
static bool was_heard(const struct runner *runner, const struct axe_event *event)
{
	return runner->adopted && event->sequence + 1 == watch_intent(runner->watch)->heard_last;
}

static void note_heard(struct runner *runner, const struct axe_event *event)
{
	struct axe_intent *intent = watch_intent(runner->watch);
	uint64_t next = event->sequence + 1;

	/* What came before the first one was our predecessor's. */
	if (runner->adopted && !runner->resumed)
		ledger_resume(runner->ledger,
			event->sequence > intent->heard ? event->sequence : intent->heard);
	runner->resumed = true;
	intent->heard_last = next;
	if (intent->heard < next)
		intent->heard = next;
}

void runner_hear(const struct axe_event *event, void *data)
{
	struct runner *runner = data;

	if (was_heard(runner, event))
		return;
	note_heard(runner, event);
	if (event->type == AXE_EVENT_EXIT)
		runner_list_before(runner, &((const struct axe_event_exit *)event)->record);
	if (!ledger_apply(runner->ledger, event, NULL))
		return;
	/* It was in the table a moment before its event was in the ring. */
	if (event->type == AXE_EVENT_EXIT && is_known_root(runner, &event->process))
		return;
	watch_intent(runner->watch)->words += process_trace_event(&runner->story, event);
	runner_survey_hear(runner, event);
	if (runner->told)
		told_hear(runner->told, event);
	if (event->type != AXE_EVENT_EXIT)
		return;
	note_exit(runner, &event->process, &((const struct axe_event_exit *)event)->record);
	forget(runner, &event->process);
}

/* True when it told an end. */
static bool learn(
	struct runner *runner, const struct axe_process_key *key, const struct axe_process *record)
{
	const struct ledger_process *ended = NULL;

	if (is_known_root(runner, key))
		return false;
	runner_list_before(runner, record);
	ledger_learn(runner->ledger, key, record, &ended);
	runner_survey_meet(runner, key);
	if (!(record->flags & AXE_PROCESS_EXITED))
		return false;
	process_trace_found(&runner->story, key, record);
	note_exit(runner, key, record);
	forget(runner, key);
	return true;
}

static void recover(const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct runner *runner = data;

	runner->recovered += learn(runner, key, record);
}

static void learn_words(struct runner *runner, const struct told_process *process)
{
	struct axe_event_exec exec;

	if (process->exec && process_exec_read(process->exec, &process->key, &exec))
		ledger_learn_exec(runner->ledger, &exec);
}

void runner_take_in(struct runner *runner, const struct told_process *process)
{
	bool exited = process->record.flags & AXE_PROCESS_EXITED;

	if (process->record.flags & AXE_PROCESS_ROOT)
		runner->child.pid = (pid_t)process->key.tgid;
	if (!process->birth_told)
		process_trace_born(&runner->story, &process->key, &process->record);
	/* One that lived when the table was read may have ended in the drain behind that. */
	if (process->exit_told || process->exit_heard) {
		runner->traced += !process->exit_told;
		if (exited)
			note_root(runner, &process->key, &process->record);
		forget(runner, &process->key);
		return;
	}
	/* No proof that the ring lost it: a predecessor may have heard it, and not written it. */
	learn(runner, &process->key, &process->record);
	if (!exited)
		learn_words(runner, process);
}

static void learn_root(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	if (record->flags & AXE_PROCESS_ROOT && record->flags & AXE_PROCESS_EXITED)
		recover(key, record, data);
}

void runner_recover_root(struct runner *runner)
{
	watches_drain(runner->context->engine->watches);
	if (!runner->root_recorded)
		probe_walk(
			watch_probe(runner->watch), watch_index(runner->watch), learn_root, runner);
}

/* Exits that were told were forgotten; what the table still has, the ring has lost. */
void runner_recover(struct runner *runner)
{
	runner_release_ends(runner);
	if (runner->traced < watch_slot(runner->watch)->exits || ledger_gaps(runner->ledger))
		probe_walk(watch_probe(runner->watch), watch_index(runner->watch), recover, runner);
}

void runner_reconcile(struct runner *runner)
{
	const struct axe_slot *slot = watch_slot(runner->watch);
	struct reconcile_facts facts;

	runner_recover(runner);
	facts = (struct reconcile_facts){
		.group_empty = !runner->group || group_populated(runner->group) == 0,
		.unseen = runner->unseen,
		.root_waited = runner->root_waited,
		.root_status = runner->root_status,
		.root_recorded = runner->root_recorded,
		.root_exit_code = runner->root.exit_code,
		.living = ledger_living(runner->ledger),
		.traced = runner->traced,
		.recovered = runner->recovered,
		.gaps = ledger_gaps(runner->ledger),
		.unwritten = runner->unwritten,
	};
	reconcile(slot, &facts, &runner->integrity);
}
