/* POSIX shared memory, semaphores and message queues: the files below /dev/shm and /dev/mqueue. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "survey/source.h"

/* More names than this are not listed, which is said. */
#define NAMES_MAX 10000

/* A folder that did not change for so long has changed for good. */
#define SETTLED_S 2

struct ipc_folder {
	const char *path;
	const char *kind;
};

static const struct ipc_folder folders[] = {
	{ "dev/shm", "posix_shm" },
	{ "dev/mqueue", "posix_mqueue" },
};

/* A name that is no UTF-8 is escaped, and then no command can be made of it. */
static int take_entry(int folder, const struct ipc_folder *kind, const char *name, json_t *objects)
{
	json_t *text = json_text(name, strlen(name));
	char key[512];
	struct stat info;

	if (!text)
		return -ENOMEM;
	snprintf(key, sizeof(key), "/%s/%s", kind->path, json_string_value(text));
	bool plain = strcmp(json_string_value(text), name) == 0;
	json_decref(text);
	if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* gone meanwhile */
	return json_object_set_new(objects, key,
		       json_pack("{s:i, s:I, s:I, s:b, s:b}", "form", (int)(kind - folders),
			       "inode", (json_int_t)info.st_ino, "uid", (json_int_t)info.st_uid,
			       "folder", S_ISDIR(info.st_mode), "plain", plain))
		       ? -ENOMEM
		       : 0;
}

static int take_folder(const struct survey_host *host, const struct ipc_folder *kind,
	json_t *objects, struct error *error)
{
	int fd = openat(host->root, kind->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	unsigned count = 0;
	int code = 0;
	DIR *folder;

	if (fd < 0) /* not mounted: nothing of it can be left */
		return errno == ENOENT ? 0 : fail(error, errno, "open `/%s`", kind->path);
	folder = fdopendir(fd);
	if (!folder) {
		code = fail(error, errno, "list `/%s`", kind->path);
		close(fd);
		return code;
	}
	while (code == 0 && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (++count > NAMES_MAX)
			code = fail_plain(error, E2BIG, "`/%s` has more than %d names", kind->path,
				NAMES_MAX);
		else if (take_entry(fd, kind, entry->d_name, objects) < 0)
			code = fail(error, ENOMEM, "list `/%s`", kind->path);
	}
	closedir(folder);
	return code;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	int code = 0;

	for (size_t index = 0; code == 0 && index < sizeof(folders) / sizeof(*folders); index++)
		code = take_folder(host, &folders[index], objects, error);
	return code;
}

/*
 * The time of a folder tells of every name that came or went, but only to the tick: what has just
 * changed may change again without being told.
 */
static int stamp_folder(const struct survey_host *host, const char *path, FILE *stream)
{
	struct timespec now;
	struct stat info;

	if (fstatat(host->root, path, &info, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec - info.st_mtim.tv_sec < SETTLED_S)
		return -EAGAIN;
	fprintf(stream, "%ju %ju %jd.%09ld\n", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino,
		(intmax_t)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
	return 0;
}

static int stamp(const struct survey_host *host, FILE *stream)
{
	int code = 0;

	for (size_t index = 0; code == 0 && index < sizeof(folders) / sizeof(*folders); index++)
		code = stamp_folder(host, folders[index].path, stream);
	return code;
}

/* The kernel keeps who owns such a file, not which process made it. */
static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const json_t *facts = change->after;

	if (!facts)
		return 0;
	ret_finding->kind = folders[json_integer_value(json_object_get(facts, "form"))].kind;
	if (finding_set_object(ret_finding, "%s", change->key) < 0 ||
		finding_set_evidence(ret_finding, "%s (user %lld); nothing says who made it",
			change->before ? "was replaced by another" : "is still there",
			json_integer_value(json_object_get(facts, "uid"))) < 0)
		return -ENOMEM;
	if (json_is_true(json_object_get(facts, "plain")) &&
		finding_set_remedy(ret_finding, false, "rm", "-r", "--", change->key, NULL) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_posix_ipc = {
	.name = "posix_ipc",
	.take = take,
	.explain = explain,
	.stamp = stamp,
};
