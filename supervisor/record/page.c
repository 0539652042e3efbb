/* A text that grows in memory as it is written. */
#include "record/page.h"

#include <stdlib.h>

#include "base/cleanup.h"

bool page_open(struct page *page)
{
	*page = (struct page){ .text = NULL };
	page->file = open_memstream(&page->text, &page->size);
	return page->file;
}

char *page_take(struct page *page)
{
	bool whole = !ferror(page->file);

	whole &= fclose(take_pointer(page->file)) == 0;
	if (!whole)
		page_drop(page);
	return take_pointer(page->text);
}

void page_drop(struct page *page)
{
	if (page->file)
		fclose(take_pointer(page->file));
	free(take_pointer(page->text));
}
