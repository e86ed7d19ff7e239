"""From a filter's text to its expression, checked against the fields' types.

The grammar::

    either  := both ("or" both)*
    both    := term ("and" term)*
    term    := "not" term | "(" either ")" | leaf
    leaf    := field [ ("==" | "!=" | "<" | "<=" | ">" | ">=") literal
                     | ["not"] "in" "[" literal ("," literal)* "]"
                     | ["not"] "has" literal | ["not"] "like" text | "is" ["not"] "null" ]
    field   := name ("." name)*          behind the first dot: members of a JSON field
    name    := a word | `anything in backticks`
    literal := "text" | 'text' | integer | float | "true" | "false"

Keywords are read in any case; a field that is called like one stands in backticks. A text has the
escapes of JSON. Each function here is one rule; the ``negated`` that they hand down is how ``not``
gets into the leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from towhee.errors import UnknownNameError, UsageError, one_line
from towhee.search.field_types import FieldType
from towhee.search.filters.expression import (
    Comparison,
    Expression,
    Field,
    Has,
    IsNull,
    Like,
    Operator,
    Scalar,
    all_of,
    any_of,
)
from towhee.search.filters.lexer import Token, error_at, tokens_of
from towhee.search.filters.like import pattern_parts
from towhee.search.filters.literals import as_integer, compared, listed, literal_of

KEY = "key"
_DEEPEST = 64
_SHOWN = 20  # names that an error counts up
_NEGATIONS: dict[Operator, Operator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_ELEMENTS: dict[FieldType, FieldType] = {
    "strings": "string",
    "integers": "integer",
    "floats": "float",
    "json": "json",
}


def parse_filter(
    text: str,
    fields: Mapping[str, FieldType],
    key_type: Literal["string", "integer"] = "string",
) -> Expression:
    """The expression of a filter.

    Args:
        text: such as ``price < 10 and (kind == "cat" or tags has "red") and not archived``.
        fields: the types of the fields by name. ``key``, the row's key, is there always: a text
            that ``==``, ``!=``, ``in`` and ``like`` may ask for.
        key_type: of the key, if it is a whole number.

    Returns:
        The expression without any ``not``, with literals of the fields' types; what else holds is
        said in :mod:`towhee.search.filters.expression`.

    Raises:
        UnknownNameError: for a field that is not there, with those of similar name.
        UsageError: for anything else that cannot be meant, with the column and a caret below it.

    Example:
        >>> parse_filter("not stock < 10", {"stock": "integer"})
        Comparison(field=Field(name='stock', path=()), operator='>=', value=10)
    """
    if not isinstance(text, str):
        raise UsageError(f"a filter is a text, not {type(text).__name__}")
    return _Parser(text, {**fields, KEY: key_type}).parsed()


class _Parser:
    """Reads the tokens of one filter from left to right."""

    def __init__(self, text: str, fields: Mapping[str, FieldType]) -> None:
        self._text = text
        self._fields = fields
        self._tokens = tokens_of(text)
        self._next = next(self._tokens)

    def parsed(self) -> Expression:
        if self._is_at_end():
            raise self._error("the filter is empty; leave it out to find all rows")
        expression = self._either(False, _DEEPEST)
        if not self._is_at_end():
            hint = "and, or, or the end is needed here"
            if self._next.value in _NEGATIONS:
                hint = "a comparison has one operator, and its field on the left"
            raise self._error(f"{hint}, not {self._next}")
        return expression

    def _either(self, negated: bool, deepest: int) -> Expression:
        parts = [self._both(negated, deepest)]
        while self._took("or"):
            parts.append(self._both(negated, deepest))
        return all_of(parts) if negated else any_of(parts)

    def _both(self, negated: bool, deepest: int) -> Expression:
        parts = [self._term(negated, deepest)]
        while self._took("and"):
            parts.append(self._term(negated, deepest))
        return any_of(parts) if negated else all_of(parts)

    def _term(self, negated: bool, deepest: int) -> Expression:
        while self._took("not"):
            negated = not negated
        if not self._next_is("("):
            return self._leaf(negated)
        if not deepest:
            raise self._error(f"parentheses are nested deeper than {_DEEPEST} levels")
        self._advance()
        expression = self._either(negated, deepest - 1)
        self._expect(")", "a parenthesis is not closed: ) is needed here")
        return expression

    def _leaf(self, negated: bool) -> Expression:
        field, type = self._field()
        if self._next.kind == "sign" and self._next.value in _NEGATIONS:
            return self._comparison(field, type, negated)
        if self._took("is"):
            return self._is_null(field, negated)
        is_negated = self._took("not") != negated
        if self._next_is("in"):
            return self._in(field, type, is_negated)
        if self._next_is("has"):
            return self._has(field, type, is_negated)
        if self._next_is("like"):
            return self._like(field, type, is_negated)
        if is_negated == negated and (type == "boolean" or (type == "json" and field.path)):
            return Comparison(field, "!=" if negated else "==", True)
        raise self._error(
            f"an operator is needed behind {_shown(field)}, which is of type {type}, not "
            f"{self._next}"
        )

    def _comparison(self, field: Field, type: FieldType, negated: bool) -> Expression:
        sign = self._advance()
        operator: Operator = sign.value  # type: ignore[assignment]  # one of _NEGATIONS
        is_order = operator not in ("==", "!=")
        self._check_scalar(sign, field, type)
        if is_order and (type == "boolean" or field.name == KEY):
            raise self._error(f"{_shown(field)} has no order; it is asked for == and !=", sign)
        value = self._literal(field, type)
        if is_order and isinstance(value, bool):
            raise self._error("true and false have no order; use == or !=", sign)
        return compared(field, type, _NEGATIONS[operator] if negated else operator, value)

    def _is_null(self, field: Field, negated: bool) -> Expression:
        is_negated = self._took("not") != negated
        keyword = self._expect("null", "null is needed here")
        if field.name == KEY:
            raise self._error("a row's key is never null", keyword)
        return IsNull(field, is_negated)

    def _in(self, field: Field, type: FieldType, negated: bool) -> Expression:
        keyword = self._advance()
        self._check_scalar(keyword, field, type)
        bracket = self._expect("[", "a list in brackets is needed here")
        values: list[Scalar] = []
        while not self._next_is("]"):
            if values:
                self._expect(",", "a comma or ] is needed here")
            values.append(self._literal(field, type))
        self._advance()
        with self._located(bracket):
            return listed(field, type, tuple(values), negated)

    def _has(self, field: Field, type: FieldType, negated: bool) -> Expression:
        keyword = self._advance()
        if type not in _ELEMENTS:
            hint = f"has asks a list for an element, and {_shown(field)} is of type {type}"
            raise self._error(hint, keyword)
        token = self._next
        value = self._literal(field, _ELEMENTS[type])
        if type == "integers":
            whole = as_integer(value)
            if whole is None:
                raise self._error(f"a list of integers of 64 bits never has {token}", token)
            value = whole
        return Has(field, value, negated)

    def _like(self, field: Field, type: FieldType, negated: bool) -> Expression:
        keyword, pattern = self._advance(), self._advance()
        if type != "string" and not (type == "json" and field.path):
            hint = f"like compares a text, and {_shown(field)} is of type {type}"
            raise self._error(hint, keyword)
        if pattern.kind != "text":
            raise self._error(f"a pattern in quotes is needed here, not {pattern}", pattern)
        with self._located(pattern):
            pattern_parts(pattern.value)
        return Like(field, pattern.value, negated)

    def _check_scalar(self, operator: Token, field: Field, type: FieldType) -> None:
        """That the field has one value to compare."""
        if type == "json" and not field.path:
            hint = f"name the member to compare, such as {_shown(field)}.name {operator} …"
            raise self._error(f"{_shown(field)} is a JSON field; {hint}", operator)
        if type in _ELEMENTS and type != "json":
            hint = f"{_shown(field)} is a list; ask it for an element, {_shown(field)} has …"
            raise self._error(hint, operator)

    def _literal(self, field: Field, type: FieldType) -> Scalar:
        token = self._advance()
        with self._located(token):
            return literal_of(token, type, _shown(field))

    def _field(self) -> tuple[Field, FieldType]:
        token = self._advance()
        if token.kind not in ("word", "name") or token.keyword:
            hint = "; one that is called like this stands in backticks" if token.keyword else ""
            raise self._error(f"a field's name is needed here, not {token}{hint}", token)
        if token.value not in self._fields:
            where = f"(column {token.place + 1} of the filter; there are {_some(self._fields)})"
            raise UnknownNameError("field", token.value, self._fields, where)
        type, path = self._fields[token.value], []
        while self._next_is("."):
            dot = self._advance()
            member = self._advance()
            if type != "json":
                hint = f"{_shown(Field(token.value))} is of type {type} and has no members"
                raise self._error(hint, dot)
            if member.kind not in ("word", "name"):
                hint = f"a member's name is needed behind the dot, not {member}; any other than a "
                raise self._error(f"{hint}word stands in backticks", member)
            path.append(member.value)
        return Field(token.value, tuple(path)), type

    def _is_at_end(self) -> bool:
        return self._next.kind == "end"

    def _advance(self) -> Token:
        """The next token, which is left behind; the end stays."""
        token = self._next
        self._next = next(self._tokens, token)
        return token

    def _next_is(self, word: str) -> bool:
        return word in (self._next.keyword, self._next.value if self._next.kind == "sign" else "")

    def _took(self, word: str) -> bool:
        is_next = self._next_is(word)
        if is_next:
            self._advance()
        return is_next

    def _expect(self, word: str, needed: str) -> Token:
        if not self._next_is(word):
            raise self._error(f"{needed}, not {self._next}")
        return self._advance()

    def _error(self, message: str, token: Token | None = None) -> UsageError:
        return error_at(self._text, (token or self._next).place, message)

    @contextmanager
    def _located(self, token: Token) -> Iterator[None]:
        try:
            yield
        except UsageError as error:
            raise self._error(str(error), token) from error


def _shown(field: Field) -> str:
    return one_line(".".join((field.name, *field.path)), 60)


def _some(names: Iterable[str]) -> str:
    first = sorted(names)
    return ", ".join(first[:_SHOWN]) + (", …" if len(first) > _SHOWN else "")
