/* A file layer for SQLite that fails, tears, waits or kills where a test says so. */
#include "support/faulty_vfs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/faulty_parts.h"

static struct faulty_vfs *vfs_of(sqlite3_vfs *base)
{
	return (struct faulty_vfs *)base;
}

int faulty_vfs_step(struct faulty_vfs *vfs, bool *ret_kill)
{
	int code = 0;

	pthread_mutex_lock(&vfs->lock);
	vfs->steps++;
	if (vfs->has_watched && pthread_equal(vfs->watched, pthread_self()))
		vfs->my_steps++;
	if (vfs->fail_times && vfs->steps >= vfs->fail_from &&
		vfs->steps - vfs->fail_from < vfs->fail_times)
		code = vfs->code;
	*ret_kill = vfs->kill_at == vfs->steps;
	pthread_mutex_unlock(&vfs->lock);
	return code;
}

int faulty_vfs_whole_step(struct faulty_vfs *vfs)
{
	bool is_last;
	int code = faulty_vfs_step(vfs, &is_last);

	if (is_last)
		kill(getpid(), SIGKILL);
	return code;
}

static int vfs_open(
	sqlite3_vfs *base, sqlite3_filename name, sqlite3_file *file, int flags, int *ret_flags)
{
	struct faulty_vfs *vfs = vfs_of(base);
	struct faulty_file *fresh = (struct faulty_file *)file;
	int result;

	memset(file, 0, (size_t)base->szOsFile);
	fresh->vfs = vfs;
	fresh->is_log = flags & SQLITE_OPEN_WAL;
	result = vfs->real->xOpen(vfs->real, name, (sqlite3_file *)fresh->real, flags, ret_flags);
	if (result == SQLITE_OK)
		file->pMethods = &faulty_file_methods;
	return result;
}

static int vfs_delete(sqlite3_vfs *base, const char *name, int sync)
{
	if (faulty_vfs_whole_step(vfs_of(base)))
		return SQLITE_IOERR_DELETE;
	return vfs_of(base)->real->xDelete(vfs_of(base)->real, name, 0);
}

static int vfs_access(sqlite3_vfs *base, const char *name, int flags, int *result)
{
	return vfs_of(base)->real->xAccess(vfs_of(base)->real, name, flags, result);
}

static int vfs_full_name(sqlite3_vfs *base, const char *name, int size, char *ret_name)
{
	return vfs_of(base)->real->xFullPathname(vfs_of(base)->real, name, size, ret_name);
}

/* What strerror would be asked for: the injected failure, else the real layer's. */
static int vfs_last_error(sqlite3_vfs *base, int size, char *text)
{
	struct faulty_vfs *vfs = vfs_of(base);
	int code;

	pthread_mutex_lock(&vfs->lock);
	code = vfs->code;
	pthread_mutex_unlock(&vfs->lock);
	return code ? code : vfs->real->xGetLastError(vfs->real, size, text);
}

struct faulty_vfs *faulty_vfs_create(const char *name)
{
	struct faulty_vfs *vfs = calloc(1, sizeof(*vfs));

	vfs->real = sqlite3_vfs_find(NULL);
	vfs->base = *vfs->real; /* randomness, sleep and time are the real one's */
	vfs->base.zName = name;
	vfs->base.pNext = NULL;
	vfs->base.szOsFile = (int)sizeof(struct faulty_file) + vfs->real->szOsFile;
	vfs->base.xOpen = vfs_open;
	vfs->base.xDelete = vfs_delete;
	vfs->base.xAccess = vfs_access;
	vfs->base.xFullPathname = vfs_full_name;
	vfs->base.xGetLastError = vfs_last_error;
	pthread_mutex_init(&vfs->lock, NULL);
	pthread_cond_init(&vfs->turn, NULL);
	sqlite3_vfs_register(&vfs->base, 0);
	return vfs;
}

void faulty_vfs_destroy(struct faulty_vfs *vfs)
{
	sqlite3_vfs_unregister(&vfs->base);
	pthread_cond_destroy(&vfs->turn);
	pthread_mutex_destroy(&vfs->lock);
	free(vfs);
}

void faulty_vfs_kill_at(struct faulty_vfs *vfs, uint64_t step)
{
	pthread_mutex_lock(&vfs->lock);
	vfs->kill_at = vfs->steps + step;
	pthread_mutex_unlock(&vfs->lock);
}

void faulty_vfs_fail_at(struct faulty_vfs *vfs, uint64_t step, uint64_t times, int code)
{
	pthread_mutex_lock(&vfs->lock);
	vfs->fail_from = vfs->steps + step;
	vfs->fail_times = times;
	vfs->code = code;
	pthread_mutex_unlock(&vfs->lock);
}

void faulty_vfs_heal(struct faulty_vfs *vfs)
{
	faulty_vfs_fail_at(vfs, 0, 0, 0);
}

void faulty_vfs_hold_syncs(struct faulty_vfs *vfs)
{
	pthread_mutex_lock(&vfs->lock);
	vfs->hold = true;
	pthread_mutex_unlock(&vfs->lock);
}

void faulty_vfs_release_syncs(struct faulty_vfs *vfs)
{
	pthread_mutex_lock(&vfs->lock);
	vfs->hold = false;
	pthread_cond_broadcast(&vfs->turn);
	pthread_mutex_unlock(&vfs->lock);
}

void faulty_vfs_wait_held(struct faulty_vfs *vfs)
{
	pthread_mutex_lock(&vfs->lock);
	while (!vfs->held)
		pthread_cond_wait(&vfs->turn, &vfs->lock);
	pthread_mutex_unlock(&vfs->lock);
}

void faulty_vfs_watch_me(struct faulty_vfs *vfs)
{
	pthread_mutex_lock(&vfs->lock);
	vfs->watched = pthread_self();
	vfs->has_watched = true;
	vfs->my_steps = 0;
	pthread_mutex_unlock(&vfs->lock);
}

static uint64_t read_number(struct faulty_vfs *vfs, const uint64_t *number)
{
	uint64_t value;

	pthread_mutex_lock(&vfs->lock);
	value = *number;
	pthread_mutex_unlock(&vfs->lock);
	return value;
}

uint64_t faulty_vfs_steps(struct faulty_vfs *vfs)
{
	return read_number(vfs, &vfs->steps);
}

uint64_t faulty_vfs_my_steps(struct faulty_vfs *vfs)
{
	return read_number(vfs, &vfs->my_steps);
}

bool faulty_vfs_log_is_dirty(struct faulty_vfs *vfs)
{
	bool dirty;

	pthread_mutex_lock(&vfs->lock);
	dirty = vfs->dirty;
	pthread_mutex_unlock(&vfs->lock);
	return dirty;
}
