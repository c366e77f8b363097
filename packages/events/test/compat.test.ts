import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Contract, classifyContract } from '@flovyn/contract-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CHANGES, changed } from './compat/changes.js';
import { readCrosswise, todaysFrames } from './compat/cross.js';
import { hasMajorChangeset, judgeChanges } from './compat/gate.js';
import { readerOf } from './compat/old-reader.js';
import { writeRelease } from './compat/release.js';
import { GOLDEN, released, today } from './compat/versions.js';

let contract: Contract;
const folder = mkdtempSync(join(tmpdir(), 'flovyn-contract-'));
const noted = { isMajor: false, reviewed: [] };

beforeAll(async () => {
  contract = await today();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the contract of today', () => {
  it('differs in nothing from itself', () => {
    expect(classifyContract(contract, structuredClone(contract))).toEqual({ class: 'same', differences: [] });
  });

  it.each(CHANGES)('%s: %s', (_, verdict, kind, apply) => {
    const report = classifyContract(contract, changed(contract, apply));
    expect(report.differences.map((difference) => difference.kind)).toContain(kind);
    expect(report.class).toBe(verdict);
  });

  it('is told where a change is, for every event it reaches', () => {
    const change = CHANGES.find(([what]) => what === 'a field is no longer null');
    const { differences } = classifyContract(contract, changed(contract, change?.[3] ?? (() => undefined)));
    const paths = differences.filter(({ kind }) => kind === 'null-removed').map(({ path }) => path);
    expect(paths).toContain('WORKFLOW_CREATED/data/error');
    expect(paths).not.toContain('WORKFLOW_FAILED/data/error');
  });
});

describe('released versions', () => {
  it('are kept, each under its own version', async () => {
    const versions = await released();
    expect(versions.size).toBeGreaterThan(0);
    for (const [name, { manifest }] of versions) expect(manifest.version).toBe(name);
  });

  it('are read crosswise', async () => {
    for (const old of (await released()).values()) {
      const { stored, written, problems } = readCrosswise(old);
      expect(problems).toEqual([]);
      expect(stored).toBeGreaterThan(60);
      expect(written).toBeGreaterThan(500);
    }
  });

  it('are written once, and never over', () => {
    const file = writeRelease(contract, new Map(), folder);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(contract);
    expect(() => writeRelease(contract, new Map(), folder)).toThrow('a release never changes');
  });

  it('break an earlier one only as a major version', () => {
    const { version } = contract.manifest;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const earlier = new Map([[version, contract]]);
    const next = (named: string): Contract => {
      const smaller = changed(contract, (draft) => void delete draft.manifest['events']?.['RETRY_REQUESTED']);
      return { ...smaller, manifest: { ...smaller.manifest, version: named } };
    };
    const [anotherMinor, anotherMajor] = [`${major}.${minor + 1}.0`, `${major + 1}.0.0`];
    expect(() => writeRelease(next(anotherMinor), earlier, folder)).toThrow(`${anotherMinor} breaks ${version}`);
    expect(writeRelease(next(anotherMajor), earlier, folder)).toBe(join(folder, `${anotherMajor}.json`));
  });
});

