import * as z from 'zod/mini';

import { Timestamp, openWord, paging } from './answer-fields.js';

// The attempts and log lines of a task: the same for standalone tasks and those of workflows.

/** How an attempt ended; RUNNING while it has not. */
export const attemptStatuses = ['RUNNING', 'COMPLETED', 'FAILED', 'TIMEOUT', 'CANCELLED'] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

/** One attempt of a task. */
export const AttemptView = z.object({
  /** From 1. */
  attempt: z.number(),
  startedAt: Timestamp,
  finishedAt: z.nullish(Timestamp),
  durationMs: z.nullish(z.number()),
  status: openWord(attemptStatuses),
  output: z.optional(z.unknown()),
  error: z.nullish(z.string()),
  workerId: z.nullish(z.string()),
});
export type AttemptView = z.infer<typeof AttemptView>;

/** `GET …/attempts`: the first one first. */
export const AttemptPage = z.object({ attempts: z.array(AttemptView) });
export type AttemptPage = z.infer<typeof AttemptPage>;

export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line of a task's log. */
export const LogView = z.object({
  id: z.string(),
  level: openWord(logLevels),
  message: z.string(),
  timestamp: Timestamp,
  metadata: z.nullish(z.record(z.string(), z.unknown())),
});
export type LogView = z.infer<typeof LogView>;

/** `GET …/logs`: the oldest line first. */
export const LogPage = z.object({ logs: z.array(LogView), ...paging });
export type LogPage = z.infer<typeof LogPage>;
