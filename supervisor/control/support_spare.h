/* The socket of an assessment that has ended, for the next one: the same, under another name. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#include "loop/timer.h"

/*
 * As with the folders of a try: to rename costs a tenth of making and removing, and a file system
 * without a journal looks at each number that became free of late before it gives away one.
 */
struct support_spare {
	int fd; /* -1: there is none */
	uint64_t job; /* that it was of */
	uid_t uid;
	struct sockaddr_un address;
	struct timer over; /* nobody has come for it */
};

int support_spare_init(struct support_spare *spare, sd_event *loop);
void support_spare_finish(struct support_spare *spare);

/* All that was said to it must have been taken in. False: there is one already; it stays the
 * caller's. */
bool support_spare_offer(struct support_spare *spare, uint64_t job, int fd, uid_t uid,
	const struct sockaddr_un *address);

/* This job starts nothing more: what it left goes now, before anybody is told that it has ended. */
void support_spare_rest(struct support_spare *spare, uint64_t job);

/*
 * Move it to `path`, where nothing may be, for this uid; the descriptor is the caller's then.
 * Whoever knocked in between is hung up on. False: there is none of that uid, or somebody has
 * touched it.
 */
bool support_spare_take(struct support_spare *spare, uid_t uid, const char *path, int *ret_fd);
