/* The inside of struct look, for the scene: one who asks what the host looks like. */
#pragma once

#include "base/list.h"
#include "scene/scene.h"

struct look {
	struct list_link link; /* scene::waiting or scene::seated */
	struct comparison_order order; /* empty once it is seated */
	look_told *told; /* NULL: forgotten */
	void *data;
};

int look_create(look_told *told, void *data, struct look **ret_look);
void look_destroy(struct look *look);

/* What is to be held against the picture is the caller's from now on. */
struct comparison_order look_take_order(struct look *look);

/* Tells, unless it is forgotten, and destroys. */
void look_tell(struct look *look, struct view *view, const json_t *findings);

unsigned looks_count(const struct list_link *list);
void looks_tell_incomplete(struct list_link *list, const char *why);
