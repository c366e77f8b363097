import { expect } from 'vitest';
import type { Answer } from './test-server.js';

/** Every error is a problem, and says the same in `detail` and `error`. */
export function expectProblem(answer: Answer, status: number, slug: string): void {
  expect(answer.json).toMatchObject({ status, type: `/api/docs/errors/${slug}` });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.json['error']).toBe(answer.json['detail']);
  expect(answer.text).not.toMatch(/node_modules|at .*\.js|select |insert /i);
}
