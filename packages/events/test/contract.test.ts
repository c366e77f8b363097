import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { buildContract, buildGolden, buildTables } from '../src/contract/build.js';
import { TRICKY_TEXTS } from '../src/contract/golden.js';
import { eventsSchema } from '../src/contract/json-schema.js';
import { decodeFrame } from '../src/index.js';
import { createSseDecoder, decodeMessage } from '../src/sse/index.js';

const root = join(import.meta.dirname, '..');
const golden = join(root, 'contract/golden');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const goldenFrames = readdirSync(golden).filter((file) => file.endsWith('.json'));
const goldenStreams = readdirSync(join(golden, 'sse'));

describe('what is derived from the registry is up to date (`pnpm --filter @flovyn/events contract`)', () => {
  it.each([...buildTables()])('%s', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it.each([...buildContract()])('%s', (path, text) => {
    // By value, so that the formatter may lay the file out.
    expect(JSON.stringify(JSON.parse(read(path)))).toBe(JSON.stringify(JSON.parse(text)));
  });
});

describe('golden samples', () => {
  it.each([...buildGolden()])('%s has the bytes we write', (path, text) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path))).toEqual(Buffer.from(text));
  });

  it.each(goldenFrames)('%s can be read', (file) => {
    const frame: unknown = JSON.parse(read(`contract/golden/${file}`));
    expect(decodeFrame(frame)).toEqual({ ok: true, frame });
  });

  it.each(goldenStreams)('sse/%s can be read', (file) => {
    const messages = createSseDecoder().push(readFileSync(join(golden, 'sse', file)));
    expect(messages).toHaveLength(1);
    for (const message of messages) {
      const { kind } = decodeMessage(message);
      expect(['unknown', 'invalid', 'malformed', 'overflow']).not.toContain(kind);
    }
  });

  it.each(Object.entries(TRICKY_TEXTS))('the text "%s" survives', (name, text) => {
    const [entry] = createSseDecoder().push(readFileSync(join(golden, `sse/token-${name}.txt`)));
    expect(entry && decodeMessage(entry)).toMatchObject({ kind: 'entry', frame: { event: { type: 'token', text } } });
  });
});

describe('events.schema.json', () => {
  const schema = eventsSchema();

  it('has a definition of every event, and refers to nothing else', () => {
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining(['TASK_FAILED', 'stream.token', 'control.gap']));
    const references = [...JSON.stringify(schema).matchAll(/#\/\$defs\/([^"]+)/g)].map(([, name]) => name);
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining([...new Set(references)]));
  });

  it('forbids no field and no word that a later version may add', () => {
    const text = JSON.stringify(schema);
    expect(text).not.toContain('additionalProperties');
    expect(text).not.toContain('"enum"');
    expect(text).toContain('"x-open-enum":["PENDING"');
  });

  it('accepts every golden frame, and refuses a broken one', () => {
    const validator = z.fromJSONSchema(schema);
    for (const file of goldenFrames) {
      const frame = JSON.parse(read(`contract/golden/${file}`)) as Record<string, unknown>;
      expect(validator.safeParse(frame).success, file).toBe(true);
      expect(validator.safeParse({ ...frame, seq: 'x' }).success, file).toBe(false);
      expect(validator.safeParse({ ...frame, event: { type: 'Event', event: 'STATE_SET' } }).success).toBe(false);
    }
  });
});
