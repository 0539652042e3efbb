/* What the camera's threads share with the loop; see camera.c. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "scene/camera.h"
#include "survey/frozen.h"

struct census;

struct shot {
	struct list_link link; /* studio::ordered or studio::done; of nothing while it is taken */
	struct frozen_group group;
	char path[512];
	uint64_t budget_ns;
	struct still *still; /* out */
	shot_taken *taken; /* the loop's; NULL: forgotten */
	void *data;
};

struct studio {
	pthread_mutex_t lock; /* over all but bell */
	pthread_cond_t wanted, parted;
	struct list_link ordered, done; /* shot::link */
	uint64_t late_ns; /* the shot being taken is stuck after that; 0: none is */
	bool closed; /* the loop has parted */
	struct census *census; /* NULL: not loaded */
	frozen_scan *scan; /* how the kernel is asked; NULL: by way of /proc */
	void *scanner; /* of scan: the census, or the caller's of camera_create_with */
	unsigned holders;
	int bell; /* rung when one is done */
};

struct studio *studio_create(void); /* NULL: out of memory */

/* One holder parts; with the lock, which goes. */
void studio_leave(struct studio *studio);

/* The thread that looks, and the one that loads the better way. False: it could not be had. */
bool studio_start(struct studio *studio);

void shot_destroy(struct shot *shot);
