import { appendFileSync } from 'node:fs';

/** One line of what a worker did, written before or after it did it, where it outlives the worker. */
export interface AttemptLine {
  readonly at: number;
  /** Name and life of the worker: `w0.3`. */
  readonly worker: string;
  readonly event: 'began' | 'completed' | 'failed';
  readonly task: string;
  readonly attempt: number;
  readonly kind: string;
  /** How much the attempt has said, at its end. */
  readonly said?: number;
}

const file = process.env['FAULTS_LOG'];

/** Who this process says it is. */
export const self = process.env['FAULTS_SELF'] ?? 'nobody';

export function noteAttempt(line: Omit<AttemptLine, 'at' | 'worker'>): void {
  if (file === undefined) return;
  appendFileSync(file, `${JSON.stringify({ at: Date.now(), worker: self, ...line } satisfies AttemptLine)}\n`);
}
