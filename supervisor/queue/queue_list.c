/* ListJobs: newest first, page by page; a page says where and when the one behind it goes on. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "queue/page.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

/* "NUMBER", or "NUMBER.EVENT" where states were asked for. */
static json_t *write_token(const struct page *page, uint64_t next)
{
	return page->states ? json_sprintf("%" PRIu64 ".%" PRIu64, next, page->seq)
			    : json_sprintf("%" PRIu64, next);
}

static bool read_digits(const char **text, uint64_t *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoull(*text, &end, 10);
	if (errno || **text < '0' || **text > '9' || *ret_number > INT64_MAX)
		return false;
	*text = end;
	return true;
}

static bool parse_token(const char *text, struct page *page)
{
	if (!read_digits(&text, &page->before_id) || !page->before_id)
		return false;
	if (page->states)
		return *text++ == '.' && read_digits(&text, &page->seq) && !*text;
	return !*text;
}

static bool read_token(const struct queue_caller *caller, const char *text, struct page *page)
{
	if (!text || parse_token(text, page))
		return true;
	caller_fail(caller, AXE_E_INVALID_ARGUMENT, "OutOfRange",
		json_pack("{s:s, s:i, s:I}", "name", "page", "minimum", 1, "maximum",
			(json_int_t)INT64_MAX));
	return false;
}

static bool choose_owner(
	const struct queue_caller *caller, const struct queue_listing *listing, uid_t *ret_owner)
{
	*ret_owner = listing->has_owner    ? listing->owner
		     : caller->actor.admin ? STORE_ANY_OWNER
					   : caller->actor.uid;
	if (caller->actor.admin || *ret_owner == caller->actor.uid)
		return true;
	caller_fail(caller, AXE_E_NOT_PERMITTED, "NotAuthorised",
		json_pack("{s:s}", "text", "these are another user's jobs"));
	return false;
}

static json_t *reply(struct page *page)
{
	uint64_t next;
	json_t *reply = json_pack("{s:o}", "jobs", page_jobs(page, &next));

	if (next)
		json_object_set_new(reply, "next", write_token(page, next));
	return reply;
}

static void refuse(const struct queue_caller *caller, int code, const struct error *error)
{
	if (code != -ESTALE)
		return caller_fail_internal(caller, error->text);
	caller_fail(caller, AXE_E_LIMIT_REACHED, "PageExpired",
		json_pack("{s:s}", "text", error->text));
}

void queue_list(
	struct queue *queue, const struct queue_caller *caller, const struct queue_listing *listing)
{
	struct page page = {
		.queue = queue,
		.states = listing->states,
		.limit = listing->limit ?: QUEUE_PAGE_DEFAULT,
	};
	struct error error = { 0 };
	json_t *answer = NULL;
	int code;

	if (page.limit > QUEUE_PAGE_MAX)
		page.limit = QUEUE_PAGE_MAX;
	if (!choose_owner(caller, listing, &page.owner) ||
		!read_token(caller, listing->page, &page))
		return;
	store_read_hold(queue->config.store);
	code = page_read(&page, &error);
	if (code == 0)
		answer = reply(&page);
	store_read_leave(queue->config.store);
	if (code == 0)
		caller_answer(caller, answer);
	else
		refuse(caller, code, &error);
	page_finish(&page);
}
