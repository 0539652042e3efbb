/* Failing in one line, with what was tried and on what. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(struct error *error, const char *text)
{
	size_t used = strlen(error->text);

	snprintf(error->text + used, sizeof(error->text) - used, "%s", text);
}

int fail(struct error *error, int code, const char *format, ...)
{
	char reason[128];
	va_list arguments;

	if (!error)
		return -code;

	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	append(error, ": ");
	append(error, strerror_r(code, reason, sizeof(reason)));
	return -code;
}

int fail_plain(struct error *error, int code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return -code;

	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return -code;
}

int fail_context(struct error *error, const char *format, ...)
{
	struct error inner;
	va_list arguments;

	if (!error)
		return -EIO;

	inner = *error;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	append(error, ": ");
	append(error, inner.text);
	return -error->code;
}

int fail_advice(struct error *error, const char *format, ...)
{
	char advice[240];
	va_list arguments;

	if (!error)
		return -EIO;

	va_start(arguments, format);
	vsnprintf(advice, sizeof(advice), format, arguments);
	va_end(arguments);
	append(error, "; ");
	append(error, advice);
	return -error->code;
}
