/* An intrusive, circular, doubly linked list. Every link names its list in a comment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_link {
	struct list_link *previous;
	struct list_link *next;
};

static inline void list_init(struct list_link *list)
{
	list->previous = list;
	list->next = list;
}

static inline bool list_empty(const struct list_link *list)
{
	return list->next == list;
}

static inline void list_append(struct list_link *list, struct list_link *link)
{
	link->previous = list->previous;
	link->next = list;
	list->previous->next = link;
	list->previous = link;
}

/* Harmless on a link that is in no list, provided that it was initialised. */
static inline void list_remove(struct list_link *link)
{
	link->previous->next = link->next;
	link->next->previous = link->previous;
	list_init(link);
}

/* To the end of another list; as cheap for a long one. */
static inline void list_move_all(struct list_link *from, struct list_link *to)
{
	if (list_empty(from))
		return;
	from->next->previous = to->previous;
	to->previous->next = from->next;
	from->previous->next = to;
	to->previous = from->previous;
	list_init(from);
}

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#define list_for_each(item, list, member)                                                          \
	for (item = container_of((list)->next, __typeof__(*item), member);                         \
		&item->member != (list);                                                           \
		item = container_of(item->member.next, __typeof__(*item), member))

/* The body may remove and free `item`. */
#define list_for_each_safe(item, following, list, member)                                          \
	for (item = container_of((list)->next, __typeof__(*item), member),                         \
	    following = container_of(item->member.next, __typeof__(*item), member);                \
		&item->member != (list); item = following,                                         \
	    following = container_of(item->member.next, __typeof__(*item), member))
