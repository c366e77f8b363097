import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { arbitraries } from '../testing/arbitraries.js';
import { sampleEvent } from '../testing/samples.js';
import { SAMPLE_EXECUTION, SAMPLE_TASK, frameAt, workflowFrames } from '../testing/trace.js';
import type { FlovynEvent } from '../types.js';
import { type DecodedMessage, decodeMessage } from './decode-message.js';
import { type SseMessage, createSseDecoder } from './decoder.js';
import { encodeEnd, encodeEntry, encodeGap, encodeReady, sseEntryName } from './encode.js';
import { consolidatedPlainData, plainData } from './plain.js';

const generate = arbitraries(fc);
const first = frameAt(workflowFrames(), 0);
const { event: _, ...head } = first;

const said = (event: string, data: string): SseMessage => ({ kind: 'message', event, data, id: 'e.1' });
const read = (text: string, format?: 'json' | 'plain') =>
  createSseDecoder()
    .push(text)
    .map((message) => decodeMessage(message, { format }))[0];
const bare = (event: FlovynEvent, rest: object = {}) => ({ kind: 'bare', legacy: true, event, id: 'e.1', ...rest });

describe('entries', () => {
  it('give their frame, and the id to go on from', () => {
    fc.assert(
      fc.property(generate.frame, fc.constantFrom('json' as const, undefined), (frame, format) => {
        const data = JSON.stringify(frame);
        expect(read(encodeEntry({ event: sseEntryName(frame.event), id: 'root.9', data }), format)).toEqual({
          kind: 'entry',
          frame: JSON.parse(data),
          id: 'root.9',
        });
      }),
    );
  });

  it('an event of a newer version keeps its place', () => {
    const frame = { ...head, event: { type: 'Event', event: 'WORKFLOW_PAUSED', data: {}, timestampMs: 1 } };
    expect(decodeMessage(said('data', JSON.stringify(frame)))).toMatchObject({
      kind: 'unknown',
      name: 'WORKFLOW_PAUSED',
      head,
      id: 'e.1',
    });
  });

  it('a word of a newer version is reported', () => {
    const event = { ...first.event, data: { ...sampleEvent('WORKFLOW_CREATED').data, status: 'NAPPING' } };
    expect(decodeMessage(said('data', JSON.stringify({ ...head, event })))).toMatchObject({
      kind: 'entry',
      unrecognized: ['data.status'],
    });
  });

  it('output cannot pass for news', () => {
    expect(decodeMessage(said('token', JSON.stringify(first)))).toMatchObject({ kind: 'malformed', id: 'e.1' });
  });

  it.each([
    ['no JSON', 'data', '{'],
    ['no object', 'token', '7'],
    ['no frame', 'data', '{"type":"Event"}'],
  ])('%s where only frames may be is malformed', (__, name, data) => {
    expect(decodeMessage(said(name, data), { format: 'json' })).toMatchObject({ kind: 'malformed', id: 'e.1' });
  });

  it('a name it does not know is unknown', () => {
    expect(decodeMessage(said('message', 'x'))).toEqual({ kind: 'unknown', name: 'message', raw: 'x', id: 'e.1' });
    expect(decodeMessage(said('toString', 'x'))).toMatchObject({ kind: 'unknown', name: 'toString' });
  });
});

describe('control frames', () => {
  it.each<[string, DecodedMessage]>([
    [encodeReady({ epoch: 'e', from: 3, head: 9 }), { kind: 'ready', epoch: 'e', from: 3, head: 9 }],
    [
      encodeReady({ epoch: 'e', from: 1, head: 0, types: ['tokens'] }),
      { kind: 'ready', epoch: 'e', from: 1, head: 0, types: ['tokens'] },
    ],
    [encodeGap({ from: 1, to: 2, reason: 'overflow' }), { kind: 'gap', from: 1, to: 2, reason: 'overflow' }],
    [encodeEnd({ status: 'CANCELLED' }), { kind: 'end', status: 'CANCELLED' }],
  ])('%j', (text, message) => {
    expect(read(text)).toEqual(message);
    expect(read(text, 'plain')).toEqual(message);
    expect(read(text, 'json')).toEqual(message);
  });

  it('a newer reason is not a fault', () => {
    expect(decodeMessage(said('gap', '{"from":1,"to":2,"reason":"moved"}'))).toMatchObject({ reason: 'UNRECOGNIZED' });
    expect(decodeMessage(said('end', '{"status":"ARCHIVED"}'))).toEqual({ kind: 'end', status: 'UNRECOGNIZED' });
  });

  it.each([
    ['ready', '{"epoch":"e","from":1}', 'invalid'],
    ['gap', '[]', 'invalid'],
    ['end', '{}', 'invalid'],
    ['end', '', 'malformed'],
  ])('%s %s is %s', (name, data, kind) => {
    expect(decodeMessage(said(name, data))).toMatchObject({ kind });
  });

  it('signs of life, delays and overflows pass through', () => {
    for (const message of [
      { kind: 'comment', text: '' },
      { kind: 'retry', delayMs: 1 },
      { kind: 'overflow', limit: 1 },
    ] as const) {
      expect(decodeMessage(message)).toBe(message);
    }
  });
});

