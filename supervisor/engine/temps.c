/* Temporary folders of assessments that have ended, on their way out: beside the loop. */
#include "engine/temps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/removal.h"
#include "loop/errand.h"
#include "loop/timer.h"

#define NAME       "temp"
#define NAME_AWAY  ".temp.removed"
#define EACH_NS    (60 * NS_PER_SEC) /* for one folder */
#define PARTING_NS (5 * NS_PER_SEC) /* for all of them once the engine goes */

struct leaving {
	struct list_link link; /* temps::leaving */
	char *path;
};

struct temps {
	sd_event *loop;
	struct list_link leaving; /* leaving::link; the first one is being removed */
	struct errand *errand;
	struct timer next;
	_Atomic uint64_t deadline_ns;
	struct error error;
};

static struct leaving *first(const struct temps *temps)
{
	if (list_empty(&temps->leaving))
		return NULL;
	return container_of(temps->leaving.next, struct leaving, link);
}

static void drop(struct leaving *leaving)
{
	list_remove(&leaving->link);
	free(leaving->path);
	free(leaving);
}

static int remove_first(void *data)
{
	struct temps *temps = data;
	auto_fd folder = open(first(temps)->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* A job that was purged took it along. */
	if (folder < 0)
		return errno == ENOENT ? 0 : fail(&temps->error, errno, "open it");
	return removal_run(folder, NAME_AWAY, &temps->deadline_ns, &temps->error);
}

static void conclude(struct temps *temps, int code)
{
	struct leaving *leaving = first(temps);

	if (code < 0)
		log_line(LOG_LEVEL_WARNING, "a temporary folder stays as `%s/" NAME_AWAY "`: %s",
			leaving->path, temps->error.text);
	drop(leaving);
}

static void removed(int code, void *data)
{
	struct temps *temps = data;

	conclude(temps, code);
	/* Not from in here: an errand outlives its last call. */
	if (first(temps))
		timer_arm_now(&temps->next);
}

static void remove_next(void *data)
{
	struct temps *temps = data;

	errand_destroy(take_pointer(temps->errand));
	atomic_store(&temps->deadline_ns, clock_monotonic_ns() + EACH_NS);
	if (errand_create(temps->loop, remove_first, removed, temps, &temps->errand) < 0) {
		log_line(LOG_LEVEL_WARNING, "a temporary folder stays as `%s/" NAME_AWAY "`",
			first(temps)->path);
		drop(first(temps));
		if (first(temps))
			timer_arm_now(&temps->next);
	}
}

void temps_remove(struct temps *temps, int folder, const char *path)
{
	struct leaving *leaving;
	bool idle = list_empty(&temps->leaving);

	/* Nearly all of them are empty. */
	if (unlinkat(folder, NAME, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return;
	if (renameat(folder, NAME, folder, NAME_AWAY) < 0) {
		log_line(LOG_LEVEL_WARNING, "`%s/" NAME "` stays: %s", path, strerror(errno));
		return;
	}
	leaving = calloc(1, sizeof(*leaving));
	if (leaving)
		leaving->path = strdup(path);
	if (!leaving || !leaving->path) {
		free(leaving);
		return;
	}
	list_append(&temps->leaving, &leaving->link);
	if (idle)
		timer_arm_now(&temps->next);
}

int temps_create(sd_event *loop, struct temps **ret_temps)
{
	struct temps *temps = calloc(1, sizeof(*temps));
	int code;

	if (!temps)
		return -ENOMEM;
	temps->loop = loop;
	list_init(&temps->leaving);
	code = timer_init(&temps->next, loop, remove_next, temps);
	if (code < 0) {
		temps_destroy(temps);
		return code;
	}
	*ret_temps = temps;
	return 0;
}

void temps_destroy(struct temps *temps)
{
	if (!temps)
		return;
	atomic_store(&temps->deadline_ns, clock_monotonic_ns() + PARTING_NS);
	errand_destroy(temps->errand);
	/* The first one may have been cut short only by that; then this ends at once, too. */
	while (first(temps))
		conclude(temps, remove_first(temps));
	timer_finish(&temps->next);
	free(temps);
}
