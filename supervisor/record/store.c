/* What is kept of jobs for good: their states and events, in one SQLite file with one writer. */
#include "record/store.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "record/store_file.h"
#include "record/store_lock.h"
#include "record/store_reader.h"
#include "record/store_set.h"
#include "record/store_sql.h"
#include "record/store_writer.h"

#define RETRY_NS_DEFAULT      (100 * NS_PER_MS)
#define CLOSE_WAIT_NS_DEFAULT (5 * NS_PER_SEC)

struct store {
	struct store_config config; /* the numbers; its texts are the opener's */
	struct store_reader *reader;
	struct store_writer *writer;
	int bell;
	bool closing;
	json_t *notices;
	struct list_link live; /* store_set::live: all that had no final call */
	size_t queued_changes;
	size_t queued_bytes;
	uint64_t last_seq;
};

static void set_defaults(struct store_config *config)
{
	config->queue_changes = config->queue_changes ?: STORE_QUEUE_CHANGES_DEFAULT;
	config->queue_bytes = config->queue_bytes ?: STORE_QUEUE_BYTES_DEFAULT;
	config->retry_ns = config->retry_ns ?: RETRY_NS_DEFAULT;
	config->close_wait_ns = config->close_wait_ns ?: CLOSE_WAIT_NS_DEFAULT;
}

static int read_last_seq(struct store *store, struct error *error)
{
	auto_sql_reset statement = NULL;
	int code = store_reader_ask(store->reader, STORE_READ_LAST_SEQ, &statement, error);

	if (code == 0)
		code = store_reader_next(statement, "the last number", error);
	if (code > 0)
		store->last_seq = sql_unsigned(statement, 0);
	return code < 0 ? code : 0;
}

static int open_connections(
	struct store *store, const struct store_place *place, int lock_fd, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3))) sqlite3 *db = NULL;
	auto_fd lock = lock_fd;
	int code = store_file_open(place, store->notices, &db, error);

	if (code == 0)
		code = store_reader_open(place, &store->reader, error);
	if (code == 0)
		code = read_last_seq(store, error);
	if (code == 0)
		code = store_writer_create(take_pointer(db), take_fd(&lock), store->bell,
			&store->config, &store->writer, error);
	return code;
}

static int open_directory(struct store *store, struct error *error)
{
	const char *state_dir = store->config.state_dir;
	char path[PATH_MAX];
	auto_fd directory = -1, lock = -1;
	struct store_place place = { .path = path, .vfs = store->config.vfs };
	int code = file_make_directories(state_dir, 0755, error);

	if (code < 0)
		return code;
	if (!realpath(state_dir, path))
		return fail(error, errno, "find its absolute path");
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail(error, errno, "open `%s`", path);
	code = store_lock(directory, &lock, error);
	if (code < 0)
		return code;
	place.directory = directory;
	return open_connections(store, &place, take_fd(&lock), error);
}

static void free_store(struct store *store)
{
	store_reader_close(store->reader);
	cleanup_fd(&store->bell);
	json_decref(store->notices);
	free(store);
}

int store_open(const struct store_config *config, struct store **ret_store, struct error *error)
{
	struct store *store = calloc(1, sizeof(*store));
	struct error reason = { 0 };
	int code;

	if (!store)
		return fail(error, ENOMEM, "open the store in `%s`", config->state_dir);
	store->config = *config;
	set_defaults(&store->config);
	list_init(&store->live);
	store->notices = json_array();
	store->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (store->bell < 0)
		code = fail(&reason, errno, "make an eventfd");
	else
		code = open_directory(store, &reason);
	store->config.state_dir = store->config.vfs = NULL;
	if (code < 0) {
		fail_context(&reason, "open the store in `%s`", config->state_dir);
		free_store(store);
		if (error)
			*error = reason;
		return code;
	}
	*ret_store = store;
	return 0;
}

json_t *store_notices(const struct store *store)
{
	return json_incref(store->notices);
}

struct store_reader *store_reader_of(const struct store *store)
{
	return store->reader;
}

static int check_room(const struct store *store, const struct store_set *set, struct error *error)
{
	const struct store_config *config = &store->config;

	if (store->closing)
		return fail_plain(error, ESHUTDOWN, "the store is being closed");
	if (store->queued_changes + set->count > config->queue_changes)
		return fail_plain(
			error, ENOBUFS, "store queue full (%zu rows)", config->queue_changes);
	if (store->queued_bytes + set->bytes > config->queue_bytes)
		return fail_plain(
			error, ENOBUFS, "store queue full (%zu bytes)", config->queue_bytes);
	return 0;
}

