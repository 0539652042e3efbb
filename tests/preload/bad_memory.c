/*
 * An allocator of the tests' own, preloaded into a supervisor: the n-th request, or the n-th of one
 * call stack, and some after it get nothing.
 */
#include "bad_calls.h"

#include <dlfcn.h>
#include <grp.h>
#include <stddef.h>
#include <unwind.h>

#define FRAMES 48

/* The real one, by the names under which glibc keeps it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/*
 * glibc aborts, or worse, where there is no memory to load its name service in: a supervisor loads
 * it when it starts, and it is not what is tried here.
 */
__attribute__((constructor(101))) static void load_name_service(void)
{
	if (strcmp(program_invocation_short_name, "axed") == 0)
		getgrnam("axe-admin");
}

struct walk {
	uint64_t places[FRAMES];
	int count;
};

/* Where in its library, so that it has one name wherever that is loaded. */
static uint64_t place_of(uintptr_t address)
{
	struct dl_find_object object;

	if (_dl_find_object((void *)address, &object))
		return address;
	return (address - (uintptr_t)object.dlfo_map_start) * 31 +
	       (uint64_t)((char *)object.dlfo_map_end - (char *)object.dlfo_map_start);
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *data)
{
	struct walk *walk = data;
	uint64_t place = place_of(_Unwind_GetIP(context));

	/* However deep something calls itself, it has one name. */
	for (int at = 0; at < walk->count; at++)
		if (walk->places[at] == place)
			return _URC_NO_REASON;
	walk->places[walk->count++] = place;
	return walk->count < FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static uint64_t name_stack(void)
{
	struct walk walk = { 0 };
	uint64_t name = 14695981039346656037u;

	_Unwind_Backtrace(visit, &walk);
	for (int at = 0; at < walk.count; at++)
		name = (name ^ walk.places[at]) * 1099511628211u;
	return name | 1;
}

static void write_down(uint64_t name)
{
	for (uint64_t at = name >> 20, tries = 0; tries < STACKS; at++, tries++) {
		struct stack *stack = &calls->stacks[at % STACKS];
		uint64_t nobody = 0;

		if (atomic_compare_exchange_strong(&stack->name, &nobody, name) || nobody == name) {
			stack->seen++;
			return;
		}
	}
}

/* Whether this request is one of those that are told apart. */
static bool is_meant(void)
{
	uint64_t name = calls->naming || (calls->stack && !calls->hits) ? name_stack() : 0;

	if (calls->naming)
		write_down(name);
	return !calls->stack || calls->hits || calls->stack == name;
}

static bool is_refused(void)
{
	int saved = errno;
	bool refused = counts(KIND_MEMORY) && is_meant() && judge_counted() != 0;

	errno = refused ? ENOMEM : saved;
	return refused;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}