describe('the gate', () => {
  const versions = (): Map<string, Contract> => new Map([['1.0.0', contract]]);
  const blockingOf = (what: string, how: Parameters<typeof judgeChanges>[2] = noted): readonly string[] => {
    const change = CHANGES.find(([name]) => name === what);
    if (change === undefined) throw new Error(`There is no such change: ${what}`);
    return judgeChanges(changed(contract, change[3]), versions(), how).flatMap(({ blocking }) =>
      blocking.map(({ kind }) => kind),
    );
  };

  it('lets additions pass, and stops what breaks unless it is announced as major', () => {
    expect(blockingOf('an event is added')).toEqual([]);
    expect(blockingOf('a sentence is reworded')).toEqual([]);
    expect(blockingOf('an event is removed')).toContain('event-removed');
    expect(blockingOf('an event is removed', { isMajor: true, reviewed: [] })).toEqual([]);
  });

  it('stops what nobody can tell until somebody has looked, and only that', () => {
    const reviewed = [{ path: 'frame/epoch', kind: 'pattern-changed', why: 'Every epoch was lower case.' }];
    expect(blockingOf('a text has to match something else')).toEqual(['pattern-changed']);
    expect(blockingOf('a text has to match something else', { isMajor: false, reviewed })).toEqual([]);
    const breaking = [{ path: 'OPERATION_COMPLETED', kind: 'event-removed', why: 'Nobody reads it.' }];
    expect(blockingOf('an event is removed', { isMajor: false, reviewed: breaking })).toContain('event-removed');
  });

  it('hears of a major version from the notes about changes', () => {
    const notes = join(folder, 'notes');
    mkdirSync(notes);
    const note = (text: string): boolean => {
      writeFileSync(join(notes, 'one.md'), text);
      return hasMajorChangeset(notes);
    };
    expect(note("---\n'@flovyn/events': minor\n---\n\n'@flovyn/events': major\n")).toBe(false);
    expect(note("---\n'@flovyn/sdk': major\n---\n\nOther.\n")).toBe(false);
    expect(note("---\n'@flovyn/events': major\n---\n\nNew.\n")).toBe(true);
  });
});

describe('an old reader, by its schemas', () => {
  it('takes an event for unknown that came later, and refuses one that has changed', () => {
    const frames = todaysFrames() as readonly { readonly event: { readonly event?: string } }[];
    const older = changed(contract, (draft) => {
      delete draft.manifest['events']?.['TIMER_FIRED'];
      delete draft.schema.$defs['TIMER_FIRED'];
      const union = draft.schema.$defs['StateEvent'];
      if (union) union.anyOf = union.anyOf.filter((one) => !JSON.stringify(one).includes('TIMER_FIRED'));
    });
    const fired = frames.filter(({ event }) => event.event === 'TIMER_FIRED');
    expect(fired.length).toBeGreaterThan(0);
    expect(new Set(fired.map((frame) => readerOf(older)(frame).kind))).toEqual(new Set(['unknown']));

    const stricter = changed(contract, (draft) => draft.schema.$defs['TimerStartedSnapshot']?.required.push('zone'));
    expect(readCrosswise(stricter, frames).problems.join()).toContain('an old reader refuses');
    expect(readCrosswise(contract, frames).problems).toEqual([]);
  });

  it('refuses a frame that is none, and takes output as well as news', () => {
    const read = readerOf(contract);
    const frame = JSON.parse(readFileSync(join(GOLDEN, 'token.1.json'), 'utf8')) as object;
    expect(read(frame).kind).toBe('ok');
    expect(read({ ...frame, seq: 0 }).kind).toBe('invalid');
    expect(read({ ...frame, event: { type: 'colour' } }).kind).toBe('unknown');
  });
});

describe('a stored sample', () => {
  it('is missed when today cannot read it', () => {
    const spoilt = (name: string): string =>
      name === 'TASK_FAILED.1.json' ? '{}' : readFileSync(join(GOLDEN, name), 'utf8');
    expect(readCrosswise(contract, [], spoilt).problems).toEqual([
      "today's reader takes TASK_FAILED.1.json for malformed",
    ]);
    const cut = (name: string): string =>
      name === 'sse/end.txt' ? ': hm\n\n' : readFileSync(join(GOLDEN, name), 'utf8');
    expect(readCrosswise(contract, [], cut).problems).toHaveLength(0);
    const forged = (name: string): string =>
      name === 'sse/end.txt' ? 'event: end\ndata: 7\n\n' : readFileSync(join(GOLDEN, name), 'utf8');
    expect(readCrosswise(contract, [], forged).problems).toHaveLength(1);
  });
});
