/* System V shared memory, semaphores and message queues: /proc/sysvipc. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

enum ipc_form { IPC_SHM, IPC_SEM, IPC_MSG, IPC_FORMS };

/*
 * Which column of its file (counted from 0) says what: proc_sysvipc(5). `who` is a process that the
 * kernel remembers: who made a segment, who last sent to a queue; it keeps none for semaphores.
 */
struct ipc_columns {
	const char *path;
	const char *name;
	const char *option; /* of ipcrm */
	int id, mode, size, who, uid;
	enum certainty certainty; /* when `who` was one of ours */
	const char *proof;
};

static const struct ipc_columns forms[IPC_FORMS] = {
	[IPC_SHM] = { "proc/sysvipc/shm", "shm", "-m", 1, 2, 3, 4, 7, CERTAINTY_PROVED,
		"the kernel names it as its maker" },
	[IPC_SEM] = { "proc/sysvipc/sem", "sem", "-s", 1, 2, 3, -1, 4, CERTAINTY_UNATTRIBUTED,
		NULL },
	[IPC_MSG] = { "proc/sysvipc/msg", "msg", "-q", 1, 2, -1, 5, 7, CERTAINTY_LIKELY,
		"the kernel names it as the last that sent to it" },
};

#define COLUMNS_MAX 16

struct taking {
	const struct ipc_columns *form;
	json_t *objects;
};

static int split(char *line, long long columns[static COLUMNS_MAX])
{
	int count = 0;
	char *word;

	while (count < COLUMNS_MAX && (word = strsep(&line, " \t")))
		if (*word)
			columns[count++] = atoll(word);
	return count;
}

static long long column(const long long *columns, int number)
{
	return number < 0 ? 0 : columns[number];
}

static int take_line(char *line, void *data)
{
	const struct taking *taking = data;
	const struct ipc_columns *form = taking->form;
	long long columns[COLUMNS_MAX];
	char key[64];

	if (split(line, columns) < 8)
		return -EBADMSG;
	snprintf(key, sizeof(key), "%s %lld", form->name, columns[form->id]);
	return json_object_set_new(taking->objects, key,
		       json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "form", (int)(form - forms),
			       "id", (json_int_t)columns[form->id], "key", (json_int_t)columns[0],
			       "mode", (json_int_t)column(columns, form->mode), "size",
			       (json_int_t)column(columns, form->size), "pid",
			       (json_int_t)column(columns, form->who), "uid",
			       (json_int_t)column(columns, form->uid)))
		       ? -ENOMEM
		       : 0;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	for (size_t form = 0; form < IPC_FORMS; form++) {
		struct taking taking = { &forms[form], objects };
		struct error missing = { 0 };
		/* The first line names the columns. */
		int code = lines_read(host, forms[form].path, 1, take_line, &taking, &missing);

		if (code == -ENOENT) /* a kernel without System V IPC has none of it */
			continue;
		if (code < 0) {
			*error = missing;
			return code;
		}
	}
	return 0;
}

static int stamp(const struct survey_host *host, FILE *stream)
{
	int code = 0;

	for (size_t form = 0; code == 0 && form < IPC_FORMS; form++)
		code = lines_copy(host, forms[form].path, stream);
	return code;
}

static json_int_t number(const json_t *facts, const char *name)
{
	return json_integer_value(json_object_get(facts, name));
}

/* The kernel names its maker, who is none of them. */
static bool is_innocent(
	const json_t *facts, const struct ipc_columns *form, const struct survey_suspects *suspects)
{
	pid_t pid = (pid_t)number(facts, "pid");

	return form->certainty == CERTAINTY_PROVED && suspects->complete && pid > 0 &&
	       !suspects->include(pid, suspects->data);
}

/* Whom the kernel names, and what that is worth. */
static const char *attribute(const json_t *facts, const struct ipc_columns *form,
	const struct survey_suspects *suspects, struct finding *finding)
{
	pid_t pid = (pid_t)number(facts, "pid");

	if (form->who < 0 || pid <= 0 || !suspects->include(pid, suspects->data))
		return "nothing says who made it";
	finding->certainty = form->certainty;
	finding->pid = pid;
	return form->proof;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const struct ipc_columns *form;
	const char *proof;
	char id[32];

	/* Who removed one is nowhere kept, and a change of its mode harms nobody. */
	if (change->before || !change->after)
		return 0;
	form = &forms[number(change->after, "form")];
	if (is_innocent(change->after, form, suspects))
		return 0;
	ret_finding->kind = "sysv_ipc";
	proof = attribute(change->after, form, suspects, ret_finding);
	snprintf(id, sizeof(id), "%lld", number(change->after, "id"));
	if (finding_set_object(ret_finding, "%s %s", form->name, id) < 0 ||
		finding_set_evidence(ret_finding,
			"is still there (key 0x%llx, size %lld, user %lld); %s",
			(unsigned long long)number(change->after, "key") & 0xffffffff,
			number(change->after, "size"), number(change->after, "uid"), proof) < 0 ||
		finding_set_remedy(ret_finding, ret_finding->certainty >= CERTAINTY_LIKELY, "ipcrm",
			form->option, id, NULL) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_sysv_ipc = {
	.name = "sysv_ipc",
	.take = take,
	.explain = explain,
	.stamp = stamp,
};
