# SPDX-License-Identifier: MIT
"""What a mistake in the model could look like: every small change that a file admits."""

import re

from source import OPEN, TYPES, Source

RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
SWAPS = {"&&": "||", "||": "&&", "<<": ">>", ">>": "<<", "++": "--", "--": "++", "|=": "=",
         "&=": "="}
ASSIGN = {"=", "|=", "&=", "+=", "-=", "<<=", ">>="}
NOT_CHANGED = {"REQUIRE", "SV_FAULT_RECORDS_MAX"}  # macros: the checks themselves, a size
STOPS = {
    "&&": ASSIGN | {"&&", "||", "?", ":"},
    "||": ASSIGN | {"||", "?", ":"},
    "|": ASSIGN | {"|", "&&", "||", "?", ":"},
    "&": ASSIGN | set(RELATIONS) | {"&", "|", "^", "&&", "||", "?", ":"},
    "?": ASSIGN | {"?", ":"},
}


class Mutant:
    """One change: bytes start..end of a file become `text`."""

    def __init__(self, path, source, operator, start, end, text, place):
        self.path, self.operator = path, operator
        self.start, self.end, self.text = start, end, text
        self.line = source.line(start)
        first = source.text.rfind("\n", 0, start) + 1
        last = source.text.find("\n", end)
        last = len(source.text) if last < 0 else last
        old = source.text[first:last]
        new = source.text[first:start] + text + source.text[end:last]
        self.old, self.new = (" ".join(s.split()) for s in (old, new))
        self.place = place
        self.result = None

    def key(self):
        """Names the change by content, so that it survives a change of line numbers."""
        return f"{self.path}: {self.place}: {self.old} => {self.new}"

    def describe(self):
        return f"{self.path}:{self.line}: {self.operator}: {self.place}: {self.old} => {self.new}"


