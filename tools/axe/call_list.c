/* The methods that a supervisor has, as its interfaces declare them. */
#include "axe/call_list.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "axe/call_reply.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "libaxe/connection.h"

#define SERVICE "org.varlink.service"

/* Behind the `)` that belongs to the first `(`; the end of the text when there is none. */
static const char *skip_fields(const char *at)
{
	unsigned depth = 0;

	for (; *at; at++) {
		depth += *at == '(';
		if (*at == ')' && --depth == 0)
			return at + 1;
	}
	return at;
}

/* A declaration may be spread over several lines. */
static void print_declaration(const char *interface, const char *from, const char *to)
{
	bool blank = false;
	char last = '(';

	printf("%s.", interface);
	for (; from < to; from++) {
		if (isspace((unsigned char)*from)) {
			blank = true;
			continue;
		}
		if (blank && last != '(' && *from != ')')
			putchar(' ');
		blank = false;
		last = *from;
		/* What a stranger declares must not move the cursor. */
		putchar(isprint((unsigned char)last) ? last : '?');
	}
	putchar('\n');
}

static void print_methods(const char *interface, const char *description)
{
	static const char keyword[] = "\nmethod ";
	const char *at = description;

	while ((at = strstr(at, keyword))) {
		const char *from = at + strlen(keyword);
		const char *to = strchr(from, '(');

		if (to)
			to = strchr(skip_fields(to), '(');
		if (!to)
			return;
		at = skip_fields(to);
		print_declaration(interface, from, at);
	}
}

/* *ret_description is of the reply; NULL: there is no such interface. */
static int describe(struct connection *connection, const char *interface, struct reply *reply,
	const char **ret_description)
{
	struct error error = { 0 };
	int code = connection_send_to(connection, SERVICE ".GetInterfaceDescription",
		json_pack("{s:s}", "interface", interface), CONNECTION_ONE, &error);

	if (code == 0)
		code = connection_wait(connection, CONNECTION_FOREVER, reply, &error);
	if (code < 0)
		return call_broke(code, &error);
	*ret_description =
		reply->error_name[0] ? NULL : field_text(reply->parameters, "description");
	return EXIT_CODE_PASSED;
}

int call_list(struct connection *connection, const char *interface, bool *ret_listed)
{
	auto_reply reply = { 0 };
	const char *description;
	int code = describe(connection, interface, &reply, &description);

	if (code || !description)
		return code;
	print_methods(interface, description);
	*ret_listed = true;
	return EXIT_CODE_PASSED;
}

int call_list_all(struct connection *connection)
{
	auto_reply info = { 0 };
	const json_t *name;
	bool listed = false;
	size_t index;
	int code = call_reply(connection, SERVICE ".GetInfo", NULL, &info);

	json_array_foreach (json_object_get(info.parameters, "interfaces"), index, name)
		if (code == 0 && json_is_string(name))
			code = call_list(connection, json_string_value(name), &listed);
	return code;
}

static bool declares(const char *description, const char *method)
{
	char words[128];
	int length = snprintf(words, sizeof(words), "\nmethod %s(", method);

	return length < (int)sizeof(words) && strstr(description, words);
}

int call_find(struct connection *connection, const char *method)
{
	auto_reply info = { 0 };
	const json_t *name;
	size_t index;
	int code = call_reply(connection, SERVICE ".GetInfo", NULL, &info);

	json_array_foreach (json_object_get(info.parameters, "interfaces"), index, name) {
		auto_reply reply = { 0 };
		const char *description = NULL;

		if (code == 0 && json_is_string(name))
			code = describe(connection, json_string_value(name), &reply, &description);
		if (description && declares(description, method))
			return verb_refuse("call", "`%s` needs its interface: %s.%s", method,
				json_string_value(name), method);
	}
	return code;
}
