/* A daemon with a queue for stories of libaxe's cluster face, in a folder of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "axe/cluster.h"

struct station {
	char folder[64];
	char socket[96];
	pid_t daemon; /* 0: none */
	axe_cluster *cluster;
};

/* For cmocka: *state becomes a `struct station` whose daemon answers. Skips without root. */
int station_setup(void **state);
int station_teardown(void **state);

/* What is stored goes on in the next one; the handle stays. */
void station_start(struct station *station);
void station_stop(struct station *station, int signal);

/* A job whose tasks are these lines for the shell. */
axe_job *job_of_lines(const char *const *lines, size_t count);

/* The number of a queued job with this one line; it is held when that is asked for. */
uint64_t queue_line(struct station *station, const char *line, bool held);

axe_state state_of(struct station *station, uint64_t number);
axe_state task_state_of(struct station *station, uint64_t number, uint32_t task);
void await_task(struct station *station, uint64_t number, uint32_t task, axe_state state);

/* What went wrong last on this handle has these words. */
void assert_failure(axe_cluster *cluster, const char *words);

/* The job's own message. */
void assert_message(struct station *station, uint64_t number, const char *text);

/* Its file below the folder. The caller frees it. */
char *station_path(const struct station *station, const char *name);
