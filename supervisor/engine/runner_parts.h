/* The inside of struct runner, for the files that together are the runner. */
#pragma once

#include <sys/resource.h>
#include <systemd/sd-event.h>

#include "bpf/event.h"
#include "confine/spawn.h"
#include "engine/backlog.h"
#include "engine/cooperation.h"
#include "engine/cradle.h"
#include "engine/process_trace.h"
#include "engine/runner.h"
#include "engine/try_folders.h"
#include "engine/watch.h"
#include "loop/timer.h"
#include "model/verdict.h"
#include "observe/reconcile.h"
#include "record/trace.h"

struct error;
struct look;
struct pid_set;
struct shot;
struct still;
struct told;
struct view;

enum runner_phase {
	RUNNER_STARTING, /* not yet looked at by the loop */
	RUNNER_RUNNING, /* the root lives */
	RUNNER_LEAVING, /* the root ended, something else did not: the leak grace */
	RUNNER_KILLING, /* our own freeze and kill is under way */
	RUNNER_ENDING, /* nothing of it lives; the host is looked at */
	RUNNER_OVER, /* told to the owner */
};

/* Why the supervisor kills: decides the verdict together with the kernel's times. */
enum runner_cause {
	CAUSE_NONE,
	CAUSE_TIMEOUT,
	CAUSE_LEAK,
	CAUSE_CANCEL_GRACE,
	CAUSE_TASK,
	CAUSE_JOB
};

/* The living that one assessment's book remembers one by one; beyond it they are only counted. */
#define RUNNER_LEDGER_MOST 65536

struct runner {
	const struct job_context *context;
	const struct assessment *assessment;
	unsigned index;
	unsigned try_number;
	struct runner_owner owner;
	enum runner_phase phase;

	/* confine */
	struct group *group;
	struct limit_set *limits;
	struct refusals *refusals; /* NULL: nobody bounded descriptors, or this host cannot count */
	struct output *outputs[RUNNER_OUTPUTS];
	bool outputs_unbounded; /* the file system has no holes */
	struct spawning spawning; /* between the two halves of a birth, as is the next */
	int stdin_fd; /* the child's; -1: none */
	struct spawned child; /* pid 0: never born */
	sd_event_source *report;

	/* cooperation */
	struct try_folders folders;
	struct cooperation *cooperation; /* NULL: never made */
	char unreachable[560]; /* why it could not be reached; "": it could, or need not */

	/* observe */
	struct watch *watch;
	struct ledger *ledger;
	struct process_trace story;
	struct backlog backlog; /* of the story: told, and not yet forgotten by the kernel */
	uint64_t perturbed_ns; /* frozen for back-pressure, so far */
	struct axe_process root; /* its record, once root_recorded */
	struct axe_process_key root_key; /* likewise */
	bool root_recorded;
	bool task_canceled; /* by CancelTask */
	bool root_execed;
	uint64_t traced; /* exits written to the trace */
	uint64_t recovered; /* of those, from the kernel's table, for the ring had lost them */
	uint64_t killed; /* by SIGKILL after the strike */
	uint64_t observed;
	struct integrity integrity;

	/* recovery */
	bool adopted; /* born under a supervisor before us: its root is nobody's child here */
	uint64_t unwritten; /* lines that a predecessor did not come to write, of what nothing else
			       has */
	bool unseen; /* the kernel half was exchanged, and not all of it was counted meanwhile */
	bool root_gone; /* the root has ended, as far as its pid tells */
	sd_event_source *root_end; /* of its pidfd; NULL: it is not followed */
	bool resumed; /* the number of the first event since then is known */
	bool kill_told; /* the supervisor before us did */
	struct told *told; /* what the kernel's table had before the first drain; NULL: taken in */

	/* facts and deadlines */
	uint64_t begun_ns;
	uint64_t begun_wall_ns;
	uint64_t ended_ns;
	bool root_waited;
	int root_status;
	struct rusage root_usage;
	bool could_not_start;
	struct spawn_failure failure; /* stage and errno, when could_not_start */
	char failure_text[480];
	struct timer deadline; /* timeout, then its grace */
	struct timer leak;
	struct timer cancel_grace;
	uint64_t timed_out_ns; /* when the timeout fired; 0: it did not */
	uint64_t cancel_signal_ns; /* when cancel_signal was sent */
	bool cancel_requested;
	uint64_t cancel_until_ns; /* the end of a cancel's grace; 0: it has none */
	uint64_t leak_until_ns;
	uint64_t leak_exits; /* the exit counter at the last look during the leak grace */
	json_t *leaks; /* what the leak grace left, as shown; NULL: nothing */
	uint64_t leaked;

