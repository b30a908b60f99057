# SPDX-License-Identifier: Apache-2.0
"""What is written for a rule or a query: entries, gap lines, rows, in their order (6.3, 11,
cli)."""

import hashlib

import model as ast
from expressions import ABSENT, Row, Scope, Unplaced, contains, value
from values import CERTAIN, POSSIBLE, Gap, Issue, canonical, sort_key, unknown
from windows import windows_in

SEVERITIES = ("高", "中", "低")
EVIDENCE_LIMIT = 100
NOTHING = "（缺失）"


def clue_id(rule, key, types):
    """The digest of a rule's name and a full key (evaluation 11)."""
    digest = hashlib.sha256(rule.encode())
    digest.update(b"\0")
    for part, type_ in zip(key, types):
        text = canonical(part, type_).encode()
        name = "text" if type_.name == "session" else type_.name   # decision 76
        digest.update(b"\0".join([name.encode(), str(len(text)).encode(), text]))
    return digest.hexdigest()[:20]


def blank_entry(rule, listed):
    return {"rule": rule, "list": listed, "id": None, "key": {}, "title": None, "severity": None,
            "score": None, "scores": [], "fields": {}, "laws": [], "causes": [], "caveats": [],
            "cleared_by": [], "certain_rows": 0, "undecided_rows": 0, "excluded_rows": 0,
            "evidence": [], "evidence_total": 0}


def rule_lines(run, finding):
    """Clues, cleared and undecided entries of a rule, in order."""
    clues, cleared, undecided = [], [], []
    types = [e.type for _, e in finding.clue.keys]
    partial = finding.partial_entries()
    for key, listed in finding.lists().items():
        order = [sort_key(part, type_) for part, type_ in zip(key, types)]
        entry = {"clue": clue_entry, "cleared": cleared_entry,
                 "undecided": undecided_entry}[listed](run, finding, key)
        add_partial(entry, finding, key, partial)
        entry["id"] = clue_id(finding.rule.name, key, types)
        entry["key"] = {n: canonical(p, t, unit=False)
                        for (n, _), p, t in zip(finding.clue.keys, key, types)}
        if listed == "clue":
            rank = SEVERITIES.index(entry["severity"]) if entry["severity"] else len(SEVERITIES)
            clues.append(((rank, -entry["score"], order), entry))
        else:
            (cleared if listed == "cleared" else undecided).append((order, entry))
    for key, (causes, members) in partial.items():
        entry = blank_entry(finding.rule.name, "undecided")
        if None not in key:
            entry["id"] = clue_id(finding.rule.name, key, types)
        entry["key"] = {n: None if p is None else canonical(p, t, unit=False)
                        for (n, _), p, t in zip(finding.clue.keys, key, types)}
        entry["undecided_rows"] = len(members)
        entry["causes"] = cause_lines(causes)
        add_evidence(entry, finding, members, POSSIBLE)
        undecided.append(([sort_key(part, type_) for part, type_ in zip(key, types)], entry))
    return [entry for listed in (clues, cleared, undecided)
            for _, entry in sorted(listed, key=lambda x: x[0])]


def add_partial(entry, finding, key, partial):
    """Members without a full key at the first of two fences may have the full key of the clue: they
    are undecided rows of that clue or undecided entry (decision 50)."""
    if key not in partial:
        return
    causes, members = partial.pop(key)
    entry["undecided_rows"] += len(members)
    if entry["list"] == "undecided":
        group = finding.in_a[key]
        if group.cls == CERTAIN:
            group = finding.in_b[key]
        blamed = {id(m) for m in group.all_members()} if group.blames_shadows else set()
        if not all(id(m) in blamed for m in members):      # each member counts once
            entry["causes"] = cause_lines(causes + group.causes())
        entry["evidence"] = []
        add_evidence(entry, finding, group.of_class(POSSIBLE) + members, POSSIBLE)


def cause_lines(causes):
    from evaluator import mark_order
    return [{"clause": mark[0], "reason": mark[1], "source": mark[2], "rows": causes[mark]}
            for mark in sorted(causes, key=mark_order)]


def gap_entries(owner, lines):
    """Gap lines by place, reason, source, with their number of rows and the first three."""
    from evaluator import mark_order
    found = []
    for line in sorted(lines, key=mark_order):
        rows = sorted(lines[line], key=lambda r: r.number)
        entry = blank_entry(owner, "gap")
        entry["causes"] = [{"clause": line[0], "reason": line[1], "source": line[2],
                            "rows": len(rows)}]
        entry["evidence"] = [evidence_row(None, r) for r in rows[:3]]
        entry["evidence_total"] = len(rows)
        found.append(entry)
    return found


