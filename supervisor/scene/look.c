/* One who asks what the host looks like, and is told once. */
#include "scene/look.h"

#include <errno.h>
#include <stdlib.h>

int look_create(look_told *told, void *data, struct look **ret_look)
{
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return -ENOMEM;
	list_init(&look->link);
	look->told = told;
	look->data = data;
	*ret_look = look;
	return 0;
}

void look_destroy(struct look *look)
{
	list_remove(&look->link);
	comparison_order_finish(&look->order);
	free(look);
}

void look_tell(struct look *look, struct view *view, const json_t *findings)
{
	look_told *told = look->told;
	void *data = look->data;

	look_destroy(look);
	if (told)
		told(view, findings, data);
}

json_t *scene_incomplete(const char *why)
{
	return json_pack("[{s:s, s:s, s:s, s:n, s:s, s:n, s:b, s:s}]", "kind", "incomplete",
		"object", "the host", "certainty", "unattributed", "pid", "evidence", why, "remedy",
		"safe", 0, "source", "survey");
}

/* Who is told may ask again: that is put behind, and not told here. */
void looks_tell_incomplete(struct list_link *list, const char *why)
{
	json_t *findings = scene_incomplete(why);
	struct list_link now;

	list_init(&now);
	list_move_all(list, &now);
	while (!list_empty(&now))
		look_tell(container_of(now.next, struct look, link), NULL, findings);
	json_decref(findings);
}

unsigned looks_count(const struct list_link *list)
{
	const struct look *look;
	unsigned count = 0;

	list_for_each (look, list, link)
		count++;
	return count;
}

struct comparison_order look_take_order(struct look *look)
{
	struct comparison_order order = look->order;

	look->order = (struct comparison_order){ 0 };
	return order;
}

void look_forget(struct look *look)
{
	if (look)
		look->told = NULL;
}
