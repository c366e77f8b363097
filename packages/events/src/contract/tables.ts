import { stateEvents } from '../registry/index.js';
import * as snapshots from '../snapshots/index.js';

const origin = 'Made from the registry by `pnpm contract:write`; do not edit.';

/** Source of `names.ts`: what is said about each name without its shape, so that matching alone stays small. */
export function renderNames(): string {
  const events = Object.entries(stateEvents);
  const entities = events.map(([name, { entity }]) => `  ${name}: '${entity}',`);
  const terminals = events.flatMap(([name, { terminal }]) => {
    if (terminal === false) return [];
    return [`  ${name}: ${terminal === true ? 'true' : `'${terminal}'`},`];
  });
  return [
    `// ${origin}`,
    "import type { StateEventEntity } from './registry/define.js';",
    "import type { stateEvents } from './registry/index.js';",
    "import type { StateEventName } from './types.js';",
    '',
    'export type { StateEventEntity };',
    '',
    '/** What each state event is about. */',
    'export const stateEventEntity = {',
    ...entities,
    "} as const satisfies { [Name in StateEventName]: (typeof stateEvents)[Name]['entity'] };",
    '',
    '/** The name of every state event. */',
    'export const stateEventNames = /* @__PURE__ */ Object.keys(stateEventEntity) as readonly StateEventName[];',
    '',
    '/** The state events after which nothing of their subject follows, or only when its status is PENDING. */',
    'export const terminalStateEvents = {',
    ...terminals,
    "} as const satisfies Partial<Record<StateEventName, true | 'unless-pending'>>;",
    '',
  ].join('\n');
}

/** Source of `shapes.ts`: what each name's data holds without its documentation, so that decoding stays small. */
export function renderShapes(): string {
  const nameOf = new Map<unknown, string>(Object.entries(snapshots).map(([name, shape]) => [shape, name]));
  const used = Object.entries(stateEvents).map(([name, { data }]) => {
    const snapshot = nameOf.get(data);
    if (snapshot === undefined) throw new Error(`The snapshot of ${name} is not exported by src/snapshots/index.ts.`);
    return { name, snapshot };
  });
  const imports = [...new Set(used.map(({ snapshot }) => snapshot))].toSorted();
  return [
    `// ${origin}`,
    "import type { stateEvents } from './registry/index.js';",
    'import {',
    ...imports.map((snapshot) => `  ${snapshot},`),
    "} from './snapshots/index.js';",
    "import type { StateEventName } from './types.js';",
    '',
    "/** What each state event's `data` holds. */",
    'export const stateEventShapes = {',
    ...used.map(({ name, snapshot }) => `  ${name}: ${snapshot},`),
    "} as const satisfies { [Name in StateEventName]: (typeof stateEvents)[Name]['data'] };",
    '',
  ].join('\n');
}
