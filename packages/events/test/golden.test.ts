import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { buildGolden } from '../src/contract/build.js';
import { TRICKY_TEXTS } from '../src/contract/golden.js';
import { type GoldenHashes, changedGolden, goldenHash } from '../src/contract/golden-kept.js';
import { decodeFrame } from '../src/index.js';
import { createSseDecoder, decodeMessage } from '../src/sse/index.js';

const root = join(import.meta.dirname, '..');
const golden = join(root, 'contract/golden');
const frames = readdirSync(golden).filter((file) => file.endsWith('.json'));
const streams = readdirSync(join(golden, 'sse'));
const bytesOf = (file: string): Buffer => readFileSync(join(golden, file));
const held: GoldenHashes = new Map(
  [...frames, ...streams.map((file) => `sse/${file}`)].map((file) => [file, goldenHash(bytesOf(file))]),
);

describe('golden samples', () => {
  it.each([...buildGolden()])('%s has the bytes we write', (path, text) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path))).toEqual(Buffer.from(text));
  });

  it.each(frames)('%s can be read', (file) => {
    const frame: unknown = JSON.parse(bytesOf(file).toString());
    expect(decodeFrame(frame)).toEqual({ ok: true, frame });
  });

  it.each(streams)('sse/%s can be read', (file) => {
    const messages = createSseDecoder().push(bytesOf(`sse/${file}`));
    expect(messages).toHaveLength(1);
    for (const message of messages) {
      const { kind } = decodeMessage(message);
      expect(['unknown', 'invalid', 'malformed', 'overflow']).not.toContain(kind);
    }
  });

  it.each(Object.entries(TRICKY_TEXTS))('the text "%s" survives', (name, text) => {
    const [entry] = createSseDecoder().push(bytesOf(`sse/token-${name}.txt`));
    expect(entry && decodeMessage(entry)).toMatchObject({ kind: 'entry', frame: { event: { type: 'token', text } } });
  });
});

describe('golden samples are added and never edited', () => {
  it.each(released())('since version $at', (then) => {
    expect(changedGolden(then, held)).toEqual([]);
  });

  it('since the last commit', () => {
    const then = committed();
    // An unpacked archive has no history; the released versions stand for it.
    if (then !== undefined) expect(changedGolden(then, held)).toEqual([]);
  });

  it('an edited and a removed one are noticed, an added one is not', () => {
    const then = {
      at: '1.0.0',
      hashes: new Map([
        ['a.json', goldenHash(Buffer.from('{"seq":7}'))],
        ['b.json', 'x'],
      ]),
    };
    const now = new Map([
      ['a.json', goldenHash(Buffer.from('{"seq":8}'))],
      ['c.json', 'y'],
    ]);
    expect(changedGolden(then, now)).toEqual([
      expect.stringMatching(/^a\.json was changed since 1\.0\.0: .* never edited/),
      expect.stringMatching(/^b\.json was removed since 1\.0\.0/),
    ]);
  });
});

interface Moment {
  readonly at: string;
  readonly hashes: GoldenHashes;
}

/** The hashes that each released version of the contract has of its golden samples. */
function released(): Moment[] {
  const folder = join(root, 'contract/released');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { golden: samples = {} } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { golden?: object };
      return { at: file.replace('.json', ''), hashes: new Map(Object.entries(samples)) };
    });
}

/** The golden samples of the last commit; `undefined` where there is no history. */
function committed(): Moment | undefined {
  const git = (...args: string[]): Buffer =>
    execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const files = git('ls-tree', '-r', '--name-only', '-z', 'HEAD', 'contract/golden')
      .toString()
      .split('\0')
      .slice(0, -1);
    const prefix = 'contract/golden/'.length;
    const hashes = files.map((file) => [file.slice(prefix), goldenHash(git('show', `HEAD:./${file}`))] as const);
    return { at: 'the last commit', hashes: new Map(hashes) };
  } catch {
    return undefined;
  }
}
