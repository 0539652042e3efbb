/*
 * Births without a copy: the child shares our memory until it executes its program.
 *
 * The thread that gives birth stands still until then, in the kernel, for as long as a frozen group
 * or a file system that hangs makes it (CLONE_VFORK: without it, the OOM killer would end all who
 * share the memory of one whom it has chosen). So it is never the caller's own, but a midwife's;
 * one that does not come back is left where it is, and another one called.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct midwife;
struct midwives;
struct spawn_plan;

/* A sanitizer keeps account of stacks, and the child's is none that it knows. Elsewhere nobody has
 * written the few lines that need a processor's own language. */
#if defined(__has_feature)
#define MIDWIVES_CLANG_SANITIZES                                                                   \
	(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define MIDWIVES_CLANG_SANITIZES 0
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&      \
	!MIDWIVES_CLANG_SANITIZES
#define MIDWIVES_SHARE 1
#else
#define MIDWIVES_SHARE 0
#endif

int midwives_create(struct midwives **ret_midwives);

/* Those who do not come back are left; a child that one of them bore may get the signal that it
 * asked for at its parent's end. NULL is fine. */
void midwives_destroy(struct midwives *midwives);
DEFINE_CLEANUP(midwives)

/*
 * Have one of them give birth, and do something else meanwhile: midwife_await must follow. The plan
 * may go, but what it has open stays so until then, as does `report`, the child's end of the pipe.
 * NULL: nobody is to be had, or it is no plan for this; it is to be born otherwise.
 */
struct midwife *midwives_call(struct midwives *midwives, const struct spawn_plan *plan, int report);

/* As soon as the child exists: it with its pidfd, or -errno of the clone. Nobody may ask her twice.
 */
pid_t midwife_await(struct midwife *midwife, int *ret_pidfd);
