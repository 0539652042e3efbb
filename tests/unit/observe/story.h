/* Tells a ledger the story of one group, event after event. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "observe/ledger.h"
#include "support/unit.h"

/* Makes the events of one group, numbered one after another. */
struct story {
	struct ledger *ledger;
	uint64_t sequence;
	uint64_t time_ns;
	const struct ledger_process *ended;
};

static inline int story_begin(void **state)
{
	static struct story story;

	story = (struct story){ .time_ns = 1000 };
	*state = &story;
	return ledger_create(4, &story.ledger);
}

static inline int story_end(void **state)
{
	struct story *story = *state;

	ledger_destroy(story->ledger);
	return 0;
}

static inline struct axe_process_key key_of(uint32_t pid)
{
	return (struct axe_process_key){ .tgid = pid, .start_ns = pid * 10 };
}

static inline struct axe_event head_of(struct story *story, enum axe_event_type type, uint32_t pid)
{
	return (struct axe_event){
		.type = type,
		.sequence = story->sequence++,
		.time_ns = story->time_ns += 10,
		.process = key_of(pid),
	};
}

static inline bool apply(struct story *story, const void *event)
{
	return ledger_apply(story->ledger, event, &story->ended);
}

static inline void tell_fork(struct story *story, uint32_t parent, uint32_t pid, const char *comm)
{
	struct axe_event_fork fork = {
		.head = head_of(story, AXE_EVENT_FORK, pid),
		.parent = key_of(parent),
		.uid = 7,
	};

	snprintf(fork.comm, sizeof(fork.comm), "%s", comm);
	assert_true(apply(story, &fork));
}

static inline void tell_exec(struct story *story, uint32_t pid, const char *word)
{
	struct axe_event_exec exec = { .head = head_of(story, AXE_EVENT_EXEC, pid) };

	exec.argv_size = exec.argv_captured = strlen(word) + 1;
	snprintf(exec.argv, sizeof(exec.argv), "%s", word);
	snprintf(exec.comm, sizeof(exec.comm), "%.15s", word);
	assert_true(apply(story, &exec));
}

static inline void tell_exit(struct story *story, uint32_t pid)
{
	struct axe_event_exit exit = {
		.head = head_of(story, AXE_EVENT_EXIT, pid),
		.record = { .flags = AXE_PROCESS_EXITED, .parent = key_of(1) },
	};

	assert_true(apply(story, &exit));
}

static inline const struct ledger_process *look(struct story *story, uint32_t pid)
{
	struct axe_process_key key = key_of(pid);

	return ledger_find(story->ledger, &key);
}

/* For ledger_each: "100 101 ". */
static inline bool append_pid(const struct ledger_process *process, void *data)
{
	char *text = data;

	sprintf(text + strlen(text), "%u ", process->key.tgid);
	return true;
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, story_begin, story_end)
