/* The thread that waits for the disk, so that nobody else has to. */
#include "record/store_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"
#include "record/store_batch.h"
#include "record/store_queue.h"
#include "record/store_set.h"

#define RETRY_DELAY_TIMES 32 /* a power of two */
#define GIVE_UP_WAIT_NS   NS_PER_SEC

struct store_writer {
	pthread_t thread;
	pthread_mutex_t lock; /* held for memory only, never over a call of SQLite */
	pthread_cond_t wake; /* the thread: there is work, or it is to stop */
	pthread_cond_t end; /* the loop: the thread has ended */

	/* Below the lock. */
	struct store_queue queue;
	struct list_link delayed; /* store_set::delayed */
	struct list_link written; /* store_set::link */
	struct store_writer_status status;
	bool stopping; /* write the rest, then end */
	bool given_up; /* touch no list any more, then end */
	bool ended;
	bool orphaned; /* nobody is left to destroy it but the thread */

	/* The thread's. The list of its batch is changed below the lock and read without. */
	struct store_batch batch;
	sqlite3 *db;
	int lock_fd;
	int bell;
	uint64_t retry_ns;
	uint64_t delay_ns;
};

static int wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t deadline_ns)
{
	struct timespec deadline = { (time_t)(deadline_ns / NS_PER_SEC),
		(long)(deadline_ns % NS_PER_SEC) };

	return pthread_cond_clockwait(condition, lock, CLOCK_MONOTONIC, &deadline);
}

/* Lists are moved whole: the loop never waits for a walk through a long one. */
static void report_written(struct store_writer *writer)
{
	list_move_all(&writer->batch.sets, &writer->written);
	writer->status.transactions++;
	store_queue_committed(&writer->queue, clock_monotonic_ns());
	writer->status.error = (struct error){ 0 };
	writer->delay_ns = 0;
}

static void report_delayed(struct store_writer *writer, int code, const struct error *error)
{
	store_batch_delay(&writer->batch, code, &writer->delayed);
	writer->status.error = *error;
	if (!writer->delay_ns)
		writer->delay_ns = writer->retry_ns;
	else if (writer->delay_ns < writer->retry_ns * RETRY_DELAY_TIMES)
		writer->delay_ns *= 2;
}

/* Cut short when it is to stop: one more try at once, then again with the first delay. */
static void wait_delay(struct store_writer *writer)
{
	uint64_t deadline_ns = clock_monotonic_ns() + writer->delay_ns;
	bool was_stopping = writer->stopping;

	while (!writer->given_up && writer->stopping == was_stopping &&
		wait_until(&writer->wake, &writer->lock, deadline_ns) == 0)
		continue;
	if (writer->stopping != was_stopping)
		writer->delay_ns = 0;
}

/* Behind what failed nothing is gathered: it has waited. */
static void gather(struct store_writer *writer)
{
	uint64_t deadline_ns;

	if (!list_empty(&writer->batch.sets))
		return;
	deadline_ns = store_queue_gather(&writer->queue, clock_monotonic_ns());
	while (store_queue_lies(&writer->queue) && !writer->stopping && !writer->given_up &&
		wait_until(&writer->wake, &writer->lock, deadline_ns) == 0)
		continue;
}

/* Called and left with the lock held. */
static void work_once(struct store_writer *writer)
{
	struct error error = { 0 };
	int code;

	gather(writer);
	if (writer->given_up)
		return;
	store_queue_take(&writer->queue, &writer->batch.sets);
	pthread_mutex_unlock(&writer->lock);
	code = store_batch_write(&writer->batch, &error);
	pthread_mutex_lock(&writer->lock);
	if (writer->given_up)
		return;
	if (code == 0)
		report_written(writer);
	else
		report_delayed(writer, code, &error);
	/* Below the lock: once given up, the bell is another file's number. */
	eventfd_write(writer->bell, 1);
	if (code < 0)
		wait_delay(writer);
}

