/* A picture of the host that several assessments are held against: counted references. */
#include "scene/view.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "survey/survey.h"

struct view {
	atomic_uint references;
	struct picture *picture;
	uint64_t taken_ns;
};

struct view *view_create(struct picture *picture, uint64_t taken_ns)
{
	struct view *view = calloc(1, sizeof(*view));

	if (!view) {
		picture_destroy(picture);
		return NULL;
	}
	atomic_init(&view->references, 1);
	view->picture = picture;
	view->taken_ns = taken_ns;
	return view;
}

struct view *view_reference(struct view *view)
{
	if (view)
		atomic_fetch_add(&view->references, 1);
	return view;
}

void view_drop(struct view *view)
{
	if (!view || atomic_fetch_sub(&view->references, 1) > 1)
		return;
	picture_destroy(view->picture);
	free(view);
}

const struct picture *view_picture(const struct view *view)
{
	return view->picture;
}

uint64_t view_taken_ns(const struct view *view)
{
	return view->taken_ns;
}
