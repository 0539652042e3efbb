/* As whom a program runs: the owner of its job, or whom its manifest names. */
#include "engine/surroundings_user.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/identity.h"
#include "engine/surroundings.h"
#include "model/assessment.h"

/* A user without an entry has a number, and no home. */
static int name_owner(
	struct surroundings *surroundings, const struct identity *owner, struct error *error)
{
	int code = spawn_user(owner->uid, &surroundings->user, &surroundings->home, error);

	if (code != -ENOENT)
		return code;
	surroundings->home = strdup("/");
	if (asprintf(&surroundings->user, "%u", owner->uid) < 0)
		surroundings->user = NULL;
	return surroundings->user && surroundings->home
		       ? 0
		       : fail(error, ENOMEM, "name the user with uid %u", owner->uid);
}

/* Whatever the manifest says: who may not name another is not asked. */
int surroundings_become_owner(
	struct surroundings *surroundings, const struct identity *owner, struct error *error)
{
	struct spawn_plan *plan = &surroundings->plan;

	plan->uid = owner->uid;
	plan->gid = owner->gid;
	plan->groups = owner->groups;
	plan->groups_count = owner->groups_count;
	plan->set_credentials = true;
	plan->no_new_privileges = true;
	return name_owner(surroundings, owner, error);
}

int surroundings_become_user(
	struct surroundings *surroundings, const struct assessment *assessment, struct error *error)
{
	struct spawn_plan *plan = &surroundings->plan;
	int code;

	if (!assessment->user)
		return 0;
	surroundings->user = strdup(assessment->user);
	if (!surroundings->user)
		return fail(error, ENOMEM, "prepare `%s`", assessment->name);
	code = spawn_credentials(assessment->user, &plan->uid, &plan->gid, &surroundings->groups,
		&plan->groups_count, &surroundings->home, error);
	if (code < 0)
		return code;
	plan->set_credentials = true;
	plan->groups = surroundings->groups;
	return 0;
}

int surroundings_check_owned(const struct surroundings *surroundings, struct error *error)
{
	for (unsigned i = 0; i < surroundings->plan.rlimits_count; i++) {
		const struct spawn_rlimit *limit = &surroundings->rlimits[i];
		struct rlimit own;

		if (getrlimit((__rlimit_resource_t)limit->resource, &own) < 0)
			return fail(error, errno, "read the resource limits");
		if (limit->value.rlim_max > own.rlim_max) {
			fail_plain(error, EPERM,
				"a limit of %llu is over the %llu that the supervisor has itself",
				(unsigned long long)limit->value.rlim_max,
				(unsigned long long)own.rlim_max);
			return fail_advice(error, "only root may raise it");
		}
	}
	return 0;
}