def clue_entry(run, finding, key):
    group = finding.in_a[key]
    entry = blank_entry(finding.rule.name, "clue")
    show_fields(entry, finding, finding.a, group)
    entry["score"] = sum(s.points for s in group.scores if not s.open)
    entry["scores"] = [{"points": s.points, "label": s.label, "open": s.open}
                       for s in group.scores]
    entry["laws"] = law_lines(run, finding, finding.a, group)
    notes = {c for m in group.members if m.cls == CERTAIN for c in m.binding.caveats}
    notes |= set(group.caveats)
    notes |= {c for m in group.members if m.group is not None for c in m.group.caveats}
    entry["caveats"] = [text for _, text in sorted(notes)]
    entry["certain_rows"] = len(group.of_class(CERTAIN))
    entry["undecided_rows"] = len(group.of_class(POSSIBLE))
    if key in finding.in_b:
        entry["excluded_rows"] = excluded_rows(finding.in_b[key])
    add_evidence(entry, finding, group.of_class(CERTAIN), CERTAIN)
    return entry


def cleared_entry(run, finding, key):
    group = finding.in_b[key]
    entry = blank_entry(finding.rule.name, "cleared")
    show_fields(entry, finding, finding.b, group)
    names = [c.name for c in finding.rule.clauses if isinstance(c, ast.Except)]
    hit = {n for m in group.of_class(CERTAIN) for n in m.binding.excepted} | set(group.excepted)
    hit |= {n for m in group.of_class(CERTAIN) if m.group for n in m.group.excepted}
    if not hit:     # those of its peers in windows over groups
        in_a = finding.a.body.windows
        hit = {n for name, w in finding.b.body.windows.items()
               for n in w.peers_excepted(group, in_a[name])}
    if not hit:     # those of edges or times without which its bunch would be another one
        hit = {n for m in group.of_class(CERTAIN) for r in m.binding.rows.values()
               for n in getattr(r, "excepted", ())}
    entry["cleared_by"] = [n for n in names if n in hit]
    entry["certain_rows"] = len(group.of_class(CERTAIN))
    entry["undecided_rows"] = len(group.of_class(POSSIBLE))
    entry["excluded_rows"] = excluded_rows(group)
    add_evidence(entry, finding, group.of_class(CERTAIN), CERTAIN)
    return entry


def undecided_entry(run, finding, key):
    group = finding.in_a[key]
    if group.cls == CERTAIN:
        group = finding.in_b[key]
    entry = blank_entry(finding.rule.name, "undecided")
    entry["certain_rows"] = len(group.of_class(CERTAIN))
    entry["undecided_rows"] = len(group.of_class(POSSIBLE))
    entry["causes"] = cause_lines(group.causes())
    add_evidence(entry, finding, group.of_class(POSSIBLE), POSSIBLE)
    return entry


def excluded_rows(group_b):
    """Certain members in reading B that an exception removes."""
    return sum(bool(m.binding.excepted or group_b.excepted or (m.group and m.group.excepted))
               for m in group_b.of_class(CERTAIN))


# ------------------------------------------------------------------ fields and texts


def show_fields(entry, finding, reading, group):
    clue = finding.clue
    scope = Scope(reading.body, reading.level, group=group)
    if clue.title is not None:
        entry["title"] = shown(clue.title, scope, True)
    if clue.severity is not None:
        severity = value(clue.severity, scope.at(display=True))
        entry["severity"] = "低" if unknown(severity) else severity
    entry["fields"] = {name: shown(e, scope, False) for name, e in clue.fields}


def shown(e, scope, unit):
    """A title or field as it is printed (5.3): the value over certain members, n 行不明 behind it."""
    if isinstance(e, ast.Template):
        return "".join(p if isinstance(p, str) else shown(p, scope, True) for p in e.parts)
    if scope.group is not None and not folds(e, scope.body) and reads_rows(e):
        return distinct_text(e, scope, unit)
    sink = []
    v = value(e, scope.at(display=True, sink=sink))
    if isinstance(v, Gap) or isinstance(v, Issue) and v.cause[0] == "missing":
        return NOTHING
    if isinstance(v, Issue):
        return f"（{v.cause[0]}）"
    text = canonical(v, e.type, unit)
    return text if not sink or not max(sink) else f"{text}（{max(sink)} 行不明）"


def folds(e, body):
    """Whether a value is one of the group: a window of its rows is none."""
    windows = {n.name for n in windows_in(e, body) if body.lets[n.name][1] == 0}
    return any(isinstance(n, (ast.Agg, ast.Part)) or
               isinstance(n, ast.LetRef) and n.name not in windows and
               contains(body.lets[n.name][0], ast.Agg, body) for n in ast.walk(e))


