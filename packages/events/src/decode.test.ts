import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, decodeFrame } from './decode.js';
import { stateEventEntity, stateEventNames } from './names.js';
import { stateEvents } from './registry/index.js';
import { arbitraries } from './testing/arbitraries.js';
import { SAMPLE_TIME_MS, sampleEvent, sampleStateEvents, sampleStreamEvents } from './testing/samples.js';
import { SAMPLE_EXECUTION, SAMPLE_TASK, frameAt, workflowFrames } from './testing/trace.js';

const generate = arbitraries(fc);
const suspended = () => sampleEvent('WORKFLOW_SUSPENDED');
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('decode', () => {
  it('gives every sample back as it was', () => {
    for (const event of [...sampleStateEvents(), ...sampleStreamEvents()]) {
      expect(decode(json(event))).toEqual({ ok: true, event });
    }
  });

  it('knows the 29 state events of version 1, and those that came since', () => {
    expect(stateEventNames.filter((name) => stateEvents[name].since === '1.0.0')).toHaveLength(29);
    expect(stateEventNames).toEqual(Object.keys(stateEvents));
    expect(Object.keys(stateEventEntity)).toEqual(Object.keys(stateEvents));
  });

  it('takes a missing key for null', () => {
    const { workerId: _w, error: _e, parentWorkflowExecutionId: _p, ...data } = sampleEvent('WORKFLOW_CREATED').data;
    expect(decode({ ...sampleEvent('WORKFLOW_CREATED'), data })).toEqual({
      ok: true,
      event: sampleEvent('WORKFLOW_CREATED'),
    });
  });

  it('takes a missing `waitingOn` for an empty one', () => {
    const { waitingOn: _, ...data } = suspended().data;
    expect(decode({ ...suspended(), data })).toMatchObject({ ok: true, event: { data: { waitingOn: [] } } });
  });

  it('reads words it does not know as UNRECOGNIZED, and says where', () => {
    const data = {
      ...suspended().data,
      status: 'NAPPING',
      waitingOn: [{ type: 'SUSPEND_TYPE_TASK' }, { type: 'LUNCH' }],
    };
    expect(decode({ ...suspended(), data })).toEqual({
      ok: true,
      event: {
        ...suspended(),
        data: {
          ...suspended().data,
          status: 'UNRECOGNIZED',
          waitingOn: [{ type: 'SUSPEND_TYPE_TASK' }, { type: 'UNRECOGNIZED' }],
        },
      },
      unrecognized: ['data.status', 'data.waitingOn.1.type'],
    });
    expect(data.status).toBe('NAPPING');
  });

  it('does not take a number for a word', () => {
    expect(decode({ ...suspended(), data: { ...suspended().data, status: 7 } })).toMatchObject({
      kind: 'invalid',
      issues: [{ path: 'data.status', code: 'wrong_type' }],
    });
  });

  it('an unknown word does not hide another fault', () => {
    expect(decode({ ...suspended(), data: { ...suspended().data, status: 'NAPPING', kind: 7 } })).toMatchObject({
      kind: 'invalid',
    });
  });

  it('leaves out fields it does not know', () => {
    const event = sampleEvent('STATE_SET');
    expect(decode({ ...event, data: { ...event.data, colour: 'red' }, shape: 'round' })).toEqual({ ok: true, event });
  });

  it('an absent optional field may be written as null', () => {
    expect(decode({ type: 'progress', progress: 1, details: null })).toEqual({
      ok: true,
      event: { type: 'progress', progress: 1 },
    });
    expect(decode({ type: 'error', message: 'x', code: null })).toEqual({
      ok: true,
      event: { type: 'error', message: 'x' },
    });
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty', 'WORKFLOW_PAUSED', ''])(
    'a name that is not an event is unknown: %j',
    (name) => {
      expect(decode({ type: 'Event', event: name, data: {}, timestampMs: 1 })).toMatchObject({ kind: 'unknown', name });
      expect(decode({ type: name === '' ? 'x' : name })).toMatchObject({ kind: 'unknown' });
    },
  );

  it.each([
    ['a text', 'token'],
    ['nothing', null],
    ['undefined', undefined],
    ['a list', [{ type: 'token', text: '' }]],
    ['an object without type', { text: 'x' }],
    ['a type that is no text', { type: 1 }],
    ['news without a name', { type: 'Event', data: {}, timestampMs: 1 }],
  ])('%s is malformed', (_, raw) => {
    expect(decode(raw)).toMatchObject({ ok: false, kind: 'malformed', raw });
  });

  it.each([
    ['a token without text', { type: 'token' }, 'text'],
    ['progress that is not finite', { type: 'progress', progress: Infinity }, 'progress'],
    ['progress as text', { type: 'progress', progress: '0.5' }, 'progress'],
    ['data without data', { type: 'data' }, 'data'],
    ['an error without message', { type: 'error', code: 'X' }, 'message'],
    ['news without time', { ...sampleEvent('STATE_SET'), timestampMs: undefined }, 'timestampMs'],
    ['news with half a millisecond', { ...sampleEvent('STATE_SET'), timestampMs: 0.5 }, 'timestampMs'],
    ['a set timer that is never due', { ...sampleEvent('TIMER_STARTED'), data: { timerId: 't' } }, 'data.fireAtMs'],
    [
      'a failure without reason',
      { ...sampleEvent('TASK_FAILED'), data: { ...sampleEvent('TASK_FAILED').data, error: null } },
      'data.error',
    ],
    [
      'an id that is none',
      { ...sampleEvent('RETRY_REQUESTED'), data: { ...sampleEvent('RETRY_REQUESTED').data, targetId: '' } },
      'data.targetId',
    ],
  ])('%s is invalid', (_, raw, path) => {
    expect(decode(raw)).toMatchObject({ ok: false, kind: 'invalid', issues: [{ path }] });
  });

  it('a list is no object', () => {
    const raw = { ...sampleEvent('STATE_SET'), data: [] };
    expect(decode(raw)).toMatchObject({ kind: 'invalid', issues: [{ path: 'data', code: 'wrong_type' }] });
  });

  it('findings never hold a value', () => {
    const decoded = decode({ ...suspended(), data: { id: 'secret-1', kind: { secret: 2 }, status: 'PENDING' } });
    expect(decoded).toMatchObject({ kind: 'invalid' });
    expect(JSON.stringify('issues' in decoded && decoded.issues)).not.toContain('secret');
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.anything(), (value) => void [decode(value), decodeFrame(value)]));
  });

  it('never throws on a damaged event, and an event it gives can be given again', () => {
    const damaged = fc
      .tuple(generate.event, fc.constantFrom('type', 'event', 'data', 'timestampMs', 'text', 'progress'), fc.anything())
      .map(([event, key, value]) => ({ ...event, [key]: value }));
    fc.assert(
      fc.property(damaged, (raw) => {
        const decoded = decode(raw);
        if (decoded.ok && decoded.unrecognized === undefined) expect(decode(decoded.event)).toEqual(decoded);
      }),
    );
  });
});

