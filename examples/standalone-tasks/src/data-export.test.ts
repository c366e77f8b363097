import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskCancelled, TaskFailed } from '@flovyn/sdk';
import { MockTaskContext } from '@flovyn/sdk/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DataExportInput, dataExport } from './data-export.js';
import { rowOf } from './dataset.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flovyn-export-test-'));
  vi.stubEnv('FLOVYN_EXPORTS_DIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

function run(input: Partial<DataExportInput>, ctx = new MockTaskContext()) {
  return dataExport.run(ctx, { format: 'ndjson', dataset_name: 'orders', record_count: 25, ...input });
}

describe('the file', () => {
  test('NDJSON has one row per line, in order', async () => {
    const { path, rows, bytes } = await run({ record_count: 2_500 });
    const text = await readFile(path, 'utf8');
    const lines = text.trimEnd().split('\n');
    expect(rows).toBe(2_500);
    expect(bytes).toBe(Buffer.byteLength(text));
    expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual(
      Array.from({ length: 2_500 }, (_, index) => index + 1),
    );
  });

  test('JSON is one array of the same rows', async () => {
    const { path } = await run({ format: 'json' });
    const expected = Array.from({ length: 25 }, (_, index) => rowOf('orders', index));
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(expected);
  });

  test('CSV quotes what needs quoting', async () => {
    const { path } = await run({ format: 'csv', record_count: 100 });
    const lines = (await readFile(path, 'utf8')).split('\r\n');
    expect(lines).toHaveLength(102);
    expect(lines[0]).toBe('id,customer,email,amount_cents,created_at');
    expect(rowOf('orders', 8).customer).toBe('Hana Abara, "The Corner Shop"');
    expect(lines[9]).toMatch(/^9,"Hana Abara, ""The Corner Shop"{3},hana\.abara@example\.com,/);
  });

  test('an export of nothing is a valid, empty file', async () => {
    const ctx = new MockTaskContext();
    const { path, rows } = await run({ format: 'json', record_count: 0 }, ctx);
    expect(rows).toBe(0);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([]);
    expect(ctx.progressUpdates).toEqual([]);
  });

  test('the same input gives the same bytes', async () => {
    const one = await run({}, new MockTaskContext('a'));
    const two = await run({}, new MockTaskContext('b'));
    expect(await readFile(one.path, 'utf8')).toBe(await readFile(two.path, 'utf8'));
  });
});

describe('progress', () => {
  test('moves with every batch and ends at 1', async () => {
    const ctx = new MockTaskContext();
    await run({ record_count: 1_000 }, ctx);
    expect(ctx.progressUpdates).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });

  test('says with each batch which one it was', async () => {
    const ctx = new MockTaskContext();
    const report = vi.spyOn(ctx, 'reportProgress');
    await run({ record_count: 20 }, ctx);
    expect(report.mock.calls[2]).toEqual([0.3, 'Batch 3 of 10: 6 of 20 rows written']);
  });

  test('keeps batches small when there are many rows', async () => {
    const ctx = new MockTaskContext();
    await run({ record_count: 25_000 }, ctx);
    expect(ctx.progressUpdates).toHaveLength(25);
  });
});

describe('the end before the end', () => {
  test('a cancellation stops at the next batch and leaves no file', async () => {
    const ctx = new MockTaskContext();
    const report = ctx.reportProgress.bind(ctx);
    vi.spyOn(ctx, 'reportProgress').mockImplementation((progress: number, details?: string) => {
      report(progress, details);
      if (progress >= 0.3) ctx.markCancelled();
    });
    await expect(run({}, ctx)).rejects.toBeInstanceOf(TaskCancelled);
    expect(ctx.progressUpdates.length).toBeLessThan(9);
    expect(await readdir(folder)).toEqual([]);
  });

  test('no input at all is refused, too', async () => {
    const ctx = new MockTaskContext();
    await expect(dataExport.run(ctx, null as unknown as DataExportInput)).rejects.toMatchObject({ retryable: false });
  });

  test.each([
    [{ format: 'xlsx' as 'csv' }, 'format is "xlsx"'],
    [{ dataset_name: '../etc/passwd' }, 'dataset_name'],
    [{ record_count: -1 }, 'record_count'],
    [{ record_count: 1.5 }, 'record_count'],
    [{ rows_per_second: 0 }, 'rows_per_second'],
    [{ rows_per_second: 'fast' as unknown as number }, 'rows_per_second'],
  ])('%o is refused and not retried', async (input, message) => {
    const error: unknown = await run(input).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TaskFailed);
    expect(error).toMatchObject({ retryable: false });
    expect(String(error)).toContain(message);
  });
});
