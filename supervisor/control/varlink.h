/* The words of Varlink: calls taken apart, replies put together, interfaces described. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

#define VARLINK_SERVICE "org.varlink.service"
#define VARLINK_ENGINE  "io.axe.Engine"
#define VARLINK_EVENTS  "io.axe.Events"
#define VARLINK_CLUSTER "io.axe.Cluster"
#define VARLINK_SUPPORT "io.axe.Support" /* spoken at the sockets of assessments only */

struct varlink_call {
	const char *method; /* borrowed from the message, like its parameters */
	json_t *parameters; /* NULL: none given */
	bool more;
	bool oneway;
	bool upgrade; /* the client wants to speak something else from here on */
};

/* Take a message apart. -EBADMSG with the reason when it is no call. */
int varlink_parse(const json_t *message, struct varlink_call *ret_call, struct error *error);

/*
 * Of a message with a NUL in a text: whether the only such text is the parameter `message`, whose
 * method refuses it by name. All other texts are used up to their NUL, which must not be.
 */
bool varlink_tells_of_nul(const json_t *message);

/* Messages to a client. `parameters` is taken; NULL, here and there: out of memory. */
json_t *varlink_reply(json_t *parameters, bool continues);
json_t *varlink_error(const char *name, json_t *parameters);

/* The IDL text of an interface of this program; NULL when it has no such interface. */
const char *varlink_description(const char *interface);

/* Whether that text has the method ("Explode"). */
bool varlink_declares(const char *interface, const char *method);

/* The names of those that a supervisor serves at its own sockets. */
const char *const *varlink_interfaces(size_t *ret_count);

/* Where "interface.Method" has its last dot: the length of the interface's name, 0 if none. */
size_t varlink_interface_length(const char *method);
