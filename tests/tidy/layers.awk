# SPDX-License-Identifier: MIT
# layers.awk - prints each #include that its room is not allowed. Reads the files of libsvasim,
# tools and docs/examples by the paths they have from the top of the source tree.
BEGIN {
    # Rooms that each room may include besides public headers and itself.
    may["base"] = ""
    may["spec"] = "base"
    may["arch"] = "base spec"
    may["uarch"] = "base spec arch"
    may["unit"] = "base spec arch uarch"
    may["tables"] = "base spec"
    may["device"] = "base spec"
    may["sva"] = "base spec tables"
    may["trace"] = "base"
    may["machine"] = "base"

    # C11, and strings.h of every libc.
    n = split("assert ctype errno float inttypes limits math signal stdalign stdarg stdatomic " \
              "stdbool stddef stdint stdio stdlib stdnoreturn string strings", words, " ")
    for (i = 1; i <= n; i++)
        standard[words[i] ".h"] = 1
}

FNR == 1 {
    split(FILENAME, part, "/")
    inside = part[1] == "libsvasim"
    room = inside ? (part[2] in may ? part[2] : "unit") : part[1]
    core = inside && room != "trace" && room != "machine"
    directory = FILENAME
    sub(/\/[^\/]*$/, "", directory)
    if (inside && part[3] != "" && !(part[2] in may))
        printf "%s: the room %s has no row in tests/tidy/layers.awk\n", FILENAME, part[2]
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
    line = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
    system_header = substr(line, 1, 1) == "<"
    line = substr(line, 2)
    sub(/[">].*/, "", line)

    if (line ~ /^svasim\//)
        next
    if (system_header) {
        if (core && !(line in standard))
            refuse("the core needs C11 and libc only")
        else if (inside && line ~ /^(ini|jansson)\.h$/)
            refuse("this library belongs to tools/")
        next
    }
    if (!inside) {
        if (line ~ /\.\./ || (getline unused < (directory "/" line)) < 0)
            refuse("only svasim/*.h and headers of its own directory")
        close(directory "/" line)
        next
    }
    target = room
    if (index(line, "/") > 0) {
        target = line
        sub(/\/.*/, "", target)
    }
    if (target != room && index(" " may[room] " ", " " target " ") == 0)
        refuse(room " may include: public headers, " room " " may[room])
}

function refuse(why)
{
    printf "%s:%d: includes %s (%s)\n", FILENAME, FNR, line, why
}
