#!/bin/sh
# SPDX-License-Identifier: MIT
# generate.sh - writes quickstart.svt to standard output: four processes, a kernel client and a
# network card share one remapping unit. Seeded; the same output everywhere.
awk '
function draw(n) { seed = (seed * 1103515 + 12345) % 2147483648; return int(seed / 65536) % n }
function hex(hi, lo) { return sprintf("0x%x%08x", hi, lo) }
BEGIN {
    seed = 7
    print "svasim-trace 1"
    print "# Four processes share queue 0 of a DSA with ENQCMD; a kernel client uses it with ENQCMDS and a"
    print "# supervisor PASID; a network card does ordinary DMA through RID_PASID. Some things go wrong on"
    print "# purpose: a buffer that was never mapped, a read-only destination, a user descriptor with a"
    print "# kernel address, and a process that exits while its work is queued."
    print "device dsa0 sid=6a:01.0 engines=4 lines=16"
    print "wq dsa0 0 mode=shared size=32 threshold=24"
    print "wq dsa0 1 mode=dedicated size=16 pasid=100 priv"
    print "space kernel kind=kernel"
    print "bind dsa0 kernel pasid=100 supervisor wpe"
    print "space net kind=dma"
    print "bind 3b:00.0 net pasid=0"
    print "map net 0xfff00000 bytes=0x40000"
    for (p = 1; p <= 4; p++) {
        printf "space app%d kind=user\n", p
        printf "map app%d 0x7f0000000000 bytes=0x200000\n", p
        printf "map app%d 0x7f4000000000 bytes=0x1000000 page=2M\n", p
        printf "map app%d 0x7f8000000000 bytes=0x10000 read_only\n", p
        printf "bind dsa0 app%d pasid=%d\n", p, p
    }
    id = 0
    for (i = 0; i < 320; i++) {
        p = 1 + draw(4)
        small = draw(480) * 4096
        large = draw(3900) * 4096
        kind = draw(20)
        size = 4096 * (1 + draw(4))
        if (kind < 11) {
            printf "submit id=%d enqcmd dsa0 portal=0x1000 msr_pasid=%d op=memmove flags=0xc cr=%s src=%s dst=%s size=%d\n",
                ++id, p, hex(32512, 2097152 - 4096 + 32 * (id % 64)), hex(32512, small), hex(32576, large), size
        } else if (kind < 14) {
            printf "submit id=%d enqcmd dsa0 portal=0x1000 msr_pasid=%d op=fill flags=0xc cr=%s pattern_lo=0x%x dst=%s size=%d\n",
                ++id, p, hex(32512, 2097152 - 4096), id, hex(32576, large), size
        } else if (kind < 16) {
            printf "submit id=%d enqcmd dsa0 portal=0x1000 msr_pasid=%d op=compare flags=0xc cr=%s src=%s src2=%s size=%d\n",
                ++id, p, hex(32512, 2097152 - 4096), hex(32512, small), hex(32512, small), 4096
        } else if (kind < 19) {
            printf "submit id=%d enqcmds dsa0 portal=0x0 op=memmove pasid=100 priv=1 flags=0xc cr=0xffff88c%09x src=0xffff888%09x dst=0xffff889%09x size=%d\n",
                ++id, 64 * id, draw(30000) * 4096, draw(30000) * 4096, size
        } else if (draw(3) == 0) {
            printf "submit id=%d enqcmd dsa0 portal=0x1000 msr_pasid=%d op=memmove flags=0xc cr=%s src=0x7e0000000000 dst=%s size=4096\n",
                ++id, p, hex(32512, 2097152 - 4096), hex(32576, large)
        } else if (draw(2) == 0) {
            printf "submit id=%d enqcmd dsa0 portal=0x1000 msr_pasid=%d op=fill flags=0xc cr=%s pattern_lo=0x1 dst=0x7f8000000000 size=4096\n",
                ++id, p, hex(32512, 2097152 - 4096)
        } else {
            printf "submit id=%d enqcmd dsa0 portal=0x1000 msr_pasid=%d op=memmove flags=0xc cr=%s src=0xffff888000000000 dst=%s size=4096\n",
                ++id, p, hex(32512, 2097152 - 4096), hex(32576, large)
        }
        for (n = draw(4); n > 0; n--)
            printf "dma id=%d %s 3b:00.0 0x%x length=64\n", ++id, draw(3) ? "write" : "read", 4293918720 + draw(64) * 4096 + draw(63) * 64
        if (i == 240) {
            print "# Process 4 exits: its PASID goes, and faults of what is still queued are not logged (FPD)."
            print "unbind dsa0 pasid=4 fpd"
        }
    }
}'
