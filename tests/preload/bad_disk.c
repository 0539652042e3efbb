/*
 * A disk of the tests' own, preloaded into a supervisor: slow to sync, refusing to, or gone with
 * its writer in the middle of a line. What it does and has done stands in a file that the test
 * maps, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* As tests/story/bad_disk.py has it. */
struct bad_disk {
	_Atomic uint64_t sync_ms; /* how much longer a sync takes */
	_Atomic uint64_t syncs; /* that were slowed */
	_Atomic uint64_t inside; /* that are being slowed right now */
	_Atomic uint64_t tear; /* 1: the next write to a trace happens by half, then we are dead */
	_Atomic uint64_t refuse; /* 1: nothing below a job's folder is synced: EIO */
};

static struct bad_disk *disk;

__attribute__((constructor)) static void find_disk(void)
{
	const char *path = getenv("AXE_BAD_DISK");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map = fd < 0 ? MAP_FAILED
			   : mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED) {
		fputs("bad_disk: AXE_BAD_DISK names no file that can be mapped\n", stderr);
		_exit(EXIT_FAILURE);
	}
	disk = map;
	close(fd);
}

static void wait_ms(uint64_t ms)
{
	struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0)
		continue;
}

static void slow_down(void)
{
	uint64_t ms = disk->sync_ms;

	if (!ms)
		return;
	disk->syncs++;
	disk->inside++;
	wait_ms(ms);
	disk->inside--;
}

static ssize_t read_path(int fd, char *path, size_t size)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, path, size);
}

static int is_of_job(int fd)
{
	static const char folder[] = "/jobs/";
	char path[4096];
	ssize_t size = read_path(fd, path, sizeof(path));

	return size > 0 && memmem(path, (size_t)size, folder, sizeof(folder) - 1);
}

int fsync(int fd)
{
	if (disk->refuse && is_of_job(fd)) {
		errno = EIO;
		return -1;
	}
	slow_down();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	slow_down();
	return (int)syscall(SYS_fdatasync, fd);
}

int sync_file_range(int fd, off_t offset, off_t size, unsigned flags)
{
	slow_down();
	return (int)syscall(SYS_sync_file_range, fd, offset, size, flags);
}

int msync(void *address, size_t size, int flags)
{
	slow_down();
	return (int)syscall(SYS_msync, address, size, flags);
}

int syncfs(int fd)
{
	slow_down();
	return (int)syscall(SYS_syncfs, fd);
}

void sync(void)
{
	slow_down();
	syscall(SYS_sync);
}

static int is_trace(int fd)
{
	static const char name[] = "/trace.ndjson";
	char path[4096];
	ssize_t size = read_path(fd, path, sizeof(path));

	return size >= (ssize_t)sizeof(name) - 1 &&
	       !memcmp(path + size - (sizeof(name) - 1), name, sizeof(name) - 1);
}

ssize_t write(int fd, const void *data, size_t size)
{
	size_t half = size / 2;

	if (!disk || !disk->tear || size < 4 || !is_trace(fd))
		return syscall(SYS_write, fd, data, size);
	/* In the middle of a line, wherever the half falls. */
	while (((const char *)data)[half - 1] == '\n')
		half--;
	syscall(SYS_write, fd, data, half);
	kill(getpid(), SIGKILL);
	return -1;
}