def reads_rows(e):
    return any(isinstance(n, (ast.Col, ast.LetRef)) for n in ast.walk(e))


def distinct_text(e, scope, unit):
    """The distinct values over certain members in order: three at most, then 等n项."""
    found = set()
    for m in scope.group.of_class(CERTAIN):
        v = value(e, Scope(scope.body, binding=m.binding, group=m.group))
        if not unknown(v):
            found.add(v)
    if not found:
        return NOTHING
    ordered = sorted(found, key=lambda v: sort_key(v, e.type))
    texts = "、".join(canonical(v, e.type, unit) for v in ordered[:3])
    return texts if len(found) <= 3 else f"{texts}等{len(found)}项"


def law_lines(run, finding, reading, group):
    """The laws of a clue: over its certain members, by effective date, law, article (6.1)."""
    from evaluator import versions_at
    found = set()
    for _place, level, clause in reading.body.steps:
        if not isinstance(clause, ast.Cites):
            continue
        law = run.laws[clause.law]
        for day in citation_days(run, clause, level, reading, group):
            versions = versions_at(law, day) if day is not None else []
            for name, start, end in versions:
                found.add((start, law.name, clause.article or "", name, end))
            if day is None:
                found.add((0, law.name, clause.article or "", None, None))
    return [{"law": law, "version": name, "article": article or None,
             "effective": effective_text(start, end) if start else None}
            for start, law, article, name, end in
            sorted(found, key=lambda v: (v[0], v[1].encode(), v[2].encode(), v[3] or ""))]


def citation_days(run, clause, level, reading, group):
    if clause.at is None:
        return [run.as_of]
    if level == reading.level:
        return [value(clause.at, Scope(reading.body, level, group=group))]
    days = set()
    for m in group.of_class(CERTAIN):
        scope = Scope(reading.body, binding=m.binding) if level == 0 else \
            Scope(reading.body, level, group=m.group)
        days.add(value(clause.at, scope))
    return days


def effective_text(start, end):
    from values import date_text
    return f"{date_text(start)}.." + ("" if end is None else date_text(end))


# ------------------------------------------------------------------ evidence


def add_evidence(entry, finding, members, cls):
    """Per variable the distinct rows over the members, by row number, at most 100; of attached
    variables the rows of the members' sets up to a class."""
    body = finding.body
    names = finding.clue.evidence if finding.clue.evidence is not None else body.row_variables
    total = 0
    for name in names:
        rows = {}
        for m in members:
            for row in rows_of(m.binding, name, body, cls):
                rows[id(row)] = row
        ordered = sorted(rows.values(), key=lambda r: r.number)
        total += len(ordered)
        entry["evidence"] += [evidence_row(name, r) for r in ordered[:EVIDENCE_LIMIT]]
    entry["evidence_total"] = total


def rows_of(binding, name, body, cls):
    if name in body.attached:
        return [row for row, row_cls, _, _ in binding.attached[name]
                if isinstance(row, Row) and row_cls <= cls]
    row = binding.rows[name]
    return [] if row is ABSENT or isinstance(row, Unplaced) else [row]


def evidence_row(variable, row):
    return {"variable": variable, "table": row.table, "file": f"{row.table}.csv",
            "row": row.number}


# ------------------------------------------------------------------ queries


def query_lines(run, query):
    """The rows of a query in order: `order by`, all columns, row numbers, then `limit`."""
    from evaluator import Body, Reading
    reading = Reading(Body(run, query.clauses, query=True), "A").evaluate()
    yield_ = query.clauses[-1]
    types = [e.type for _, e in yield_.columns]
    names = [n for n, _ in yield_.columns]
    items = reading.bindings if reading.level == 0 else reading.groups
    rows = []
    for item in items:
        if item.cls != CERTAIN:
            continue
        scope = Scope(reading.body, binding=item, display=True) if reading.level == 0 else \
            Scope(reading.body, reading.level, group=item, display=True)
        rows.append([value(e, scope) for _, e in yield_.columns])
    for column, descending in reversed((*yield_.order, *((n, False) for n in names))):
        i = names.index(column)
        known = [r for r in rows if not unknown(r[i])]
        known.sort(key=lambda r: sort_key(r[i], types[i]), reverse=descending)
        rows = known + [r for r in rows if unknown(r[i])]
    if yield_.limit is not None:
        rows = rows[:yield_.limit]
    return [{"query": query.name,
             "row": {n: None if unknown(v) else canonical(v, t, unit=False)
                     for n, v, t in zip(names, row, types)}} for row in rows]
