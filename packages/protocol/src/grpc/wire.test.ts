import { describe, expect, it } from 'vitest';

import { TaskExecutionInfo } from '../gen/flovyn/v1/task_execution.js';
import { WorkerFrame } from '../gen/flovyn/v1/worker_session.js';
import { ExecutionSpan, SignalWorkflowResponse, WorkflowEvent } from '../gen/flovyn/v1/workflow_dispatch.js';
import type { Json } from '../json.js';
import { fromJsonBytes, parseJsonBytes, toJsonBytes } from './json-bytes.js';
import {
  fromSessionEvent,
  fromStreamEventType,
  fromWorkflowEvent,
  toSessionEvent,
  toStreamEventType,
  toWorkflowEvent,
  workerItem,
} from './session.js';

describe('the generated code', () => {
  it('writes what others read', () => {
    const bytes = WorkflowEvent.encode({
      sequenceNumber: 3,
      eventType: 'X',
      eventData: Buffer.from('{}'),
      timestampMs: undefined,
    });
    expect(Buffer.from(bytes.finish()).toString('hex')).toBe('08031201581a027b7d');
  });

  it('has 64-bit fields as numbers, exact up to 2^53 and refused beyond', () => {
    const exact = { signalEventSequence: Number.MAX_SAFE_INTEGER };
    expect(SignalWorkflowResponse.decode(SignalWorkflowResponse.encode(exact).finish())).toEqual(exact);
    const beyond = new Uint8Array([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    expect(() => SignalWorkflowResponse.decode(beyond)).toThrow('MAX_SAFE_INTEGER');
  });

  it('has nanoseconds as text, exact', () => {
    const span = ExecutionSpan.create({ spanId: 's', startTimeUnixNs: '1762000000123456789' });
    expect(ExecutionSpan.decode(ExecutionSpan.encode(span).finish()).startTimeUnixNs).toBe('1762000000123456789');
  });

  it('does not copy the bytes of a received message', () => {
    const frame = Buffer.from(
      TaskExecutionInfo.encode(TaskExecutionInfo.create({ input: Buffer.from('{"a":1}') })).finish(),
    );
    expect(TaskExecutionInfo.decode(frame).input.buffer).toBe(frame.buffer);
  });
});

describe('items', () => {
  it('keep their order in a frame', () => {
    const ref = { taskExecutionId: 't', workflowExecutionId: '', claimToken: 'c' };
    const frame: WorkerFrame = {
      items: [
        workerItem(1, 'attemptEntries', {
          ...ref,
          first: 0,
          entries: [{ type: 'TOKEN', payload: '{}', timestampMs: 1 }],
        }),
        workerItem(0, 'heartbeat', { timestampMs: 5 }),
        workerItem(2, 'attemptCompleted', {
          ...ref,
          output: Buffer.from('1'),
          entries: 1,
          lostEntries: 0,
          speculation: { expectedSequence: 9 },
        }),
      ],
    };
    const read = WorkerFrame.decode(WorkerFrame.encode(frame).finish());
    expect(read.items.map((item) => item.item?.$case)).toEqual(['attemptEntries', 'heartbeat', 'attemptCompleted']);
    expect(read.items[2]).toMatchObject({
      id: 2,
      item: { value: { entries: 1, speculation: { expectedSequence: 9 } } },
    });
  });
});

describe('facts on the wire', () => {
  const recorded = {
    sequence: 4,
    type: 'STATE_SET',
    data: '{"key":"ä","value":1.0}' as Json,
    timestampMs: 1_700_000_000_000,
  };

  it('arrive through both worker services as they were recorded', () => {
    expect(fromSessionEvent(toSessionEvent(recorded))).toEqual(recorded);
    expect(fromWorkflowEvent(toWorkflowEvent(recorded), 1)).toEqual(recorded);
  });

  it('get a time from elsewhere when the server does not tell it', () => {
    const event = WorkflowEvent.create({
      sequenceNumber: 4,
      eventType: 'STATE_SET',
      eventData: toJsonBytes(recorded.data),
    });
    expect(fromWorkflowEvent(event, 7).timestampMs).toBe(7);
  });
});

describe('JSON in messages', () => {
  it('is null when there are no bytes', () => {
    expect(fromJsonBytes(new Uint8Array())).toBe('null');
    expect(parseJsonBytes(new Uint8Array(), 'input')).toBe('null');
  });

  it('is read from inside a larger buffer', () => {
    const frame = Buffer.from('xx{"a":"€"}yy');
    expect(fromJsonBytes(frame.subarray(2, frame.length - 2))).toBe('{"a":"€"}');
  });
});

describe('types of stream events', () => {
  it.each(['token', 'progress', 'data', 'error'] as const)('%s has its word on the wire', (type) => {
    expect(toStreamEventType(type)).toBe(type.toUpperCase());
    expect(fromStreamEventType(toStreamEventType(type))).toBe(type);
  });

  it('others are none', () => {
    expect(fromStreamEventType('STREAM_EVENT_TYPE_UNSPECIFIED')).toBeUndefined();
    expect(fromStreamEventType('UNRECOGNIZED')).toBeUndefined();
  });
});
