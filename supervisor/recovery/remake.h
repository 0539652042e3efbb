/* The files of jobs that ended before these were synced: made again from the store. */
#pragma once

struct error;
struct store;

/*
 * At the start, after what goes on and what is ended, before any attempt begins: for each row of
 * `unsynced`, whether the disk has lost something of its files or not; see engine/syncer.h. What
 * cannot be made is logged and keeps its row. -errno: the store cannot be read.
 */
int remake_files(struct store *store, const char *state_dir, struct error *error);
