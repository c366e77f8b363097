import { parseCursor } from '../cursor.js';
import type { ExecutionId, TaskId } from '../ids.js';
import {
  consolidatedPlainData,
  encodeComment,
  encodeEnd,
  encodeEntry,
  encodeGap,
  encodeReady,
  encodeRetry,
  frameJson,
  plainData,
  sseEntryName,
} from '../sse/index.js';
import { SAMPLE_EXECUTION, SAMPLE_TASK } from '../testing/trace.js';
import { SAMPLE_TIME_MS, sampleStateEvents, sampleStreamEvents } from '../testing/samples.js';
import type { FlovynEvent } from '../types.js';

const id = 'e1.7';

/** The bytes of this version, by path below `contract/golden`. Once written, a file never changes. */
export function goldenFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const event of sampleStateEvents()) files.set(`${event.event}.1.json`, `${frame(event)}\n`);
  const count = new Map<string, number>();
  for (const event of sampleStreamEvents()) {
    const number = (count.get(event.type) ?? 0) + 1;
    count.set(event.type, number);
    files.set(`${event.type}.${number}.json`, `${frame(event)}\n`);
  }
  for (const [name, text] of Object.entries(sseCases())) files.set(`sse/${name}.txt`, text);
  return files;
}

/** Texts that a careless encoder breaks on. */
export const TRICKY_TEXTS = {
  empty: '',
  'leading-spaces': '  two blanks',
  lines: 'one\ntwo\r\nthree\rfour\n',
  'field-names': 'data: forged\n\nevent: end\nid: e9.9',
  colon: ': looks like a comment',
  'lone-surrogate': 'half \ud83d of a pair',
  unicode: '\uFEFF\u2028 \u00e9 \ud83d\ude80 \0',
  json: '{"type":"Event","event":"WORKFLOW_COMPLETED"}',
} as const;

function sseCases(): Record<string, string> {
  const tokens = Object.entries(TRICKY_TEXTS).flatMap(([name, text]) => {
    const event = { type: 'token', text } as const;
    return [
      [`token-${name}`, entry(event)],
      [`plain-token-${name}`, plain(event)],
    ];
  });
  const origin = { workflowExecutionId: SAMPLE_EXECUTION, taskExecutionId: SAMPLE_TASK };
  const output = sampleStreamEvents().map((event, index) => [`plain-${event.type}-${index + 1}`, plain(event)]);
  const token = { type: 'token', text: 'a "quoted"\nword' } as const;
  return {
    ...Object.fromEntries(tokens),
    ...Object.fromEntries(output),
    news: entry(firstNews()),
    'plain-news': plain(firstNews()),
    'plain-consolidated': encodeEntry({ event: 'token', id, data: consolidatedPlainData(origin, token) }),
    ready: encodeReady({ epoch: 'e1', from: 1, head: 7 }),
    'ready-filtered': encodeReady({ epoch: 'e1', from: 1, head: 7, types: ['events', 'tokens'] }),
    'ready-below': encodeReady({ epoch: 'e1', from: 1, head: 7, below: '01a1f80f-b0fc-7495-a36a-20858273f337' }),
    'gap-expired': encodeGap({ from: 1, to: 6, reason: 'expired' }),
    'gap-epoch': encodeGap({ from: 5, to: 9, reason: 'epoch' }),
    'gap-overflow': encodeGap({ from: 2, to: 3, reason: 'overflow' }),
    end: encodeEnd({ status: 'COMPLETED' }),
    'keep-alive': encodeComment(),
    retry: encodeRetry(2_500),
  };
}

function entry(event: FlovynEvent): string {
  return encodeEntry({ event: sseEntryName(event), id, data: frame(event) });
}

function plain(event: FlovynEvent): string {
  return encodeEntry({ event: sseEntryName(event), id, data: plainData(event) });
}

function frame(event: FlovynEvent): string {
  const { epoch, seq } = parseCursor(id) ?? { epoch: '', seq: 0 };
  const executionId: ExecutionId = SAMPLE_EXECUTION;
  const task: { taskExecutionId: TaskId; attempt: number } = { taskExecutionId: SAMPLE_TASK, attempt: 1 };
  return frameJson(
    {
      seq,
      epoch,
      executionId,
      rootExecutionId: executionId,
      ...(event.type === 'Event' ? {} : task),
      timestampMs: SAMPLE_TIME_MS,
    },
    JSON.stringify(event),
  );
}

function firstNews(): FlovynEvent {
  const [event] = sampleStateEvents();
  if (event === undefined) throw new Error('The registry is empty.');
  return event;
}
