import { uuid } from '../shape.js';

/** The pattern of most ids. */
export const ANY_UUID = uuid.kind === 'text' ? (uuid.pattern?.source ?? '') : '';

/** How the module begins. */
export const HEAD = [
  '"""The events of Flovyn. Made from the registry by `pnpm contract:write`; do not edit."""',
  '',
  'from __future__ import annotations',
  '',
  'import json',
  'from dataclasses import dataclass',
  'from typing import Any, ClassVar, Mapping, Optional, Tuple, Type, Union',
  '',
  'from .reading import (',
  ...['REQUIRED', 'UNRECOGNIZED', 'InvalidEvent', 'Record', 'UnknownEvent', 'anything', 'constant', 'each', 'integer']
    .concat(['number', 'one_of', 'or_none', 'text', 'word'])
    .map((name) => `    ${name} as ${name},`),
  ')',
  '',
  `UUID = r"${ANY_UUID}"`,
];

/** What reads a whole event or frame; it stands behind the unions of events. */
export const READERS = [
  'FlovynEvent = Union[StateEvent, StreamEvent]',
  '',
  '_read_state_event = one_of("event", STATE_EVENTS)',
  '_read_stream_event = one_of("type", STREAM_EVENTS)',
  '',
  '',
  'def read_event(value: Any, path: str = "") -> FlovynEvent:',
  '    """Reads an event: news have the type `Event`, output has a type of its own. Raises `InvalidEvent`."""',
  '    is_news = isinstance(value, dict) and value.get("type") == "Event"',
  '    return (_read_state_event if is_news else _read_stream_event)(value, path)',
  '',
  '',
  'def read_frame(data: str) -> Frame:',
  '    """Reads the `data` of an entry of a live stream. Raises `InvalidEvent`, also for what is no JSON."""',
  '    return Frame.from_json(_parse(data))',
  '',
  '',
  'def read_control(event: str, data: str) -> Record:',
  '    """Reads the `data` of a control frame, which goes by its SSE name: `ready`, `gap` or `end`."""',
  '    if event not in CONTROLS:',
  '        raise InvalidEvent("", f"is no control frame: {event}")',
  '    return CONTROLS[event].from_json(_parse(data))',
  '',
  '',
  'def _parse(data: str) -> Any:',
  '    try:',
  '        return json.loads(data)',
  '    except ValueError as error:',
  '        raise InvalidEvent("", "is no JSON") from error',
  '',
  '',
];
