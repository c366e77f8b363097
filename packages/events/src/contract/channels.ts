import { STREAM_NAME, streamSubject } from '../nats/index.js';
import type { StateEventEntity } from '../names.js';
import type { StreamEventType } from '../enums.js';
import type { ExecutionId } from '../ids.js';

/** The words that stand between the entries of a stream. */
export const controls = ['ready', 'gap', 'end'] as const;

/** A stream endpoint: where it stands, what it says, and what a reader may ask of it. */
export interface Channel {
  /** Its address, with parameters in braces. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  /** The state events it shows; all when absent. */
  readonly about?: readonly StateEventEntity[];
  /** The output it shows; all when absent. */
  readonly output?: readonly StreamEventType[];
  readonly controls: readonly (typeof controls)[number][];
  /** The query parameters, by name, with what they mean. */
  readonly query: Readonly<Record<string, object>>;
}

const lastEventId = {
  type: 'string',
  description: 'Where to go on, for readers that cannot set the `Last-Event-ID` header: the id of an entry.',
};

const ofAnExecution = {
  types: {
    type: 'string',
    description: 'What is wanted, separated by commas: `events`, `tokens`, `progress`, `data`, `errors`.',
    examples: ['events,tokens'],
  },
  format: {
    type: 'string',
    enum: ['json', 'plain'],
    default: 'json',
    description: '`json` gives frames as this document describes them; `plain` gives bare values.',
  },
  lastEventId,
};

/** Every endpoint that streams over HTTP, as server-sent events. */
export const httpChannels: Readonly<Record<string, Channel>> = {
  execution: {
    address: '/api/orgs/{org}/workflow-executions/{id}/stream',
    title: 'A workflow execution',
    description: 'Everything that is kept of one execution, then what comes, until it has ended.',
    controls,
    query: ofAnExecution,
  },
  consolidated: {
    address: '/api/orgs/{org}/workflow-executions/{id}/stream/consolidated',
    title: 'A workflow execution with all its descendants',
    description: 'A whole family in one order. It ends when all of them have ended.',
    controls,
    query: ofAnExecution,
  },
  task: {
    address: '/api/orgs/{org}/task-executions/{id}/stream',
    title: 'A standalone task',
    description: 'Everything that is kept of a task that belongs to no workflow, then what comes, until it has ended.',
    about: ['task', 'retry'],
    controls,
    query: ofAnExecution,
  },
  organisation: {
    address: '/api/orgs/{org}/stream',
    title: 'An organisation',
    description:
      'For lists: news of workflow executions and tasks, and of each task its newest progress, from now on. A live view ' +
      'and no log: after a gap, load the lists again. It has no end.',
    about: ['workflow', 'task'],
    output: ['progress'],
    controls: ['ready', 'gap'],
    query: {
      entity: { type: 'string', enum: ['workflow', 'task'], description: 'Both when absent.' },
      kind: { type: 'string', description: 'Only executions of this kind; every kind when absent.' },
      lastEventId,
    },
  },
};

/** Copies of entries that a server with NATS publishes. */
export const natsChannel = {
  address: streamSubject('{id}' as ExecutionId),
  title: 'Copies of the entries of an execution',
  description:
    'What one server process commits, told to the others; kept as the JetStream stream ' +
    `\`${STREAM_NAME}\` where the server is configured so. Copies may be lost or come twice: the order and the whole ` +
    'are in the streams over HTTP.',
};
