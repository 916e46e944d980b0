#!/bin/sh
# SPDX-License-Identifier: MIT
# generate.sh - writes page_faults.svt to standard output: a device that meets pages for the first
# time, and software that answers its page requests. The same output everywhere.
awk '
BEGIN {
    pages = 64
    print "svasim-trace 1"
    print "# A process has mapped 256 KiB, but touched none of it. A device asks for translations, is refused, asks for the"
    print "# pages, and uses them once software has answered: two threads, 20 us each on average."
    print "config machine.timed_only on"
    print "config service.slots 2"
    print "config service.latency 20000"
    print "config service.distribution exponential"
    print "config invalidation.memory_port on"
    print "config invalidation.other 20"
    print "config page_request.memory_port on"
    print "config page_request.latency 50"
    print "space app kind=user"
    printf "map app 0x7f0000000000 bytes=0x%x later\n", pages * 4096
    print "bind 00:01.0 app pasid=5"
    print "entry context sid=00:01.0 dte=1 pre=1"
    print "# The page request queue, of 4 KiB."
    print "reg 0xd0 0x30000000 size=8"
    for (i = 0; i < pages; i++) {
        printf "@%d dma read 00:01.0 0x%x%08x id=%d pasid=5 at=translation\n", 10000 + 14000 * i, 32512, i * 4096, 3 * i + 1
        printf "@%d page_request 00:01.0 0x%x%08x id=%d pasid=5 need=rw group=%d\n", 11000 + 14000 * i, 32512, i * 4096, 3 * i + 2, i
        printf "expect %d fault fault=SFS.2 completion=success\n", 3 * i + 1
        printf "expect %d answer=queued response=success\n", 3 * i + 2
    }
    print "# All of them are there now."
    print "drain"
    for (i = 0; i < pages; i++) {
        printf "dma write 00:01.0 0x%x%08x id=%d pasid=5\n", 32512, i * 4096, 3 * i + 3
        printf "expect %d ok page=0x1000\n", 3 * i + 3
    }
    print "# A page behind the mapping is no page of the process."
    printf "page_request 00:01.0 0x%x%08x id=%d pasid=5 group=%d\n", 32512, pages * 4096, 3 * pages + 1, pages
    printf "expect %d answer=queued response=invalid\n", 3 * pages + 1
}'
