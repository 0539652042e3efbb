/*
 * The frozen picture: what the processes of a group were in the middle of when they were stopped.
 * Files open for writing, shared writable memory, locks, devices, FUSE servers, outsiders that they
 * trace, io_urings, sockets that listen.
 *
 * Taken between the freeze and the kill, by any thread, and made into words after it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "bpf/frozen.h"

struct error;
struct frozen_picture;
struct survey_host;

struct frozen_group {
	const char *path; /* absolute; /proc's way reads its cgroup.procs and those below */
	uint64_t id; /* the kernel's cgroup id */
	uint32_t level; /* in the v2 tree; the root is 0 */
};

#define FROZEN_BUDGET_NS_DEFAULT UINT64_C(250000000)

/* How the kernel is asked: census_scan of observe, with its census as `scanner`. */
typedef int frozen_handler(const struct axe_frozen_head *record, size_t size, void *data);
typedef int frozen_scan(void *scanner, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	frozen_handler *handler, void *handler_data);

/*
 * Look. Without a `scan`, or when it fails, a disposable process reads /proc: a look at a process
 * that is stuck may hang, and then only that one does. What the budget (from now on) did not allow
 * is missing, and the picture says that it is partial. Fails only where there is no memory.
 */
int frozen_picture_take(const struct survey_host *host, const struct frozen_group *group,
	uint64_t budget_ns, frozen_scan *scan, void *scanner, struct frozen_picture **ret_picture,
	struct error *error);

/* NULL is fine. */
void frozen_picture_destroy(struct frozen_picture *picture);
DEFINE_CLEANUP(frozen_picture)

/*
 * {"partial", "reason", "took_ms", "way": "iterator" or "proc", "open_files", "maps_unseen",
 * "processes": [{"pid", "parent", "comm", "tracer", "open_files"}],
 * "files": [{"pid", "comm", "descriptor", "what", "path", "access", "append", "position", "size",
 * "lock", "unlinked"}], "maps": [{"pid", "comm", "path", "bytes", "size"}],
 * "traced": [{"pid", "comm", "tracer"}], "cut"}: at most `most` rows of each list, `cut` are not
 * shown. A new reference; NULL: no memory.
 */
json_t *frozen_picture_json(const struct frozen_picture *picture, size_t most);

/*
 * What of it is a warning once these processes are killed: findings as survey_compare writes them,
 * of source "frozen". `ignored` are the beginnings of paths whose files are no loss (the job's own
 * output and temporary folders), up to NULL. Call it after the kill, with the live host: a file
 * that is gone by then is told no more. A new reference; NULL: no memory.
 */
json_t *frozen_picture_findings(const struct frozen_picture *picture,
	const struct survey_host *host, const char *const *ignored);

/* How many processes there were; false: it is partial, so nobody knows. */
bool frozen_picture_count(const struct frozen_picture *picture, uint64_t *ret_processes);

/* The member that had the listening socket of that inode open; 0: none, as far as is known. */
pid_t frozen_picture_listener(const struct frozen_picture *picture, uint64_t inode);

/* Whether a member had that very file (a socket too) open, as far as the picture tells of it. */
bool frozen_picture_has_inode(
	const struct frozen_picture *picture, uint32_t device, uint64_t inode);
