/* A file layer for SQLite that fails, tears, waits or kills where a test says so. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * It stands over SQLite's default layer and counts steps: each write, truncation, sync, deletion
 * and growth of a log's index. Nothing reaches a real fsync: what a killed process wrote is there
 * all the same, and tests are fast. All of it may be called while other threads are inside.
 */
struct faulty_vfs;

/* Registered under `name` (borrowed) until it is destroyed. */
struct faulty_vfs *faulty_vfs_create(const char *name);
void faulty_vfs_destroy(struct faulty_vfs *vfs);

/* The process dies by SIGKILL in the step-th step from now; a write has happened by half then. */
void faulty_vfs_kill_at(struct faulty_vfs *vfs, uint64_t step);

/* `times` steps, from the step-th from now on, fail with `code` (ENOSPC, EIO, EROFS, ...). */
#define FAULTY_ALWAYS UINT64_MAX
void faulty_vfs_fail_at(struct faulty_vfs *vfs, uint64_t step, uint64_t times, int code);

/* From now on nothing fails. */
void faulty_vfs_heal(struct faulty_vfs *vfs);

/* Whoever syncs waits until released. */
void faulty_vfs_hold_syncs(struct faulty_vfs *vfs);
void faulty_vfs_release_syncs(struct faulty_vfs *vfs);
/* Wait until somebody waits there. */
void faulty_vfs_wait_held(struct faulty_vfs *vfs);

/* Steps of all threads, and of the thread that called faulty_vfs_watch_me, since then. */
void faulty_vfs_watch_me(struct faulty_vfs *vfs);
uint64_t faulty_vfs_steps(struct faulty_vfs *vfs);
uint64_t faulty_vfs_my_steps(struct faulty_vfs *vfs);

/* Whether something was written to a log and not synced since. */
bool faulty_vfs_log_is_dirty(struct faulty_vfs *vfs);
