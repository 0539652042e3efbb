/* A growing file is copied whole, in order, and only as fast as its reader takes it. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/require.h"
#include "support/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/poller.h"
#include "cli/stream.h"

#define PATIENCE_NS (20 * NS_PER_SEC)
#define LARGE_BYTES (3u << 20)

struct scene {
	struct poller poller;
	char path[64];
	int file; /* the writer's */
	int output[2]; /* a pipe: what the stream writes comes out at 0 */
	struct stream *stream;
	bool ended;
	int broken; /* errno */
};

static void on_ended(struct stream *stream, void *data)
{
	((struct scene *)data)->ended = true;
}

static void on_broken(struct stream *stream, int code, void *data)
{
	((struct scene *)data)->broken = code;
}

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct stream_owner owner = { on_ended, on_broken, scene };

	/* A real file system: holes and notifications are those of its users. */
	strcpy(scene->path, "/var/tmp/axe-stream-XXXXXX");
	scene->file = mkostemp(scene->path, O_APPEND | O_CLOEXEC);
	assert_true(scene->file >= 0);
	assert_int_equal(0, pipe2(scene->output, O_CLOEXEC));
	poller_init(&scene->poller);
	assert_int_equal(
		0, stream_create(&scene->poller, scene->output[1], &owner, &scene->stream, NULL));
	signal(SIGPIPE, SIG_IGN);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	stream_destroy(scene->stream);
	unlink(scene->path);
	cleanup_fd(&scene->file);
	cleanup_fd(&scene->output[0]);
	cleanup_fd(&scene->output[1]);
	free(scene);
	return 0;
}

static void open_stream(struct scene *scene)
{
	int file = open(scene->path, O_RDONLY | O_CLOEXEC);

	assert_true(file >= 0);
	stream_open(scene->stream, file);
}

static void append(struct scene *scene, const char *text, size_t size)
{
	assert_int_equal(0, file_write_all(scene->file, text, size));
}

static void turn(struct scene *scene)
{
	assert_true(poller_turn(&scene->poller, PATIENCE_NS) > 0);
}

/* What can be read without waiting. */
static size_t read_some(struct scene *scene, char *buffer, size_t size)
{
	ssize_t got;

	fcntl(scene->output[0], F_SETFL, O_NONBLOCK);
	got = read(scene->output[0], buffer, size);
	return got > 0 ? (size_t)got : 0;
}

static void expect(struct scene *scene, const char *text)
{
	char buffer[100];
	size_t used = 0, size = strlen(text);

	while (used < size) {
		used += read_some(scene, buffer + used, size - used);
		if (used < size)
			turn(scene);
	}
	assert_memory_equal(text, buffer, size);
}

static void what_is_written_later_is_copied_then(void **state)
{
	struct scene *scene = *state;

	append(scene, "one ", 4);
	open_stream(scene);
	expect(scene, "one ");
	append(scene, "two", 3);
	expect(scene, "two");
	assert_false(scene->ended);
}

static bool kernel_tells(void)
{
	bool found = false;
	DIR *folder = opendir("/proc/self/fd");

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		char target[64] = "";

		if (readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1) > 0)
			found |= strcmp(target, "anon_inode:inotify") == 0;
	}
	closedir(folder);
	return found;
}

/* Who asks for notices waits for a grace period of the kernel's when it ends. */
static void only_what_lasts_is_watched(void **state)
{
	struct scene *scene = *state;

	open_stream(scene);
	append(scene, "short", 5);
	turn(scene);
	assert_false(kernel_tells());
	expect(scene, "short");
	while (!kernel_tells())
		turn(scene);
	append(scene, " and long", 9);
	expect(scene, " and long");
}

static void last_bytes_are_copied_before_the_end(void **state)
{
	struct scene *scene = *state;

	open_stream(scene);
	append(scene, "last", 4);
	stream_end(scene->stream);
	while (!scene->ended)
		turn(scene);
	expect(scene, "last");
}

static void stream_without_a_file_ends(void **state)
{
	struct scene *scene = *state;

	stream_end(scene->stream);
	while (!scene->ended)
		turn(scene);
}

/* More than any pipe holds, read in pieces: nothing is lost, and nobody waits in write(). */
static void slow_reader_gets_everything(void **state)
{
	struct scene *scene = *state;
	auto_free char *sent = malloc(LARGE_BYTES), *got = malloc(LARGE_BYTES + 1);
	size_t used = 0;

	for (size_t at = 0; at < LARGE_BYTES; at++)
		sent[at] = (char)('a' + at % 23);
	append(scene, sent, LARGE_BYTES);
	open_stream(scene);
	stream_end(scene->stream);
	while (!scene->ended || used < LARGE_BYTES) {
		used += read_some(scene, got + used, LARGE_BYTES + 1 - used);
		if (!scene->ended)
			turn(scene);
	}
	assert_int_equal(LARGE_BYTES, used);
	assert_memory_equal(sent, got, LARGE_BYTES);
	assert_true(stream_missed(scene->stream) == 0);
}

static void hole_is_skipped_and_counted(void **state)
{
	struct scene *scene = *state;
	auto_free char *zeros = calloc(1, LARGE_BYTES);
	char buffer[4096];
	size_t used = 0;

	memset(zeros, 'x', LARGE_BYTES);
	append(scene, zeros, LARGE_BYTES);
	if (fallocate(scene->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 65536,
		    LARGE_BYTES - 2 * 65536) < 0)
		skip_case("this file system has no holes");
	open_stream(scene);
	stream_end(scene->stream);
	while (!scene->ended) {
		turn(scene);
		for (size_t got; (got = read_some(scene, buffer, sizeof(buffer))); used += got)
			assert_null(memchr(buffer, '\0', got));
	}
	while (used < 2 * 65536)
		used += read_some(scene, buffer, sizeof(buffer));
	assert_int_equal(2 * 65536, used);
	assert_true(stream_missed(scene->stream) == LARGE_BYTES - 2 * 65536);
}

static void reader_that_goes_is_noticed(void **state)
{
	struct scene *scene = *state;

	open_stream(scene);
	cleanup_fd(&scene->output[0]);
	append(scene, "x", 1);
	while (!scene->broken)
		turn(scene);
	assert_int_equal(EPIPE, scene->broken);
	assert_false(scene->ended);
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(what_is_written_later_is_copied_then),
		scene_test(only_what_lasts_is_watched),
		scene_test(last_bytes_are_copied_before_the_end),
		scene_test(stream_without_a_file_ends),
		scene_test(slow_reader_gets_everything),
		scene_test(hole_is_skipped_and_counted),
		scene_test(reader_that_goes_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
