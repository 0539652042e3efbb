/* What a child finds of us: a copy of its plan, in memory that nothing else lies in. */
#include "confine/bequest.h"

#include <errno.h>
#include <linux/filter.h>
#include <paths.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "confine/candidates.h"
#include "confine/heritage.h"
#include "confine/spawn.h"

#define ALIGNMENT  alignof(max_align_t)
#define ROOM_BYTES (16 * 1024)

/* Packed twice: without memory, to know how much is needed; then in earnest. */
struct parcel {
	char *memory; /* NULL: it is only measured */
	size_t used;
};

static void *reserve(struct parcel *parcel, size_t size)
{
	char *place = parcel->memory ? parcel->memory + parcel->used : NULL;

	parcel->used += (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	return place;
}

/* NULL: there is nothing to copy, or it is only measured. */
static void *put(struct parcel *parcel, const void *data, size_t size)
{
	void *place = data ? reserve(parcel, size) : NULL;

	return place ? memcpy(place, data, size) : NULL;
}

static char *put_text(struct parcel *parcel, const char *text)
{
	return put(parcel, text, text ? strlen(text) + 1 : 0);
}

static size_t texts_count(const char *const *texts)
{
	size_t count = 0;

	while (texts && texts[count])
		count++;
	return count;
}

static const char **put_texts(struct parcel *parcel, const char *const *texts)
{
	size_t count = texts_count(texts);
	const char **copies = put(parcel, texts, (count + 1) * sizeof(*texts));

	for (size_t i = 0; i < count; i++) {
		const char *copy = put_text(parcel, texts[i]);

		if (copies)
			copies[i] = copy;
	}
	return copies;
}

/* {"/bin/sh", candidate, argv[1], ...}, the candidate still empty. `argv` is a copy already. */
static const char **put_shell_argv(struct parcel *parcel, const char *const *argv, size_t count)
{
	const char **shell_argv = reserve(parcel, (count + 2) * sizeof(*shell_argv));

	if (!shell_argv)
		return NULL;
	shell_argv[0] = _PATH_BSHELL;
	shell_argv[1] = NULL;
	memcpy(shell_argv + 2, argv + 1, count * sizeof(*argv));
	return shell_argv;
}

static const struct sock_fprog *put_filter(struct parcel *parcel, const struct sock_fprog *filter)
{
	struct sock_fprog *copy = put(parcel, filter, sizeof(*filter));
	struct sock_filter *lines =
		filter ? put(parcel, filter->filter, filter->len * sizeof(*lines)) : NULL;

	if (copy)
		copy->filter = lines;
	return copy;
}

static struct spawn_plan copy_spawn_plan(struct parcel *parcel, const struct spawn_plan *plan)
{
	struct spawn_plan copy = *plan;

	copy.procs_fds =
		put(parcel, plan->procs_fds, plan->procs_fds_count * sizeof(*plan->procs_fds));
	copy.argv = put_texts(parcel, plan->argv);
	copy.environment = put_texts(parcel, plan->environment);
	copy.path = put_text(parcel, plan->path);
	copy.workdir = put_text(parcel, plan->workdir);
	copy.stdin_path = put_text(parcel, plan->stdin_path);
	copy.heritage = put(parcel, plan->heritage, sizeof(*plan->heritage));
	copy.rlimits = put(parcel, plan->rlimits, plan->rlimits_count * sizeof(*plan->rlimits));
	copy.filter = put_filter(parcel, plan->filter);
	copy.groups = put(parcel, plan->groups, plan->groups_count * sizeof(*plan->groups));
	return copy;
}

/* NULL: it is only measured. */
static struct child_plan *pack(struct parcel *parcel, const struct child_plan *child)
{
	const struct spawn_plan spawn = copy_spawn_plan(parcel, child->spawn);
	const struct child_plan copy = {
		.spawn = put(parcel, &spawn, sizeof(spawn)),
		.candidates = put_texts(parcel, child->candidates),
		.shell_argv = put_shell_argv(parcel, spawn.argv, texts_count(child->spawn->argv)),
		.report = child->report,
	};

	return put(parcel, &copy, sizeof(copy));
}

/* Rather more than is needed now, so that what follows finds it large enough. */
static int make_room(struct bequest *bequest, size_t size)
{
	void *memory;

	if (bequest->memory && size <= bequest->size)
		return 0;
	size = (size + ROOM_BYTES - 1) & ~(size_t)(ROOM_BYTES - 1);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		return -ENOMEM;
	bequest_destroy(bequest);
	*bequest = (struct bequest){ .memory = memory, .size = size };
	return 0;
}

int bequest_fill(const struct spawn_plan *plan, int report, struct bequest *bequest)
{
	auto_free const char **candidates =
		candidates_create(plan->argv[0], plan->path, plan->environment);
	const struct child_plan child = {
		.spawn = plan,
		.candidates = candidates,
		.report = report,
	};
	struct parcel parcel = { .memory = NULL };

	if (!candidates)
		return -ENOMEM;
	pack(&parcel, &child);
	if (make_room(bequest, parcel.used) < 0)
		return -ENOMEM;
	parcel = (struct parcel){ .memory = bequest->memory };
	bequest->plan = pack(&parcel, &child);
	return 0;
}

void bequest_destroy(struct bequest *bequest)
{
	if (bequest->memory)
		munmap(bequest->memory, bequest->size);
}