	/* survey; see runner_survey.c */
	struct view *before; /* NULL: it is not surveyed */
	struct pid_set *pids; /* all that ran in it; likewise */
	struct look *look; /* while it is ENDING */
	json_t *residue; /* findings; NULL: not surveyed, or not yet */
	bool on_scene;

	/* ending it */
	enum runner_cause cause;
	struct killing *killing;
	struct shot *shot; /* while it is frozen and looked at */
	struct still *still; /* what it had in hand when it was killed; NULL: nobody looked */
	const char *unlooked; /* why not, static */
	uint64_t struck_ns; /* just before the first SIGKILL of ours (or of the job's) */
	struct inquiry *inquiry;
	json_t *survivors; /* as described after the deadline; NULL: none */
	struct receipt *unlisted; /* of the job: who lives here is still to be added to it */
	bool proved_empty; /* the job's own killing said so */
	bool given_up; /* abandoned once the survivors are known */
	bool abandoned;
};

/* runner_birth.c: take in what the child reported before exec, if it did by now. */
void runner_read_report(struct runner *runner);

/* runner_watch.c: what the kernel half tells. */
watch_listener runner_hear;
void runner_reconcile(struct runner *runner);

/* What a predecessor left in the kernel's table, told or not. */
struct told_process;
void runner_take_in(struct runner *runner, const struct told_process *process);

/* runner_kill.c: list who lives here before what the record tells, if that is not older. */
void runner_list_before(struct runner *runner, const struct axe_process *record);

/* Take the ends that the ring lost from the kernel's table. The ring must be drained. */
void runner_recover(struct runner *runner);

/* runner_intent.c: what is decided, where it outlives us: before it is acted upon. */
void runner_save(struct runner *runner);
/* The first time, before anybody is born: from then on all of it counts. */
void runner_save_birth(struct runner *runner);

/* The end of a root that is nobody's child here, when the ring lost it. */
void runner_recover_root(struct runner *runner);

/* runner_birth.c: say that it was born. */
void runner_tell_begin(struct runner *runner);

/* runner_root.c: be told of its root's end, behind what the records tell. */
void runner_follow_root(struct runner *runner);
/* Has its root ended? */
bool runner_root_is_dead(struct runner *runner);

/* runner_kill.c: our own freeze and kill of this assessment alone. */
void runner_kill(struct runner *runner, enum runner_cause cause);

/* runner_cooperate.c: what it and its supervisor say to each other. */
int runner_cooperate(struct runner *runner, uid_t uid, struct error *error);
void runner_raise_cancel(struct runner *runner);

/* Whether it acknowledged that somebody (not its timeout) wanted it to stop. */
bool runner_acknowledged(const struct runner *runner);

/* At its end: whether somebody asked in vain. */
void runner_tell_ignored(struct runner *runner, enum verdict verdict);

/* runner_pressure.c: let go of the ends that were written, now and then. */
void runner_sweep_ends(struct runner *runner);

/* runner_end.c: its end has been told for good; the kernel half may forget it. */
void runner_release(struct runner *runner);

/* Ruling, result and burial; sets RUNNER_OVER and calls the owner. */
void runner_end(struct runner *runner);
/* One in which nothing lives: its owner has it looked at first. */
void runner_end_empty(struct runner *runner);

/* runner_survey.c: from the view that the job lends; before anybody is born. */
void runner_survey_begin(struct runner *runner);
/* Of one that was adopted: what its host was like before went with who looked. */
void runner_survey_lost(struct runner *runner);

/* Begin to look at what its processes have in hand. False: nobody wants to know, or it cannot be.
 */
bool runner_survey_look(struct runner *runner);
void runner_survey_look_over(struct runner *runner); /* what has not come by now does not count */

/* Nothing of it lives: where its host can be looked at now, that begins, beside all else that its
 * end takes. */
void runner_survey_hasten(struct runner *runner);
/* Look at the host after its end, then conclude. False: it is not surveyed. */
bool runner_survey(struct runner *runner);
void runner_survey_hear(struct runner *runner, const struct axe_event *event);
void runner_survey_meet(struct runner *runner, const struct axe_process_key *key);
void runner_survey_finish(struct runner *runner);

/* What it left, in its result and in the trace; and whether some of that is held against it. */
void runner_survey_tell(struct runner *runner, json_t *warnings);
bool runner_survey_holds(const struct runner *runner);

/* runner_end.c: once the host was looked at, too. */
void runner_conclude(struct runner *runner);

/* runner_deadlines.c: what each does when it expires. */
int runner_deadlines_init(struct runner *runner);
void runner_deadlines_disarm(struct runner *runner);
void runner_deadlines_finish(struct runner *runner);
