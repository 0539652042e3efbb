/* What a trace already tells: read again by the supervisor that goes on with it. */
#pragma once

#include <stddef.h>

struct error;

/* `text` is the line without its newline, NUL-terminated; `type` is "job.begin" and so on. */
typedef void trace_visitor(const char *type, const char *text, size_t size, void *data);

/*
 * Visit the whole lines below a job's folder in their order. Parsing them is left to the visitor,
 * since most are of no interest. -ENOENT: there is no trace.
 */
int trace_history(int directory, trace_visitor *visitor, void *data, struct error *error);
