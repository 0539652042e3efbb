/* The inside of struct queue, for the files that together are the queue. */
#pragma once

#include "base/error.h"
#include "base/list.h"
#include "model/cluster_parameter.h"
#include "queue/call.h"
#include "queue/entries.h"
#include "queue/queue.h"
#include "queue/ready.h"
#include "queue/trash.h"
#include "queue/users.h"

struct queue {
	struct queue_config config;
	struct queue_host host;
	struct entries entries;
	struct ready ready;
	struct users users;
	struct list_link calls; /* call::link */
	struct list_link sequences; /* sequence::link */
	struct trash *trash; /* owned */
	int64_t parameters[PARAMETER_COUNT];
	uint64_t last_order;
	unsigned processors; /* of the host */
	unsigned processors_busy;
	unsigned running_count;
	bool stopped;
};

/* Who waits for something of a job that runs. */
struct running {
	struct queue *queue;
	uint64_t id;
	struct job *job; /* borrowed from the host until it has ended */
	unsigned attempt;
	struct list_link waits; /* wait::link */
	bool requeue; /* when it has ended, whatever became of it */
	bool leaving; /* it is ended because its supervisor goes */
};

enum wait_kind {
	WAIT_CANCEL, /* the end that CancelJob made */
	WAIT_ACCEPTANCE, /* its words are stored: a successor would go on with it */
	WAIT_REFUSAL, /* the end that CancelJob came too late for, whichever it is */
	WAIT_REQUEUE,
	WAIT_TASK,
};

struct wait {
	struct list_link link; /* running::waits */
	enum wait_kind kind;
	unsigned index; /* of the task */
	struct call *call; /* owned; not answered yet */
};

/* queue.c: where an entry belongs now that it has changed or is stored; may free it. */
void queue_settle(struct queue *queue, struct entry *entry);

/* The only way to change its state but for queue_put; -EPROTO, and as it was, where the table of
 * states refuses it. */
int queue_apply(struct queue *queue, struct entry *entry, enum state_event event);

/* In that state it comes in; counted among what its owner has open. */
void queue_put(struct queue *queue, struct entry *entry, enum state state);

/* The row of it, to be completed; its texts are the entry's. */
struct store_job entry_row(const struct entry *entry);
struct store_time queue_now(const struct queue *queue);

/* find.c: the job that a call means, if the caller may and its state is one of `states` (1u <<
 * enum state); else the call is refused and NULL returned. */
struct entry *find_open(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, uint32_t states);

/* The same for a job that may have ended: an entry is made of its row. *ret_reason: what decided
 * its state (the caller frees; NULL: its tasks). */
struct entry *find_any(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	uint32_t states, char **ret_reason);

/* Whether it is there, and the caller may see it; else the caller has been told. */
bool find_visible(struct queue *queue, const struct queue_caller *caller, uint64_t job);

/* The manifest in the store; NULL: the call was refused. */
struct manifest *find_manifest(
	struct queue *queue, const struct queue_caller *caller, uint64_t job);

/* queue_cancel.c: the text of a message, owned by the caller; false: it was refused. */
bool message_take(
	const struct queue_caller *caller, const char *message, size_t size, char **ret_text);

/* queue_requeue.c: another attempt of a job that has ended. */
void requeue_ended(struct queue *queue, struct entry *entry, const char *reason, struct call *call);

/*
 * The same without that anybody asked. A fault of the host counts against JobRetryCount, an orderly
 * stop of its supervisor does not. False: not any more, or a task must not run again.
 */
bool requeue_by_host(struct queue *queue, struct entry *entry, bool fault);

/* Whether it would. */
bool requeue_host_may(struct queue *queue, const struct entry *entry, bool fault);

/*
 * In memory it is queued at once, behind all others or where it was, and started when that is
 * durable.
 */
struct batch;
void queue_again(struct batch *batch, struct entry *entry, bool behind);

/* running.c: it is one of the host's jobs now; and what its calls wait for. */
int running_launch(struct queue *queue, struct entry *entry, struct error *error);
int running_add_wait(struct entry *entry, enum wait_kind kind, unsigned index, struct call *call);
/* job_kill on behalf of a caller. */
axe_result running_kill(struct running *running, const struct queue_caller *caller,
	const char *reason, const char *message);
void running_destroy(struct running *running);
/* The host goes on with it; false: it does not. */
bool running_adopt(struct queue *queue, struct entry *entry);
/* resume.c: at the start; jobs that ended to be queued again, which then was not stored. */
int resume_requeues(struct queue *queue, struct error *error);
void running_forget(struct queue *queue, struct entry *entry); /* it has ended */
