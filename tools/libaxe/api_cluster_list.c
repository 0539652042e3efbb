/* Jobs and tasks are listed page by page. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "libaxe/api_cluster_info.h"

/* What a listing's method is, and what it calls the items and the place to go on from. */
struct kind {
	const char *method, *items, *place;
};

static const struct kind jobs_kind = { "ListJobs", "jobs", "page" };
static const struct kind waiting_kind = { "ListWaiting", "jobs", NULL };
static const struct kind tasks_kind = { "ListTasks", "tasks", "first" };

struct pages {
	axe_cluster *cluster; /* borrowed */
	const struct kind *kind;
	json_t *question; /* owned; of the page that comes next */
	json_t *page; /* owned; NULL: none was read yet */
	size_t at;
	bool last; /* `page` is */
};

struct axe_job_list {
	struct pages pages;
	axe_job_info *current;
};

struct axe_task_list {
	struct pages pages;
	axe_task_info *current;
};

static void pages_finish(struct pages *pages)
{
	json_decref(pages->question);
	json_decref(pages->page);
}

static axe_result read_page(struct pages *pages)
{
	auto_reply reply = { 0 };
	axe_result code = cluster_ask(
		pages->cluster, pages->kind->method, json_copy(pages->question), &reply);
	json_t *items, *next;

	if (code != S_OK)
		return code;
	items = json_object_get(reply.parameters, pages->kind->items);
	next = json_object_get(reply.parameters, "next");
	if (!json_is_array(items))
		return cluster_fail(pages->cluster, AXE_E_INTERNAL_ERROR,
			"the daemon's answer has no `%s`", pages->kind->items);
	json_decref(pages->page);
	pages->page = json_incref(items);
	pages->at = 0;
	pages->last = !next || json_is_null(next);
	if (!pages->last)
		json_object_set(pages->question, pages->kind->place, next);
	return S_OK;
}

/* *ret_item NULL: there is no further one. Borrowed until the next call. */
static axe_result pages_next(struct pages *pages, json_t **ret_item)
{
	while (!pages->page || (pages->at == json_array_size(pages->page) && !pages->last)) {
		axe_result code = read_page(pages);

		if (code != S_OK)
			return code;
	}
	*ret_item = json_array_get(pages->page, pages->at);
	pages->at += *ret_item != NULL;
	return S_OK;
}

/* What is listed is what is there now, not when somebody first looks. `question` is taken. */
static axe_result pages_init(
	struct pages *pages, axe_cluster *cluster, const struct kind *kind, json_t *question)
{
	*pages = (struct pages){ .cluster = cluster, .kind = kind, .question = question };
	return read_page(pages);
}

/* The parameters of a listing; NULL: what is asked for is no listing. */
static json_t *make_question(axe_cluster *cluster, uint32_t states, const void *ret_list)
{
	json_t *names = cluster_states(states);

	if (names && ret_list)
		return json_pack("{s:o}", "states", names);
	json_decref(names);
	cluster_fail(cluster, AXE_E_INVALID_ARGUMENT, "expected a set of states and `ret_list`");
	return NULL;
}

/* `question` is taken. */
static axe_result list_jobs(
	axe_cluster *cluster, const struct kind *kind, json_t *question, axe_job_list **ret_list)
{
	axe_job_list *list;
	axe_result code;

	list = calloc(1, sizeof(*list));
	if (!list) {
		json_decref(question);
		return cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	}
	code = pages_init(&list->pages, cluster, kind, question);
	if (code != S_OK) {
		axe_job_list_free(list);
		return code;
	}
	*ret_list = list;
	return S_OK;
}

axe_result axe_cluster_list_jobs(
	axe_cluster *cluster, uint32_t states, uint32_t owner, axe_job_list **ret_list)
{
	json_t *question = cluster ? make_question(cluster, states, ret_list) : NULL;

	if (!question)
		return AXE_E_INVALID_ARGUMENT;
	if (owner != AXE_ALL_OWNERS)
		json_object_set_new(question, "owner", json_integer(owner));
	return list_jobs(cluster, &jobs_kind, question, ret_list);
}

/* One page is all that it has. */
axe_result axe_cluster_list_waiting(axe_cluster *cluster, uint32_t limit, axe_job_list **ret_list)
{
	json_t *question;

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	if (!ret_list || limit > AXE_WAITING_MAX)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT,
			"expected a limit of at most %d and `ret_list`", AXE_WAITING_MAX);
	question = json_object();
	if (limit)
		json_object_set_new(question, "limit", json_integer(limit));
	return list_jobs(cluster, &waiting_kind, question, ret_list);
}

axe_result axe_job_list_next(axe_job_list *list, const axe_job_info **ret_info)
{
	json_t *job = NULL;
	axe_result code;

	if (!list || !ret_info)
		return AXE_E_INVALID_ARGUMENT;
	code = pages_next(&list->pages, &job);
	if (code != S_OK)
		return code;
	axe_job_info_free(take_pointer(list->current));
	if (job) {
		list->current = job_info_create(json_incref(job), job);
		if (!list->current)
			return cluster_fail(
				list->pages.cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	}
	*ret_info = list->current;
	return S_OK;
}

void axe_job_list_free(axe_job_list *list)
{
	if (!list)
		return;
	pages_finish(&list->pages);
	axe_job_info_free(list->current);
	free(list);
}

axe_result axe_cluster_list_tasks(
	axe_cluster *cluster, uint64_t number, uint32_t states, axe_task_list **ret_list)
{
	json_t *question = cluster ? make_question(cluster, states, ret_list) : NULL;
	axe_task_list *list;
	axe_result code;

	if (!question)
		return AXE_E_INVALID_ARGUMENT;
	json_object_set_new(question, "job", json_integer((json_int_t)number));
	list = calloc(1, sizeof(*list));
	if (!list) {
		json_decref(question);
		return cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	}
	code = pages_init(&list->pages, cluster, &tasks_kind, question);
	if (code != S_OK) {
		axe_task_list_free(list);
		return code;
	}
	*ret_list = list;
	return S_OK;
}

axe_result axe_task_list_next(axe_task_list *list, const axe_task_info **ret_info)
{
	json_t *task = NULL;
	axe_result code;

	if (!list || !ret_info)
		return AXE_E_INVALID_ARGUMENT;
	code = pages_next(&list->pages, &task);
	if (code != S_OK)
		return code;
	task_info_free(take_pointer(list->current));
	if (task) {
		list->current = task_info_create(task);
		if (!list->current)
			return cluster_fail(
				list->pages.cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	}
	*ret_info = list->current;
	return S_OK;
}

void axe_task_list_free(axe_task_list *list)
{
	if (!list)
		return;
	pages_finish(&list->pages);
	task_info_free(list->current);
	free(list);
}
