/* A bench whose supervisor has a queue, which does what a test says; and the words of its clients.
 */
#pragma once

#include "unit/control/bench.h"

#define CLUSTER(method, parameters)                                                                \
	"{\"method\":\"io.axe.Cluster." method "\",\"parameters\":{" parameters "}}"
#define NEW_JOB                                                                                    \
	"{\"manifest\":{\"name\":\"m\",\"assessments\":[{\"name\":\"a\",\"command\":[\"true\"]}]}"
#define WITH(options) "\"jobs\":[" NEW_JOB ",\"options\":{" options "}}]"

/* A bench whose supervisor has this queue. */
static inline int queue_setup(void **state)
{
	int code = bench_setup(state);
	struct bench *bench = *state;

	fake_queue = (struct queue){ .asked = 0 };
	supervisor_set_queue(bench->supervisor, &fake_queue);
	return code;
}

#define queue_test(name) cmocka_unit_test_setup_teardown(name, queue_setup, bench_teardown)
