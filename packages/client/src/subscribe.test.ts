import type { FlovynEvent } from '@flovyn/events';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';

import { executionId, frame, replay } from '../test/support/log.js';
import { type ScriptedServer, scriptedServer, stream } from '../test/support/server.js';
import { createClient } from './client.js';
import { defineStream } from './index.js';
import type { SubscriptionMessage } from './subscribe.js';

const orders = defineStream({ name: 'orders', schema: z.object({ total: z.number() }) });
const days = defineStream({
  name: 'days',
  schema: z.pipe(
    z.iso.date(),
    z.transform((text) => new Date(text)),
  ),
});

let server: ScriptedServer;
afterEach(() => server.close());

async function subscribed(events: readonly FlovynEvent[], ending: 'COMPLETED' | 'open' = 'COMPLETED') {
  const log = events.map((event, index) => frame(index + 1, event));
  server = await scriptedServer(stream(replay(log, undefined, ending), ending === 'open' ? 'open' : 'end'));
  const client = createClient({ baseUrl: server.url, org: 'dev', apiKey: 'key' });
  return client.subscribe({ workflowExecutionId: executionId }, [orders, days]);
}

async function read(events: readonly FlovynEvent[]) {
  const messages: SubscriptionMessage<typeof orders | typeof days>[] = [];
  for await (const message of await subscribed(events)) messages.push(message);
  return messages;
}

describe('a subscription to streams of the user', () => {
  it('gives the values of these streams, each with its line, in their order', async () => {
    const messages = await read([
      { type: 'data', data: { total: 3 }, stream: 'orders' },
      { type: 'data', data: { total: 4 } },
      { type: 'data', data: '2026-01-02', stream: 'days' },
      { type: 'data', data: { total: 5 }, stream: 'others' },
      { type: 'data', data: { total: 6 }, stream: 'orders' },
    ]);
    const values = messages.flatMap((message) => (message.kind === 'value' ? [message] : []));
    expect(values.map((message) => [message.stream, message.value, message.frame.seq, message.id])).toEqual([
      ['orders', { total: 3 }, 1, 'e1.1'],
      ['days', new Date('2026-01-02'), 3, 'e1.3'],
      ['orders', { total: 6 }, 5, 'e1.5'],
    ]);
    for (const value of values) {
      if (value.stream === 'days') expectTypeOf(value.value).toEqualTypeOf<Date>();
      else expectTypeOf(value.value).toEqualTypeOf<{ total: number }>();
    }
    expect(server.requests[0]?.url).toContain('/stream?types=data');
  });

  it('shows a value that does not fit, with the reason, and goes on', async () => {
    const messages = await read([
      { type: 'data', data: { total: 'three' }, stream: 'orders' },
      { type: 'data', data: { total: 4 }, stream: 'orders' },
    ]);
    expect(messages.filter(({ kind }) => kind !== 'status')).toMatchObject([
      { kind: 'misfit', stream: 'orders', issues: [{ path: 'total' }], frame: { seq: 1 } },
      { kind: 'value', value: { total: 4 } },
    ]);
  });

  it('says how it is doing, as any stream', async () => {
    const messages = await read([]);
    expect(messages.at(-1)).toMatchObject({ kind: 'status', status: { state: 'ended' } });
  });

  it('closes its stream when its reader leaves the loop', async () => {
    const subscription = await subscribed([{ type: 'data', data: { total: 3 }, stream: 'orders' }], 'open');
    await subscription.ready;
    for await (const message of subscription) if (message.kind === 'value') break;
    expect(subscription.status.state).toBe('closed');
  });
});
