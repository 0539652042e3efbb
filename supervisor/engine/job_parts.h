/* The inside of struct job, for the files that together are the job. */
#pragma once

#include <systemd/sd-event.h>

#include "base/error.h"
#include "base/identity.h"
#include "base/list.h"
#include "ending/receipt.h"
#include "engine/context.h"
#include "engine/cradle.h"
#include "engine/error_list.h"
#include "engine/job.h"
#include "engine/runner.h"
#include "engine/spares.h"
#include "engine/watch.h"
#include "loop/timer.h"
#include "model/verdict.h"
#include "record/store.h"
#include "record/trace.h"
#include "scene/witness.h"

enum job_phase {
	JOB_WAITING, /* it has a number and a folder */
	JOB_PREPARED, /* started, job.begin not yet said */
	JOB_RUNNING,
	JOB_SEALED, /* every started assessment has ended: the outcome is fixed, results are written
		     */
	JOB_ENDED, /* job.end is on its way to the listeners */
	JOB_TOLD, /* and has reached them */
};

/* A caller of TerminateJob that waits for its answer. */
struct waiter {
	struct list_link link; /* job::waiters */
	job_terminated *done;
	void *data;
};

/* One try of one assessment, or the post action. */
struct job_try {
	struct list_link link; /* job::tries */
	struct job *job;
	struct runner *runner;
	size_t index;
	unsigned number; /* from 1 */
	unsigned host_faults; /* of the earlier ones, those that the host could not start */
	json_t *earlier; /* what earlier tries of it said; owned */
	bool again; /* it ended, and another try follows unless the job is ended first */
	bool untold; /* its supervisor died before its begin was told */
	bool followed; /* its place was given away before its end was told: see job_heir.c */
	bool unborn; /* nobody was born yet, see adoption_tries.c */
	bool dropped; /* by CancelTask: no other try follows */
	enum verdict verdict; /* of the try that ended so */
	json_t *result; /* likewise; owned */
};

struct job {
	struct list_link link; /* engine::jobs */
	struct engine *engine;
	struct manifest *manifest; /* owned */
	struct job_observer observer;
	struct job_context context;
	char **environment; /* owned copy behind context.environment */
	struct identity owner; /* likewise behind context.owner */
	enum job_phase phase;
	struct timer step; /* the next turn: destroys what ended, starts what is next */

	struct group *group;
	struct watch *watch;
	struct jobdir *jobdir;
	struct trace *trace;
	struct results *results;

	struct agenda *agenda;
	struct list_link tries; /* job_try::link: what runs, and what ended but was not yet freed */
	unsigned active; /* of them, those that run */
	struct cradle ahead; /* laid while others run, for the one that starts next */
	struct spares spares; /* from the end of one to the step that starts the next */
	struct job_try *followed; /* whose heir is being born, or was, and is not told of yet */
	struct runner *heir;
	struct job_try *post; /* the post action while it runs, also in the list */
	bool post_done;
	json_t *post_result; /* NULL: there is none */
	struct timer runtime;
	uint64_t begun_ns;
	struct store_time created, started;
	uint64_t counts[VERDICT_COUNT];

	bool failed; /* an assessment's verdict is a failure */
	bool tasks_failed, tasks_canceled; /* of any task of the queue, those kept included */
	bool overrun; /* `runtime` ran out */
	bool canceled; /* CancelJob was accepted */
	uint64_t cancel_until_ns; /* the end of the grace that it granted; 0: none */
	uint32_t untold; /* enum axe_intent_flag: what our predecessor decided and did not tell */
	bool terminated; /* TerminateJob was accepted */
	json_t *asker; /* the actor of TerminateJob; owned */
	uint64_t asked_ns; /* when, as long as that is untold; 0: it is told */
	bool terminate_failed; /* told to the waiters; the job still counts as running */
	bool given_up; /* abandoned once the survivors are known */
	bool abandoned;
	struct killing *killing;
	struct inquiry *inquiry;
	struct timer asked_told; /* when a TerminateJob that takes longer is told of */
	struct timer repeat; /* the deadline of a repeated TerminateJob */
	struct store_job row; /* what does not change of a job of the queue; its texts are NULL */
	enum state *kept; /* of it, by index; owned; NULL: none is kept */
	unsigned task_retries; /* see job_options */
	char *reason, *message; /* of job_kill; owned; NULL: there was none */
	json_t *actor; /* see job_note_actor; owned */
	json_t *killer; /* the actor of job_kill; owned */
	struct receipt receipt;
	struct shot *shot; /* while it is frozen and looked at */
	json_t *survivors;
	json_t *final_receipt;
	struct list_link waiters; /* waiter::link */

