import type { Frame, StateEventName } from '@flovyn/events';
import type { Lying } from './lying-proxy.js';

/** Something a server could do wrong, and the case that must not believe it. */
export interface Lie extends Lying {
  readonly says: string;
  /** Id of the case that catches it. */
  readonly caughtBy: string;
  /** What the case must miss: it is to be caught for what it is. */
  readonly misses: RegExp;
}

/** A frame in a stream, or `undefined` for comments and control words. */
function frameOf(block: string): Frame | undefined {
  const [, data] = /^data: (\{"v":.*)$/m.exec(block) ?? [];
  return data === undefined ? undefined : (JSON.parse(data) as Frame);
}

function blockOf(frame: Frame, id = `${frame.epoch}.${frame.seq}`): string {
  const name = frame.event.type === 'Event' ? 'data' : frame.event.type;
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(frame)}\n\n`;
}

const isNews = ({ event }: Frame, name: StateEventName): boolean => event.type === 'Event' && event.event === name;
const isControl = (block: string, name: string): boolean => block.startsWith(`event: ${name}\n`);

/** Tells other frames than the server, in the same connection. */
function frames(
  change: (frame: Frame, block: string) => readonly string[],
): () => (block: string) => readonly string[] {
  return () => (block) => {
    const frame = frameOf(block);
    return frame === undefined ? [block] : change(frame, block);
  };
}

/** The same, and numbers what it tells as if nothing had happened: only what the frames say can betray it. */
function renumbered(makeChange: () => (frame: Frame) => readonly Frame[]): NonNullable<Lying['show']> {
  return () => {
    const change = makeChange();
    let next: number | undefined;
    return (block) => {
      const frame = frameOf(block);
      if (frame === undefined) return [block];
      next ??= frame.seq;
      const told = change(frame).map((each, index) => blockOf({ ...each, seq: (next ?? 0) + index }));
      next += told.length;
      return told;
    };
  };
}

/** Tells one frame after the one that follows it. */
function late(isLate: (frame: Frame) => boolean): () => (frame: Frame) => readonly Frame[] {
  return () => {
    let held: Frame | undefined;
    return (frame) => {
      if (held === undefined && isLate(frame)) {
        held = frame;
        return [];
      }
      const [told, before] = [[frame], held];
      held = undefined;
      return before === undefined ? told : [frame, before];
    };
  };
}

const token = (text: string) => ({ type: 'token', text }) as const;
const says = ({ event }: Frame, text: string): boolean => event.type === 'token' && event.text === text;

export const lies: readonly Lie[] = [
  {
    says: 'leaves out an entry',
    caughtBy: 'end-of-a-task',
    misses: /legal order \(seq\)/,
    show: frames((frame, block) => (frame.seq === 2 ? [] : [block])),
  },
  {
    says: 'leaves out an entry and closes the ranks',
    caughtBy: 'brackets-of-two-attempts',
    misses: /TASK_COMPLETED in place of token second/,
    show: renumbered(() => (frame) => (says(frame, 'second') ? [] : [frame])),
  },
  {
    says: 'tells an entry twice',
    caughtBy: 'order-while-live',
    misses: /legal order \(seq\)/,
    show: frames((frame, block) => (frame.seq === 3 ? [block, block] : [block])),
  },
  {
    says: 'tells an entry twice, under two numbers',
    caughtBy: 'brackets-of-two-attempts',
    misses: /token second in place of TASK_COMPLETED/,
    show: renumbered(() => (frame) => (says(frame, 'second') ? [frame, frame] : [frame])),
  },
  {
    says: 'swaps two tokens',
    caughtBy: 'order-of-two-tasks',
    misses: /no token right 2 after token left 2/,
    show: renumbered(late((frame) => says(frame, 'left 2'))),
  },
  {
    says: 'lets what follows a failed task overtake its news',
    caughtBy: 'end-after-a-failed-task',
    misses: /TASK_FAILED, WORKFLOW_RESUMED/,
    show: renumbered(late((frame) => isNews(frame, 'TASK_FAILED'))),
  },
  {
    says: 'merges two tokens',
    caughtBy: 'order-for-all-readers',
    misses: /legal order \(seq\)|what .* was told/,
    show: frames((frame, block) => {
      if (says(frame, 'a')) return [];
      return says(frame, 'b') ? [blockOf({ ...frame, event: token('ab') })] : [block];
    }),
  },
  {
    says: 'tells one reader something else than the others',
    caughtBy: 'order-for-all-readers',
    misses: /was told, to the byte/,
    show: (_asked, connection) => (block) => {
      const frame = frameOf(block);
      return [
        frame !== undefined && says(frame, 'b') && connection === 1 ? blockOf({ ...frame, event: token('B') }) : block,
      ];
    },
  },
  {
    says: 'keeps the end to itself',
    caughtBy: 'end-of-a-workflow',
    misses: /end after the terminal entry/,
    show: () => (block) => (isControl(block, 'end') ? [] : [block]),
  },
  {
    says: 'ends twice',
    caughtBy: 'end-of-a-task',
    misses: /nothing after end/,
    show: () => (block) => (isControl(block, 'end') ? [block, block] : [block]),
  },
  {
    says: 'ends with another status than it did',
    caughtBy: 'end-by-failure',
    misses: /end with .*FAILED/,
    show: () => (block) => [isControl(block, 'end') ? block.replace('FAILED', 'COMPLETED') : block],
  },
  {
    says: 'answers with an empty stream in place of 204',
    caughtBy: 'end-for-good',
    misses: /the status 204/,
    answer: ({ status, headers }) =>
      status === 204
        ? { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } }
        : { status, headers },
  },
  {
    says: 'gives ids that are not those of the frames',
    caughtBy: 'end-of-a-task',
    misses: /the id .*\.1, which is what its frame says/,
    show: frames((frame) => [blockOf(frame, `${frame.epoch}.${frame.seq + 1}`)]),
  },
  {
    says: 'gives a control word an id',
    caughtBy: 'order-told-at-opening',
    misses: /no id for ready/,
    show: () => (block) => [isControl(block, 'ready') ? block.replace('\ndata', '\nid: e.0\ndata') : block],
  },
  {
    says: 'says that the stream reaches further than it does',
    caughtBy: 'order-told-at-opening',
    misses: /ready with .*"head":5/,
    show: () => (block) => [block.replace('"head":5', '"head":6')],
  },
  {
    says: 'shows output that came between two attempts',
    caughtBy: 'brackets-closed-by-failure',
    misses: /no token late/,
    show: renumbered(
      () => (frame) =>
        isNews(frame, 'TASK_FAILED') ? [frame, { ...frame, event: token('late'), attempt: 1 }] : [frame],
    ),
  },
  {
    says: 'shows output of one attempt as that of another',
    caughtBy: 'brackets-of-two-attempts',
    misses: /token second.*"attempt":2/,
    show: frames((frame, block) => [says(frame, 'second') ? blockOf({ ...frame, attempt: 1 }) : block]),
  },
  {
    says: 'shows output before its attempt begins',
    caughtBy: 'brackets-in-a-workflow',
    misses: /legal order \((output|attempt|lifecycle)\)/,
    show: renumbered(late((frame) => isNews(frame, 'TASK_STARTED'))),
  },
  {
    says: 'forgets to say that a workflow goes on',
    caughtBy: 'waiting-for-a-signal',
    misses: /WORKFLOW_RESUMED/,
    show: renumbered(() => (frame) => (isNews(frame, 'WORKFLOW_RESUMED') ? [] : [frame])),
  },
  {
    says: 'starts a workflow again whenever it goes on',
    caughtBy: 'started-once',
    misses: /legal order \(lifecycle\)/,
    show: () => (block) => [block.replace('"WORKFLOW_RESUMED"', '"WORKFLOW_STARTED"')],
  },
  {
    says: 'does not say what a workflow waits for',
    caughtBy: 'waiting-for-a-signal',
    misses: /SUSPEND_TYPE_SIGNAL/,
    show: () => (block) => [block.replace('"suspendType":"SUSPEND_TYPE_SIGNAL",', '')],
  },
  {
    says: 'forgets where the reader was',
    caughtBy: 'resume-after-every-entry',
    misses: /after entry 1, to the byte/,
    ask: ({ url, headers: { 'last-event-id': _, ...headers } }) => ({ url, headers }),
  },
  {
    says: 'loses the first entry after a cursor',
    caughtBy: 'resume-mid-attempt',
    misses: /the entry .*\.5/,
    show: ({ headers }) => {
      let isFirst = headers['last-event-id'] !== undefined;
      return (block) => {
        if (!isFirst || frameOf(block) === undefined) return [block];
        isFirst = false;
        return [];
      };
    },
  },
  {
    says: 'begins again without saying so when it does not know the cursor',
    caughtBy: 'resume-from-a-cursor-of-no-make',
    misses: /gap/,
    show: () => (block) => (isControl(block, 'gap') ? [] : [block]),
  },
  {
    says: 'writes the lines of a text as they are',
    caughtBy: 'plain-injection',
    misses: /\["token","two\\nlines"\]/,
    show: () => (block) => [block.replace(/^data: (.*)\ndata: /m, 'data: $1\n')],
  },
  {
    says: 'shows what was not asked for',
    caughtBy: 'only-tokens',
    misses: /token a, end/,
    ask: ({ url, headers }) => {
      const all = new URL(url);
      all.searchParams.delete('types');
      return { url: all, headers };
    },
  },
  {
    says: 'refuses with a page',
    caughtBy: 'refusal-of-no-id',
    misses: /application\/problem\+json/,
    answer: ({ status, headers }) => ({ status, headers: { ...headers, 'content-type': 'text/html' } }),
  },
  {
    says: 'lets proxies keep the stream',
    caughtBy: 'headers',
    misses: /cache-control: no-cache, no-transform/,
    answer: ({ status, headers: { 'cache-control': _, ...headers } }) => ({ status, headers }),
  },
  {
    says: 'gives another content type',
    caughtBy: 'end-of-a-task',
    misses: /content-type: text\/event-stream/,
    answer: ({ status, headers }) => ({ status, headers: { ...headers, 'content-type': 'text/plain' } }),
  },
  {
    says: 'counts a family in the numbers of its members',
    caughtBy: 'family-in-one-order',
    misses: /the number \d+ of the family/,
    show: frames((frame) => [blockOf(frame)]),
  },
  {
    says: 'counts a member in the numbers of its family',
    caughtBy: 'family-members-of-their-own',
    misses: /the id .*, which is what its frame says/,
    show: ({ url }) =>
      url.pathname.endsWith('consolidated')
        ? (block) => [block]
        : frames((frame, block) => [frame.seq > 3 ? blockOf(frame, `${frame.epoch}.${frame.seq + 2}`) : block])(),
  },
];
