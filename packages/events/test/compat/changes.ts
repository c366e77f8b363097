import type { Contract, DifferenceClass, DifferenceKind } from '@flovyn/contract-check';

/** A contract that may be changed. */
export interface Draft {
  manifest: Record<string, Record<string, Record<string, unknown>>>;
  schema: { $defs: Record<string, DraftSchema> };
  golden: Record<string, string>;
}

export interface DraftSchema {
  [keyword: string]: unknown;
  properties: Record<string, Record<string, unknown>>;
  required: string[];
  anyOf: unknown[];
}

/** A change somebody might make, and what has to be said about it. */
export type Change = readonly [
  what: string,
  verdict: DifferenceClass,
  kind: DifferenceKind,
  apply: (draft: Draft) => void,
];

/** Today's contract with a change. */
export function changed(contract: Contract, apply: (draft: Draft) => void): Contract {
  const draft = structuredClone(contract) as unknown as Draft;
  apply(draft);
  return draft as unknown as Contract;
}

function definition(draft: Draft, name: string): DraftSchema {
  const found = draft.schema.$defs[name];
  if (found === undefined) throw new Error(`The contract has no ${name}.`);
  return found;
}

function property(draft: Draft, name: string, key: string): Record<string, unknown> {
  const found = definition(draft, name).properties[key];
  if (found === undefined) throw new Error(`${name} has no ${key}.`);
  return found;
}

function entry(draft: Draft, group: string, name: string): Record<string, unknown> {
  const found = draft.manifest[group]?.[name];
  if (found === undefined) throw new Error(`The manifest has no ${name}.`);
  return found;
}

function put(draft: Draft, name: string, key: string, schema: unknown): void {
  definition(draft, name).properties[key] = schema as Record<string, unknown>;
}

function words(draft: Draft, name: string, key: string): string[] {
  return property(draft, name, key)['x-open-enum'] as string[];
}

function without(draft: Draft, group: string, name: string): void {
  delete draft.manifest[group]?.[name];
  delete draft.schema.$defs[name];
  for (const union of ['StateEvent', 'StreamEvent']) {
    const members = definition(draft, union);
    members.anyOf = members.anyOf.filter((one) => !JSON.stringify(one).endsWith(`/${name}"}`));
  }
}

/** Adds an event that is like another one. */
export function withEvent(draft: Draft, name: string, like: string): void {
  draft.manifest['events'] = { ...draft.manifest['events'], [name]: { ...entry(draft, 'events', like) } };
  draft.schema.$defs[name] = structuredClone(definition(draft, like));
  put(draft, name, 'event', { type: 'string', const: name });
  definition(draft, 'StateEvent').anyOf.push({ $ref: `#/$defs/${name}` });
}

