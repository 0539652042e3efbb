/* What is measured: one row of the table, or a few, for each case. */
#pragma once

#include <stdbool.h>

struct bare;
struct error;
struct report;
struct supervised;

struct bench {
	struct bare *bare;
	struct supervised *supervised;
	struct report *report;
	bool quick; /* a few rounds, to see that it works */
};

struct bench_case {
	char letter;
	const char *name;
	int (*run)(struct bench *bench, struct error *error);
};

int case_terminate(struct bench *bench, struct error *error);
int case_round(struct bench *bench, struct error *error);
int case_forks(struct bench *bench, struct error *error);
int case_lost(struct bench *bench, struct error *error);
int case_memory(struct bench *bench, struct error *error);
int case_start(struct bench *bench, struct error *error);
int case_bytes(struct bench *bench, struct error *error);
int case_growth(struct bench *bench, struct error *error);
int case_queue(struct bench *bench, struct error *error);
int case_adopt(struct bench *bench, struct error *error);