describe('decodeFrame', () => {
  it('gives every frame back as it was', () => {
    fc.assert(
      fc.property(generate.frame, (frame) => {
        expect(decodeFrame(json(frame))).toEqual({ ok: true, frame: json(frame) });
      }),
    );
  });

  it('says where an event stands that it cannot give', () => {
    const { event: _, ...head } = frameAt(workflowFrames(), 0);
    expect(decodeFrame({ ...head, event: { type: 'Event', event: 'NEW', data: {}, timestampMs: 1 } })).toMatchObject({
      kind: 'unknown',
      name: 'NEW',
      head,
    });
    expect(decodeFrame({ ...head, event: { type: 'token' } })).toMatchObject({ kind: 'invalid', head });
    expect(decodeFrame(head)).toMatchObject({ kind: 'malformed', head });
  });

  it.each([
    ['another version', { v: 2 }, 'v'],
    ['number 0', { seq: 0 }, 'seq'],
    ['a number past what JavaScript counts', { seq: 2 ** 53 }, 'seq'],
    ['an epoch with a blank', { epoch: 'a b' }, 'epoch'],
    ['an empty id', { executionId: '' }, 'executionId'],
    ['an id in capitals', { executionId: SAMPLE_TASK.toUpperCase() }, 'executionId'],
    ['attempt 0', { attempt: 0 }, 'attempt'],
  ])('%s is no envelope', (_, change, path) => {
    expect(decodeFrame({ ...frameAt(workflowFrames(), 0), ...change })).toMatchObject({
      kind: 'malformed',
      reason: `unreadable envelope: ${path}`,
    });
  });

  it('keeps whose output it is', () => {
    const frame = {
      v: 1,
      seq: 3,
      epoch: 'e',
      executionId: SAMPLE_EXECUTION,
      rootExecutionId: SAMPLE_EXECUTION,
      taskExecutionId: SAMPLE_TASK,
      attempt: 2,
      timestampMs: SAMPLE_TIME_MS,
      event: { type: 'token', text: '' },
    };
    expect(decodeFrame(frame)).toEqual({ ok: true, frame });
  });
});
