/*
 * One picture of the host, taken by threads that may be given up: reading /proc can hang.
 *
 * The loop and the threads hold the shared part. Whoever lets go last frees it.
 */
#include "scene/sitting.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "scene/view.h"
#include "survey/source.h"
#include "survey/survey.h"

struct work;

/* One thread, and the parts of the picture that it looks at. */
struct seat {
	struct work *work;
	unsigned first, last;
};

/* What the threads and the loop share. */
struct work {
	atomic_uint holders;
	atomic_uint looking; /* threads that have not looked at all of theirs */
	atomic_bool failed; /* one of them could not */
	atomic_bool over;
	int bell; /* rung by the last of the threads when it is over */
	struct seat seats[PICTURE_PARTS];
	struct picture *picture;
	uint64_t begun_ns;
	sem_t given; /* the orders are there */
	struct comparison_order *orders;
	unsigned count;
	struct survey_memory *memory;
	struct view *view;
};

struct sitting {
	struct work *work;
	bool given;
	sd_event_source *source;
	sitting_done *done;
	void *data;
};

static void orders_free(struct comparison_order *orders, unsigned count)
{
	for (unsigned number = 0; number < count; number++)
		comparison_order_finish(&orders[number]);
	free(orders);
}

static void work_drop(struct work *work)
{
	if (atomic_fetch_sub(&work->holders, 1) > 1)
		return;
	orders_free(work->orders, work->count);
	survey_memory_destroy(work->memory);
	picture_destroy(work->picture);
	view_drop(work->view);
	sem_destroy(&work->given);
	cleanup_fd(&work->bell);
	free(work);
}

static void look_around(const struct seat *seat, const struct survey_host *host)
{
	struct work *work = seat->work;
	int code = host->root < 0 ? -EMFILE : 0;

	for (unsigned part = seat->first; code == 0 && part <= seat->last; part++)
		code = picture_look(work->picture, part, host, work->memory);
	if (code < 0)
		atomic_store(&work->failed, true);
}

static void conclude(struct work *work, const struct survey_host *host)
{
	if (!atomic_load(&work->failed))
		work->view = view_create(take_pointer(work->picture), work->begun_ns);
	while (sem_wait(&work->given) < 0 && errno == EINTR)
		;
	for (unsigned number = 0; work->view && number < work->count; number++)
		comparison_carry_out(&work->orders[number], host, work->view);
	atomic_store(&work->over, true);
	eventfd_write(work->bell, 1);
}

static void *sit(void *argument)
{
	struct survey_host host = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .live = true };
	const struct seat *seat = argument;
	struct work *work = seat->work;

	look_around(seat, &host);
	/* Nobody waits for the other one: who is last goes on. */
	if (atomic_fetch_sub(&work->looking, 1) == 1)
		conclude(work, &host);
	cleanup_fd(&host.root);
	work_drop(work);
	return NULL;
}

static int bell_rang(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct sitting *sitting = data;

	/* Hands over what the thread wrote: that the bell does, too, only the kernel knows. */
	if (!atomic_load(&sitting->work->over))
		return 0;
	sitting->source = sd_event_source_disable_unref(sitting->source);
	sitting->done(sitting, sitting->data);
	return 0;
}

/* Detached from the start: nobody can wait for a thread that hangs in the kernel. */
static int start_thread(struct seat *seat)
{
	struct work *work = seat->work;
	pthread_attr_t attributes;
	pthread_t thread;
	int code;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	atomic_fetch_add(&work->holders, 1);
	code = pthread_create(&thread, &attributes, sit, seat);
	if (code)
		atomic_fetch_sub(&work->holders, 1);
	pthread_attr_destroy(&attributes);
	return -code;
}

/* Two, or one for all where no second can be had. */
static int start_threads(struct work *work)
{
	static_assert(PICTURE_PARTS == 2, "each part has a thread");
	work->seats[0] = (struct seat){ work, 0, 0 };
	work->seats[1] = (struct seat){ work, 1, 1 };
	work->begun_ns = clock_monotonic_ns();
	atomic_store(&work->looking, 2);
	if (start_thread(&work->seats[1]) < 0) {
		work->seats[0].last = 1;
		atomic_store(&work->looking, 1);
	}
	return start_thread(&work->seats[0]);
}

static struct work *work_create(struct survey_memory *memory)
{
	struct work *work = calloc(1, sizeof(*work));

	if (!work) {
		survey_memory_destroy(memory);
		return NULL;
	}
	atomic_init(&work->holders, 1);
	work->memory = memory;
	work->picture = picture_create();
	work->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sem_init(&work->given, 0, 0);
	return work;
}

int sitting_create(sd_event *loop, struct survey_memory *memory, sitting_done *done, void *data,
	struct sitting **ret_sitting)
{
	struct work *work = work_create(memory);
	struct sitting *sitting = work ? calloc(1, sizeof(*sitting)) : NULL;
	int code = sitting ? 0 : -ENOMEM;

	if (code == 0) {
		*sitting = (struct sitting){ .work = work, .done = done, .data = data };
		code = work->bell < 0 || !work->picture
			       ? -EMFILE
			       : sd_event_add_io(loop, &sitting->source, work->bell, EPOLLIN,
					 bell_rang, sitting);
	}
	if (code >= 0)
		code = start_threads(work);
	if (code < 0) {
		if (sitting)
			sd_event_source_disable_unref(sitting->source);
		free(sitting);
		if (work)
			work_drop(work);
		return code;
	}
	*ret_sitting = sitting;
	return 0;
}

void sitting_give(struct sitting *sitting, struct comparison_order *orders, unsigned count)
{
	sitting->work->orders = orders;
	sitting->work->count = count;
	sitting->given = true;
	sem_post(&sitting->work->given);
}

struct survey_memory *sitting_take_memory(struct sitting *sitting)
{
	return take_pointer(sitting->work->memory);
}

struct view *sitting_view(const struct sitting *sitting)
{
	return sitting->work->view;
}

struct comparison_order *sitting_order(struct sitting *sitting, unsigned number)
{
	return number < sitting->work->count ? &sitting->work->orders[number] : NULL;
}

bool sitting_is_over(const struct sitting *sitting)
{
	return atomic_load(&sitting->work->over);
}

void sitting_destroy(struct sitting *sitting)
{
	if (!sitting)
		return;
	sd_event_source_disable_unref(sitting->source);
	if (!sitting->given)
		sitting_give(sitting, NULL, 0);
	work_drop(sitting->work);
	free(sitting);
}
