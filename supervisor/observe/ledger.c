/* The supervisor's book of one watched group: who is alive, who was, and in what order it is told.
 */
#include "observe/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "observe/living.h"
#include "observe/sequence.h"
#include "observe/words.h"

struct ledger {
	struct living living;
	struct member *ended; /* handed out by the last call */
	uint32_t limit;
	uint64_t overflow; /* living that are no members */
	uint64_t seen;
	uint64_t ended_count;
	struct sequence sequence;
};

static void admit(struct ledger *ledger, const struct ledger_process *process)
{
	struct member *member = NULL;

	ledger->seen++;
	if (ledger->living.count < ledger->limit)
		member = member_create(&ledger->living, process);
	if (member && living_admit(&ledger->living, member))
		return;

	member_destroy(member);
	ledger->overflow++;
}

static struct ledger_process describe(
	const struct axe_process_key *key, const struct axe_process *record)
{
	struct ledger_process process = {
		.key = *key,
		.parent = record->parent,
		.fork_ns = record->fork_ns,
		.uid = record->uid,
		.flags = record->flags,
	};

	memcpy(process.comm, record->comm, AXE_COMM_SIZE);
	return process;
}

/* One that the book has not: its birth was lost, or found no room. */
static struct member *strange_end(
	struct ledger *ledger, const struct axe_process_key *key, const struct axe_process *record)
{
	struct ledger_process process = describe(key, record);

	if (ledger->overflow)
		ledger->overflow--;
	else
		ledger->seen++;
	return member_create(&ledger->living, &process);
}

static void end(struct ledger *ledger, const struct axe_process_key *key,
	const struct axe_process *record, const struct ledger_process **ret_ended)
{
	struct member *member = living_find(&ledger->living, key);

	if (member) {
		living_dismiss(&ledger->living, member);
		member->process.flags |= record->flags;
	} else {
		member = strange_end(ledger, key, record);
	}
	ledger->ended_count++;
	ledger->ended = member;
	if (ret_ended)
		*ret_ended = member ? &member->process : NULL;
}

static void apply_fork(struct ledger *ledger, const struct axe_event *event)
{
	const struct axe_event_fork *fork = (const struct axe_event_fork *)event;
	struct ledger_process process = {
		.key = event->process,
		.parent = fork->parent,
		.fork_ns = event->time_ns,
		.uid = fork->uid,
		.flags = fork->flags,
	};

	if (living_find(&ledger->living, &event->process))
		return;

	memcpy(process.comm, fork->comm, AXE_COMM_SIZE);
	admit(ledger, &process);
}

static void apply_exec(struct member *member, const struct axe_event_exec *exec)
{
	member->process.exec_ns = exec->head.time_ns;
	member->process.uid = exec->uid;
	member->process.flags |= AXE_PROCESS_EXECED;
	memcpy(member->process.comm, exec->comm, AXE_COMM_SIZE);
	member_set_words(member, words_create(exec));
}

/* What happens to a living process; of one that is no member there is nothing to note. */
static void apply_change(struct ledger *ledger, const struct axe_event *event)
{
	struct member *member = living_find(&ledger->living, &event->process);

	if (!member)
		return;
	if (event->type == AXE_EVENT_EXEC)
		apply_exec(member, (const struct axe_event_exec *)event);
	if (event->type == AXE_EVENT_OOM)
		member->process.flags |= AXE_PROCESS_OOM;
	if (event->type == AXE_EVENT_MOVE && ((const struct axe_event_move *)event)->escaped)
		member->process.flags |= AXE_PROCESS_ESCAPED;
}

static void release_ended(struct ledger *ledger, const struct ledger_process **ret_ended)
{
	member_destroy(ledger->ended);
	ledger->ended = NULL;
	if (ret_ended)
		*ret_ended = NULL;
}

bool ledger_apply(struct ledger *ledger, const struct axe_event *event,
	const struct ledger_process **ret_ended)
{
	release_ended(ledger, ret_ended);
	if (!sequence_take(&ledger->sequence, event->sequence))
		return false;

	if (event->type == AXE_EVENT_FORK)
		apply_fork(ledger, event);
	else if (event->type == AXE_EVENT_EXIT)
		end(ledger, &event->process, &((const struct axe_event_exit *)event)->record,
			ret_ended);
	else
		apply_change(ledger, event);
	return true;
}

bool ledger_learn(struct ledger *ledger, const struct axe_process_key *key,
	const struct axe_process *record, const struct ledger_process **ret_ended)
{
	struct ledger_process process = describe(key, record);
	struct member *member;
	uint32_t known;

	release_ended(ledger, ret_ended);
	if (record->flags & AXE_PROCESS_EXITED) {
		end(ledger, key, record, ret_ended);
		return true;
	}
	member = living_find(&ledger->living, key);
	if (!member) {
		admit(ledger, &process);
		return true;
	}
	known = member->process.flags;
	member->process.flags |= record->flags;
	return member->process.flags != known;
}

void ledger_learn_exec(struct ledger *ledger, const struct axe_event_exec *exec)
{
	apply_change(ledger, &exec->head);
}

void ledger_resume(struct ledger *ledger, uint64_t sequence)
{
	sequence_resume(&ledger->sequence, sequence);
}

int ledger_create(uint32_t limit, struct ledger **ret_ledger)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return -ENOMEM;

	living_init(&ledger->living);
	ledger->limit = limit;
	*ret_ledger = ledger;
	return 0;
}

void ledger_destroy(struct ledger *ledger)
{
	if (!ledger)
		return;

	member_destroy(ledger->ended);
	living_finish(&ledger->living);
	free(ledger);
}

uint64_t ledger_gaps(const struct ledger *ledger)
{
	return sequence_gaps(&ledger->sequence);
}

uint64_t ledger_overflow(const struct ledger *ledger)
{
	return ledger->overflow;
}

size_t ledger_living(const struct ledger *ledger)
{
	return ledger->living.count;
}

uint64_t ledger_seen(const struct ledger *ledger)
{
	return ledger->seen;
}

uint64_t ledger_ended(const struct ledger *ledger)
{
	return ledger->ended_count;
}

void ledger_each(const struct ledger *ledger, ledger_visitor *visitor, void *data)
{
	struct member *member;

	list_for_each (member, &ledger->living.births, link)
		if (!visitor(&member->process, data))
			return;
}

const struct ledger_process *ledger_find(
	const struct ledger *ledger, const struct axe_process_key *key)
{
	struct member *member = living_find(&ledger->living, key);

	return member ? &member->process : NULL;
}
