import type { OrgId, PollRequest, Polled } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { type Wish, createPolls } from './polls.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const wish: Wish = { worker: 'w', type: 'task', queue: 'default', kinds: undefined, timeoutSeconds: 60 };

function aCall(patienceMs = Number.POSITIVE_INFINITY) {
  const gone = new AbortController();
  const call = { orgId, peer: 'here:1', patienceMs, gone, answerMatters: () => undefined };
  return { call, hangUp: () => gone.abort() };
}

/** Work is given by hand; a poll that is given up ends without any, as the engine has it. */
function anEngine() {
  const polls: { readonly request: PollRequest; readonly give: (polled: Polled | undefined) => void }[] = [];
  const unary = {
    poll: (request: PollRequest) =>
      new Promise<Polled | undefined>((resolve) => {
        polls.push({ request, give: resolve });
        request.signal.addEventListener('abort', () => resolve(undefined));
      }),
  };
  return { polls, unary };
}

function somePolled() {
  const putBack = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const work = { type: 'task', kind: 'k', input: 'null' as Json } as Polled['work'];
  return { polled: { work, putBack }, work, putBack };
}

function somePolls(holdMs = 2_000) {
  const { polls: asked, unary } = anEngine();
  return { asked, polls: createPolls({ unary, holdMs, logger: pino({ level: 'silent' }) }) };
}

describe('a poll', () => {
  it.each([
    ['as long as is configured', 60, Number.POSITIVE_INFINITY, 2_000, 10_000],
    ['as long as is configured, when its caller does not say', 0, Number.POSITIVE_INFINITY, 2_000, 2_000],
    ['no longer than its caller offers', 1, Number.POSITIVE_INFINITY, 1_000, 1_000],
    ['no longer than its caller offers, also when idle', 5, Number.POSITIVE_INFINITY, 2_000, 5_000],
    ['no longer than the call lives', 60, 600, 500, 500],
    ['not at all when the call is over before', 60, 50, 0, 0],
  ])('is held %s', async (_how, timeoutSeconds, patienceMs, holdMs, idleHoldMs) => {
    const { asked, polls } = somePolls();
    const taken = polls.take(aCall(patienceMs).call, { ...wish, timeoutSeconds });
    expect(asked[0]?.request).toMatchObject({ orgId, peer: 'here:1', worker: 'w', type: 'task', holdMs, idleHoldMs });
    asked[0]?.give(undefined);
    expect(await taken).toBeUndefined();
  });

  it('leaves what it was given with its caller', async () => {
    const { asked, polls } = somePolls();
    const { polled, work, putBack } = somePolled();
    const taken = polls.take(aCall().call, wish);
    asked[0]?.give(polled);
    expect(await taken).toBe(work);
    expect(putBack).not.toHaveBeenCalled();
  });

  it('does not even ask for a caller who is gone', async () => {
    const { asked, polls } = somePolls();
    const { call, hangUp } = aCall();
    hangUp();
    expect(await polls.take(call, wish)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('is given up when its caller goes', async () => {
    const { asked, polls } = somePolls();
    const { call, hangUp } = aCall();
    const taken = polls.take(call, wish);
    hangUp();
    expect(asked[0]?.request.signal.aborted).toBe(true);
    expect(await taken).toBeUndefined();
  });

  it('puts work back whose caller went while it was given', async () => {
    const { asked, polls } = somePolls();
    const { call, hangUp } = aCall();
    const { polled, putBack } = somePolled();
    const taken = polls.take(call, wish);
    asked[0]?.give(polled);
    hangUp();
    expect(await taken).toBeUndefined();
    expect(putBack).toHaveBeenCalledTimes(1);
  });

  it('puts work back whose answer did not go out', async () => {
    const { asked, polls } = somePolls();
    const { call, hangUp } = aCall();
    const { polled, work, putBack } = somePolled();
    const taken = polls.take(call, wish);
    asked[0]?.give(polled);
    expect(await taken).toBe(work);
    hangUp();
    expect(putBack).toHaveBeenCalledTimes(1);
  });
});

describe('work that was given', () => {
  async function given() {
    const { asked, polls } = somePolls();
    const { polled, putBack } = somePolled();
    const taken = polls.take(aCall().call, wish);
    asked[0]?.give(polled);
    await taken;
    return { polls, putBack };
  }

  it('is put back when its connection ends right after, and only that', async () => {
    const { polls, putBack } = await given();
    polls.ended({ peer: 'here:2', byPeer: true });
    expect(putBack).not.toHaveBeenCalled();
    polls.ended({ peer: 'here:1', byPeer: true });
    polls.ended({ peer: 'here:1', byPeer: true });
    expect(putBack).toHaveBeenCalledTimes(1);
  });

  it('stays with its worker when the connection ends later: it may be at work', async () => {
    vi.useFakeTimers();
    const { polls, putBack } = await given();
    vi.advanceTimersByTime(1_000);
    polls.ended({ peer: 'here:1', byPeer: true });
    vi.useRealTimers();
    expect(putBack).not.toHaveBeenCalled();
  });

  it('stays with its worker when it is the server that ends the connection, or may be', async () => {
    const old = await given();
    old.polls.ended({ peer: 'here:1', byPeer: false });
    expect(old.putBack).not.toHaveBeenCalled();
    const stopping = await given();
    stopping.polls.drain();
    stopping.polls.ended({ peer: 'here:1', byPeer: true });
    expect(stopping.putBack).not.toHaveBeenCalled();
  });
});

describe('polls', () => {
  it('end empty-handed when the server stops, and no new ones are taken', async () => {
    const { polls } = somePolls();
    const taken = [polls.take(aCall().call, wish), polls.take(aCall().call, { ...wish, type: 'workflow' })];
    polls.drain();
    expect(await Promise.all(taken)).toEqual([undefined, undefined]);
    await expect(polls.take(aCall().call, wish)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('work that came in the moment of the stop is put back: another server gives it', async () => {
    const { asked, polls } = somePolls();
    const { polled, putBack } = somePolled();
    const taken = polls.take(aCall().call, wish);
    asked[0]?.give(polled);
    polls.drain();
    expect(await taken).toBeUndefined();
    expect(putBack).toHaveBeenCalledTimes(1);
  });

  it('L19 of one worker are refused only far above what any makes, and only while they last', async () => {
    const { asked, polls } = somePolls();
    const all = Array.from({ length: 1_000 }, () => polls.take(aCall().call, wish));
    await expect(polls.take(aCall().call, wish)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', limit: 1_000 });
    const others = [
      polls.take(aCall().call, { ...wish, type: 'workflow' }),
      polls.take(aCall().call, { ...wish, worker: 'v' }),
    ];
    asked[0]?.give(undefined);
    await all[0];
    const again = polls.take(aCall().call, wish);
    polls.drain();
    expect(await Promise.all([...others, again])).toEqual([undefined, undefined, undefined]);
  });
});
