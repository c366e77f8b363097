import { stringify } from 'yaml';

import { streamEventTypes } from '../enums.js';
import { stateEventNames } from '../names.js';
import { stateEvents, streamEvents } from '../registry/index.js';
import type { StateEventName } from '../types.js';
import { CONTRACT_VERSION } from '../version.js';
import { type Channel, controls, httpChannels, natsChannel } from './channels.js';
import { goldenFiles } from './golden.js';
import type { eventsSchema } from './json-schema.js';

type Tree = Record<string, unknown>;

/** The streams as an AsyncAPI 3.0 document: a channel for each endpoint, a message for each event and control word. */
export function asyncApi({ $defs }: ReturnType<typeof eventsSchema>): Tree {
  const messages = [
    ...stateEventNames.map((name) => [name, stateMessage(name)] as const),
    ...streamEventTypes.map((type) => [type, outputMessage(type)] as const),
    ...controls.map((name) => [name, controlMessage(name)] as const),
    ['copy', copyMessage] as const,
  ];
  return rebased({
    asyncapi: '3.0.0',
    info: {
      title: 'The events of Flovyn',
      version: CONTRACT_VERSION,
      description:
        'What every execution says on its live stream. Fields, events and words such as a status may be added: read ' +
        'one that is not listed as one you do not know. The REST interface is described by the OpenAPI document at ' +
        '`/api/docs/openapi.json`.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      http: { host: '127.0.0.1:8000', protocol: 'http', description: 'A Flovyn server', security: [pointer('apiKey')] },
      nats: { host: '127.0.0.1:4222', protocol: 'nats', description: 'The NATS that several servers share' },
    },
    channels: {
      ...Object.fromEntries(Object.entries(httpChannels).map(([id, channel]) => [id, httpChannel(channel)])),
      copies: {
        ...natsChannel,
        servers: [{ $ref: '#/servers/nats' }],
        parameters: { id: { description: 'Of the workflow execution, or of the standalone task' } },
        messages: { copy: { $ref: '#/components/messages/copy' } },
        bindings: { nats: {} },
      },
    },
    operations: {
      ...Object.fromEntries(Object.entries(httpChannels).map(([id, channel]) => [`${id}.follow`, follow(id, channel)])),
      'copies.publish': {
        action: 'send',
        channel: { $ref: '#/channels/copies' },
        summary: natsChannel.title,
        bindings: { nats: { bindingVersion: '0.1.0' } },
      },
    },
    components: {
      messages: Object.fromEntries(messages),
      schemas: { ...$defs, Copy },
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
    },
  });
}

/** The document as it is published. */
export function asyncApiYaml(schema: ReturnType<typeof eventsSchema>): string {
  // Without aliases: a reader sees each sample where it belongs.
  return stringify(asyncApi(schema), { lineWidth: 120, aliasDuplicateObjects: false });
}

function httpChannel(channel: Channel): Tree {
  const { address, title, description } = channel;
  const names = messagesOf(channel);
  return {
    address,
    title,
    description,
    servers: [{ $ref: '#/servers/http' }],
    parameters: {
      org: { description: 'The slug or the id of an organisation' },
      ...(address.includes('{id}') ? { id: { description: 'Of what is followed: a UUID' } } : {}),
    },
    messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: { http: {} },
  };
}

