/* A place for stories of libaxe: a folder of its own, jobs, daemons, and what its handlers heard.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "axe/engine.h"

#define HEARD_MAX 4096

/* What a handler was told. */
struct heard {
	axe_event_kind kind;
	uint32_t assessment;
	axe_result code;
	char verdict[16];
	pthread_t thread;
};

/* Everything that the handlers of one engine heard; any thread may look. */
struct ear {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct heard heard[HEARD_MAX];
	size_t count;
	/* Called from the handler, after it was noted. May be NULL. */
	void (*then)(const axe_event *event, struct ear *ear);
	axe_engine *engine;
	axe_result then_code;
	void *data;
};

struct place {
	char folder[64];
	pid_t daemon; /* 0: none */
	char socket[96];
};

/* For cmocka: *state becomes a `struct place`. Skips without root. */
int place_setup(void **state);
int place_teardown(void **state);

/* A daemon with so many slots, which answers. */
void place_start_daemon(struct place *place, unsigned slots);
void place_stop_daemon(struct place *place, int signal);

/* The path of a file below the place; the caller frees it. */
char *place_path(const struct place *place, const char *name);

/* Wait until a file is there. */
void await_file(const char *path);

/* A private engine of the place, or one of its daemon, with an ear on every kind of event. */
axe_engine *engine_private(struct place *place, struct ear *ear);
axe_engine *engine_of_daemon(struct place *place, struct ear *ear);

/* A private one, of whose job an assessment has begun. */
axe_engine *engine_at_work(struct place *place, struct ear *ear, const char *manifest);

/* A job of one manifest in JSON. The format's quotes may be single ones. */
axe_job *job_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

axe_result execute_async(axe_engine *engine, const axe_job *job);

void ear_init(struct ear *ear);

/* Wait for so many events of a kind. */
void ear_await(struct ear *ear, axe_event_kind kind, size_t count);
size_t ear_count(struct ear *ear, axe_event_kind kind);

/* The last one of a kind; it must be there. */
struct heard ear_last(struct ear *ear, axe_event_kind kind);

/*
 * Whatever happened: one begin and one end of each started assessment, in this order, one job.begin
 * before them (none when nothing began), and one job.end, which is the last. Then forget it all.
 */
void ear_check(struct ear *ear);

unsigned count_descriptors(void);

/* Let a race come to another place in each round, at most so late. */
void linger(unsigned round, unsigned most_us);

/* AXE_ROUNDS, else this. */
unsigned rounds(unsigned otherwise);
