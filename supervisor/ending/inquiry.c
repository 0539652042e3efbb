/* Asking why processes survive, in a disposable helper with a budget: asking may hang. */
#include "ending/inquiry.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/process.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "ending/survivor.h"
#include "loop/timer.h"

#define SURVIVORS_MOST 64
#define BUDGET_NS      (500 * NS_PER_MS) /* as unanswered() says */
#define ANSWER_MOST    (SURVIVORS_MOST * 16384)

struct inquiry {
	pid_t pids[SURVIVORS_MOST];
	int count;
	const char *freezer; /* of the hierarchy; empty: none */
	int answer; /* read end of the helper's pipe */
	int helper; /* its pidfd */
	sd_event_source *readable;
	struct timer budget;
	char *text; /* one JSON object a line, as it comes */
	size_t used;
	inquiry_answered *answered;
	void *data;
};

static void write_description(const json_t *description, int answer)
{
	if (!description)
		return;
	json_dumpfd(description, answer, JSON_COMPACT);
	file_write_all(answer, "\n", 1);
}

/* In the helper. All are described as far as that cannot hang, then each anew: a hang loses only
 * the rest. */
static void __attribute__((noreturn)) describe_all(const struct inquiry *inquiry, int answer)
{
	json_t *descriptions[SURVIVORS_MOST];

	for (int i = 0; i < inquiry->count; i++) {
		descriptions[i] = survivor_describe(inquiry->pids[i], inquiry->freezer);
		write_description(descriptions[i], answer);
	}
	for (int i = 0; i < inquiry->count; i++) {
		if (!descriptions[i])
			continue;
		survivor_describe_more(descriptions[i]);
		write_description(descriptions[i], answer);
	}
	_exit(0);
}

static json_t *unanswered(pid_t pid)
{
	return json_pack("{s:i, s:n, s:s}", "pid", (int)pid, "state", "reason",
		"not described within 500 ms: reading its state from /proc hangs, or this"
		" machine is too busy");
}

/* Its place among the survivors; their number: it has none. */
static size_t find_pid(const json_t *survivors, json_int_t pid)
{
	const json_t *survivor;
	size_t i;

	json_array_foreach (survivors, i, survivor) {
		if (json_integer_value(json_object_get(survivor, "pid")) == pid)
			break;
	}
	return i;
}

/* The last word of each counts. */
static void add_survivor(json_t *survivors, json_t *survivor)
{
	size_t place = find_pid(survivors, json_integer_value(json_object_get(survivor, "pid")));

	if (place < json_array_size(survivors))
		json_array_set_new(survivors, place, survivor);
	else
		json_array_append_new(survivors, survivor);
}

static json_t *parse_answer(struct inquiry *inquiry)
{
	json_t *survivors = json_array();
	char *rest = inquiry->text, *line;

	inquiry->text[inquiry->used] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		json_t *survivor = json_loads(line, 0, NULL);

		if (survivor)
			add_survivor(survivors, survivor);
	}
	return survivors;
}

/* Whoever was not described but is still there is listed all the same. */
static void add_unanswered(struct inquiry *inquiry, json_t *survivors)
{
	for (int i = 0; i < inquiry->count; i++) {
		if (find_pid(survivors, inquiry->pids[i]) == json_array_size(survivors) &&
			kill(inquiry->pids[i], 0) == 0)
			json_array_append_new(survivors, unanswered(inquiry->pids[i]));
	}
}

static void conclude(struct inquiry *inquiry)
{
	auto_json survivors = parse_answer(inquiry);

	timer_disarm(&inquiry->budget);
	inquiry->readable = sd_event_source_disable_unref(inquiry->readable);
	if (inquiry->helper >= 0)
		pidfd_send_signal(inquiry->helper, SIGKILL, NULL, 0);
	add_unanswered(inquiry, survivors);
	inquiry->answered(survivors, inquiry->data);
}

static void budget_spent(void *data)
{
	conclude(data);
}

static int answer_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct inquiry *inquiry = data;
	ssize_t got = read(fd, inquiry->text + inquiry->used, ANSWER_MOST - inquiry->used);

	if (got > 0)
		inquiry->used += (size_t)got;
	else if (got == 0 || errno != EAGAIN)
		conclude(inquiry);
	return 0;
}

static int inquiry_fork(struct inquiry *inquiry)
{
	pid_t pid, parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = heap_fork();
	if (pid == 0) {
		process_become_helper(parent, &ends[1], 1);
		describe_all(inquiry, ends[1]);
	}
	close(ends[1]);
	inquiry->answer = ends[0];
	fcntl(inquiry->answer, F_SETFL, O_NONBLOCK);
	if (pid < 0)
		return -errno;
	/* Reaped like an orphan; the pidfd stays ours whatever becomes of the number. */
	inquiry->helper = pidfd_open(pid, 0);
	return 0;
}

static int inquiry_begin(struct inquiry *inquiry, sd_event *loop)
{
	int code = timer_init(&inquiry->budget, loop, budget_spent, inquiry);

	if (code >= 0)
		code = inquiry_fork(inquiry);
	if (code >= 0)
		code = sd_event_add_io(loop, &inquiry->readable, inquiry->answer, EPOLLIN,
			answer_readable, inquiry);
	if (code >= 0)
		timer_arm(&inquiry->budget, clock_monotonic_ns() + BUDGET_NS);
	return code;
}

int inquiry_create(sd_event *loop, const struct hierarchy *hierarchy, struct group *group,
	inquiry_answered *answered, void *data, struct inquiry **ret_inquiry)
{
	const struct hierarchy_controller *controller = hierarchy_controller(hierarchy, "freezer");
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
	int code;

	if (!inquiry)
		return -ENOMEM;
	inquiry->freezer = controller ? controller->v1_path : "";
	inquiry->answer = -1;
	inquiry->helper = -1;
	inquiry->answered = answered;
	inquiry->data = data;
	inquiry->text = malloc(ANSWER_MOST + 1);
	inquiry->count = group_processes(group, inquiry->pids, SURVIVORS_MOST);
	if (inquiry->count > SURVIVORS_MOST)
		inquiry->count = SURVIVORS_MOST;
	code = inquiry->text ? inquiry_begin(inquiry, loop) : -ENOMEM;
	if (code < 0) {
		inquiry_destroy(inquiry);
		return code;
	}
	*ret_inquiry = inquiry;
	return 0;
}

void inquiry_destroy(struct inquiry *inquiry)
{
	if (!inquiry)
		return;
	if (inquiry->helper >= 0)
		pidfd_send_signal(inquiry->helper, SIGKILL, NULL, 0);
	sd_event_source_disable_unref(inquiry->readable);
	timer_finish(&inquiry->budget);
	cleanup_fd(&inquiry->answer);
	cleanup_fd(&inquiry->helper);
	free(inquiry->text);
	free(inquiry);
}
