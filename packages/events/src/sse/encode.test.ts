import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, decodeFrame } from '../decode.js';
import { arbitraries } from '../testing/arbitraries.js';
import { sampleEvent } from '../testing/samples.js';
import { SAMPLE_EXECUTION, SAMPLE_TASK } from '../testing/trace.js';
import { encodeEntry, sseEntryName } from './encode.js';
import { frameJson } from './frame-json.js';
import { consolidatedPlainData, plainData } from './plain.js';

const generate = arbitraries(fc);

describe('encodeEntry', () => {
  it.each(['', 'a b', 'a\nb', 'a\rb', 'a\0', '\u00e9', 'x'.repeat(129)])('refuses the id %j', (id) => {
    expect(() => encodeEntry({ event: 'token', id, data: '' })).toThrow(TypeError);
  });

  it('refuses a name that is none of the four', () => {
    expect(() => encodeEntry({ event: 'end' as 'token', id: 'e.1', data: '' })).toThrow(TypeError);
    expect(() => encodeEntry({ event: 'data\ndata: x' as 'data', id: 'e.1', data: '' })).toThrow(TypeError);
  });

  it('no data can make another line than data', () => {
    fc.assert(
      fc.property(generate.text, (data) => {
        const lines = encodeEntry({ event: 'token', id: 'e.1', data }).split(/\r\n|\r|\n/);
        expect(lines.slice(0, 2)).toEqual(['event: token', 'id: e.1']);
        expect(lines.slice(2, -2).every((line) => line.startsWith('data: '))).toBe(true);
        expect(lines.slice(-2)).toEqual(['', '']);
      }),
    );
  });
});

describe('frameJson', () => {
  it('is the JSON of the frame', () => {
    fc.assert(
      fc.property(generate.frame, (frame) => {
        const { event, v: _, ...parts } = frame;
        const text = frameJson(parts, JSON.stringify(event));
        expect(text).toBe(JSON.stringify(frame));
        expect(decodeFrame(JSON.parse(text))).toMatchObject({ ok: true });
      }),
    );
  });

  it('does not touch the text of the event', () => {
    const parts = {
      seq: 1,
      epoch: 'e',
      executionId: SAMPLE_EXECUTION,
      rootExecutionId: SAMPLE_EXECUTION,
      timestampMs: 0,
    };
    const event = '{ "type":"token", "text":"\\u0041", "newer": 1.0 }';
    expect(frameJson(parts, event)).toContain(event);
  });
});

describe('the plain format', () => {
  it('is the bare value', () => {
    expect(plainData({ type: 'token', text: 'a b' })).toBe('a b');
    expect(plainData({ type: 'progress', progress: 0.25, details: 'x' })).toBe('0.25');
    expect(plainData({ type: 'data', data: { a: [1] } })).toBe('{"a":[1]}');
    expect(plainData({ type: 'error', message: 'slow', code: 'X' })).toBe('slow');
    expect(plainData(sampleEvent('STATE_SET'))).toBe(JSON.stringify(sampleEvent('STATE_SET')));
  });

  it('is wrapped in whose it is when consolidated', () => {
    const origin = { workflowExecutionId: SAMPLE_EXECUTION, taskExecutionId: SAMPLE_TASK };
    expect(JSON.parse(consolidatedPlainData(origin, { type: 'token', text: 'a' }))).toEqual({ ...origin, data: 'a' });
    const news = sampleEvent('TASK_CREATED');
    expect(JSON.parse(consolidatedPlainData({ workflowExecutionId: SAMPLE_EXECUTION }, news))).toEqual({
      workflowExecutionId: SAMPLE_EXECUTION,
      data: news,
    });
  });
});

it('news goes by the name of data', () => {
  fc.assert(
    fc.property(generate.event, (event) => {
      expect(sseEntryName(event)).toBe(event.type === 'Event' ? 'data' : event.type);
      expect(decode(event).ok).toBe(true);
    }),
  );
});
