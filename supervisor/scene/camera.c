/*
 * Frozen pictures, taken by a thread beside the loop that may be given up: looking can hang.
 *
 * A shot belongs to the thread from its order until it is done, and to the loop before and after
 * that. Loop and threads hold the studio; whoever parts last frees it.
 */
#include "scene/camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "confine/group.h"
#include "scene/still.h"
#include "scene/studio.h"

struct camera {
	struct studio *studio;
	sd_event *loop; /* borrowed */
	sd_event_source *source;
	bool prepared;
};

static struct shot *next_done(struct studio *studio)
{
	struct shot *shot = NULL;

	pthread_mutex_lock(&studio->lock);
	if (!list_empty(&studio->done)) {
		shot = container_of(studio->done.next, struct shot, link);
		list_remove(&shot->link);
	}
	pthread_mutex_unlock(&studio->lock);
	return shot;
}

static int bell_rang(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct camera *camera = data;
	struct shot *shot;
	eventfd_t rung;

	eventfd_read(fd, &rung);
	while ((shot = next_done(camera->studio))) {
		if (shot->taken)
			shot->taken(take_pointer(shot->still), shot->data);
		shot_destroy(shot);
	}
	return 0;
}

int camera_create(sd_event *loop, struct camera **ret_camera)
{
	return camera_create_with(loop, NULL, NULL, ret_camera);
}

int camera_create_with(sd_event *loop, frozen_scan *scan, void *scanner, struct camera **ret_camera)
{
	struct camera *camera = calloc(1, sizeof(*camera));
	int code;

	if (!camera)
		return -ENOMEM;
	camera->loop = loop;
	camera->studio = studio_create();
	code = !camera->studio ? -ENOMEM
	       : camera->studio->bell < 0
		       ? -EMFILE
		       : sd_event_add_io(loop, &camera->source, camera->studio->bell, EPOLLIN,
				 bell_rang, camera);
	/* A group waits frozen for it. */
	if (code >= 0)
		code = sd_event_source_set_priority(camera->source, SD_EVENT_PRIORITY_IMPORTANT);
	if (code < 0) {
		camera_destroy(camera);
		return code;
	}
	camera->studio->scan = scan;
	camera->studio->scanner = scanner;
	*ret_camera = camera;
	return 0;
}

void camera_destroy(struct camera *camera)
{
	if (!camera)
		return;
	sd_event_source_disable_unref(camera->source);
	if (camera->studio) {
		pthread_mutex_lock(&camera->studio->lock);
		camera->studio->closed = true;
		pthread_cond_signal(&camera->studio->wanted);
		pthread_cond_signal(&camera->studio->parted);
		studio_leave(camera->studio);
	}
	free(camera);
}

void camera_prepare(struct camera *camera)
{
	if (!camera->prepared)
		camera->prepared = studio_start(camera->studio);
}

int camera_take(struct camera *camera, const struct group *group, uint32_t level,
	uint64_t budget_ns, shot_taken *taken, void *data, struct shot **ret_shot)
{
	struct studio *studio = camera->studio;
	struct shot *shot;
	bool stuck;

	camera_prepare(camera);
	pthread_mutex_lock(&studio->lock);
	stuck = studio->late_ns && clock_monotonic_ns() > studio->late_ns;
	pthread_mutex_unlock(&studio->lock);
	if (stuck || !camera->prepared)
		return stuck ? -EBUSY : -EAGAIN;
	shot = calloc(1, sizeof(*shot));
	if (!shot)
		return -ENOMEM;
	snprintf(shot->path, sizeof(shot->path), "%s", group_path(group));
	shot->group = (struct frozen_group){ shot->path, group_id(group), level };
	shot->budget_ns = budget_ns;
	shot->taken = taken;
	shot->data = data;
	*ret_shot = shot;
	pthread_mutex_lock(&studio->lock);
	list_append(&studio->ordered, &shot->link);
	pthread_cond_signal(&studio->wanted);
	pthread_mutex_unlock(&studio->lock);
	return 0;
}

void shot_forget(struct shot *shot)
{
	if (shot)
		shot->taken = NULL;
}

const char *camera_refusal(int code)
{
	switch (code) {
	case 0:
		return "the kernel did not answer in time";
	case -EBUSY:
		return "the kernel still does not answer an earlier look";
	default:
		return "no thread could be started";
	}
}