	/* survey; see job_survey.c */
	bool surveyed; /* something of it is */
	bool witnessed; /* what it writes is seen, where that is possible */
	struct evidence_watch evidence;
	struct look *look; /* for what starts next: context.before or .unseen */
	json_t *residue; /* findings, each with its "assessment"; owned */

	struct publisher *publisher;
	struct errand *writing; /* the results, beside the loop */
	struct error writing_error;
	struct {
		bool wanted; /* they are synced behind the answer */
		char *environment; /* the text of environment.json; owned */
		json_t *not_run; /* indexes; owned */
	} late; /* what of the files is in no event; see syncer.h */
	struct timer patience; /* for the disk, before callers are answered without it */
	json_t *summary; /* of the end; owned */
	axe_result outcome;
	struct error_list errors; /* but for the last one, which is of `outcome` */
	axe_result refusal; /* why it never began; S_OK: it did, or may still */
	char refusal_text[480];
};

/* job_prepare.c: all but the kernel's part of it; its number first. */
int job_prepare(struct job *job, const struct job_options *options, struct error *error);
int job_prepare_start(struct job *job, struct error *error);
void job_prepare_finish(struct job *job);
int job_prepare_parts(struct job *job); /* what needs neither manifest options nor a folder */
int job_make_group(struct job *job, struct error *error);
watch_listener job_hear;

/* job_intent.c: what is decided, where it outlives us: before it is acted upon. */
void job_save_birth(struct job *job); /* the first time: from then on all of it counts */
void job_save(struct job *job);

/* job.c: write a line and tell of it; `data` is the job. */
void job_emit_line(const struct trace_line *line, void *data);

/* Tell the job's owner, and go on with what follows. */
void job_deliver(const json_t *event, bool durable, void *data);

/* Begin, or go on: the timer's act. */
void job_step(void *data);

/* job.c: the facts may have changed; act on them. */
void job_look(struct job *job);
void job_sweep(struct job *job);
/* True while it is being killed. */
bool job_look_at_kill(struct job *job);

/* All that was told of its processes becomes ours, and the kernel may forget it. */
void job_release_ends(struct job *job);
/* That, and its trace accounts for all that is known: whoever goes on with it begins there. */
void job_rest(struct job *job);
void job_step_soon(struct job *job);
void job_emit(struct job *job, enum trace_type type, json_t *data); /* data is taken */

/* job_run.c: what runs, in which order, how often. */
int job_run_init(struct job *job);
void job_run_finish(struct job *job);
void job_run_step(struct job *job);

/* job_run.c: what the agenda has taken begins. */
void job_start_assessment(struct job *job, size_t index);

/* job_heir.c: the next one, born when the one before it is dead and nothing of that is told. */
void job_bear_heir(struct job_try *ended, enum verdict verdict);
/* It is being born while the end of the one before it is told. False: nothing is told now. */
bool job_keeps_heir(struct job *job, struct runner *runner);
/* `line` is about to be told: behind the heir's begin, unless it is of the one before it. */
void job_heir_before(struct job *job, const struct trace_line *line);
void job_tell_heir(struct job *job); /* if there is one: it is born by now, or waited for */

/* job_try.c: one try from the job's side. */
struct job_try *job_try_create(struct job *job, size_t index); /* NULL: out of memory */
void job_try_destroy(struct job_try *ended);
int job_try_prepare(struct job_try *next, const struct assessment *assessment);
int job_try_run(struct job_try *next, const struct assessment *assessment); /* and give birth */
struct runner_owner job_try_owner(struct job_try *owner);
/* One that ends though nobody runs it: its supervisor died, and nothing is known of it. */
void job_lose(struct job *job, size_t index, unsigned number, json_t *result);
void job_try_repeat(struct job_try *ended); /* the next one in its place */
void job_try_settle(struct job_try *ended, enum verdict verdict, json_t *result); /* the last one */
void job_count(struct job *job, enum verdict verdict, json_t *result);
void job_not_run(struct job *job, size_t index);

