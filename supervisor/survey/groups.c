/* Control groups made outside of our own tree: all hierarchies that are mounted. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/notices.h"
#include "survey/source.h"

/* More are not listed, which is said. */
#define GROUPS_MAX 10000

/* Slices and services, users and containers. What is deeper belongs to a tree that somebody was
 * handed, and to list it all costs milliseconds on a busy host. */
#define DEPTH_MAX 1

/*
 * What begins so is a supervisor's own, and it removes what its tests leave below: but not in a
 * hierarchy of a name and no controllers (name=systemd), where it never makes any. A program that
 * looks up its own group and makes one there makes all those above it, too.
 */
#define OUR_PREFIX    "axe"
#define OUR_DEPTH_MAX 32

struct taking {
	const struct survey_host *host;
	json_t *objects; /* NULL: only their names are wanted */
	FILE *names;
	unsigned count;
	size_t mount_length; /* of the path of the hierarchy's mount */
	bool named; /* nothing in it is a supervisor's own */
	unsigned depth_max;
};

static int take_group(struct taking *taking, const char *path, unsigned depth);

/* A directory has two links more than directories in it: most groups need not be opened. */
static bool has_below(int folder, const char *name)
{
	struct stat info;

	return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_nlink != 2;
}

/* Before it is looked at: so nothing comes in between. */
static void watch(const struct taking *taking, const char *path)
{
	if (taking->objects && taking->host->notices)
		notices_watch(taking->host->notices, taking->host->root, path);
}

static bool has_our_name(const char *name)
{
	return strncmp(name, OUR_PREFIX, strlen(OUR_PREFIX)) == 0;
}

static int note_group(struct taking *taking, const char *path)
{
	const char *below = path + taking->mount_length;
	json_t *facts;

	if (!taking->objects)
		return fprintf(taking->names, "%zu %s\n", taking->mount_length, path) < 0 ? -ENOMEM
											  : 0;
	facts = json_pack("{s:o}", "path", json_text(below, strlen(below)));
	return json_object_set_new(taking->objects, path, facts) ? -ENOMEM : 0;
}

static int take_entry(
	struct taking *taking, const char *path, int folder, const char *name, unsigned depth)
{
	char below[PATH_MAX];
	int code;

	if (snprintf(below, sizeof(below), "%s/%s", path, name) >= (int)sizeof(below))
		return 0;
	if (++taking->count > GROUPS_MAX)
		return -E2BIG;
	code = note_group(taking, below);
	if (code < 0)
		return code;
	if (depth == 0)
		taking->depth_max = has_our_name(name) ? OUR_DEPTH_MAX : DEPTH_MAX;
	if (depth >= taking->depth_max)
		return 0;
	watch(taking, below);
	return has_below(folder, name) ? take_group(taking, below, depth + 1) : 0;
}

static bool is_outside(const struct taking *taking, const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
	       (taking->named || !has_our_name(entry->d_name));
}

static int take_group(struct taking *taking, const char *path, unsigned depth)
{
	int fd = openat(taking->host->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = 0;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		cleanup_fd(&fd);
		return 0; /* gone meanwhile */
	}
	while (code == 0 && (entry = readdir(folder)))
		if (is_outside(taking, entry))
			code = take_entry(taking, path, fd, entry->d_name, depth);
	closedir(folder);
	return code;
}

/* "cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0" */
static int take_mount(char *line, void *data)
{
	char *rest = line, *point, *type, *options;
	struct taking *taking = data;

	strsep(&rest, " ");
	point = strsep(&rest, " ");
	type = strsep(&rest, " ");
	options = strsep(&rest, " ");
	if (!options || (strcmp(type, "cgroup") != 0 && strcmp(type, "cgroup2") != 0))
		return 0;
	line_unescape(point);
	taking->mount_length = strlen(point + 1);
	taking->named = strstr(options, ",name=") != NULL;
	watch(taking, point + 1);
	return has_below(taking->host->root, point + 1) ? take_group(taking, point + 1, 0) : 0;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	struct taking taking = { .host = host, .objects = objects };
	int code;

	if (host->notices)
		notices_begin(host->notices);
	code = mounts_read(host, take_mount, &taking);
	if (code == -E2BIG)
		return fail_plain(error, E2BIG, "there are more than %d groups", GROUPS_MAX);
	return code < 0 && code != -ENOENT ? fail(error, -code, "list control groups") : 0;
}

static int note_mount(char *line, void *data)
{
	return strstr(line, " cgroup") && fprintf(data, "%s\n", line) < 0 ? -ENOMEM : 0;
}

/* That nobody told of any; else the walk itself, without making an object of each of hundreds that
 * nobody touches. */
static int stamp(const struct survey_host *host, FILE *stream)
{
	struct taking taking = { .host = host, .names = stream };
	uint64_t number = host->notices ? notices_number(host->notices) : 0;
	int code;

	if (number)
		fprintf(stream, "%" PRIu64 "\n", number);
	code = number ? mounts_read(host, note_mount, stream)
		      : mounts_read(host, take_mount, &taking);
	return code == -ENOENT ? 0 : code;
}

/* Whether it stands below the assessment's own group, or alone above it in another hierarchy. */
static bool bears_name(const char *path, const char *group)
{
	size_t length = strlen(path), own = strlen(group);

	if (length >= own)
		return strncmp(path, group, own) == 0 && (path[own] == '/' || !path[own]);
	return strncmp(group, path, length) == 0 && group[length] == '/' && strchr(path + 1, '/');
}

/* A group has an owner and a birth; of who made it the kernel keeps nothing, but who looks up its
 * own group's name and makes one of that name says so by it. */
static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	auto_free char *path = NULL;
	bool named;

	if (change->before || !change->after)
		return 0;
	if (asprintf(&path, "/%s", change->key) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	named = suspects->group &&
		bears_name(
			json_string_value(json_object_get(change->after, "path")), suspects->group);
	if (named)
		ret_finding->certainty = CERTAINTY_LIKELY;
	ret_finding->kind = "group";
	if (finding_set_object(ret_finding, "%s", path) < 0 ||
		finding_set_evidence(ret_finding, "was made outside and still is there%s",
			named ? "; it has the name of the assessment's own group" : "") < 0 ||
		finding_set_remedy(ret_finding, ret_finding->certainty >= CERTAINTY_LIKELY, "rmdir",
			"--", path, NULL) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_groups = {
	.name = "groups",
	.take = take,
	.explain = explain,
	.stamp = stamp,
};