/* `wish`: who wants to know, and whether anybody waits. */
static int submit(struct store *store, const struct store_change *changes, size_t count,
	const struct store_set *wish, struct error *error)
{
	struct store_set *set;
	int code = store_set_create(changes, count, &set, error);

	if (code < 0)
		return code;
	code = check_room(store, set, error);
	if (code < 0) {
		store_set_destroy(set);
		return code;
	}
	set->done = wish->done;
	set->data = wish->data;
	set->patient = wish->patient;
	list_append(&store->live, &set->live);
	store->queued_changes += set->count;
	store->queued_bytes += set->bytes;
	store_writer_queue(store->writer, set);
	return 0;
}

int store_submit(struct store *store, const struct store_change *changes, size_t count,
	store_done *done, void *data, struct error *error)
{
	const struct store_set wish = { .done = done, .data = data };

	return submit(store, changes, count, &wish, error);
}

int store_submit_patient(struct store *store, const struct store_change *changes, size_t count,
	store_done *done, void *data, struct error *error)
{
	const struct store_set wish = { .done = done, .data = data, .patient = true };

	return submit(store, changes, count, &wish, error);
}

int store_descriptor(const struct store *store)
{
	return store->bell;
}

static void finish_set(struct store *store, struct store_set *set, int code)
{
	list_remove(&set->live);
	store->queued_changes -= set->count;
	store->queued_bytes -= set->bytes;
	if (code == 0 && set->event_count)
		store->last_seq = set->first_seq + set->event_count - 1;
	store_set_tell(set, code, true);
	store_set_destroy(set);
}

size_t store_dispatch(struct store *store)
{
	struct store_set *set, *following;
	struct list_link delayed, written;
	size_t count = 0;
	eventfd_t rings;

	eventfd_read(store->bell, &rings);
	list_init(&delayed);
	list_init(&written);
	store_writer_collect(store->writer, &delayed, &written);
	/* In this order: a set may be in both lists, and is gone after the second. */
	list_for_each_safe (set, following, &delayed, delayed) {
		store_set_tell(set, set->delay, false);
		count++;
	}
	list_for_each_safe (set, following, &written, link) {
		finish_set(store, set, set->refusal);
		count++;
	}
	return count;
}

void store_forget(struct store *store, const void *data)
{
	struct store_set *set;

	list_for_each (set, &store->live, live)
		if (set->data == data)
			set->done = NULL;
}

void store_status(const struct store *store, struct store_status *ret_status)
{
	struct store_writer_status writer;

	store_writer_status(store->writer, &writer);
	*ret_status = (struct store_status){
		.last_seq = store->last_seq,
		.queued_changes = store->queued_changes,
		.queued_bytes = store->queued_bytes,
		.transactions = writer.transactions,
		.error = writer.error,
	};
}

struct loss {
	size_t changes;
	int code;
};

static void tell_lost(const struct store_set *set, void *data)
{
	struct loss *loss = data;

	loss->changes += set->count;
	store_set_tell(set, loss->code, true);
}

static int report_loss(
	const struct store_writer_status *status, size_t changes, int code, struct error *error)
{
	if (status->error.code)
		return fail_plain(error, -code, "close the store: %zu rows are lost: %s", changes,
			status->error.text);
	return fail(error, -code, "close the store: %zu rows are perhaps lost", changes);
}

int store_close(struct store *store, struct error *error)
{
	struct store_writer_status status;
	struct loss loss = { 0 };
	int code;

	if (!store)
		return 0;
	store->closing = true;
	/* The last connection to close moves the log into the file: not on this thread. */
	store_reader_close(take_pointer(store->reader));
	store_writer_stop(store->writer, clock_monotonic_ns() + store->config.close_wait_ns);
	store_dispatch(store);
	store_writer_status(store->writer, &status);
	loss.code = status.error.code ? -status.error.code : -ETIMEDOUT;
	store_writer_unwritten(store->writer, tell_lost, &loss);
	store_writer_destroy(store->writer);
	code = loss.changes ? report_loss(&status, loss.changes, loss.code, error) : 0;
	free_store(store);
	return code;
}
