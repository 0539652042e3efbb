/* Which processes of a try the kernel's table has, and what the trace told of them already. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct error;
struct jobdir;

struct told_process {
	struct axe_process_key key; /* the first: it is compared as a whole */
	struct axe_process record;
	bool birth_told, exit_told;
	bool exit_heard; /* since the records were seen; the trace may have left it out */
	json_t *exec; /* the data of its last exec, of the living; owned; NULL: none was told */
};

struct told {
	unsigned index, try_number;
	struct told_process *processes; /* by key once they are sorted */
	size_t count, room;
	uint64_t exits; /* of any process of the try */
	uint64_t words; /* lines of what no record keeps: commands, signals, who escaped */
	bool incomplete; /* out of memory */
};

void told_init(struct told *told, unsigned index, unsigned try_number);
void told_destroy(struct told *told); /* of malloc; NULL is fine */

/* A probe_visitor: first all records, which are then sorted, */
void told_see_record(
	const struct axe_process_key *key, const struct axe_process *record, void *data);

void told_sort(struct told *told);

/* Is it one of those records? */
bool told_has(const struct told *told, const struct axe_process_key *key);

/* what is heard of them before the trace is read, */
void told_hear(struct told *told, const struct axe_event *event);

/* then the trace. */
int told_read(struct told *told, const struct jobdir *jobdir, struct error *error);