function follow(id: string, { title, query }: Channel): Tree {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${id}` },
    title: `Follow: ${title}`,
    summary: 'Server-sent events: each has its name in `event`, its place in `id`, and one JSON document in `data`.',
    bindings: { http: { method: 'GET', query: { type: 'object', properties: query }, bindingVersion: '0.3.0' } },
  };
}

function messagesOf({ about, output = streamEventTypes, controls: words }: Channel): string[] {
  const news = stateEventNames.filter((name) => about?.includes(stateEvents[name].entity) ?? true);
  return [...news, ...output, ...words];
}

function stateMessage(name: StateEventName): Tree {
  const { doc, since, entity, deprecated } = stateEvents[name];
  return {
    name,
    title: name,
    summary: doc,
    tags: [{ name: entity }, { name: `since ${since}` }, ...(deprecated === undefined ? [] : [{ name: 'deprecated' }])],
    ...(deprecated === undefined ? {} : { 'x-deprecated': deprecated }),
    ...entry('data', name),
  };
}

const OUTPUT: Record<keyof typeof streamEvents, string> = {
  token: 'A piece of text, to be joined to the pieces before it.',
  progress: 'How far the work is, from 0 to 1.',
  data: "A value of the author's own.",
  error: 'Something went wrong and the work goes on.',
};

function outputMessage(type: keyof typeof streamEvents): Tree {
  return { name: type, title: type, summary: OUTPUT[type], tags: [{ name: 'output' }], ...entry(type, type) };
}

/** A frame around one event; the examples are the golden samples of that event. */
function entry(sseName: string, name: string): Tree {
  const definition = name in streamEvents ? `stream.${name}` : name;
  return {
    headers: sseFields(sseName, {
      id: { type: 'string', description: 'The cursor to go on after this entry: opaque' },
    }),
    payload: {
      allOf: [pointer('Frame'), { type: 'object', properties: { event: pointer(definition) }, required: ['event'] }],
    },
    bindings,
    examples: samplesOf(name).map((payload) => ({ headers: { event: sseName, id: 'e1.7' }, payload })),
  };
}

const CONTROL: Record<(typeof controls)[number], { readonly summary: string; readonly sample: object }> = {
  ready: {
    summary: 'The first word of every stream: where it begins, and how far it reached when it was opened.',
    sample: { epoch: 'e1', from: 1, head: 7 },
  },
  gap: {
    summary: 'Stands for entries that are no longer held. Load what you show anew, and go on.',
    sample: { from: 1, to: 6, reason: 'expired' },
  },
  end: {
    summary: 'The last word of a stream: nothing follows, do not come back.',
    sample: { status: 'COMPLETED' },
  },
};

function controlMessage(name: (typeof controls)[number]): Tree {
  const { summary, sample } = CONTROL[name];
  return {
    name,
    title: name,
    summary,
    tags: [{ name: 'control' }],
    headers: sseFields(name, {}),
    payload: pointer(`control.${name}`),
    bindings,
    examples: [{ headers: { event: name }, payload: sample }],
  };
}

const bindings = { http: { statusCode: 200, bindingVersion: '0.3.0' } };

/** The other fields of a server-sent event, which stand beside its data as headers do beside a body. */
function sseFields(name: string, others: Tree): Tree {
  const properties = { event: { type: 'string', const: name, description: 'The `event` field' }, ...others };
  return { type: 'object', properties, required: Object.keys(properties) };
}

const copyMessage = {
  name: 'copy',
  title: 'copy',
  summary: 'The entries of one commit; none when they are too large and only the store has them.',
  payload: pointer('Copy'),
};

const Copy = {
  type: 'object',
  description: 'Not a frame: fields beside these are for servers of the same version.',
  properties: {
    v: { type: 'integer', const: 1 },
    entries: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          executionId: { type: 'string' },
          epoch: { type: 'string' },
          seq: { type: 'integer', minimum: 1 },
          event: { type: 'string', contentMediaType: 'application/json', description: 'The event as it is stored' },
          timestampMs: { type: 'integer', minimum: 0 },
        },
        required: ['executionId', 'epoch', 'seq', 'event', 'timestampMs'],
      },
    },
  },
  required: ['v', 'entries'],
};

function samplesOf(name: string): unknown[] {
  return [...goldenFiles()]
    .filter(([path]) => path.startsWith(`${name}.`) && path.endsWith('.json'))
    .map(([, text]): unknown => JSON.parse(text));
}

function pointer(name: string): Tree {
  return { $ref: `#/$defs/${name}` };
}

/** Moves the definitions to where AsyncAPI has them. */
function rebased(document: Tree): Tree {
  const text = JSON.stringify(document)
    .replaceAll('"#/$defs/apiKey"', '"#/components/securitySchemes/apiKey"')
    .replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as Tree;
}
