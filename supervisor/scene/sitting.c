/*
 * One picture of the host, taken by a thread that may be given up: reading /proc can hang.
 *
 * Two hold the shared part: the loop and the thread. Whoever lets go last frees it.
 */
#include "scene/sitting.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "scene/culprits.h"
#include "scene/pid_set.h"
#include "scene/still.h"
#include "scene/view.h"
#include "scene/witness.h"
#include "survey/finding.h"
#include "survey/frozen.h"
#include "survey/source.h"
#include "survey/survey.h"
#include "survey/writes.h"

/* What thread and loop share. */
struct work {
	atomic_uint holders;
	atomic_bool over;
	int bell; /* rung by the thread when it is over */
	struct comparison_order *orders;
	unsigned count;
	struct survey_memory *memory;
	struct view *view;
};

struct sitting {
	struct work *work;
	sd_event_source *source;
	sitting_done *done;
	void *data;
};

void comparison_order_finish(struct comparison_order *order)
{
	view_drop(order->before);
	pid_set_destroy(order->suspects);
	free(order->seen);
	still_drop(order->still);
	for (unsigned number = 0; number < COMPARISON_IGNORED_MAX; number++)
		free(order->ignored[number]);
	free(order->group);
	free(order->places);
	free(order->folder);
	json_decref(order->findings);
}

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
	view_drop(work->view);
	cleanup_fd(&work->bell);
	free(work);
}

static bool include(pid_t pid, void *data)
{
	return data && pid_set_has(data, pid);
}

/* A socket that somebody outside holds now: who of ours held it, too, when they were stopped? */
static void attribute_sockets(struct comparison_order *order)
{
	json_t *finding;
	size_t index;

	json_array_foreach (order->findings, index, finding) {
		const char *source = json_string_value(json_object_get(finding, "source"));
		const char *key = json_string_value(json_object_get(finding, "key"));
		const char *inode = key ? strrchr(key, ' ') : NULL;
		pid_t pid;

		if (!inode || !source || strcmp(source, survey_sockets.name) != 0)
			continue;
		pid = frozen_picture_listener(
			still_picture(order->still), strtoull(inode, NULL, 10));
		if (!include(pid, order->suspects))
			continue;
		json_object_set_new(finding, "pid", json_integer(pid));
		json_object_set_new(
			finding, "certainty", json_string(certainty_name(CERTAINTY_LIKELY)));
	}
}

/* The picture may be of more than this assessment. */
static void add_interrupted(struct comparison_order *order, const struct survey_host *host)
{
	auto_json found = NULL;
	json_t *finding;
	size_t index;

	if (!order->still)
		return;
	attribute_sockets(order);
	found = frozen_picture_findings(
		still_picture(order->still), host, (const char *const *)order->ignored);
	json_array_foreach (found, index, finding) {
		const json_t *pid = json_object_get(finding, "pid");

		if (!json_is_integer(pid) ||
			include((pid_t)json_integer_value(pid), order->suspects))
			json_array_append(order->findings, finding);
	}
}

static void carry_out(
	struct comparison_order *order, const struct survey_host *host, const struct view *after)
{
	auto_json evidence = json_array();
	auto_json further = json_array();
	const struct survey_suspects suspects = {
		.include = include,
		.data = order->suspects,
		.complete = order->complete,
		.evidence = evidence,
		.group = order->group,
		.places = order->places,
	};

	if (!order->before)
		return;
	for (unsigned number = 0; number < order->seen_count; number++)
		writes_judge(host, &order->seen[number].key, &order->seen[number].row, evidence,
			further);
	order->findings =
		survey_compare(view_picture(order->before), view_picture(after), &suspects);
	if (!order->findings)
		return;
	survey_look_again(host, order->findings);
	add_interrupted(order, host);
	/* What was open when it was stopped had been opened before. */
	findings_add_unknown(order->findings, further);
	if (order->folder)
		culprits_name(order->findings, order->folder, order->index, order->try_number);
}

static struct view *look_around(const struct survey_host *host, struct survey_memory *memory)
{
	uint64_t now = clock_monotonic_ns();
	struct picture *picture = memory ? picture_take_again(host, memory) : picture_take(host);

	return picture ? view_create(picture, now) : NULL;
}

static void *sit(void *argument)
{
	struct survey_host host = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .live = true };
	struct work *work = argument;

	if (host.root >= 0)
		work->view = look_around(&host, work->memory);
	for (unsigned number = 0; work->view && number < work->count; number++)
		carry_out(&work->orders[number], &host, work->view);
	cleanup_fd(&host.root);
	atomic_store(&work->over, true);
	eventfd_write(work->bell, 1);
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
static int start_thread(struct work *work)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int code;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	atomic_fetch_add(&work->holders, 1);
	code = pthread_create(&thread, &attributes, sit, work);
	if (code)
		atomic_fetch_sub(&work->holders, 1);
	pthread_attr_destroy(&attributes);
	return -code;
}

static struct work *work_create(
	struct comparison_order *orders, unsigned count, struct survey_memory *memory)
{
	struct work *work = calloc(1, sizeof(*work));

	if (!work) {
		orders_free(orders, count);
		survey_memory_destroy(memory);
		return NULL;
	}
	atomic_init(&work->holders, 1);
	work->orders = orders;
	work->count = count;
	work->memory = memory;
	work->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return work;
}

int sitting_create(sd_event *loop, struct comparison_order *orders, unsigned count,
	struct survey_memory *memory, sitting_done *done, void *data, struct sitting **ret_sitting)
{
	struct work *work = work_create(orders, count, memory);
	struct sitting *sitting = work ? calloc(1, sizeof(*sitting)) : NULL;
	int code = sitting ? 0 : -ENOMEM;

	if (code == 0) {
		*sitting = (struct sitting){ .work = work, .done = done, .data = data };
		code = work->bell < 0 ? -EMFILE
				      : sd_event_add_io(loop, &sitting->source, work->bell, EPOLLIN,
						bell_rang, sitting);
	}
	if (code >= 0)
		code = start_thread(work);
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
	return &sitting->work->orders[number];
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
	work_drop(sitting->work);
	free(sitting);
}
