/* Netlink messages as the kernel would send them, recorded below a host's `netlink` folder. */
#pragma once

#include <linux/netlink.h>

#include "recorded.h"

struct messages {
	_Alignas(struct nlmsghdr) char bytes[8192];
	size_t used;
	struct nlmsghdr *last;
};

static inline void messages_begin(
	struct messages *messages, unsigned type, const void *body, size_t size)
{
	messages->last = (struct nlmsghdr *)(messages->bytes + messages->used);
	*messages->last = (struct nlmsghdr){ .nlmsg_len = (uint32_t)NLMSG_SPACE(size),
		.nlmsg_type = (uint16_t)type,
		.nlmsg_flags = NLM_F_MULTI };
	memcpy(NLMSG_DATA(messages->last), body, size);
	messages->used += NLMSG_SPACE(size);
}

/* Behind what the last message has. */
static inline struct nlattr *messages_add(
	struct messages *messages, unsigned type, const void *data, size_t size)
{
	struct nlattr *attribute = (struct nlattr *)(messages->bytes + messages->used);

	*attribute = (struct nlattr){ .nla_len = (uint16_t)(NLA_HDRLEN + size),
		.nla_type = (uint16_t)type };
	memcpy((char *)attribute + NLA_HDRLEN, data, size);
	messages->used += NLA_ALIGN(NLA_HDRLEN + size);
	messages->last->nlmsg_len += (uint32_t)NLA_ALIGN(NLA_HDRLEN + size);
	return attribute;
}

static inline void messages_record(
	struct recorded *recorded, const char *name, const struct messages *messages)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "netlink/%s", name);
	recorded_write(recorded, path, "");
	snprintf(path, sizeof(path), "%s/netlink/%s", recorded->path, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(messages->bytes, 1, messages->used, file), messages->used);
	assert_int_equal(fclose(file), 0);
}
