import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorDocuments, errorPage } from './error-pages.js';

const DOCUMENTS = fileURLToPath(new URL('../../../../docs/errors', import.meta.url));

describe('the pages of errors', () => {
  it('escape what they show', () => {
    expect(errorPage('unauthenticated')).toContain('&quot;Authorization: Bearer &lt;key&gt;&quot;');
  });

  it('stand in the documentation as the server shows them (FLOVYN_TEST_WRITE=1 writes them)', () => {
    const documents = errorDocuments();
    if (process.env['FLOVYN_TEST_WRITE'] === '1') {
      mkdirSync(DOCUMENTS, { recursive: true });
      for (const [name, text] of documents) writeFileSync(join(DOCUMENTS, name), text);
    }
    const files = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.md'));
    expect(files.toSorted()).toEqual([...documents.keys()].toSorted());
    for (const [name, text] of documents) expect(readFileSync(join(DOCUMENTS, name), 'utf8')).toBe(text);
  });
});
