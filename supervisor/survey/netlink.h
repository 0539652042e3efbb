/* Lists of the kernel's that are asked for over netlink, message by message. */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>

struct error;
struct survey_host;

/* One message but the last. Not 0: stop with that. */
typedef int netlink_visit(const struct nlmsghdr *message, void *data);

/*
 * Send `request` (whole, with its header) and visit what answers: a dump to its end, else one
 * message. A host that is not live answers with the messages in its file `netlink/NAME`. -ENOENT:
 * this kernel has no such thing; -EAGAIN: it changed while it was listed.
 */
int netlink_ask(const struct survey_host *host, const char *name, int protocol,
	const struct nlmsghdr *request, netlink_visit *visit, void *data, struct error *error);

/* An attribute behind `size` bytes of a message's own; NULL: it has none of that type. */
const struct nlattr *netlink_find(const struct nlmsghdr *message, size_t size, unsigned type);

/* The same inside an attribute. */
const struct nlattr *netlink_find_nested(const struct nlattr *outer, unsigned type);

static inline const void *netlink_data(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static inline size_t netlink_size(const struct nlattr *attribute)
{
	return attribute->nla_len - (size_t)NLA_HDRLEN;
}

/* A number of 32 bits; `otherwise` where it is missing. */
unsigned netlink_number(const struct nlattr *attribute, unsigned otherwise);
