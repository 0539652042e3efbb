/* What a look leaves for the next one, as long as nobody looks. */
#include "scene/keepsake.h"

#include "base/cleanup.h"
#include "loop/errand.h"
#include "survey/source.h"
#include "survey/survey.h"

struct survey_memory *keepsake_take(struct keepsake *keepsake, bool may_lock)
{
	if (!keepsake->memory)
		return survey_memory_create();
	if (may_lock)
		survey_memory_doubt(keepsake->memory, &survey_locks);
	return take_pointer(keepsake->memory);
}

static int let_go(void *data)
{
	struct keepsake *keepsake = data;

	survey_memory_destroy(take_pointer(keepsake->given_up));
	return 0;
}

static void gone(int code, void *data)
{
}

void keepsake_rest(struct keepsake *keepsake, sd_event *loop)
{
	if (!keepsake->memory || keepsake->errand)
		return;
	keepsake->given_up = take_pointer(keepsake->memory);
	if (errand_create(loop, let_go, gone, keepsake, &keepsake->errand) < 0)
		keepsake->memory = take_pointer(keepsake->given_up);
}

void keepsake_finish(struct keepsake *keepsake)
{
	errand_destroy(keepsake->errand);
	survey_memory_destroy(keepsake->memory);
}
