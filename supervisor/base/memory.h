/* Memory that is short for a moment, for those who cannot say what is missing then. */
#pragma once

/*
 * From now on jansson waits a little for memory instead of leaving a part out: a value has many
 * parts, and one without some of them would be a wrong fact. Memory that stays short is still
 * answered by NULL. Once, at the start of a program.
 */
void memory_make_json_patient(void);
