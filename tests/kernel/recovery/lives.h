/* Two supervisors of one name, one after the other: the first is killed, the second goes on. */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "engine/job_parts.h"
#include "record/store.h"
#include "support/groups.h"
#include "support/json_at.h"

struct lives {
	struct test_groups groups;
	char folder[64], state_dir[80], pin_dir[80], gate[80], name[32];
	/* Of the first: what the queue would grant, and whether events are told without a disk. */
	unsigned task_retries;
	bool storeless;
	uint32_t ring_bytes; /* of both; 0: the default */
	sd_event *loop;
	struct store *store;
	sd_event_source *dispatch;
	struct engine *engine; /* of the second; NULL: it did not begin */
	struct job *job; /* that it adopted; NULL: none */
	unsigned adopted;
	json_t *events; /* told by it */
	json_t *notices; /* of it: what was told outside of any job */
	json_t *summary; /* of the end that it told; NULL: it did not */
};

/* Before all else: whatever is mounted here goes with this process, however it ends. */
void lives_hide_mounts(void);

int lives_setup(void **state);
int lives_teardown(void **state);

/*
 * A first life: it runs a job of this manifest (JSON with single quotes; GATE stands for a file
 * that programs may wait for) and is killed when the job's first event of that type is told, once
 * `act` (NULL: nothing) has been done. `act` must not fail a test: it is another process.
 */
void lives_lose(struct lives *lives, const char *manifest, const char *event,
	void (*act)(struct lives *lives, struct job *job));

/* The second life begins and adopts what there is. */
void lives_succeed(struct lives *lives);

/* Turn its loop until this holds, or until what it adopted has ended. */
void lives_until(struct lives *lives, bool (*holds)(struct lives *lives));
void lives_finish(struct lives *lives);

/* Let the programs that wait at the gate pass. */
void lives_open_gate(struct lives *lives);

/* How often the trace of the job has a line of that type, of both lives. */
unsigned lives_traced(struct lives *lives, const char *type);

/* The result of an assessment whose end the second life told; borrowed. */
const json_t *lives_result(struct lives *lives, unsigned index);

/* Below the job's folder; the group of the job, or of one of its tries ("1.0.1"; NULL: its own). */
void lives_path(const struct lives *lives, const char *name, char path[static 160]);
void lives_group(const struct lives *lives, const char *of, char path[static 400]);

#define LIVES_TEST(name) cmocka_unit_test_setup_teardown(name, lives_setup, lives_teardown)

/* A program that waits at the gate, and then does what is said. */
#define AT_GATE(then) "'command':['sh','-c','while ! [ -e GATE ]; do sleep 0.02; done; " then "']"