/* What has not started never will. */
void job_drop_rest(struct job *job);
bool job_drop_one(struct job *job, size_t index); /* false: it has started */

static inline bool job_is_queued(const struct job *job)
{
	return job->row.id;
}

/* Whether it goes on: neither canceled nor ended otherwise. */
bool job_may_start(const struct job *job);

/* The running try of an assessment; NULL: it does not run. */
struct runner *job_find_runner(const struct job *job, size_t index);

/* For each that runs, the post action included. */
#define job_each_running(try_, job_)                                                               \
	list_for_each (try_, &(job_)->tries, link)                                                 \
		if (!runner_is_over((try_)->runner))

/* job_survey.c: what the host looks like before each start. The first look may be begun before
 * there is a group. */
void job_survey_foresee(struct job *job);
/* False: that is being looked at, and the step comes again. */
bool job_survey_begin(struct job *job);
/* For a start without a step: the host as the one that has just ended left it. False: that is not
 * known, or not of now. */
bool job_survey_inherit(struct job *job);
/* The step is over: what starts next needs another view. */
void job_survey_begun(struct job *job);
/* Keep what an assessment left for the job's own end. */
void job_survey_note(struct job *job, const json_t *result);
/* Begin to look at what its processes have in hand. False: nobody wants to know, or it cannot be.
 */
bool job_survey_look(struct job *job);
void job_survey_look_over(struct job *job); /* what has not come by now does not count */
int job_survey_init(struct job *job);
void job_survey_finish(struct job *job);

/* job_end.c: seal, write, say. */
int job_end_init(struct job *job);
void job_end_finish(struct job *job);
void job_end(struct job *job);
void job_end_published(struct job *job, bool durable);

/* Of a task that CancelTask ended. */
#define JOB_REASON_TASK_CANCELED "task_canceled"

/* job_queued.c: what only a job of the queue has. */
int job_take_row(struct job *job, const struct job_options *options, struct error *error);
void job_queued_finish(struct job *job);
void job_tell_kill(struct job *job); /* if there was a job_kill */
int job_note_reason(struct job *job, const char *reason, const char *message); /* copied */
void job_note_task(struct job *job, const json_t *result); /* of a task that ended */

/* job_errors.c: the list that job.end carries; its last entry is of `code`, S_OK: nothing failed.
 */
#define JOB_OVERRUN_TEXT "the job's runtime ran out"
uint64_t job_count_failed(const struct job *job);
void job_errors_note(struct job *job, enum error_kind kind, axe_result code, const char *text);
void job_errors_add(struct job *job, const json_t *result); /* all that an assessment said */
json_t *job_errors_json(const struct job *job, axe_result code);

/* job_waiters.c: the callers of TerminateJob. */
int job_add_waiter(struct job *job, job_terminated *done, void *data);
void job_answer_waiters(struct job *job, axe_result code, bool durable);
void job_waiters_finish(struct job *job);

/* job_terminate.c: TerminateJob itself. */
void job_terminate_look(struct job *job);
/* Before a receipt is told: see runner_list_later. */
void job_list_living(struct job *job);
/* Add what has ended by now; for that, tries stay while their job is being killed. */
void job_account(struct job *job, struct receipt *receipt);
bool job_is_being_killed(const struct job *job);
int job_terminate_init(struct job *job);
void job_terminate_finish(struct job *job);

/* job_count.c: the processes of a job; only while it is frozen that is one moment's number. */
uint64_t job_count_members(struct job *job);

/* job_survivors.c: a killing_owner's acts, a timer's, and a call after a failed one. */
void job_survived(void *data);
void job_given_up(void *data);
void job_ask_again(void *data);
void job_strike_again(struct job *job);

/* End all without anybody waiting: the job's own runtime is over. */
void job_terminate_unasked(struct job *job);