static void destroy_memory(struct store_writer *writer)
{
	store_set_destroy_all(&writer->queue.sets);
	store_set_destroy_all(&writer->batch.sets);
	pthread_cond_destroy(&writer->end);
	pthread_cond_destroy(&writer->wake);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

/* Moves the log into the file, so that the next opening has nothing to repair. */
static void close_file(struct store_writer *writer)
{
	store_batch_finish(&writer->batch);
	sqlite3_close(writer->db);
	cleanup_fd(&writer->lock_fd);
}

static void *run(void *data)
{
	struct store_writer *writer = data;
	bool orphaned;

	pthread_mutex_lock(&writer->lock);
	while (!writer->given_up) {
		if (!list_empty(&writer->queue.sets) || !list_empty(&writer->batch.sets))
			work_once(writer);
		else if (writer->stopping)
			break;
		else
			pthread_cond_wait(&writer->wake, &writer->lock);
	}
	pthread_mutex_unlock(&writer->lock);
	close_file(writer);
	pthread_mutex_lock(&writer->lock);
	writer->ended = true;
	orphaned = writer->orphaned;
	pthread_cond_signal(&writer->end);
	pthread_mutex_unlock(&writer->lock);
	if (orphaned)
		destroy_memory(writer);
	return NULL;
}

static int create(sqlite3 *db, const struct store_config *config, struct store_writer **ret_writer,
	struct error *error)
{
	auto_free struct store_writer *writer = calloc(1, sizeof(*writer));
	int code;

	if (!writer)
		return fail(error, ENOMEM, "start to write");
	code = store_batch_init(&writer->batch, db, error);
	if (code < 0)
		return code;
	writer->db = db;
	writer->retry_ns = config->retry_ns;
	store_queue_init(&writer->queue, config);
	list_init(&writer->delayed);
	list_init(&writer->written);
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->wake, NULL);
	pthread_cond_init(&writer->end, NULL);
	*ret_writer = take_pointer(writer);
	return 0;
}

int store_writer_create(sqlite3 *db, int lock_fd, int bell, const struct store_config *config,
	struct store_writer **ret_writer, struct error *error)
{
	struct store_writer *writer = NULL;
	auto_fd lock = lock_fd;
	int code = create(db, config, &writer, error);

	if (code < 0) {
		sqlite3_close(db);
		return code;
	}
	writer->lock_fd = take_fd(&lock);
	writer->bell = bell;
	code = thread_start(&writer->thread, "axe-store", run, writer);
	if (code < 0) {
		close_file(writer);
		destroy_memory(writer);
		return fail(error, -code, "start a thread to write");
	}
	*ret_writer = writer;
	return 0;
}

void store_writer_queue(struct store_writer *writer, struct store_set *set)
{
	pthread_mutex_lock(&writer->lock);
	store_queue_add(&writer->queue, set);
	if (!store_queue_lies(&writer->queue))
		pthread_cond_signal(&writer->wake);
	pthread_mutex_unlock(&writer->lock);
}

void store_writer_collect(
	struct store_writer *writer, struct list_link *delayed, struct list_link *written)
{
	pthread_mutex_lock(&writer->lock);
	list_move_all(&writer->delayed, delayed);
	list_move_all(&writer->written, written);
	pthread_mutex_unlock(&writer->lock);
}

void store_writer_status(struct store_writer *writer, struct store_writer_status *ret_status)
{
	pthread_mutex_lock(&writer->lock);
	*ret_status = writer->status;
	pthread_mutex_unlock(&writer->lock);
}

static void wait_end(struct store_writer *writer, uint64_t deadline_ns)
{
	while (!writer->ended && wait_until(&writer->end, &writer->lock, deadline_ns) == 0)
		continue;
}

void store_writer_stop(struct store_writer *writer, uint64_t deadline_ns)
{
	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	pthread_cond_signal(&writer->wake);
	wait_end(writer, deadline_ns);
	if (!writer->ended) {
		writer->given_up = true;
		pthread_cond_signal(&writer->wake);
		/* Between two tries it ends at once; in the middle of one nobody knows. */
		wait_end(writer, clock_monotonic_ns() + GIVE_UP_WAIT_NS);
	}
	pthread_mutex_unlock(&writer->lock);
}

void store_writer_unwritten(struct store_writer *writer,
	void (*see)(const struct store_set *set, void *data), void *data)
{
	struct list_link *lists[] = { &writer->batch.sets, &writer->queue.sets };
	struct store_set *set;

	for (size_t i = 0; i < 2; i++)
		list_for_each (set, lists[i], link)
			see(set, data);
}

void store_writer_destroy(struct store_writer *writer)
{
	/* Once it is an orphan it may be gone at any time. */
	pthread_t thread = writer->thread;
	bool ended;

	pthread_mutex_lock(&writer->lock);
	ended = writer->ended;
	writer->orphaned = !ended;
	pthread_mutex_unlock(&writer->lock);
	if (!ended) {
		pthread_detach(thread);
		return;
	}
	pthread_join(thread, NULL);
	destroy_memory(writer);
}
