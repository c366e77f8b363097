"""How values of the contract are recognised. The classes made from it stand in ``__init__``.

Readers outlive the version they were made from, so they are tolerant where the contract may grow: a field they do not know
is ignored, a word they do not know is read as ``UNRECOGNIZED``, and an event they do not know is an ``UnknownEvent``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Callable, ClassVar, Mapping, Tuple, Type, TypeVar

UNRECOGNIZED = "UNRECOGNIZED"
"""What a word is read as that is newer than this module."""

Reader = Callable[[Any, str], Any]
"""Takes a JSON value and its path; gives what it means, or raises ``InvalidEvent``."""

REQUIRED = object()
"""Stands where a missing key has no meaning."""

Self = TypeVar("Self", bound="Record")


class InvalidEvent(ValueError):
    """A value that is not what the contract says. Names the path and never the value, which is the user's own."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'The value'} {reason}.")
        self.path = path
        self.reason = reason


@dataclass(frozen=True)
class UnknownEvent:
    """A well-formed event whose name is newer than this module: show it or count it, but do not drop it unseen."""

    name: str
    raw: Mapping[str, Any]


class Record:
    """An object of the contract. ``FIELDS`` has of each: its attribute, its key, its reader, and what a missing key means."""

    FIELDS: ClassVar[Tuple[Tuple[str, str, Reader, Any], ...]] = ()

    @classmethod
    def from_json(cls: Type[Self], value: Any, path: str = "") -> Self:
        """Reads a parsed JSON value. Raises ``InvalidEvent`` when it is no such object."""
        members = mapping(value, path)
        read = {}
        for attribute, key, reader, missing in cls.FIELDS:
            at = f"{path}.{key}" if path else key
            # Serializers of other languages write null for what is absent.
            is_absent = key not in members or (members[key] is None and missing is not REQUIRED)
            if not is_absent:
                read[attribute] = reader(members[key], at)
            elif missing is REQUIRED:
                raise InvalidEvent(at, "is missing")
            else:
                read[attribute] = missing() if callable(missing) else missing
        return cls(**read)


def mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidEvent(path, "is no object")
    return value


def text(pattern: str = "") -> Reader:
    compiled = re.compile(pattern)

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise InvalidEvent(path, "is no text")
        # In Python `$` also matches before a line break at the end; in the contract it does not.
        if pattern and (compiled.search(value) is None or value.endswith("\n")):
            raise InvalidEvent(path, "has not the form it should have")
        return value

    return read


def integer(minimum: int, maximum: int) -> Reader:
    def read(value: Any, path: str) -> int:
        # In JSON 1.0 is 1; in Python a bool is an int.
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not is_whole or not minimum <= value <= maximum:
            raise InvalidEvent(path, f"is no whole number from {minimum} to {maximum}")
        return int(value)

    return read


def number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidEvent(path, "is no number")
    return float(value)


def anything(value: Any, path: str) -> Any:
    return value


def constant(expected: Any) -> Reader:
    def read(value: Any, path: str) -> Any:
        if isinstance(value, bool) or value != expected:
            raise InvalidEvent(path, f"is not {expected!r}")
        return expected

    return read


def word(words: Tuple[str, ...]) -> Reader:
    def read(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise InvalidEvent(path, "is no word")
        return value if value in words else UNRECOGNIZED

    return read


def or_none(reader: Reader) -> Reader:
    return lambda value, path: None if value is None else reader(value, path)


def each(reader: Reader) -> Reader:
    def read(value: Any, path: str) -> Tuple[Any, ...]:
        if not isinstance(value, list):
            raise InvalidEvent(path, "is no list")
        return tuple(reader(item, f"{path}[{index}]") for index, item in enumerate(value))

    return read


def one_of(tag: str, members: Mapping[str, Type[Record]]) -> Reader:
    """A union that may grow, told apart by the text of one key."""

    def read(value: Any, path: str) -> Any:
        raw = mapping(value, path)
        name = raw.get(tag)
        if not isinstance(name, str):
            raise InvalidEvent(f"{path}.{tag}" if path else tag, "is no text")
        known = members.get(name)
        return UnknownEvent(name, raw) if known is None else known.from_json(raw, path)

    return read
