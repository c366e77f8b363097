import { readFileSync, readdirSync } from 'node:fs';

/** CPU seconds a set of processes has used. */
export interface CpuUse {
  readonly [part: string]: number;
}

interface ProcessUse {
  readonly parent: number;
  readonly name: string;
  readonly seconds: number;
}

/** What Linux counts in: 100 per second on every architecture it runs on. */
const TICKS = 100;

/**
 * Reads the CPU time of each named process, and of the database below the server as `database`. Time used depends far less
 * on what else the machine does than elapsed time. Empty where there is no `/proc`.
 */
export function cpuMeter(parts: Readonly<Record<string, number>>, server: number): () => CpuUse {
  // A connection of the database that ends takes its count with it: what it had used stays used.
  const database = new Map<number, number>();
  return () => {
    const all = readProcesses();
    if (all === undefined) return {};
    for (const [pid, { name, seconds }] of all) {
      if (name.startsWith('postgres') && isBelow(all, pid, server)) database.set(pid, seconds);
    }
    const use: Record<string, number> = { database: [...database.values()].reduce((sum, seconds) => sum + seconds, 0) };
    for (const [part, pid] of Object.entries(parts)) use[part] = all.get(pid)?.seconds ?? 0;
    return use;
  };
}

/** CPU seconds one process has used. NaN where there is no `/proc`. */
export function cpuSeconds(pid: number): number {
  return (process.platform === 'linux' ? readProcess(String(pid))?.seconds : undefined) ?? Number.NaN;
}

/** Microseconds per operation of each part between two readings, as a text such as `server 44, database 55 us`. */
export function cpuPer(operations: number, before: CpuUse, after: CpuUse): string {
  const parts = Object.keys(after).map((part) => {
    const seconds = (after[part] ?? 0) - (before[part] ?? 0);
    return `${part} ${Math.round((seconds * 1e6) / operations)}`;
  });
  return parts.length === 0 ? '' : `CPU us: ${parts.join(', ')}`;
}

function isBelow(all: ReadonlyMap<number, ProcessUse>, pid: number, ancestor: number): boolean {
  for (let at = all.get(pid); at !== undefined; at = all.get(at.parent)) {
    if (at.parent === ancestor) return true;
  }
  return false;
}

function readProcesses(): Map<number, ProcessUse> | undefined {
  if (process.platform !== 'linux') return undefined;
  const all = new Map<number, ProcessUse>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const use = readProcess(entry);
    if (use !== undefined) all.set(Number(entry), use);
  }
  return all;
}

function readProcess(pid: string): ProcessUse | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended since the list was read.
    return undefined;
  }
  // The name stands in brackets and may hold anything, brackets included.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const field = (index: number): number => Number(fields[index]);
  return {
    parent: field(1),
    name: text.slice(text.indexOf('(') + 1, end),
    seconds: (field(11) + field(12)) / TICKS,
  };
}
