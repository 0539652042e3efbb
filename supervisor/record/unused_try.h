/* The folder of a try that was laid for it and, as far as is known, never used. */
#pragma once

/*
 * Remove ATTEMPT/INDEX.TRY below the job's folder `job`, whose supervisor has died. Where anybody
 * has written or made anything it stays; missing is fine.
 */
void unused_try_remove(int job, unsigned attempt, unsigned index, unsigned try_number);
