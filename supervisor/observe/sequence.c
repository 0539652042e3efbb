/* Which numbers of an event stream have come: repetitions refused, gaps counted. */
#include "observe/sequence.h"

#include <string.h>

static uint64_t *word_of(struct sequence *sequence, uint64_t number)
{
	return &sequence->seen[number % SEQUENCE_WINDOW / 64];
}

static uint64_t bit_of(uint64_t number)
{
	return UINT64_C(1) << number % 64;
}

/* The bits of the numbers that `next` passes belonged to numbers a window ago. */
static void advance(struct sequence *sequence, uint64_t next)
{
	if (next - sequence->next >= SEQUENCE_WINDOW)
		memset(sequence->seen, 0, sizeof(sequence->seen));
	else
		for (uint64_t number = sequence->next; number < next; number++)
			*word_of(sequence, number) &= ~bit_of(number);
	sequence->next = next;
}

bool sequence_take(struct sequence *sequence, uint64_t number)
{
	if (number >= sequence->next)
		advance(sequence, number + 1);
	else if (sequence->next - number > SEQUENCE_WINDOW)
		return false;
	if (*word_of(sequence, number) & bit_of(number))
		return false;

	*word_of(sequence, number) |= bit_of(number);
	sequence->taken += number >= sequence->first;
	return true;
}

void sequence_resume(struct sequence *sequence, uint64_t first)
{
	sequence->next = sequence->taken = sequence->first = first;
}

uint64_t sequence_gaps(const struct sequence *sequence)
{
	return sequence->next - sequence->taken;
}
