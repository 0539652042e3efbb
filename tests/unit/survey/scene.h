/* A recorded host with two processes, and what a look at them hands out. */
#pragma once

#include "survey/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "recorded.h"

#define OTHER_PID 4712

/* What the scanner of a test hands out. */
struct scene {
	struct recorded recorded;
	struct axe_frozen_process processes[2];
	struct axe_frozen_file files[8];
	struct axe_frozen_again again; /* behind the files */
	struct axe_frozen_map map;
	struct axe_frozen_traced traced;
	size_t files_count;
	int code;
};

static inline int scan(void *scanner, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	frozen_handler *handler, void *data)
{
	struct scene *scene = scanner;

	assert_int_equal(group_id, 77);
	assert_int_equal(level, 3);
	for (size_t i = 0; i < scene->files_count; i++)
		assert_int_equal(handler(&scene->files[i].head, sizeof(scene->files[i]), data), 0);
	if (scene->again.head.type) {
		int code = handler(&scene->again.head, sizeof(scene->again), data);

		if (code < 0)
			return code;
	}
	if (scene->map.head.type)
		assert_int_equal(handler(&scene->map.head, sizeof(scene->map), data), 0);
	if (scene->traced.head.type)
		assert_int_equal(handler(&scene->traced.head, sizeof(scene->traced), data), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			handler(&scene->processes[i].head, sizeof(scene->processes[i]), data), 0);
	return scene->code;
}

static inline void begin(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->processes[0] = (struct axe_frozen_process){ .head = { AXE_FROZEN_PROCESS, OUR_PID },
		.start_ns = 1,
		.parent = 1,
		.files = 4,
		.comm = "writer" };
	scene->processes[1] =
		(struct axe_frozen_process){ .head = { AXE_FROZEN_PROCESS, OTHER_PID },
			.start_ns = 1,
			.parent = OUR_PID,
			.files = 3,
			.comm = "other" };
	recorded_begin(&scene->recorded);
	recorded_write(&scene->recorded, "data/file", "0123456789");
}

static inline void end(struct scene *scene)
{
	recorded_end(&scene->recorded);
}

/* A descriptor of data/file, as /proc would show it. */
static inline struct axe_frozen_file *add_file(
	struct scene *scene, uint32_t pid, uint32_t descriptor)
{
	struct axe_frozen_file *file = &scene->files[scene->files_count++];
	char path[128];
	struct stat info;

	assert_int_equal(fstatat(scene->recorded.host.root, "data/file", &info, 0), 0);
	*file = (struct axe_frozen_file){ .head = { AXE_FROZEN_FILE, pid },
		.descriptor = descriptor,
		.flags = O_WRONLY,
		.position = 4,
		.size = 10,
		.inode = info.st_ino,
		.device = major(info.st_dev) << 20 | minor(info.st_dev),
		.magic = EXT4_SUPER_MAGIC,
		.links = 1,
		.mode = S_IFREG | 0644,
		.marks = AXE_FROZEN_WRITES };
	snprintf(path, sizeof(path), "proc/%u/fd/none", pid);
	recorded_write(&scene->recorded, path, "");
	snprintf(path, sizeof(path), "%s/proc/%u/fd/%u", scene->recorded.path, pid, descriptor);
	assert_int_equal(symlink("/data/file", path), 0);
	return file;
}

static inline struct frozen_picture *take(struct scene *scene)
{
	const struct frozen_group group = { "/no/such/group", 77, 3 };
	struct frozen_picture *picture = NULL;
	struct error error = { 0 };

	if (frozen_picture_take(&scene->recorded.host, &group, FROZEN_BUDGET_NS_DEFAULT, scan,
		    scene, &picture, &error) < 0)
		fail_msg("%s", error.text);
	return picture;
}

/* The only finding; NULL: there is none. */
static inline json_t *judge(struct scene *scene, const char *const *ignored)
{
	struct frozen_picture *picture = take(scene);
	json_t *findings = frozen_picture_findings(picture, &scene->recorded.host, ignored), *row;

	assert_non_null(findings);
	assert_true(json_array_size(findings) <= 1);
	row = json_incref(json_array_get(findings, 0));
	json_decref(findings);
	frozen_picture_destroy(picture);
	return row;
}

static inline void assert_silent(struct scene *scene)
{
	json_t *row = judge(scene, NULL);

	assert_null(row);
}
