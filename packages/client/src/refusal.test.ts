import { type ErrorCode, ServiceError, errorCodes } from '@flovyn/protocol';
import { fromProblem, toProblem } from '@flovyn/protocol/http';
import { describe, expect, it } from 'vitest';

import { errorFromResponse } from './refusal.js';

const NOW = 1_700_000_000_000;
const read = (body: string | null, status: number, headers: Record<string, string> = {}) =>
  errorFromResponse(new Response(body, { status, headers }), 'GET /thing', NOW);

describe('the error in an answer', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])('is the one the server wrote: %s', async (code) => {
    const written = new ServiceError(code, `what stood in the way of ${code}`, { limit: 5, actual: 7 });
    const problem = toProblem(written, '/thing');
    const error = await read(JSON.stringify(problem), problem.status);
    expect(error).toMatchObject({ code, message: written.message, limit: 5, actual: 7 });
  });

  it('is told by the status, as the interface says, when nobody wrote one', async () => {
    for (let status = 400; status < 600; status += 1) {
      expect((await read('<html>', status)).code, `${status}`).toBe(fromProblem(status, undefined).code);
    }
  });

  it('names the request when the answer is not of this interface', async () => {
    for (const body of [null, '<html>', '"text"', 'null', '[]']) {
      expect((await read(body, 502)).message).toBe('GET /thing: the answer had status 502.');
    }
  });

  it('takes an `error` text where there is no problem document', async () => {
    expect(await read('{"error":"quota used up"}', 429)).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'quota used up',
    });
  });

  it.each([
    ['7', 7],
    [new Date(NOW + 9_000).toUTCString(), 9],
    [new Date(NOW - 9_000).toUTCString(), 0],
    ['soon', undefined],
    ['', undefined],
  ])('says when to come back: Retry-After %j', async (text, seconds) => {
    expect((await read(null, 503, { 'retry-after': text })).retryAfterSeconds).toBe(seconds);
  });
});
