/* A list keeps its order, and its items may leave it at any time. */
#include "support/unit.h"

#include <stdlib.h>

#include "base/list.h"

struct item {
	int number;
	struct list_link link; /* a test's list */
};

static void check(struct list_link *list, const int *numbers, size_t count)
{
	struct item *item;
	size_t at = 0;

	list_for_each (item, list, link) {
		assert_true(at < count);
		assert_int_equal(numbers[at++], item->number);
	}
	assert_int_equal(count, at);
	assert_int_equal(count == 0, list_empty(list));
}

static void items_keep_the_order_of_their_arrival(void **state)
{
	struct item items[] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
	struct list_link list;

	list_init(&list);
	check(&list, NULL, 0);
	for (size_t at = 0; at < 3; at++)
		list_append(&list, &items[at].link);
	check(&list, (const int[]){ 1, 2, 3 }, 3);
}

static void items_leave_from_any_place_and_may_come_back(void **state)
{
	struct item items[] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
	struct list_link list;

	list_init(&list);
	for (size_t at = 0; at < 3; at++)
		list_append(&list, &items[at].link);
	list_remove(&items[1].link);
	check(&list, (const int[]){ 1, 3 }, 2);
	list_remove(&items[0].link);
	list_append(&list, &items[0].link);
	check(&list, (const int[]){ 3, 1 }, 2);
	list_remove(&items[0].link);
	list_remove(&items[2].link);
	check(&list, NULL, 0);
}

static void leaving_twice_is_harmless(void **state)
{
	struct item first = { .number = 1 }, second = { .number = 2 };
	struct list_link list;

	list_init(&list);
	list_append(&list, &first.link);
	list_append(&list, &second.link);
	list_remove(&first.link);
	list_remove(&first.link);
	check(&list, (const int[]){ 2 }, 1);
}

static void safe_walk_survives_the_end_of_its_items(void **state)
{
	struct list_link list;
	struct item *item, *following;
	unsigned seen = 0;

	list_init(&list);
	for (int number = 0; number < 5; number++) {
		item = malloc(sizeof(*item));
		assert_non_null(item);
		item->number = number;
		list_append(&list, &item->link);
	}
	list_for_each_safe (item, following, &list, link) {
		assert_int_equal(seen++, item->number);
		list_remove(&item->link);
		free(item);
	}
	assert_int_equal(5, seen);
	check(&list, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_keep_the_order_of_their_arrival),
		cmocka_unit_test(items_leave_from_any_place_and_may_come_back),
		cmocka_unit_test(leaving_twice_is_harmless),
		cmocka_unit_test(safe_walk_survives_the_end_of_its_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
