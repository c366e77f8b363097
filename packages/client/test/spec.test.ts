import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const rules = [...readFileSync(here('../SPEC.md'), 'utf8').matchAll(/^- \*\*(L\d\d)\*\*/gm)].map(([, rule]) => rule);
const tests = readdirSync(here('../src'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(here(`../src/${name}`), 'utf8'))
  .join('\n');
const named = new Set([...tests.matchAll(/['"](L\d\d) /g)].map(([, rule]) => rule));

describe('the rules in SPEC.md', () => {
  it('are numbered without holes', () => {
    expect(rules).toEqual(rules.map((_, index) => `L${String(index + 1).padStart(2, '0')}`));
  });

  it('each have a test', () => {
    expect(rules.filter((rule) => !named.has(rule))).toEqual([]);
  });

  it('are the only ones tests refer to', () => {
    expect([...named].filter((rule) => !rules.includes(rule))).toEqual([]);
  });
});
