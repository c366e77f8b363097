import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { arbitraries } from '../testing/arbitraries.js';
import { type SseMessage, createSseDecoder } from './decoder.js';
import { encodeComment, encodeEntry, encodeRetry } from './encode.js';

const { text } = arbitraries(fc);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

function decodeAll(...chunks: (Uint8Array | string)[]): SseMessage[] {
  const decoder = createSseDecoder();
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

/** The text as UTF-8 can hold it: a lone surrogate becomes U+FFFD. */
const wellFormed = (value: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(value));

const message = (data: string, rest: object = {}) => ({ kind: 'message', event: 'message', data, ...rest });

describe('fields', () => {
  it.each<[string, string, object[]]>([
    ['a message', 'data: a\n\n', [message('a')]],
    ['its name and id', 'event: token\nid: e.1\ndata: a\n\n', [message('a', { event: 'token', id: 'e.1' })]],
    ['lines are joined', 'data: a\ndata: b\ndata:\n\n', [message('a\nb\n')]],
    ['one blank is taken away', 'data:a\ndata:  b\n\n', [message('a\n b')]],
    ['empty data is a message', 'data:\n\n', [message('')]],
    ['a field without a colon is empty', 'data\n\n', [message('')]],
    ['no data, no message', 'event: x\nid: 1\n\n', []],
    [
      'a name holds for its own message',
      'event: x\ndata: a\n\ndata: b\n\n',
      [message('a', { event: 'x' }), message('b')],
    ],
    ['an id holds for its own message', 'id: 1\ndata: a\n\ndata: b\n\n', [message('a', { id: '1' }), message('b')]],
    ['an id with NUL is no id', 'id: 1\0\ndata: a\n\n', [message('a')]],
    ['CR ends lines', 'data: a\rdata: b\r\r', [message('a\nb')]],
    ['CRLF ends lines', 'data: a\r\ndata: b\r\n\r\n', [message('a\nb')]],
    ['a byte order mark is skipped, once', '\uFEFFdata: \uFEFFa\n\n', [message('\uFEFFa')]],
    ['fields it does not know are skipped', 'colour: red\ndata: a\n\n', [message('a')]],
    [
      'comments are signs of life',
      ': keep-alive\n\n:x\n',
      [
        { kind: 'comment', text: 'keep-alive' },
        { kind: 'comment', text: 'x' },
      ],
    ],
    ['a delay', 'retry: 250\n', [{ kind: 'retry', delayMs: 250 }]],
    ['a delay that is none', 'retry: soon\nretry: -1\nretry:\n', []],
    ['an unfinished message is not given', 'data: a\n', []],
  ])('%s', (_, stream, expected) => {
    expect(decodeAll(stream)).toEqual(expected);
    expect(decodeAll(bytes(stream))).toEqual(expected);
  });

  it('bytes that are no UTF-8 read as U+FFFD', () => {
    expect(decodeAll(bytes('data: '), Uint8Array.of(0xff), bytes('\n\n'))).toEqual([message('\uFFFD')]);
  });
});

describe('chunks', () => {
  const stream =
    '\uFEFF: hi\r\nretry: 10\r\n\r\n' +
    encodeEntry({ event: 'token', id: 'e.1', data: 'gr\u00fc\u00df\ud83d\ude80\r\ntwo\rthree' }) +
    'data: a\r\rdata: b\r\n\r\n' +
    encodeComment();

  it('may be cut at every byte', () => {
    const whole = decodeAll(stream);
    expect(whole.filter(({ kind }) => kind === 'message')).toHaveLength(3);
    const all = bytes(stream);
    for (let at = 0; at <= all.length; at += 1) {
      expect(decodeAll(all.subarray(0, at), all.subarray(at))).toEqual(whole);
    }
    expect(decodeAll(...Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('any cutting of any stream gives the same', () => {
    const lines = fc.array(fc.oneof(text, fc.constantFrom('data: x', '', 'id: 1', 'event: e', ': c', 'retry: 5')));
    const ends = fc.constantFrom('\n', '\r', '\r\n');
    fc.assert(
      fc.property(lines, ends, fc.array(fc.nat(500)), (parts, end, cuts) => {
        const all = bytes(parts.join(end) + end + end);
        const at = [0, ...cuts.map((cut) => cut % (all.length + 1)).toSorted((a, b) => a - b), all.length];
        const pieces = at.slice(1).map((to, index) => all.subarray(at[index], to));
        expect(decodeAll(...pieces)).toEqual(decodeAll(all));
      }),
    );
  });

  it('never throws on random bytes', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => void decodeAll(...chunks)));
  });

  it('gives back what the encoder was given, line breaks as \\n', () => {
    fc.assert(
      fc.property(text, (data) => {
        const [decoded] = decodeAll(bytes(encodeEntry({ event: 'token', id: 'e.1', data })));
        const wanted = wellFormed(data.replaceAll(/\r\n|\r/g, '\n'));
        expect(decoded).toEqual({ kind: 'message', event: 'token', id: 'e.1', data: wanted });
      }),
    );
  });

  it('a comment stays a comment', () => {
    fc.assert(
      fc.property(text, (comment) => {
        expect(decodeAll(encodeComment(comment)).every(({ kind }) => kind === 'comment')).toBe(true);
      }),
    );
    expect(decodeAll(encodeRetry(12.4))).toEqual([{ kind: 'retry', delayMs: 12 }]);
  });
});

describe('limit', () => {
  const limited = () => createSseDecoder({ limit: 100 });

  it('keeps a message up to the limit', () => {
    expect(limited().push(`data: ${'x'.repeat(94)}\n\n`)).toMatchObject([{ kind: 'message' }]);
  });

  it.each([
    ['in one line', [`data: ${'x'.repeat(95)}\n\n`]],
    ['in one line of many pieces', [...Array.from(`data: ${'x'.repeat(500)}`), '\n\n']],
    ['in many lines', ['data: x\n'.repeat(50), '\n']],
    ['with a long name', [`event: ${'x'.repeat(60)}\ndata: ${'x'.repeat(60)}\n\n`]],
  ])('drops a longer one, says so once, and goes on: %s', (_, chunks) => {
    const decoder = limited();
    const messages = [...chunks, 'data: next\n\n'].flatMap((chunk) => decoder.push(chunk));
    expect(messages).toEqual([{ kind: 'overflow', limit: 100 }, message('next')]);
  });

  it('a stream without line ends costs no more memory than the limit', () => {
    const decoder = createSseDecoder();
    const piece = 'x'.repeat(1_048_576);
    const messages = Array.from({ length: 64 }, () => decoder.push(piece)).flat();
    expect(messages).toEqual([{ kind: 'overflow', limit: 4 * 1_048_576 }]);
  });
});
