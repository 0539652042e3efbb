/* The store of a daemon: opened in its state directory, hung into its loop. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

struct error;
struct store;

struct storage {
	struct store *store; /* NULL: none, as in a private supervisor */
	sd_event_source *done;
	bool waits; /* for the disk, which does not take what is written: this was logged */
};

/* What opening found is logged: a damaged file that was put aside, traces that were torn. So is a
 * disk that later takes nothing. The storage must not move until it is closed. */
int storage_open(
	struct storage *storage, sd_event *loop, const char *state_dir, struct error *error);

/* Waits, with a bound, until what is queued is durable. Harmless without a store. */
void storage_close(struct storage *storage);
