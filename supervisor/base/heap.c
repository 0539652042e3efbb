/* The memory of the process, and which of its children get a copy of it. */
#include "base/heap.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/libraries.h"

/* Where the linker ends the program: the kernel begins the heap behind that, at its own choice. */
extern char end[];

/*
 * Most of what an assessment needs for a moment is half as large; what is needed anew all the time
 * shall not be given back each time, either.
 */
#define LARGE_BYTES    (128 * 1024)
#define FREE_TOP_BYTES (512 * 1024)

/* Of the process, as the heap is. */
static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;
static bool libraries_kept; /* under `forking` */

/* What is not mapped in between is passed by. A program that its loader was told to load may have
 * its heap below it: then there is nothing that is known to be the heap alone. */
static void advise(int advice)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), top = (uintptr_t)sbrk(0);
	uintptr_t bottom = ((uintptr_t)end + page - 1) & ~(page - 1);

	if (top > bottom)
		(void)madvise((void *)bottom, top - bottom, advice);
}

void heap_keep_single(void)
{
	mallopt(M_ARENA_MAX, 1);
}

void heap_map_large(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, FREE_TOP_BYTES);
}

void heap_withhold(void)
{
	pthread_mutex_lock(&forking);
	advise(MADV_DONTFORK);
}

void heap_give(void)
{
	advise(MADV_DOFORK);
	pthread_mutex_unlock(&forking);
}

void heap_keep_libraries(void)
{
	pthread_mutex_lock(&forking);
	libraries_kept = true;
	libraries_withhold();
	pthread_mutex_unlock(&forking);
}

void heap_trim(void)
{
	malloc_trim(0);
}

pid_t heap_fork(void)
{
	pid_t pid;

	pthread_mutex_lock(&forking);
	if (libraries_kept)
		libraries_give();
	pid = fork();
	if (libraries_kept && pid != 0)
		libraries_withhold();
	pthread_mutex_unlock(&forking);
	return pid;
}
