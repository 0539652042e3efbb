/* The queue of a daemon: made of its store, hung into its loop and its supervisor. */
#include "queueing.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "control/supervisor.h"
#include "queue/queue.h"

static void retain(void *data)
{
	struct queueing *queueing = data;

	timer_arm(&queueing->retention, queue_retain(queueing->queue));
}

int queueing_open(struct queueing *queueing, sd_event *loop, struct supervisor *supervisor,
	struct store *store, unsigned slots, struct error *error)
{
	struct queue_config config = {
		.store = store,
		.state_dir = supervisor_config(supervisor)->state_dir,
		.slots = slots,
	};
	struct queue_host host = supervisor_queue_host(supervisor);
	int code = timer_init(&queueing->retention, loop, retain, queueing);

	if (code < 0)
		return fail(error, -code, "hang the queue into the event loop");
	code = queue_create(&config, &host, &queueing->queue, error);
	if (code < 0)
		return code;
	queueing->supervisor = supervisor;
	supervisor_set_queue(supervisor, queueing->queue);
	timer_arm_now(&queueing->retention);
	return 0;
}

void queueing_close(struct queueing *queueing)
{
	if (queueing->supervisor)
		supervisor_set_queue(queueing->supervisor, NULL);
	timer_finish(&queueing->retention);
	queue_destroy(take_pointer(queueing->queue));
}
