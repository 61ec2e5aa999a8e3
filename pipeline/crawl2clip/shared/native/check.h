/* Assertions of the C code. A build with -DCRAWL2CLIP_CHECK ends the program where one does not
   hold and says where; in any other build they cost nothing and nothing is evaluated. */
#ifndef CHECK_H
#define CHECK_H

#ifdef CRAWL2CLIP_CHECK

#include <stdio.h>
#include <stdlib.h>

_Noreturn static inline void
check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: CHECK(%s) does not hold\n", file, line, what);
    abort();
}

#define CHECK(holds) ((holds) ? (void)0 : check_failed(#holds, __FILE__, __LINE__))

#else

#define CHECK(holds) ((void)0)

#endif

#endif
