import { readFileSync } from 'node:fs';

/** Bytes of a process that are in memory. NaN where there is no `/proc`. */
export function residentBytes(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1_024;
}