class Maker:
    def __init__(self, path, text, faults):
        self.path, self.text, self.faults = path, text, faults
        self.source = Source(text)
        self.tokens = self.source.tokens
        self.out, self.seen = [], set()

    def add(self, operator, first, last, text):
        """Tokens first..last become text."""
        start, end = self.tokens[first].start, self.tokens[last].end
        place = self.source.function_of(first) or "-"
        if (start, end, text) not in self.seen and self.text[start:end] != text:
            self.seen.add((start, end, text))
            self.out.append(
                Mutant(self.path, self.source, operator, start, end, text, place))

    def span(self, first, last):
        return self.text[self.tokens[first].start:self.tokens[last].end]

    # --- shared by code and tables ---

    def number(self, i):
        """Masks lose a bit at either end or gain one below; other numbers move by one."""
        if self.tokens[i].text in ("1", "1u") and self.next_mark(i + 1) == "<<":
            return  # the same as moving the shift
        match = re.fullmatch(r"(0[xX])?([0-9a-fA-F]+)([uUlL]*)", self.tokens[i].text)
        value, suffix = int(match[2], 16 if match[1] else 10), match[3]
        shape = "0x%x" if match[1] else "%d"
        values = [value + 1] + ([value - 1] if value else [])
        if match[1] and value > 0xf and value not in (0xfee, 0xfee00000):
            low = value & -value
            values = [value & (value - 1), value ^ (1 << (value.bit_length() - 1))]
            if low > 1:
                values.append(value | low >> 1)
        for other in values:
            self.add("number", i, i, shape % other + suffix)

    def terms(self, i):
        """Leave out an operand of a chain; of a masking only the mask."""
        mark = self.tokens[i].text
        left = self.source.operand(i, -1, STOPS[mark])
        right = self.source.operand(i, 1, STOPS[mark])
        if left is None or right is None:
            return
        self.add("dropped mask" if mark == "&" else "dropped term", left, right,
                 self.span(left, i - 1))
        if mark != "&" and self.tokens[left - 1].text != mark:
            self.add("dropped term", left, right, self.span(i + 1, right))

    def next_mark(self, i):
        while self.tokens[i].text == ")":
            i += 1
        return self.tokens[i].text

    # --- code ---

    def negate(self, operator, first, last):
        """Turn a condition around, unless another operator does just that to it."""
        texts = [t.text for t in self.tokens[first:last + 1]]
        whole = self.source.operand(first, 1, STOPS["?"] | {"&&", "||"}) == last
        if texts[0] == "!" and whole and not set(texts) & set(RELATIONS):
            return
        if sum(t in ("==", "!=") for t in texts) == 1 and not set(texts) & {"&&", "||", "!", "?"}:
            return
        self.add(operator, first, last, f"!({self.span(first, last)})")

    def is_binary(self, i):
        before = self.tokens[i - 1]
        return before.kind in ("number", "word") and before.text not in ("return", "case") \
            or before.text in (")", "]") and not self.is_cast(i - 1)

    def is_cast(self, closing):
        opening = self.source.partner.get(closing)
        return opening is not None and all(
            t.text in TYPES or t.text == "*" for t in self.tokens[opening + 1:closing]) \
            and closing - opening > 1

    def is_declared(self, i):
        """Is token i part of a declaration's dimensions?"""
        j = i
        while j and self.tokens[j].text not in (";", "{", "}", "="):
            j -= 1
        return self.tokens[i - 1].text == "[" and self.tokens[j + 1].text in TYPES \
            and self.tokens[j].text != "="

    def requirement(self, i):
        arguments = self.source.arguments(i + 1)
        if len(arguments) != 3:
            return
        (_, _), condition, (row, _) = arguments
        self.negate("negated check", *condition)
        self.add("dropped check", i, self.source.partner[i + 1], "do { } while (0)")
        self.fault(row, "")

    def fault(self, i, prefix):
        name = self.tokens[i].text[len(prefix):]
        if name in self.faults:
            other = self.faults[(self.faults.index(name) + 1) % len(self.faults)]
            self.add("wrong fault row", i, i, prefix + other)

    def condition(self, i):
        last = self.source.partner[i + 1]
        self.negate("negated check", i + 2, last - 1)

    def choice(self, i):
        first = self.source.operand(i, -1, STOPS["?"])
        if first is not None:
            self.add("negated choice", first, i - 1, f"!({self.span(first, i - 1)})")

    def statement(self, i):
        """Leave out a statement that begins at token i: an assignment, a call, a break."""
        first, j = self.tokens[i], i
        if first.kind not in ("word", "mark") or first.text in TYPES or first.text in (
                "return", "if", "for", "while", "switch", "case", "default", "else", "do",
                "REQUIRE", "SV_ASSERT", "{", "}", ";", ")", "("):
            return
        if self.tokens[i + 1].kind == "word":
            return  # a declaration
        while self.tokens[j].text != ";":
            if self.tokens[j].text in OPEN:
                j = self.source.partner[j]
            elif self.tokens[j].text in ("}", ":"):
                return
            j += 1
            if j >= len(self.tokens):
                return
        self.add("dropped statement", i, j - 1, "(void)0")

    def field(self, i):
        """Leave out `.name = value,` of an initializer."""
        j = i
        while self.tokens[j].text not in (",", "}"):
            j = self.source.partner[j] if self.tokens[j].text in OPEN else j
            j += 1
        if self.tokens[j].text == ",":
            self.add("dropped field", i, j, "")

    def code(self, i):
        token, before = self.tokens[i], self.tokens[i - 1]
        following = self.tokens[i + 1].text if i + 1 < len(self.tokens) else ""
        if token.kind == "number" and not self.is_declared(i):
            self.number(i)
        elif token.text == "REQUIRE":
            self.requirement(i)
        elif token.text.startswith("SVASIM_FAULT_"):
            self.fault(i, "SVASIM_FAULT_")
        elif token.text == "if" and not token.directive:
            self.condition(i)
        elif token.text in ("true", "false"):
            self.add("flipped constant", i, i, "false" if token.text == "true" else "true")
        elif token.kind == "word" and token.text.endswith("_mask") and following == "(" \
                and self.source.partner.get(i + 1) == i + 2:
            for shift in ("<< 1", ">> 1"):
                self.add("moved mask", i, i + 2, f"({self.span(i, i + 2)} {shift})")
        elif token.text == "sv_rules_has" and following == "(":
            last = self.source.partner[i + 1]
            self.add("negated capability", i, last, f"!{self.span(i, last)}")
        elif token.text == "?":
            self.choice(i)
        elif token.text in RELATIONS and self.is_binary(i):
            self.add("comparison", i, i, RELATIONS[token.text])
        elif token.text in SWAPS:
            self.add("swapped operator", i, i, SWAPS[token.text])
            if token.text in STOPS:
                self.terms(i)
        elif token.text in ("+", "-") and self.is_binary(i):
            self.add("swapped operator", i, i, "-" if token.text == "+" else "+")
        elif token.text in ("&", "|") and self.is_binary(i):
            self.terms(i)
        elif token.text in ("!", "~"):
            self.add("dropped negation", i, i, "")
        elif token.text == "." and before.text in ("{", ","):
            self.field(i)
        if before.text in (";", "{", "}", "else") or self.ends_head(i - 1):
            if not token.directive:
                self.statement(i)
        elif before.text == ":" and self.tokens[i - 3].text == "case":
            self.statement(i)

    def ends_head(self, i):
        """Is token i the bracket that closes the head of an if or a loop?"""
        opening = self.source.partner.get(i)
        return self.tokens[i].text == ")" and opening is not None and \
            self.tokens[opening - 1].text in ("if", "for", "while")

    def run_code(self):
        """Function bodies, tables of constants, and macros that stand for a value."""
        name = None  # of the macro whose line we are in
        for i, token in enumerate(self.tokens):
            if token.directive != "define":
                name = None
                if not token.directive and (self.source.function_of(i) or self.in_table(i)):
                    self.code(i)
            elif token.text == "define":
                name = None
            elif name is None:
                name = token.text
            elif name not in NOT_CHANGED:
                self.code(i)
        return self.out

    def in_table(self, i):
        """Is token i inside of a file-level `... = { ... }`?"""
        for j in range(i, -1, -1):
            if self.tokens[j].text == "{" and self.source.partner.get(j, -1) > i:
                if self.tokens[j - 1].text == "=":
                    return True
            if self.tokens[j].text == ";" and self.source.function_of(j) is None \
                    and not self.tokens[j].directive and self.depth(j) == 0:
                return False
        return False

    def depth(self, i):
        return sum(1 for j in range(i) if self.tokens[j].text == "{"
                   and self.source.partner.get(j, -1) > i)

    # --- tables ---

    def rows(self):
        for i, token in enumerate(self.tokens):
            if not token.directive and token.kind == "word" and \
                    self.tokens[i + 1].text == "(" and i and \
                    (i == 0 or self.tokens[i - 1].text == ")" or self.tokens[i - 1].directive):
                yield i, self.source.arguments(i + 1)
            elif i == 0 and token.kind == "word" and self.tokens[1].text == "(":
                yield i, self.source.arguments(1)

    def cell_terms(self, first, last):
        for j in range(first, last + 1):
            if self.tokens[j].text == "|":
                self.terms(j)

    def run_scopes(self):
        for _, cells in self.rows():
            self.number(cells[1][0])
            for first, last in cells[2:]:
                self.cell_terms(first, last)
                for other in ("NONE", "ALL"):
                    self.add("other scope", first, last, other)
        return self.out

    def run_registers(self):
        for _, cells in self.rows():
            for column in (1, 5, 6):
                first, last = cells[column]
                for j in range(first, last + 1):
                    if self.tokens[j].kind == "number":
                        self.number(j)
            if self.span(*cells[4]) != "0":
                self.add("dropped term", *cells[4], "0")
        return self.out

    def run_layout(self):
        kinds = {"RSVD": "IGN", "IGN": "RSVD", "ADDR": "FIELD", "DOMAIN_ID": "FIELD"}
        for i, cells in self.rows():
            kind = self.tokens[i].text
            if kind in kinds:
                self.add("reserved bits", i, i, kinds[kind])
            if kind in ("FIELD", "ADDR", "DOMAIN_ID") and len(cells) > 6:
                first, last = cells[6]
                if self.span(first, last) != "0":
                    self.add("dropped term", first, last, "0")
                    self.cell_terms(first, last)
        return self.out

    def run_caps(self):
        for _, cells in self.rows():
            column = 3 if self.path.endswith("caps.def") else 2
            self.number(cells[column][0])
        return self.out

    def run_faults(self):
        """The columns that decide: who logs (FPD), and the answers that can be given."""
        others = {"UR": "CA", "CA": "UR", "OK0": "OKE", "OKE": "CA", "OK0L": "OK0", "IR": "UR"}
        others["OK0"] = "UR"
        for _, cells in self.rows():
            self.number(cells[1][0])
            flag = self.span(*cells[3])
            self.add("other answer", *cells[3], "false" if flag == "true" else "true")
            for first, last in cells[4:11]:
                answer = self.span(first, last)
                if answer in others:
                    self.add("other answer", first, last, others[answer])
        return self.out


def mutants_of(path, text, faults):
    maker = Maker(path, text, faults)
    if not path.endswith(".def"):
        return maker.run_code()
    name = path.rsplit("/", 1)[1]
    if name == "scopes.def":
        return maker.run_scopes()
    if name == "registers.def":
        return maker.run_registers()
    if name in ("caps.def", "cap_fields.def"):
        return maker.run_caps()
    if name == "faults.def":
        return maker.run_faults()
    return maker.run_layout()