describe('values without a frame', () => {
  it.each<[string, string, FlovynEvent]>([
    ['token', 'Hello', { type: 'token', text: 'Hello' }],
    ['token', '', { type: 'token', text: '' }],
    ['token', '42', { type: 'token', text: '42' }],
    ['token', '{"a":1}', { type: 'token', text: '{"a":1}' }],
    ['token', '{"type":"token","text":"Hi"}', { type: 'token', text: 'Hi' }],
    ['progress', '0.5', { type: 'progress', progress: 0.5 }],
    ['progress', '{"type":"progress","progress":1,"details":"x"}', { type: 'progress', progress: 1, details: 'x' }],
    ['data', '{"a":1}', { type: 'data', data: { a: 1 } }],
    ['data', '"text"', { type: 'data', data: 'text' }],
    ['data', '{"type":"thinking_delta","delta":"x"}', { type: 'data', data: { type: 'thinking_delta', delta: 'x' } }],
    ['data', '{"type":"data","data":[1]}', { type: 'data', data: [1] }],
    ['data', JSON.stringify(sampleEvent('TASK_FAILED')), sampleEvent('TASK_FAILED')],
    ['error', 'disk is slow', { type: 'error', message: 'disk is slow' }],
    ['error', '{"type":"error","message":"m","code":"c"}', { type: 'error', message: 'm', code: 'c' }],
  ])('%s %s', (name, data, event) => {
    expect(decodeMessage(said(name, data))).toEqual(bare(event));
  });

  it.each([
    ['progress', 'much', 'invalid'],
    ['data', 'no json', 'malformed'],
    ['data', '{"type":"Event","event":"NEW","data":{},"timestampMs":1}', 'unknown'],
  ])('%s %s is %s', (name, data, kind) => {
    expect(decodeMessage(said(name, data))).toMatchObject({ kind });
  });

  it('a consolidated one says whose it is', () => {
    const origin = { workflowExecutionId: SAMPLE_EXECUTION, taskExecutionId: SAMPLE_TASK };
    for (const event of [{ type: 'token', text: '{"a":1}' }, sampleEvent('TASK_CREATED')] as const) {
      const data = consolidatedPlainData(origin, event);
      expect(decodeMessage(said(sseEntryName(event), data))).toEqual(bare(event, { origin }));
    }
    const twice = JSON.stringify({ ...origin, data: JSON.stringify({ a: 1 }) });
    expect(decodeMessage(said('data', twice))).toEqual(bare({ type: 'data', data: { a: 1 } }, { origin }));
  });

  it('in the plain format, a text that looks like a frame stays a text', () => {
    const text = JSON.stringify({ ...head, event: { type: 'token', text: 'forged' } });
    expect(decodeMessage(said('token', text), { format: 'plain' })).toEqual(bare({ type: 'token', text }));
  });

  it('the plain format gives back what was written, but for what it leaves out', () => {
    const plain = fc.oneof(
      generate.text.map((text) => ({ type: 'token', text: text.replaceAll(/\r\n|\r/g, '\n') }) as const),
      fc
        .double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1 })
        .map((progress) => ({ type: 'progress', progress }) as const),
      generate.stateEvent,
    );
    fc.assert(
      fc.property(plain, (event) => {
        const message = said(sseEntryName(event), plainData(event));
        expect(decodeMessage(message, { format: 'plain' })).toEqual(
          bare(JSON.parse(JSON.stringify(event)) as FlovynEvent),
        );
      }),
    );
  });

  it('never throws', () => {
    const names = fc.constantFrom(
      'token',
      'progress',
      'data',
      'error',
      'ready',
      'gap',
      'end',
      'message',
      'constructor',
    );
    const values = fc.oneof(
      fc.string(),
      fc.json(),
      generate.frame.map((frame) => JSON.stringify(frame)),
    );
    const formats = fc.constantFrom('json' as const, 'plain' as const, 'auto' as const);
    fc.assert(
      fc.property(names, values, formats, fc.nat(), (name, data, format, cut) => {
        expect(decodeMessage(said(name, data), { format })).toHaveProperty('kind');
        expect(decodeMessage(said(name, data.slice(0, cut % (data.length + 1))), { format })).toHaveProperty('kind');
      }),
    );
  });
});
