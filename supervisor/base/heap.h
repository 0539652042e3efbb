/* The memory of the process, and which of its children get a copy of it. */
#pragma once

#include <sys/types.h>

/*
 * From now on all threads share the one heap that can be withheld, instead of getting some of their
 * own. Once, at the start of a program, before there are threads.
 */
void heap_keep_single(void);

/*
 * From now on what is large goes back to the host when it is freed, at the price of a mapping of
 * its own: malloc would take the largest that was ever freed for a usual size, and leave holes of
 * it in the heap for good. Once, like that.
 */
void heap_map_large(void);

/*
 * Until it is given again, a child that is cloned by hand gets no copy of the heap: neither the
 * copy of its page tables nor the faults on both sides behind it have to be paid for. Such a child
 * may use what is static, on the stack or mapped by itself, and nothing else. Only a matter of
 * time: where it cannot be done, the child gets all. Every other fork of the process waits.
 */
void heap_withhold(void);
void heap_give(void);

/*
 * From now on the same goes for the libraries that only the process itself calls, all the time.
 * Behind the last fork() of the process that is not heap_fork(): its child would have none of them.
 */
void heap_keep_libraries(void);

/* Behind what took much once: what is free goes back to the host. Others wait meanwhile. */
void heap_trim(void);

/* fork(), for a child that needs the heap and the libraries; from any thread. */
pid_t heap_fork(void);
