import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TaskContext, TaskFailed, task } from '@flovyn/sdk';
import { type Row, rowOf } from './dataset.js';
import { type Format, formats } from './formats.js';

/** What to export. The names are those of the REST call that starts it. */
export interface DataExportInput {
  readonly format: Format;
  /** 1 to 64 of `a-z 0-9 _ -`; it becomes part of the file's name. */
  readonly dataset_name: string;
  /** 0 to 10,000,000. */
  readonly record_count: number;
  /** Reads no faster than this, to spare the source. As fast as the disk when absent. */
  readonly rows_per_second?: number | undefined;
}

/** The finished file. */
export interface DataExportOutput {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Ten batches for a small export, so that its progress can be seen; never more rows than fit comfortably in memory. */
const BATCHES = 10;
const MAX_ROWS_PER_BATCH = 1_000;

/**
 * Exports a dataset to a file, batch by batch.
 *
 * Each batch reports progress and looks for a cancellation. A bad input fails at once and is not tried again; anything
 * else (a full disk, say) is retried from the first row. The file appears under its name only when it is complete.
 */
export const dataExport = task<DataExportInput, DataExportOutput>({
  name: 'data-export-task',
  description: 'Exports rows of a dataset to a CSV, JSON or NDJSON file.',
  async run(ctx, input) {
    const mistake = mistakeIn(input);
    if (mistake !== undefined) throw new TaskFailed(mistake, ctx.taskExecutionId, false);

    const folder = process.env['FLOVYN_EXPORTS_DIR'] ?? join(tmpdir(), 'flovyn-exports');
    const path = join(folder, `${input.dataset_name}-${ctx.taskExecutionId}.${input.format}`);
    // Attempts may overlap when a worker was thought dead; each writes its own file and the last rename wins whole.
    const unfinished = `${path}.${ctx.attempt}.part`;
    await mkdir(folder, { recursive: true });
    try {
      // The next batch is asked for only when the file has taken the last one: that is the back-pressure.
      await writeFile(unfinished, batches(ctx, input));
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    const { size } = await stat(path);
    ctx.log.info(`Exported ${input.record_count} rows to ${path}`);
    return { path, rows: input.record_count, bytes: size };
  },
});

async function* batches(ctx: TaskContext, input: DataExportInput): AsyncGenerator<string> {
  const { begin, row, end } = formats[input.format];
  const total = input.record_count;
  const size = Math.min(MAX_ROWS_PER_BATCH, Math.max(1, Math.ceil(total / BATCHES)));
  const count = Math.ceil(total / size);

  yield begin;
  for (let batch = 1; batch <= count; batch++) {
    ctx.checkCancellation();
    const from = (batch - 1) * size;
    const to = Math.min(from + size, total);
    if (input.rows_per_second !== undefined) await sleep(((to - from) / input.rows_per_second) * 1_000);
    yield rows(input.dataset_name, from, to)
      .map((each, index) => row(each, from + index === 0))
      .join('');
    ctx.reportProgress(to / total, `Batch ${batch} of ${count}: ${to} of ${total} rows written`);
  }
  yield end;
}

function rows(dataset: string, from: number, to: number): Row[] {
  return Array.from({ length: to - from }, (_, index) => rowOf(dataset, from + index));
}

/** What is wrong with an input that came from outside, in a sentence; `undefined` when nothing is. */
function mistakeIn(input: DataExportInput | null): string | undefined {
  if (typeof input !== 'object' || input === null) return 'the input must be an object';
  const { format, dataset_name, record_count, rows_per_second } = input;
  const known = Object.keys(formats);
  if (!known.includes(format)) return `format is "${format}"; it must be one of ${known.join(', ')}`;
  if (typeof dataset_name !== 'string' || !/^[a-z0-9_-]{1,64}$/.test(dataset_name)) {
    return 'dataset_name must be 1 to 64 of the characters a-z 0-9 _ -';
  }
  if (!Number.isInteger(record_count) || record_count < 0 || record_count > 10_000_000) {
    return 'record_count must be a whole number from 0 to 10000000';
  }
  if (rows_per_second !== undefined && !(typeof rows_per_second === 'number' && rows_per_second > 0)) {
    return 'rows_per_second must be a number greater than 0';
  }
  return undefined;
}
