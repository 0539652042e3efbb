/* The order in which assessments may start. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/agenda.h"
#include "model/manifest.h"
#include "support/unit.h"

#define MOST 64

/* Assessments whose dependencies a test writes down as "index: predecessors". */
struct order {
	struct assessment assessments[MOST];
	struct assessment *pointers[MOST];
	size_t depends[MOST][MOST];
	struct manifest manifest;
	struct agenda *agenda;
};

static void order_init(struct order *order, size_t count)
{
	memset(order, 0, sizeof(*order));
	for (size_t i = 0; i < count; i++) {
		order->pointers[i] = &order->assessments[i];
		order->assessments[i].depends = order->depends[i];
	}
	order->manifest.assessments = order->pointers;
	order->manifest.assessments_count = count;
}

static void order_depend(struct order *order, size_t index, size_t on)
{
	order->depends[index][order->assessments[index].depends_count++] = on;
}

static void order_start(struct order *order)
{
	assert_return_code(agenda_create(&order->manifest, &order->agenda), 0);
}

static void assert_takes(struct order *order, size_t expected)
{
	size_t index = MOST;

	assert_true(agenda_take(order->agenda, &index));
	assert_int_equal(index, expected);
}

static void assert_takes_nothing(struct order *order)
{
	size_t index;

	assert_false(agenda_take(order->agenda, &index));
}

static void the_next_one_is_told_and_not_taken(void **state)
{
	struct order order;
	size_t index = MOST;

	order_init(&order, 3);
	order_depend(&order, 2, 1);
	order_start(&order);
	assert_true(agenda_drop_one(order.agenda, 0));
	assert_true(agenda_next(order.agenda, &index));
	assert_int_equal(index, 1);
	assert_takes(&order, 1);
	assert_false(agenda_next(order.agenda, &index));
	agenda_done(order.agenda, 1);
	assert_true(agenda_next(order.agenda, &index));
	assert_int_equal(index, 2);
	agenda_destroy(order.agenda);
}

static void without_dependencies_the_manifests_order_holds(void **state)
{
	struct order order;

	order_init(&order, 5);
	order_start(&order);
	for (size_t i = 0; i < 5; i++)
		assert_takes(&order, i);
	assert_takes_nothing(&order);
	assert_int_equal(agenda_left(order.agenda), 0);
	agenda_destroy(order.agenda);
}

static void a_dependent_waits_for_all_its_predecessors(void **state)
{
	struct order order;

	order_init(&order, 4);
	order_depend(&order, 0, 2);
	order_depend(&order, 0, 3);
	order_depend(&order, 1, 0);
	order_start(&order);
	assert_takes(&order, 2);
	assert_takes(&order, 3);
	assert_takes_nothing(&order);
	agenda_done(order.agenda, 3);
	assert_takes_nothing(&order);
	agenda_done(order.agenda, 2);
	assert_takes(&order, 0);
	assert_takes_nothing(&order);
	agenda_done(order.agenda, 0);
	assert_takes(&order, 1);
	agenda_destroy(order.agenda);
}

static void what_was_released_early_keeps_the_manifests_order(void **state)
{
	struct order order;

	order_init(&order, 4);
	order_depend(&order, 1, 0);
	order_start(&order);
	assert_takes(&order, 0);
	assert_takes(&order, 2);
	agenda_done(order.agenda, 0);
	assert_takes(&order, 1);
	assert_takes(&order, 3);
	agenda_destroy(order.agenda);
}

static void what_is_dropped_never_starts(void **state)
{
	struct order order;
	size_t index;

	order_init(&order, 3);
	order_depend(&order, 2, 0);
	order_start(&order);
	assert_takes(&order, 0);
	assert_true(agenda_drop(order.agenda, &index));
	assert_int_equal(index, 1);
	assert_true(agenda_drop(order.agenda, &index));
	assert_int_equal(index, 2);
	assert_false(agenda_drop(order.agenda, &index));
	agenda_done(order.agenda, 0);
	assert_takes_nothing(&order);
	agenda_destroy(order.agenda);
}

/* Any acyclic graph: each index starts exactly once, and never before a predecessor has ended. */
static void random_graphs_are_walked_whole_and_in_order(void **state)
{
	for (unsigned seed = 1; seed <= 200; seed++) {
		struct order order;
		bool ended[MOST] = { false };
		size_t count = 1 + seed % MOST, index, taken = 0;

		srand(seed);
		order_init(&order, count);
		for (size_t i = 1; i < count; i++)
			for (size_t on = 0; on < i; on++)
				if (rand() % 8 == 0)
					order_depend(&order, i, on);
		order_start(&order);
		while (agenda_take(order.agenda, &index)) {
			for (size_t k = 0; k < order.assessments[index].depends_count; k++)
				assert_true(ended[order.depends[index][k]]);
			assert_false(ended[index]);
			ended[index] = true;
			taken++;
			agenda_done(order.agenda, index);
		}
		assert_int_equal(taken, count);
		agenda_destroy(order.agenda);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_one_is_told_and_not_taken),
		cmocka_unit_test(without_dependencies_the_manifests_order_holds),
		cmocka_unit_test(a_dependent_waits_for_all_its_predecessors),
		cmocka_unit_test(what_was_released_early_keeps_the_manifests_order),
		cmocka_unit_test(what_is_dropped_never_starts),
		cmocka_unit_test(random_graphs_are_walked_whole_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
