/* A text that grows in memory as it is written. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct page {
	FILE *file;
	char *text; /* once it is taken or dropped */
	size_t size;
};

/* false: no memory. */
bool page_open(struct page *page);

/* The whole text, to be freed. NULL: there was no memory for all of it. */
char *page_take(struct page *page);

/* One that was not opened, or was taken, is fine. */
void page_drop(struct page *page);
