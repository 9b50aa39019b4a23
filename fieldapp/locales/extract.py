"""Collects the texts of the code into the catalogues: `make messages`.

A text is what `_(…)`, `N_(…)`, `later(…)` or `translator(…)(…)` is called with, or a `why=…`: a sentence, a choice
of them, an entry of a table in CAPITALS, or a field of a dataclass (whose instances are then read for it).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("da", "en")
MARKS = frozenset({"_", "N_", "later"})


@dataclass(frozen=True, slots=True)
class Found:
    """The sentences in the code, and the places whose text cannot be known by reading."""

    texts: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)


def sources(root: Path = ROOT) -> list[Path]:
    """Every file whose texts reach the screen."""
    return sorted([*root.glob("fieldapp/**/*.py"), *root.glob("pages/**/*.py"), *root.glob("app.py")])


def collect(paths: Iterable[Path]) -> Found:
    """Read the files; a table named in any of them is looked up in all of them."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    found = Found()
    for path, tree in trees.items():
        for call in _calls(tree):
            if not _read(call.args[0], found):
                found.unreadable.append(f"{path.name}:{call.lineno}")
        for why in _reasons(tree):
            if isinstance(why, ast.Constant):
                found.texts.add(str(why.value))
            elif isinstance(why, ast.JoinedStr | ast.BinOp):
                found.unreadable.append(f"{path.name}:{why.lineno}")
    tables = dict(pair for tree in trees.values() for pair in _assignments(tree))
    for name in _with_nested(found.tables, tables):
        found.texts.update(_strings(tables[name]))
    classes = [pair for tree in trees.values() for pair in _class_fields(tree)]
    for tree in trees.values():
        found.texts.update(_given(tree, classes, found.fields))
    found.texts.discard("")
    return found


def update(path: Path, texts: set[str], language: str) -> None:
    """Rewrite one catalogue: known translations stay, new texts are empty, those no longer used go."""
    known: dict[str, str] = {}
    if path.exists():
        with path.open("rb") as file:
            known = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    catalogue = Catalog(locale=language)
    for text in sorted(texts):
        catalogue.add(text, known.get(text, ""))
        catalogue[text].flags.discard("python-format")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: ')
        file.write(language.encode() + b'\\n"\n\n')
        write_po(file, catalogue, width=120, omit_header=True, sort_output=True)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[_, *_]) if name in MARKS:
                yield node
            case ast.Call(func=ast.Call(func=ast.Name(id="translator")), args=[_, *_]):
                yield node


def _reasons(tree: ast.AST) -> Iterator[ast.expr]:
    """What Problems are given as `why=`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "why":
            yield node.value


def _with_nested(names: set[str], tables: dict[str, ast.expr]) -> set[str]:
    """The tables, and those whose texts stand in them by name."""
    known: set[str] = set()
    while new := (names & tables.keys()) - known:
        known |= new
        nodes = (node for name in new for node in ast.walk(tables[name]))
        names = {node.id for node in nodes if isinstance(node, ast.Name) and node.id.isupper()}
    return known


def _read(node: ast.expr, found: Found) -> bool:
    """Note the texts or tables an argument of `_` stands for; False where that cannot be seen."""
    match node:
        case ast.Constant(value=str(text)):
            found.texts.add(text)
        case ast.IfExp(body=body, orelse=orelse):
            return _read(body, found) and _read(orelse, found)
        case ast.Subscript(value=table):
            return _read(table, found)
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *defaults]):
            return all([_read(table, found), *(_read(default, found) for default in defaults)])
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            found.tables.add(name)
        case ast.Attribute(attr=name):
            found.fields.add(name)
        case _:
            return False
    return True


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _strings(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Dict(values=items) | ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                yield from _strings(item)


def _class_fields(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Each class with its fields in their order."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            annotated = (item.target for item in node.body if isinstance(item, ast.AnnAssign))
            yield node.name, [target.id for target in annotated if isinstance(target, ast.Name)]


def _given(tree: ast.Module, classes: list[tuple[str, list[str]]], wanted: set[str]) -> Iterator[str]:
    """The sentences that instances of the classes are made with, in the fields that are shown."""
    known: dict[str, list[list[str]]] = {}
    for name, fields in classes:
        known.setdefault(name, []).append(fields)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in known:
                in_order = (pair for fields in known[name] for pair in zip(fields, args, strict=False))
                for attribute, value in (*in_order, *((word.arg, word.value) for word in keywords)):
                    if attribute in wanted:
                        yield from _strings(value)


def main() -> None:
    """Bring both catalogues up to date."""
    texts = collect(sources()).texts
    for language in LANGUAGES:
        update(ROOT / "fieldapp" / "locales" / language / "LC_MESSAGES" / "fieldapp.po", texts, language)


if __name__ == "__main__":
    main()
