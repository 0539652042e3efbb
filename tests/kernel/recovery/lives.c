/* Two supervisors of one name, one after the other: the first is killed, the second goes on. */
#include "kernel/recovery/lives.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "engine/job_parts.h"
#include "model/manifest.h"
#include "record/trace.h"
#include "recovery/recover.h"
#include "support/require.h"
#include "support/unit.h"

#define PATIENCE_NS (100 * NS_PER_SEC)

struct life {
	struct lives *lives;
	const char *event;
	void (*act)(struct lives *lives, struct job *job);
};

void lives_hide_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		skip_all("no mount namespace of its own");
}

int lives_setup(void **state)
{
	struct lives *lives = calloc(1, sizeof(*lives));
	sigset_t children;

	assert_non_null(lives);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	/* What the first life leaves behind is reaped here. */
	assert_return_code(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(test_groups_create(&lives->groups), 0);
	strcpy(lives->folder, "/var/tmp/axe-lives-XXXXXX");
	assert_non_null(mkdtemp(lives->folder));
	snprintf(lives->state_dir, sizeof(lives->state_dir), "%s/state", lives->folder);
	snprintf(lives->pin_dir, sizeof(lives->pin_dir), "%s/bpf", lives->folder);
	snprintf(lives->gate, sizeof(lives->gate), "%s/gate", lives->folder);
	snprintf(lives->name, sizeof(lives->name), "test");
	lives->events = json_array();
	lives->notices = json_array();
	*state = lives;
	return 0;
}

int lives_teardown(void **state)
{
	struct lives *lives = *state;
	char command[128];

	job_destroy(lives->job);
	engine_destroy(lives->engine);
	sd_event_source_disable_unref(lives->dispatch);
	store_close(lives->store, NULL);
	sd_event_unref(lives->loop);
	json_decref(lives->events);
	json_decref(lives->notices);
	json_decref(lives->summary);
	umount2(lives->pin_dir, MNT_DETACH);
	snprintf(command, sizeof(command), "rm -rf %s", lives->folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(test_groups_destroy(&lives->groups), 0);
	free(lives);
	return 0;
}

static int dispatch(sd_event_source *source, int fd, uint32_t events, void *data)
{
	store_dispatch(data);
	return 0;
}

static void on_notice(const json_t *event, void *data)
{
	struct lives *lives = data;

	json_array_append(lives->notices, (json_t *)event);
}

/* The same for both. */
static int begin(struct lives *lives, struct error *error)
{
	struct store_config stored = { .state_dir = lives->state_dir };
	struct engine_config config = {
		.cgroup_root = lives->groups.path,
		.stdin_fd = -1,
		.name = lives->name,
		.pin_dir = lives->pin_dir,
		.ring_bytes = lives->ring_bytes,
		.notice = on_notice,
		.notice_data = lives,
	};
	int code = sd_event_new(&lives->loop);

	mkdir(lives->state_dir, 0755);
	if (code >= 0)
		code = store_open(&stored, &lives->store, error);
	if (code < 0)
		return code;
	code = sd_event_add_io(lives->loop, &lives->dispatch, store_descriptor(lives->store),
		EPOLLIN, dispatch, lives->store);
	config.store = lives->storeless ? NULL : lives->store;
	return code < 0 ? code : engine_create(lives->loop, &config, &lives->engine, error);
}

static char *spell(const struct lives *lives, const char *manifest)
{
	char *text = calloc(1, strlen(manifest) * 4 + sizeof(lives->gate)), *to = text;

	for (const char *from = manifest; *from;) {
		if (strncmp(from, "GATE", 4) == 0) {
			to = stpcpy(to, lives->gate);
			from += 4;
		} else {
			*to++ = *from == '\'' ? '"' : *from;
			from++;
		}
	}
	return text;
}

static void die_at(struct job *job, const json_t *event, void *data)
{
	struct life *life = data;

	if (strcmp(text_at(event, "type"), life->event) != 0)
		return;
	/* On a busy machine something may have been heard already: only `act` leaves it unwritten.
	 */
	trace_flush(job->trace, NULL);
	if (life->act)
		life->act(life->lives, job);
	raise(SIGKILL);
}

static void ended_alive(struct job *job, axe_result code, const json_t *summary, void *data)
{
	_exit(EXIT_FAILURE);
}

/* In the child. Returns only when something failed. */
static void live(struct life *life, const char *text)
{
	const struct job_observer observer = {
		.event = die_at, .ended = ended_alive, .data = life
	};
	struct lives *lives = life->lives;
	struct job_options options = { .state_dir = lives->state_dir };
	json_t *source = json_loads(text, 0, NULL);
	struct manifest *manifest;
	struct manifest_error wrong;
	struct error error = { 0 };
	struct job *job;
	int code = source ? manifest_parse(source, &manifest, &wrong) : -EINVAL;

	if (code == 0)
		code = begin(lives, &error);
	if (code == 0)
		code = job_create(lives->engine, manifest, &options, &observer, &job, &error);
	if (code == 0) {
		job->task_retries = lives->task_retries;
		code = job_start(job, &error);
	}
	if (code < 0)
		fprintf(stderr, "the first life did not begin: %s\n", error.text);
	while (code >= 0)
		code = sd_event_run(lives->loop, UINT64_MAX);
}

void lives_lose(struct lives *lives, const char *manifest, const char *event,
	void (*act)(struct lives *lives, struct job *job))
{
	struct life life = { lives, event, act };
	char *text = spell(lives, manifest);
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		live(&life, text);
		_exit(EXIT_FAILURE);
	}
	free(text);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void on_event(struct job *job, const json_t *event, void *data)
{
	struct lives *lives = data;

	json_array_append(lives->events, (json_t *)event);
}

static void on_ended(struct job *job, axe_result code, const json_t *summary, void *data)
{
	struct lives *lives = data;

	lives->summary = json_incref((json_t *)summary);
}

static void on_adopted(struct job *job, void *data)
{
	struct lives *lives = data;
	const struct job_observer observer = {
		.event = on_event, .ended = on_ended, .data = lives
	};

	lives->job = job;
	lives->adopted++;
	job_observe(job, &observer);
}

/* A child of the first life may hold its lock until it executes its program, or frozen. */
static void await_lock(struct lives *lives)
{
	const struct engine_config config = { .cgroup_root = lives->groups.path,
		.name = lives->name };
	char path[sizeof(lives->state_dir) + sizeof("/axe.lock")];
	int fd;

	engine_thaw(&config);
	snprintf(path, sizeof(path), "%s/axe.lock", lives->state_dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	assert_return_code(flock(fd, LOCK_EX), errno);
	close(fd);
}

void lives_succeed(struct lives *lives)
{
	struct error error = { 0 };

	await_lock(lives);
	lives->storeless = false;
	if (begin(lives, &error) < 0 ||
		recover_jobs(lives->engine, lives->state_dir, on_adopted, lives, &error) < 0)
		fail_msg("%s", error.text);
}

void lives_until(struct lives *lives, bool (*holds)(struct lives *lives))
{
	uint64_t patience = clock_monotonic_ns() + PATIENCE_NS;

	while (!holds(lives)) {
		if (clock_monotonic_ns() > patience)
			fail_msg("gave up waiting");
		assert_return_code(sd_event_run(lives->loop, 1000000), 0);
	}
}

static bool has_ended(struct lives *lives)
{
	return lives->summary;
}

void lives_finish(struct lives *lives)
{
	assert_non_null(lives->job);
	lives_until(lives, has_ended);
}

void lives_open_gate(struct lives *lives)
{
	int fd = open(lives->gate, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}
