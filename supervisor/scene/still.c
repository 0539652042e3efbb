/* A frozen picture that several hold, in several threads: counted references. */
#include "scene/still.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "survey/frozen.h"

struct still {
	atomic_uint references;
	struct frozen_picture *picture;
};

struct still *still_create(struct frozen_picture *picture)
{
	struct still *still = calloc(1, sizeof(*still));

	if (!still) {
		frozen_picture_destroy(picture);
		return NULL;
	}
	atomic_init(&still->references, 1);
	still->picture = picture;
	return still;
}

struct still *still_reference(struct still *still)
{
	if (still)
		atomic_fetch_add(&still->references, 1);
	return still;
}

void still_drop(struct still *still)
{
	if (!still || atomic_fetch_sub(&still->references, 1) > 1)
		return;
	frozen_picture_destroy(still->picture);
	free(still);
}

const struct frozen_picture *still_picture(const struct still *still)
{
	return still->picture;
}
