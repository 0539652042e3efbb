/* The supervisor's own place in the group tree, and the groups that wait for their removal. */
#include "engine/tree.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/process.h"
#include "confine/birthplace.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "confine/limits.h"
#include "engine/graveyard.h"
#include "engine/stranded.h"
#include "loop/timer.h"

struct tree {
	const struct hierarchy *hierarchy;
	struct graveyard *graveyard;
	struct group *own;
	struct birthplace *birthplace; /* NULL: where we are is good enough */
	char instance[64]; /* "axe/run-PID-START" or "axe/NAME" */
	bool named;
};

static int make_own_group(struct tree *tree, struct error *error)
{
	int code = 0;

	/* A supervisor that ends just now may remove the shared parent between our two steps. */
	for (unsigned tries = 0; tries < 8; tries++) {
		if (mkdirat(tree->hierarchy->root_fd, "axe", 0755) < 0 && errno != EEXIST)
			return fail(error, errno, "make the group `%s/axe`", tree->hierarchy->root);
		code = group_create(tree->hierarchy, tree->instance, &tree->own, error);
		if (code == -EEXIST && tree->named)
			code = group_open(tree->hierarchy, tree->instance, &tree->own, error);
		if (code != -ENOENT)
			break;
	}
	return code;
}

static void name_instance(struct tree *tree, const char *name)
{
	tree->named = name;
	if (name)
		snprintf(tree->instance, sizeof(tree->instance), "axe/%s", name);
	else
		snprintf(tree->instance, sizeof(tree->instance), "axe/" STRANDED_PREFIX "%d-%llu",
			getpid(), (unsigned long long)process_start_ticks(getpid()));
}

int tree_create(sd_event *loop, const struct hierarchy *hierarchy, const char *name,
	struct tree **ret_tree, struct error *error)
{
	auto_of(tree) struct tree *tree = calloc(1, sizeof(*tree));
	int code;

	if (!tree)
		return fail(error, ENOMEM, "create the group tree");
	tree->hierarchy = hierarchy;
	stranded_remove(hierarchy);
	name_instance(tree, name);
	code = graveyard_create(loop, &tree->graveyard);
	if (code < 0)
		return fail(error, -code, "create the group tree");
	code = make_own_group(tree, error);
	if (code == 0)
		code = birthplace_create(group_descriptor(tree->own), &tree->birthplace, error);
	if (code < 0)
		return code;
	*ret_tree = take_pointer(tree);
	return 0;
}

void tree_destroy(struct tree *tree)
{
	if (!tree)
		return;
	graveyard_destroy(tree->graveyard);
	birthplace_destroy(tree->birthplace);
	if (tree->own) {
		int code = group_remove(tree->own);

		if (code < 0)
			log_line(LOG_LEVEL_WARNING, "group `%s` stays: %s", group_path(tree->own),
				strerror(-code));
		group_destroy(tree->own);
		/* Those that were still dying when we began; with them goes the shared parent. */
		stranded_remove(tree->hierarchy);
	}
	free(tree);
}

void tree_clear(const struct tree *tree, tree_keeps *keeps, void *data)
{
	stranded_clear(tree->hierarchy, tree->instance, keeps, data);
}

void tree_hold(const struct tree *tree, bool held)
{
	if (held)
		stranded_freeze(tree->hierarchy, tree->instance);
	else
		stranded_thaw(tree->hierarchy, tree->instance);
}

void tree_job_path(const struct tree *tree, uint64_t job, char path[static TREE_PATH_SIZE])
{
	snprintf(path, TREE_PATH_SIZE, "%s/job-%llu", tree->instance, (unsigned long long)job);
}

void tree_assessment_path(const struct tree *tree, uint64_t job, unsigned attempt, unsigned index,
	unsigned try_number, char path[static TREE_PATH_SIZE])
{
	snprintf(path, TREE_PATH_SIZE, "%s/job-%llu/%u.%u.%u", tree->instance,
		(unsigned long long)job, attempt, index, try_number);
}

void tree_bury(struct tree *tree, struct group *group, struct limit_set *limits)
{
	graveyard_add(tree->graveyard, group, limits);
}

unsigned tree_unburied(const struct tree *tree)
{
	return graveyard_count(tree->graveyard);
}
