/* The living of a ledger: found by key, visited in the order of their birth. */
#include "observe/living.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "observe/words.h"

static int compare(const void *left, const void *right)
{
	const struct axe_process_key *one = &((const struct member *)left)->process.key;
	const struct axe_process_key *two = &((const struct member *)right)->process.key;

	if (one->tgid != two->tgid)
		return one->tgid < two->tgid ? -1 : 1;
	if (one->start_ns != two->start_ns)
		return one->start_ns < two->start_ns ? -1 : 1;
	return 0;
}

struct member *living_find(const struct living *living, const struct axe_process_key *key)
{
	struct member wanted = { .process.key = *key };
	struct member *const *node = tfind(&wanted, &living->by_key, compare);

	return node ? *node : NULL;
}

void member_set_words(struct member *member, struct words *words)
{
	words_release(member->words);
	member->words = words;
	member->process.argv = words ? words->bytes : NULL;
	member->process.argv_size = words ? words->size : 0;
	member->process.argv_captured = words ? words->captured : 0;
}

/* A parent that has exec'ed since passed on other words, which are gone. */
static void inherit(const struct living *living, struct member *member)
{
	struct ledger_process *process = &member->process;
	struct member *parent = living_find(living, &process->parent);

	if (parent)
		memcpy(process->parent_comm, parent->process.comm, AXE_COMM_SIZE);
	else if (!(process->flags & (AXE_PROCESS_JOINED | AXE_PROCESS_EXECED)))
		/* Born with the name of whoever forked it. */
		memcpy(process->parent_comm, process->comm, AXE_COMM_SIZE);
	if (parent && !(process->flags & AXE_PROCESS_EXECED) &&
		parent->process.exec_ns <= process->fork_ns)
		member_set_words(member, words_hold(parent->words));
}

struct member *member_create(const struct living *living, const struct ledger_process *process)
{
	struct member *member = calloc(1, sizeof(*member));

	if (!member)
		return NULL;

	member->process = *process;
	list_init(&member->link);
	inherit(living, member);
	return member;
}

void member_destroy(struct member *member)
{
	if (!member)
		return;

	words_release(member->words);
	free(member);
}

/* Events come nearly in the order of birth, records in none: each is put where it belongs. */
static void insert_by_birth(struct living *living, struct member *member)
{
	struct list_link *following = &living->births;

	while (following->previous != &living->births) {
		struct member *older = container_of(following->previous, struct member, link);

		if (older->process.fork_ns <= member->process.fork_ns)
			break;
		following = following->previous;
	}
	list_append(following, &member->link);
}

bool living_admit(struct living *living, struct member *member)
{
	if (!tsearch(member, &living->by_key, compare))
		return false;

	insert_by_birth(living, member);
	living->count++;
	return true;
}

void living_dismiss(struct living *living, struct member *member)
{
	tdelete(member, &living->by_key, compare);
	list_remove(&member->link);
	living->count--;
}

void living_init(struct living *living)
{
	*living = (struct living){ 0 };
	list_init(&living->births);
}

void living_finish(struct living *living)
{
	struct member *member, *following;

	list_for_each_safe (member, following, &living->births, link) {
		living_dismiss(living, member);
		member_destroy(member);
	}
}
