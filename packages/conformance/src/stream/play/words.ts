import type { FlovynEvent } from '@flovyn/events';
import type { DecodedMessage } from '@flovyn/events/sse';

/** What a message says, in a word or two: `TASK_STARTED`, `token Hello`, `gap`. */
export function wordOf(said: DecodedMessage): string {
  switch (said.kind) {
    case 'entry':
      return wordOfEvent(said.frame.event);
    case 'bare':
      return wordOfEvent(said.event);
    case 'unknown':
    case 'invalid':
      return `${said.kind} ${said.name}`;
    case 'malformed':
      return `malformed (${said.reason})`;
    default:
      return said.kind;
  }
}

function wordOfEvent(event: FlovynEvent): string {
  switch (event.type) {
    case 'Event':
      return event.event;
    case 'token':
      return `token ${event.text}`;
    case 'progress':
      return `progress ${event.progress}`;
    case 'data':
      return `data ${JSON.stringify(event.data)}`;
    case 'error':
      return `error ${event.message}`;
  }
}
