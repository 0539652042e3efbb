/* The files of the faulty layer: each call goes through, unless its step was chosen. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "support/faulty_parts.h"

static struct faulty_file *file_of(sqlite3_file *base)
{
	return (struct faulty_file *)base;
}

static sqlite3_file *real_of(sqlite3_file *base)
{
	return (sqlite3_file *)file_of(base)->real;
}

static int file_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	struct faulty_vfs *vfs = file_of(file)->vfs;
	bool is_last;
	int code = faulty_vfs_step(vfs, &is_last);

	/* A disk that runs full takes a part. */
	if (is_last || code)
		real_of(file)->pMethods->xWrite(real_of(file), data, size / 2, offset);
	if (is_last)
		kill(getpid(), SIGKILL);
	if (code)
		return code == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	if (file_of(file)->is_log) {
		pthread_mutex_lock(&vfs->lock);
		vfs->dirty = true;
		pthread_mutex_unlock(&vfs->lock);
	}
	return real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (faulty_vfs_whole_step(file_of(file)->vfs))
		return SQLITE_IOERR_TRUNCATE;
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
	struct faulty_vfs *vfs = file_of(file)->vfs;

	if (faulty_vfs_whole_step(vfs))
		return SQLITE_IOERR_FSYNC;
	pthread_mutex_lock(&vfs->lock);
	vfs->held++;
	pthread_cond_broadcast(&vfs->turn);
	while (vfs->hold)
		pthread_cond_wait(&vfs->turn, &vfs->lock);
	vfs->held--;
	if (file_of(file)->is_log)
		vfs->dirty = false;
	pthread_mutex_unlock(&vfs->lock);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **address)
{
	if (extend && faulty_vfs_whole_step(file_of(file)->vfs))
		return SQLITE_IOERR_SHMSIZE;
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, address);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

/* Version 2: no memory mapping of the file itself, which would pass by. */
const sqlite3_io_methods faulty_file_methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_characteristics,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};
