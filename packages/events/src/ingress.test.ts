import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode } from './decode.js';
import { parseStreamEvent, parseStreamEventText } from './ingress.js';
import { JSON_MAX_DEPTH, JSON_MAX_NODES, STREAM_EVENT_MAX_BYTES } from './limits.js';
import { checkStateEvent } from './outgoing.js';
import { arbitraries } from './testing/arbitraries.js';
import { sampleEvent, sampleStateEvents, sampleStreamEvents } from './testing/samples.js';

const generate = arbitraries(fc);

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('a stream event on its way in', () => {
  it('is taken as it is', () => {
    for (const event of sampleStreamEvents()) {
      const json = JSON.stringify(event);
      expect(parseStreamEventText(json)).toEqual({ ok: true, event, json });
    }
  });

  it.each([
    ['news', sampleEvent('WORKFLOW_COMPLETED'), 'reserved-shape'],
    ['user data that passes for news', { type: 'data', data: { type: 'Event', event: 'X' } }, 'reserved-shape'],
    ['an unknown type', { type: 'video', frames: [] }, 'unknown-type'],
    ['no event', 7, 'unknown-type'],
    ['a token without text', { type: 'token', text: null }, 'invalid'],
    ['progress without number', { type: 'progress' }, 'invalid'],
    ['data that nests too deep', { type: 'data', data: nested(JSON_MAX_DEPTH + 1) }, 'too-complex'],
    ['data of too many values', { type: 'data', data: Array.from({ length: JSON_MAX_NODES }, () => 0) }, 'too-complex'],
  ])('%s is refused', (_, json, reason) => {
    expect(parseStreamEvent(json)).toMatchObject({ ok: false, reason });
  });

  it('data up to the limits is taken', () => {
    expect(parseStreamEvent({ type: 'data', data: nested(JSON_MAX_DEPTH) })).toMatchObject({ ok: true });
    const many = Array.from({ length: JSON_MAX_NODES - 1 }, () => 0);
    expect(parseStreamEvent({ type: 'data', data: many })).toMatchObject({ ok: true });
    expect(parseStreamEvent({ type: 'data', data: [{ type: 'Event' }] })).toMatchObject({ ok: true });
  });

  it('numbers that JSON cannot hold are refused', () => {
    expect(parseStreamEventText('{"type":"progress","progress":1e999}')).toMatchObject({ reason: 'invalid' });
    expect(parseStreamEventText('{"type":"progress","progress":NaN}')).toMatchObject({ reason: 'not-json' });
  });

  it.each(['a', '\u00e9', '\u20ac', '\ud83d\ude80'])('may have 1 MiB of UTF-8 and no more: %s', (character) => {
    const size = new TextEncoder().encode(character).length;
    const frame = '{"type":"token","text":""}'.length;
    const fits = Math.floor((STREAM_EVENT_MAX_BYTES - frame) / size);
    const token = (count: number) => JSON.stringify({ type: 'token', text: character.repeat(count) });
    expect(parseStreamEventText(token(fits)).ok).toBe(true);
    expect(parseStreamEventText(token(fits + 1))).toMatchObject({ ok: false, reason: 'too-large' });
    expect(parseStreamEventText(token(fits * 100)).ok).toBe(false);
  });

  it('is stored as one line, with fields a newer worker added', () => {
    const text = '{\n  "type": "token",\r\n  "text": "a\\nb",\n  "newer": 1\n}';
    const parsed = parseStreamEventText(text);
    expect(parsed).toMatchObject({ ok: true, event: { type: 'token', text: 'a\nb' } });
    const stored = parsed.ok ? parsed.json : '';
    expect(stored).not.toMatch(/[\r\n]/);
    expect(JSON.parse(stored)).toEqual(JSON.parse(text));
  });

  it('is stored without null for what is absent', () => {
    expect(parseStreamEventText('{"type":"progress","progress":1,"details":null}')).toMatchObject({
      json: '{"type":"progress","progress":1}',
    });
  });

  it('never throws, and what is taken can be read', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      generate.event.map((event) => JSON.stringify(event)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseStreamEventText(text);
        if (parsed.ok) expect(decode(JSON.parse(parsed.json))).toEqual({ ok: true, event: parsed.event });
      }),
    );
    expect(parseStreamEventText('['.repeat(500_000))).toMatchObject({ ok: false });
    expect(parseStreamEventText(`{"type":"data","data":${'['.repeat(400_000)}${']'.repeat(400_000)}}`)).toMatchObject({
      reason: 'too-complex',
    });
  });

  it('findings never hold a value', () => {
    const parsed = parseStreamEvent({ type: 'error', message: { secret: 1 } });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});

describe('a state event on its way out', () => {
  it('is right when a reader takes it exactly as it is', () => {
    for (const event of sampleStateEvents()) expect(checkStateEvent(event)).toEqual([]);
  });

  it.each([
    ['a key is missing', { executionCount: 0 }, 'workerId', 'data.workerId', 'missing'],
    ['a key is unknown', { colour: 'red' }, '', 'data.colour', 'unknown_key'],
    ['a word is unknown', { status: 'NAPPING' }, '', 'data.status', 'unrecognized_word'],
    ['a word is only for readers', { status: 'UNRECOGNIZED' }, '', 'data.status', 'unrecognized_word'],
    ['a value is wrong', { executionCount: -1 }, '', 'data.executionCount', 'wrong_value'],
  ])('is wrong when %s', (_, change, without, path, code) => {
    const event = sampleEvent('TASK_CREATED');
    const data = Object.fromEntries(Object.entries({ ...event.data, ...change }).filter(([key]) => key !== without));
    expect(checkStateEvent({ ...event, data })).toEqual([{ path, code }]);
  });

  it.each([[7], [{ type: 'token', text: '' }], [{ ...sampleEvent('STATE_SET'), event: 'NEW' }]])(
    '%j is no state event',
    (event) => {
      expect(checkStateEvent(event)).toHaveLength(1);
    },
  );
});
