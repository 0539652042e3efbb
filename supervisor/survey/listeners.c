/* Internet sockets that listen, asked of the kernel instead of read from /proc/net: sock_diag(7).
 */
#include "survey/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define ANSWER_BYTES 32768

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

static int ask(int netlink, const struct listener_query *query)
{
	struct request request = {
		.header = { .nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = query->family,
			.sdiag_protocol = query->protocol,
			.idiag_states = 1u << query->state },
	};

	return send(netlink, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

/* 1: that was the last message. */
static int take_message(const struct nlmsghdr *message, listener_visit *visit, void *data)
{
	const struct inet_diag_msg *found = NLMSG_DATA(message);

	if (message->nlmsg_type == NLMSG_DONE)
		return 1;
	if (message->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(message))->error;
	/* Changed while it was listed: a part may be missing. */
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EAGAIN;
	return visit(ntohs(found->id.idiag_sport), found->idiag_inode, data);
}

static int take_answer(int netlink, listener_visit *visit, void *data)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
	int code = 0;

	while (code == 0) {
		ssize_t size = recv(netlink, answer, sizeof(answer), 0);
		const struct nlmsghdr *message = (const struct nlmsghdr *)answer;

		if (size <= 0)
			return size < 0 ? -errno : -EBADMSG;
		for (; code == 0 && NLMSG_OK(message, size); message = NLMSG_NEXT(message, size))
			code = take_message(message, visit, data);
	}
	return code < 0 ? code : 0;
}

int listeners_visit(
	const struct listener_query *query, listener_visit *visit, void *data, struct error *error)
{
	auto_fd netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int code = netlink < 0 ? -errno : ask(netlink, query);

	if (code == 0)
		code = take_answer(netlink, visit, data);
	/* A kernel without sock_diag, or without that protocol of it. */
	if (code == -EPROTONOSUPPORT || code == -ENOENT || code == -EINVAL)
		return -ENOENT;
	return code < 0 ? fail(error, -code, "list the sockets that listen") : 0;
}
