import { check } from '../checks/check.js';
import type { Finding } from '../checks/finding.js';
import { framingFindings } from '../checks/framing.js';
import type { Step, StreamCase } from '../vocabulary.js';
import { act } from './act.js';
import { reasonOf } from './reason-of.js';
import type { Reader } from './reader.js';
import { type OpenTarget, type Stage, createStage } from './stage.js';

/**
 * Plays one case and looks at what its readers saw. Never throws: what could not be done is a finding too.
 *
 * @param timeoutMs - how long each step, and each look at what was seen, may take.
 */
export async function playCase(streamCase: StreamCase, target: OpenTarget, timeoutMs: number): Promise<Finding[]> {
  const stage = createStage(streamCase, target);
  const findings: Finding[] = [];
  try {
    for (const [index, step] of streamCase.steps.entries()) {
      await withinLimit((limit) => act(step, stage, limit), timeoutMs).catch((error: unknown) => {
        throw new Error(`${nameOf(step, index)}: ${reasonOf(error)}`);
      });
    }
    await letReadersLeave(streamCase, stage, timeoutMs);
    for (const expectation of streamCase.expect) {
      await withinLimit(async () => void findings.push(...(await check(expectation, stage))), timeoutMs);
    }
  } catch (error: unknown) {
    findings.push({ expected: 'that every step can be done', seen: reasonOf(error), around: [] });
  }
  stage.close();
  return [...findings, ...[...stage.readers.values()].flatMap(framingFindings)];
}

/** Whoever was not told to leave reads to the end, but for those whose stream is to stay open. */
async function letReadersLeave({ expect }: StreamCase, stage: Stage, timeoutMs: number): Promise<void> {
  const staying = new Set(expect.flatMap((each) => (each.see === 'open' ? [each.reader] : [])));
  const drain = async ({ reader, drain }: Reader): Promise<void> => {
    await withinLimit(drain, timeoutMs).catch((error: unknown) => {
      throw new Error(`reader ${reader}: ${reasonOf(error)}`);
    });
  };
  await Promise.all([...stage.readers.values()].filter(({ reader }) => !staying.has(reader)).map(drain));
}

/** A moment: who keeps to the limit can say better what was missing than that it took too long. */
const GRACE_MS = 100;

/** Work that knows its limit, and is given up when it does not keep to it. */
async function withinLimit(work: (limit: AbortSignal) => Promise<void>, timeoutMs: number): Promise<void> {
  const limit = new AbortController();
  const timers = [setTimeout(() => limit.abort(), timeoutMs)];
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`took longer than ${timeoutMs} ms`));
    timers.push(setTimeout(giveUp, timeoutMs + GRACE_MS));
  });
  try {
    await Promise.race([work(limit.signal), late]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function nameOf(step: Step, index: number): string {
  const what = Object.entries(step).flatMap(([key, value]) =>
    key !== 'do' && typeof value === 'string' ? [value] : [],
  );
  return `step ${index + 1}, ${[step.do, ...what].join(' ')}`;
}
