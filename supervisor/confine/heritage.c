/* What the supervisor was started with: it outgrows some of it, its children get all of it back. */
#include "confine/heritage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define OOM_SCORE_ADJ "/proc/self/oom_score_adj"
/* Behind every program of a job, yet within reach: at -1000 a leak of ours could end the host. */
#define OOM_SPARED "-900"

static int write_score(const char *score)
{
	int file = open(OOM_SCORE_ADJ, O_WRONLY | O_CLOEXEC);
	int code;

	if (file < 0)
		return errno;
	code = write(file, score, strlen(score)) < 0 ? errno : 0;
	close(file);
	return code;
}

/* Asked of the kernel: the C library does not tell of those that it keeps for itself. */
static uint64_t find_ignored(void)
{
	uint64_t ignored = 0;

	for (int number = 1; number <= KERNEL_SIGNALS; number++) {
		void (*action[4])(int) = { NULL }; /* the kernel's; the handler first */

		if (syscall(SYS_rt_sigaction, number, NULL, action, KERNEL_SIGSET_SIZE) == 0 &&
			action[0] == SIG_IGN)
			ignored |= UINT64_C(1) << (number - 1);
	}
	return ignored;
}

int heritage_outgrow(struct heritage *ret_heritage, struct error *error)
{
	struct heritage heritage = { 0 };
	struct rlimit raised;
	ssize_t length;

	if (getrlimit(RLIMIT_NOFILE, &heritage.files) < 0)
		return fail(error, errno, "read the limit of open files");
	length = file_read_text_at(
		AT_FDCWD, OOM_SCORE_ADJ, heritage.oom_score_adj, sizeof(heritage.oom_score_adj));
	if (length < 0)
		return fail(error, (int)-length, "read `" OOM_SCORE_ADJ "`");
	raised = (struct rlimit){ heritage.files.rlim_max, heritage.files.rlim_max };
	setrlimit(RLIMIT_NOFILE, &raised);
	heritage.oom_changed = write_score(OOM_SPARED) == 0;
	heritage.ignored = find_ignored();
	*ret_heritage = heritage;
	return 0;
}

/* The score first: it needs a descriptor, of which the limit may leave none. */
int heritage_restore(const struct heritage *heritage)
{
	int code = heritage->oom_changed ? write_score(heritage->oom_score_adj) : 0;

	if (code == 0 && setrlimit(RLIMIT_NOFILE, &heritage->files) < 0)
		code = errno;
	return code;
}