/** Changes of every sort, each alone. */
export const CHANGES: readonly Change[] = [
  ['an event is added', 'non-breaking', 'event-added', (draft) => withEvent(draft, 'TIMER_MOVED', 'TIMER_STARTED')],
  [
    'a field that may be missing is added',
    'non-breaking',
    'property-added',
    (draft) => put(draft, 'TaskSnapshot', 'queue', { type: 'string' }),
  ],
  [
    'a word is added to an open list',
    'non-breaking',
    'open-enum-value-added',
    (draft) => words(draft, 'TaskSnapshot', 'status').push('PAUSED'),
  ],
  ['a sample is added', 'non-breaking', 'golden-added', (draft) => void (draft.golden['TASK_FAILED.2.json'] = 'abc')],
  [
    'a fact is announced that was not',
    'non-breaking',
    'history-added',
    (draft) => void ((draft.manifest['history'] as Record<string, unknown>)['PROMISE_TIMEOUT'] = 'PROMISE_REJECTED'),
  ],
  [
    'a word gets a number',
    'non-breaking',
    'number-added',
    (draft) => void (entry(draft, 'protocolNumbers', 'SuspendType')['SUSPEND_TYPE_CHILD'] = 6),
  ],
  [
    'a sentence is reworded',
    'docs',
    'docs-changed',
    (draft) => void (entry(draft, 'events', 'TASK_FAILED')['doc'] = 'It failed.'),
  ],
  [
    'an event is deprecated',
    'docs',
    'deprecation-changed',
    (draft) =>
      void (entry(draft, 'events', 'TIMER_FIRED')['deprecated'] = {
        since: '1.1.0',
        replacedBy: 'TIMER_RANG',
        removeIn: '2.0.0',
      }),
  ],
  [
    'a field is described',
    'docs',
    'docs-changed',
    (draft) => void (property(draft, 'TaskSnapshot', 'kind')['description'] = 'Which task'),
  ],

  ['an event is removed', 'breaking', 'event-removed', (draft) => without(draft, 'events', 'OPERATION_COMPLETED')],
  [
    'an event is renamed',
    'breaking',
    'event-renamed',
    (draft) => {
      withEvent(draft, 'TIMER_RANG', 'TIMER_FIRED');
      without(draft, 'events', 'TIMER_FIRED');
    },
  ],
  [
    'a kind of output is removed',
    'breaking',
    'event-removed',
    (draft) => {
      delete draft.manifest['streamEvents']?.['progress'];
    },
  ],
  [
    'a field that must be there is added',
    'breaking',
    'required-property-added',
    (draft) => {
      put(draft, 'TimerSnapshot', 'zone', { type: 'string' });
      definition(draft, 'TimerSnapshot').required.push('zone');
    },
  ],
  [
    'a field is removed',
    'breaking',
    'property-removed',
    (draft) => void delete definition(draft, 'TaskSnapshot').properties['workerId'],
  ],
  [
    'a field that was always there is removed',
    'breaking',
    'required-property-removed',
    (draft) => {
      delete definition(draft, 'StateSetSnapshot').properties['value'];
      definition(draft, 'StateSetSnapshot').required = ['key'];
    },
  ],
  [
    'a field is renamed',
    'breaking',
    'required-property-removed',
    (draft) => {
      const { properties } = definition(draft, 'stream.token');
      definition(draft, 'stream.token').properties = {
        type: properties['type'] ?? {},
        words: properties['text'] ?? {},
      };
      definition(draft, 'stream.token').required = ['type', 'words'];
    },
  ],
  [
    'a field must be there',
    'breaking',
    'required-added',
    (draft) => definition(draft, 'stream.error').required.push('code'),
  ],
  [
    'a field may be missing',
    'breaking',
    'required-removed',
    (draft) => void (definition(draft, 'TaskSnapshot').required = ['id', 'status', 'executionCount', 'maxRetries']),
  ],
  [
    'a field is no longer null',
    'breaking',
    'null-removed',
    (draft) => void (property(draft, 'WorkflowSnapshot', 'error')['type'] = 'string'),
  ],
  [
    'a field may be null',
    'breaking',
    'null-added',
    (draft) => void (property(draft, 'StateSetSnapshot', 'value')['type'] = ['string', 'null']),
  ],
  [
    'a text becomes a number',
    'breaking',
    'type-removed',
    (draft) => void (property(draft, 'PromiseSnapshot', 'promiseId')['type'] = 'number'),
  ],
  [
    'a number may have a fraction',
    'breaking',
    'fraction-allowed',
    (draft) => void (property(draft, 'TIMER_FIRED', 'timestampMs')['type'] = 'number'),
  ],
  [
    'a limit is tightened',
    'breaking',
    'limit-tightened',
    (draft) => void (property(draft, 'TaskSnapshot', 'maxRetries')['maximum'] = 10),
  ],
  [
    'a limit is loosened',
    'breaking',
    'limit-loosened',
    (draft) => void (property(draft, 'TaskSnapshot', 'executionCount')['minimum'] = -1),
  ],
  [
    'a text has to match',
    'breaking',
    'pattern-added',
    (draft) => void (property(draft, 'OperationSnapshot', 'operationId')['pattern'] = '^op'),
  ],
  [
    'an id need not match',
    'breaking',
    'pattern-removed',
    (draft) => void delete property(draft, 'RetrySnapshot', 'targetId')['pattern'],
  ],
  [
    'a word is removed from an open list',
    'breaking',
    'open-enum-value-removed',
    (draft) => void words(draft, 'WorkflowSnapshot', 'status').pop(),
  ],
  [
    'an open list is closed',
    'breaking',
    'enum-closed',
    (draft) => {
      put(draft, 'RetrySnapshot', 'targetType', { type: 'string', enum: ['task', 'workflow'] });
    },
  ],
  [
    'words are no longer listed',
    'breaking',
    'words-unlisted',
    (draft) => void delete property(draft, 'control.gap', 'reason')['x-open-enum'],
  ],
  [
    'fields that nobody knows are refused',
    'breaking',
    'additional-properties-closed',
    (draft) => void (definition(draft, 'RetrySnapshot')['additionalProperties'] = false),
  ],
  [
    'the union of news is closed',
    'breaking',
    'union-closed',
    (draft) => void delete definition(draft, 'StateEvent')['x-open-union'],
  ],
  [
    'the frame loses a member',
    'breaking',
    'property-removed',
    (draft) => void delete definition(draft, 'Frame').properties['attempt'],
  ],
  [
    'the frame has another version',
    'breaking',
    'value-removed',
    (draft) => put(draft, 'Frame', 'v', { type: 'number', const: 2 }),
  ],
  [
    'an event goes by another SSE name',
    'breaking',
    'sse-name-changed',
    (draft) => void (entry(draft, 'events', 'TASK_FAILED')['sse'] = 'error'),
  ],
  [
    'ids have another syntax',
    'breaking',
    'id-syntax-changed',
    (draft) => void ((draft.manifest as Record<string, unknown>)['idSyntax'] = '^[0-9]+$'),
  ],
  [
    'an event becomes terminal',
    'breaking',
    'terminal-changed',
    (draft) => void (entry(draft, 'events', 'WORKFLOW_SUSPENDED')['terminal'] = true),
  ],
  [
    'an event is about something else',
    'breaking',
    'meaning-changed',
    (draft) => void (entry(draft, 'events', 'RETRY_REQUESTED')['entity'] = 'task'),
  ],
  [
    'a number of the protocol changes',
    'breaking',
    'number-changed',
    (draft) => void (entry(draft, 'streamEvents', 'token')['number'] = 9),
  ],
  [
    'a word loses its number',
    'breaking',
    'number-removed',
    (draft) => void delete entry(draft, 'protocolNumbers', 'SuspendType')['SUSPEND_TYPE_TIMER'],
  ],
  [
    'a fact is announced as something else',
    'breaking',
    'meaning-changed',
    (draft) => void ((draft.manifest['history'] as Record<string, unknown>)['TIMER_FIRED'] = 'TIMER_CANCELLED'),
  ],
  ['a fact is gone', 'breaking', 'history-removed', (draft) => void delete draft.manifest['history']?.['STATE_SET']],
  [
    'less fits into an event',
    'breaking',
    'limit-tightened',
    (draft) => void ((draft.manifest['limits'] as Record<string, unknown>)['STREAM_EVENT_MAX_BYTES'] = 1_024),
  ],
  [
    'a stored sample is edited',
    'breaking',
    'golden-changed',
    (draft) => void (draft.golden['TASK_FAILED.1.json'] = 'abc'),
  ],
  [
    'a stored sample is deleted',
    'breaking',
    'golden-removed',
    (draft) => void delete draft.golden['TASK_FAILED.1.json'],
  ],
  [
    'the manifest says something new',
    'breaking',
    'unknown-member-changed',
    (draft) => void (draft.manifest['promises'] = {}),
  ],
  [
    'an event says something new about itself',
    'breaking',
    'unknown-member-changed',
    (draft) => void (entry(draft, 'events', 'TASK_FAILED')['unit'] = 's'),
  ],
  [
    'a field has a unit',
    'breaking',
    'unknown-keyword-changed',
    (draft) => void (property(draft, 'TimerStartedSnapshot', 'fireAtMs')['x-unit'] = 's'),
  ],

  [
    'a text has to match something else',
    'needs-a-human',
    'pattern-changed',
    (draft) => void (property(draft, 'Frame', 'epoch')['pattern'] = '^[a-z]+$'),
  ],
  [
    'what is filled in for a missing field changes',
    'needs-a-human',
    'default-changed',
    (draft) => void (property(draft, 'TaskSnapshot', 'error')['default'] = ''),
  ],
  [
    'a field depends on another',
    'needs-a-human',
    'keyword-changed',
    (draft) => void (definition(draft, 'TaskSnapshot')['if'] = { properties: { status: { const: 'FAILED' } } }),
  ],
  [
    'names of fields are limited',
    'needs-a-human',
    'keyword-changed',
    (draft) => void (definition(draft, 'CancellationSnapshot')['propertyNames'] = { maxLength: 20 }),
  ],
];
