/* The inside of a frozen picture, shared by the files of that name only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "survey/frozen.h"

/* Where a text begins among those of the picture; 0: there is none. */
typedef uint32_t frozen_text;

enum frozen_lock { FROZEN_LOCK_NONE, FROZEN_LOCK_READ, FROZEN_LOCK_WRITE };

struct frozen_file {
	struct axe_frozen_file record;
	frozen_text path;
	enum frozen_lock lock; /* of its own process; the strongest */
	uint32_t connection; /* of a FUSE device; 0: unknown */
};

/* Shared with another process: but for these two it is what that row tells. */
struct frozen_again {
	uint32_t tgid;
	uint32_t descriptor;
	uint32_t row; /* of the files */
};

struct frozen_map {
	struct axe_frozen_map record;
	frozen_text path;
};

/* One list of records. */
struct frozen_list {
	void *rows;
	size_t row_size, count, room;
};

struct frozen_picture {
	struct frozen_list processes; /* struct axe_frozen_process */
	struct frozen_list files; /* struct frozen_file */
	struct frozen_list again; /* struct frozen_again */
	struct frozen_list told; /* uint32_t: the row of each record of a file, in their order */
	struct frozen_list maps; /* struct frozen_map */
	struct frozen_list traced; /* struct axe_frozen_traced */
	struct frozen_list texts; /* char */
	uint64_t open_files; /* told or not */
	uint64_t maps_unseen; /* processes whose memory could not be looked at */
	uint64_t took_ns;
	const char *way; /* "iterator" or "proc" */
	const char *reason; /* why it is partial; NULL: it is whole */
};

/* A new zeroed row; NULL: no memory. Rows move: hold none across this. */
void *frozen_list_add(struct frozen_list *list, size_t count);

static inline struct frozen_file *frozen_file_at(const struct frozen_picture *picture, size_t index)
{
	return &((struct frozen_file *)picture->files.rows)[index];
}

static inline const struct frozen_again *frozen_again_at(
	const struct frozen_picture *picture, size_t index)
{
	return &((const struct frozen_again *)picture->again.rows)[index];
}

/* All that are open, behind the files those that are shared. */
static inline size_t frozen_open_count(const struct frozen_picture *picture)
{
	return picture->files.count + picture->again.count;
}

static inline struct frozen_file frozen_open_at(const struct frozen_picture *picture, size_t index)
{
	const struct frozen_again *again;
	struct frozen_file file;

	if (index < picture->files.count)
		return *frozen_file_at(picture, index);
	again = frozen_again_at(picture, index - picture->files.count);
	file = *frozen_file_at(picture, again->row);
	file.record.head.tgid = again->tgid;
	file.record.descriptor = again->descriptor;
	return file;
}

static inline const struct axe_frozen_process *frozen_process_at(
	const struct frozen_picture *picture, size_t index)
{
	return &((const struct axe_frozen_process *)picture->processes.rows)[index];
}

static inline struct frozen_map *frozen_map_at(const struct frozen_picture *picture, size_t index)
{
	return &((struct frozen_map *)picture->maps.rows)[index];
}

static inline const struct axe_frozen_traced *frozen_traced_at(
	const struct frozen_picture *picture, size_t index)
{
	return &((const struct axe_frozen_traced *)picture->traced.rows)[index];
}

static inline const char *frozen_text_at(const struct frozen_picture *picture, frozen_text text)
{
	return text ? (const char *)picture->texts.rows + text : "";
}

/* NULL: the picture has no such process. */
const struct axe_frozen_process *frozen_process_of(
	const struct frozen_picture *picture, uint32_t tgid);

/* A file system whose regular files are no files: procfs and its like. */
bool frozen_is_pseudo(uint32_t magic);

/*
 * While the processes are still there: what the files are called, which locks are held, which FUSE
 * connection is served. 0, -ETIME or -ENOMEM.
 */
int frozen_resolve(
	struct frozen_picture *picture, const struct survey_host *host, uint64_t deadline_ns);

/* The way through /proc, in the shape of frozen_scan: `scanner` is a struct frozen_proc. */
struct frozen_proc {
	const struct survey_host *host;
	const char *path; /* of the group */
};
int frozen_proc_scan(void *scanner, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	frozen_handler *handler, void *handler_data);
