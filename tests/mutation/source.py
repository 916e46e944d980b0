# SPDX-License-Identifier: MIT
"""C source as tokens with positions: enough structure to change one thing at a time."""

import bisect
import re

TOKEN = re.compile(
    r"""(?P<space>\s+|\\\n)
      |(?P<comment>/\*.*?\*/|//[^\n]*)
      |(?P<string>"(?:\\.|[^"\\\n])*")
      |(?P<char>'(?:\\.|[^'\\\n])*')
      |(?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*)
      |(?P<word>[A-Za-z_]\w*)
      |(?P<mark><<=|>>=|->|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=|<<|>>|\#\#|\.\.\.|.)""",
    re.S | re.X,
)

OPEN = {"(": ")", "[": "]", "{": "}"}
TYPES = {
    "static", "const", "bool", "unsigned", "int", "char", "struct", "enum", "void", "inline",
    "extern", "typedef", "size_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
    "svasim_fault", "svasim_fault_info", "svasim_request", "svasim_update", "sv_judge",
}


class Token:
    __slots__ = ("kind", "text", "start", "end", "directive")

    def __init__(self, kind, text, start, directive):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)
        self.directive = directive  # of a preprocessor line: "define", "include", ...


class Source:
    """Tokens of one file, partners of brackets, and the function that each token is in."""

    def __init__(self, text):
        self.text = text
        self.lines = [0] + [m.end() for m in re.finditer("\n", text)]
        self.tokens = list(self._scan())
        self.partner = {}
        stack = []
        for i, token in enumerate(self.tokens):
            if token.kind != "mark" or token.directive:
                continue
            if token.text in OPEN:
                stack.append(i)
            elif token.text in OPEN.values() and stack:
                opening = stack.pop()
                self.partner[opening], self.partner[i] = i, opening
        for i, token in enumerate(self.tokens):  # brackets inside of macro bodies
            if token.directive and token.text in OPEN:
                depth = 0
                for j in range(i, len(self.tokens)):
                    depth += self.tokens[j].text == token.text
                    depth -= self.tokens[j].text == OPEN[token.text]
                    if depth == 0:
                        self.partner[i], self.partner[j] = j, i
                        break
        self.functions = list(self._functions())
        self.starts = [first for first, _, _ in self.functions]

    def _scan(self):
        directive, at = None, 0
        while at < len(self.text):
            match = TOKEN.match(self.text, at)
            kind, text = match.lastgroup, match.group()
            if kind == "space" and "\n" in text and not text.startswith("\\"):
                directive = None
            if kind == "mark" and text == "#" and not directive:
                directive = re.match(r"#\s*(\w*)", self.text[at:]).group(1) or "null"
            elif kind not in ("space", "comment"):
                yield Token(kind, text, at, directive)
            at = match.end()

    def _functions(self):
        i = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token.text == "{" and not token.directive and i in self.partner:
                last = self.partner[i]
                before = self.tokens[i - 1] if i else None
                if before is not None and before.text == ")" and not before.directive:
                    yield i, last, self.tokens[self.partner[i - 1] - 1].text
                i = last
            i += 1

    def function_of(self, i):
        """Name of the function whose body holds token i, or None."""
        at = bisect.bisect_right(self.starts, i) - 1
        if at >= 0 and i <= self.functions[at][1]:
            return self.functions[at][2]
        return None

    def line(self, position):
        return bisect.bisect_right(self.lines, position)

    def arguments(self, opening):
        """Token ranges (first, last) of the arguments between a bracket and its partner."""
        out, first, i = [], opening + 1, opening + 1
        while i < self.partner[opening]:
            if self.tokens[i].text in OPEN:
                i = self.partner[i]
            elif self.tokens[i].text == ",":
                out.append((first, i - 1))
                first = i + 1
            i += 1
        out.append((first, i - 1))
        return out

    def operand(self, i, step, stops):
        """Farthest token of the operand next to operator i, in direction step."""
        j = i + step
        last = None
        while 0 <= j < len(self.tokens):
            token = self.tokens[j]
            if token.directive != self.tokens[i].directive:
                break
            closes = token.text in (OPEN if step < 0 else OPEN.values())
            if closes or token.text in stops or token.text in (",", ";", "return"):
                break
            if step < 0 and token.directive and self.tokens[j - 1].text == "define":
                break
            last = j
            if token.text in OPEN or token.text in OPEN.values():
                if j not in self.partner:
                    return None
                j = last = self.partner[j]
            j += step
        return last
