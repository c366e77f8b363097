import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const proto = join(root, 'proto');
const buf = join(import.meta.dirname, '../node_modules/.bin/buf');
const released = readdirSync(join(proto, 'released')).filter((file) => file.endsWith('.binpb'));

/** What of a released protocol these files would break, as sentences. */
function broken(files: string, version: string): readonly string[] {
  const image = join(proto, 'released', version);
  const { status, stdout, stderr } = spawnSync(buf, ['breaking', files, '--against', image, '--error-format=json'], {
    encoding: 'utf8',
  });
  if (status === 0) return [];
  if (stdout === '') throw new Error(`buf breaking said nothing of ${files}: ${stderr}`);
  const sentences = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly path?: string; readonly message: string });
  const name = version.replace('.binpb', '');
  return sentences.map(({ path = '', message }) => `${path}: breaks those who speak protocol ${name}. ${message}`);
}

describe('the protocol keeps what was released', () => {
  it('there is a release to compare with', () => expect(released).toContain('1.0.0.binpb'));

  it.each(released)('%s', (version) => {
    expect(broken(proto, version)).toEqual([]);
  });
});

describe('it is noticed when', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'flovyn-proto-'));
    cpSync(proto, copy, { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  /** What is said when one file of the protocol is edited. */
  function edited(file: string, from: RegExp, to: string): string {
    const path = join(copy, 'flovyn/v1', file);
    const text = readFileSync(path, 'utf8');
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    writeFileSync(path, changed);
    try {
      return broken(copy, '1.0.0.binpb').join('\n');
    } finally {
      writeFileSync(path, text);
    }
  }

  it('a field is removed', () => {
    const said = edited('workflow_dispatch.proto', /\n *string reason = 1;/, '');
    expect(said).toMatch(/workflow_dispatch\.proto: breaks those who speak protocol 1\.0\.0\. .*deleted/);
  });

  it('a value of an enum is renamed', () => {
    expect(edited('task_execution.proto', /\bTOKEN = 1;/, 'TEXT = 1;')).toContain('breaks those who speak');
  });

  it('but not when a field is added', () => {
    const said = edited('task_execution.proto', /(message \w+ \{)/, '$1\n  string flovyn_added = 29999;');
    expect(said).toBe('');
  });
});
