/* Lists of the kernel's that are asked for over netlink, message by message. */
#include "survey/netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "survey/lines.h"
#include "survey/source.h"

#define ANSWER_BYTES 32768

/* 1: that was the last. */
static int take_message(
	const struct nlmsghdr *message, bool is_dump, netlink_visit *visit, void *data)
{
	const struct nlmsgerr *refusal = NLMSG_DATA(message);
	int code;

	if (message->nlmsg_type == NLMSG_DONE)
		return 1;
	if (message->nlmsg_type == NLMSG_ERROR)
		return message->nlmsg_len < NLMSG_LENGTH(sizeof(*refusal)) ? -EBADMSG
									   : refusal->error;
	/* A part may be missing. */
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EAGAIN;
	code = visit(message, data);
	return code || is_dump ? code : 1;
}

static int take_messages(
	const char *bytes, size_t size, bool is_dump, netlink_visit *visit, void *data)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)bytes;
	int code = 0;

	for (; code == 0 && NLMSG_OK(message, size); message = NLMSG_NEXT(message, size))
		code = take_message(message, is_dump, visit, data);
	return code;
}

static int take_answer(int netlink, bool is_dump, netlink_visit *visit, void *data)
{
	auto_free char *answer = malloc(ANSWER_BYTES);
	int code = answer ? 0 : -ENOMEM;

	while (code == 0) {
		ssize_t size = recv(netlink, answer, ANSWER_BYTES, 0);

		if (size <= 0)
			return size < 0 ? -errno : -EBADMSG;
		code = take_messages(answer, (size_t)size, is_dump, visit, data);
	}
	return code < 0 ? code : 0;
}

static int replay(const struct survey_host *host, const char *name, bool is_dump,
	netlink_visit *visit, void *data)
{
	auto_free char *bytes = NULL;
	char path[128];
	size_t size;
	int code;

	snprintf(path, sizeof(path), "netlink/%s", name);
	code = file_read_whole_at(host->root, path, LINES_BYTES_MAX, &bytes, &size, NULL);
	if (code == 0)
		code = take_messages(bytes, size, is_dump, visit, data);
	return code < 0 ? code : 0;
}

static int ask(int protocol, const struct nlmsghdr *request, bool is_dump, netlink_visit *visit,
	void *data)
{
	auto_fd netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (netlink < 0)
		return -errno;
	if (send(netlink, request, request->nlmsg_len, 0) < 0)
		return -errno;
	return take_answer(netlink, is_dump, visit, data);
}

int netlink_ask(const struct survey_host *host, const char *name, int protocol,
	const struct nlmsghdr *request, netlink_visit *visit, void *data, struct error *error)
{
	bool is_dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int code = host->live ? ask(protocol, request, is_dump, visit, data)
			      : replay(host, name, is_dump, visit, data);

	if (code == -EPROTONOSUPPORT || code == -ENOENT || code == -EAFNOSUPPORT)
		return -ENOENT;
	return code < 0 ? fail(error, -code, "ask the kernel for its %s", name) : 0;
}

static const struct nlattr *find(const char *begin, const char *end, unsigned type)
{
	while (end - begin >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const struct nlattr *)begin;

		if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > end - begin)
			break;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		begin += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

const struct nlattr *netlink_find(const struct nlmsghdr *message, size_t size, unsigned type)
{
	const char *begin = (const char *)message + NLMSG_SPACE(size);

	return find(begin, (const char *)message + message->nlmsg_len, type);
}

const struct nlattr *netlink_find_nested(const struct nlattr *outer, unsigned type)
{
	const char *begin = netlink_data(outer);

	return find(begin, begin + netlink_size(outer), type);
}

unsigned netlink_number(const struct nlattr *attribute, unsigned otherwise)
{
	unsigned number;

	if (!attribute || netlink_size(attribute) < sizeof(number))
		return otherwise;
	memcpy(&number, netlink_data(attribute), sizeof(number));
	return number;
}
