import { createHash } from 'node:crypto';

import { CURSOR } from '../cursor.js';
import { endStatuses } from '../envelope.js';
import {
  gapReasons,
  retryTargets,
  streamEventTypeNumber,
  suspendType,
  suspendTypeNumber,
  taskStatuses,
  workflowStatuses,
} from '../enums.js';
import { historyToStream, unannouncedHistory } from '../history-names.js';
import { lifecycleName } from '../lifecycle.js';
import { JSON_MAX_DEPTH, JSON_MAX_NODES, STREAM_EVENT_MAX_BYTES } from '../limits.js';
import { stateEvents } from '../registry/index.js';
import { sseEntryName } from '../sse/index.js';
import { sampleStateEvents } from '../testing/samples.js';
import { CONTRACT_VERSION } from '../version.js';
import type { eventsSchema } from './json-schema.js';

/** The lists of words that may grow, by the name each has in the contract. */
export const words = {
  WorkflowStatus: workflowStatuses,
  TaskStatus: taskStatuses,
  SuspendType: Object.values(suspendType),
  RetryTarget: retryTargets,
  GapReason: gapReasons,
  EndStatus: endStatuses,
} as const;

/** The contract at a glance: what tools and the server's contract endpoint use. */
export function manifest({ $defs }: ReturnType<typeof eventsSchema>): Record<string, unknown> {
  const hashOf = (id: string) => ({ hash: hash($defs, id) });
  return {
    version: CONTRACT_VERSION,
    frameVersion: 1,
    events: Object.fromEntries(
      sampleStateEvents().map((event) => {
        const { entity, since, terminal, deprecated, doc } = stateEvents[event.event];
        const said = {
          entity,
          since,
          terminal,
          deprecated,
          lifecycle: lifecycleName(event),
          sse: sseEntryName(event),
          doc,
        };
        return [event.event, { ...said, ...hashOf(event.event) }];
      }),
    ),
    streamEvents: Object.fromEntries(
      Object.entries(streamEventTypeNumber).map(([type, number]) => [
        type,
        { number, sse: type, definition: `stream.${type}`, ...hashOf(`stream.${type}`) },
      ]),
    ),
    controls: Object.fromEntries(
      ['ready', 'gap', 'end'].map((name) => {
        const definition = `control.${name}`;
        return [name, { sse: name, definition, ...hashOf(definition) }];
      }),
    ),
    frame: { definition: 'Frame', ...hashOf('Frame') },
    idSyntax: CURSOR.source,
    enums: words,
    protocolNumbers: { SuspendType: suspendTypeNumber },
    history: Object.fromEntries(
      Object.entries(historyToStream).map(([type, event]) => [type, event ?? { unannounced: reason(type) }]),
    ),
    limits: { STREAM_EVENT_MAX_BYTES, JSON_MAX_DEPTH, JSON_MAX_NODES },
  };
}

function reason(type: string): string {
  return unannouncedHistory[type as keyof typeof unannouncedHistory];
}

/** Changes when the definition or one that it refers to changes. */
function hash($defs: Record<string, unknown>, id: string): string {
  const seen = new Set<string>();
  const texts: string[] = [];
  const pending = [id];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const text = JSON.stringify($defs[next]);
    if (text === undefined) throw new Error(`The schema has no definition of ${next}.`);
    texts.push(`${next} ${text}`);
    pending.push(...[...text.matchAll(/#\/\$defs\/([^"]+)/g)].flatMap(([, name]) => name ?? []));
  }
  return createHash('sha256').update(texts.toSorted().join('\n')).digest('hex').slice(0, 16);
}
