/* Failing in one line, with what was tried and on what. */
#pragma once

/*
 * An error lives on its owner's stack; a function that may fail takes `struct error *` (NULL: the
 * caller does not want the text) and returns 0 or a negative errno. The text is one line for a
 * person: what was tried, on what, why it failed and, where something helps, what.
 */
struct error {
	int code; /* positive errno, 0 while nothing failed */
	char text[480];
};

/* Record the failure "<what>: <strerror>" and return -code. code must be > 0. */
int fail(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same without the errno's text, for failures that a sentence of our own explains better. */
int fail_plain(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "<context>: " before the text of a failure on its way up; returns -error->code,
 * or -EIO where there is no error to put it into. */
int fail_context(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Add "; <advice>" to the text: what would make it succeed. Returns likewise. */
int fail_advice(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
