/* One group with limits, and children that are born into it. */
#pragma once

#include "confine/limits.h"
#include "tests/kernel/confine/birth.h"

#define MIB (UINT64_C(1) << 20)

/* The hierarchy is the host's own, so that v1 groups too get the test's unique name. */
int bounds_setup(struct nursery *nursery);
int bounds_teardown(struct nursery *nursery);

struct bounds {
	struct nursery *nursery;
	char path[128];
	struct group *group;
	struct limit_set *set;
	int procs[LIMIT_SET_DESCRIPTORS];
};

/* What limit_set_create says; the group is there in any case, until bounds_end. */
int bounds_try(struct bounds *bounds, struct nursery *nursery, const char *name,
	const struct limits *limits, struct error *error);
void bounds_make(struct bounds *bounds, struct nursery *nursery, const char *name,
	const struct limits *limits);
void bounds_end(struct bounds *bounds);

/* {value} of one limit, to be added to others. */
void limits_add(struct limits *limits, enum limit_kind kind, uint64_t value);

void bounds_prepare(struct bounds *bounds, struct birth *birth, const char *const *argv);

/* Started, and past its execve; to be ended by bounds_stop. */
struct running {
	struct birth birth;
	struct spawned spawned;
};
void bounds_start(struct bounds *bounds, struct running *running, const char *const *argv);
void bounds_stop(struct bounds *bounds, struct running *running);

/* Where the host keeps `kind` for the group `name` ("": for the parent of them all). */
const char *bounds_home(const struct nursery *nursery, enum limit_kind kind, const char *name);
bool bounds_is_v1(const struct nursery *nursery, enum limit_kind kind);

void attribute_is(const char *group, const char *name, const char *expected);
