import type { Nudge, WakeUps } from '@flovyn/engine';
import type { Link } from './link.js';
import { WORK_SUBJECT } from './subjects.js';

/** Most lines in one hint. What is left out is found by looking, as is every hint that is lost. */
const MOST_LINES = 500;

/**
 * Tells processes that work has become ready, here to those there and the other way round. However much becomes ready in
 * one turn, it is one message: each queue and kind once.
 */
export function createWakeUps(link: Link, local: WakeUps): WakeUps {
  const due = new Map<string, Nudge>();
  const send = (): void => {
    const lines = [...due.values()];
    due.clear();
    link.publish(WORK_SUBJECT, JSON.stringify({ lines }));
  };
  link.listen(WORK_SUBJECT, (message) => {
    for (const line of linesOf(message.string())) local.nudge(line);
  });
  return {
    nudge(work) {
      local.nudge(work);
      if (due.size >= MOST_LINES) return;
      const { orgId, queue, type, kind } = work;
      if (due.size === 0) setImmediate(send);
      due.set(JSON.stringify([orgId, queue, type, kind]), { orgId, queue, type, kind });
    },
    onNudge: (listener) => local.onNudge(listener),
  };
}

/** Hints that can be understood; the rest is nobody's loss. */
function linesOf(text: string): readonly Nudge[] {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return [];
  }
  const lines: unknown = Object(message)['lines'];
  return Array.isArray(lines) ? lines.slice(0, MOST_LINES).filter(isNudge) : [];
}

function isNudge(line: unknown): line is Nudge {
  const { orgId, queue, type, kind } = Object(line) as Record<string, unknown>;
  const isText = [orgId, queue, kind].every((part) => typeof part === 'string');
  return isText && (type === 'workflow' || type === 'task');
}
