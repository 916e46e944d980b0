/* SPDX-License-Identifier: MIT */
/* suite.c - the frame of a libcheck program; CK_FORK, CK_RUN_CASE and CK_VERBOSITY apply. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"

#include <stdlib.h>

void suite_add(Suite *suite, const char *name, const TTest *test, int count)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 240);
    tcase_add_loop_test(tcase, test, 0, count);
    suite_add_tcase(suite, tcase);
}

int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
