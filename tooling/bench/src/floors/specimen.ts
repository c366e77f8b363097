import { createSseDecoder } from '@flovyn/events/sse';
import { type Json, toJson } from '@flovyn/protocol';
import { pathTo, paths } from '@flovyn/protocol/http';
import { organisation } from '../house/client-options.js';

/** A row as the server stored it: its name and its JSON text. */
export interface SpecimenRow {
  readonly type: string;
  readonly json: Json;
}

/** What one commit of an execution wrote beside the records themselves. */
export interface SpecimenCommit {
  readonly history: readonly SpecimenRow[];
  readonly entries: readonly SpecimenRow[];
}

/** After each of these a commit of an execution ends: what follows needs a worker first. */
const lastOfCommit = new Set(['WORKFLOW_STARTED', 'WORKFLOW_SUSPENDED', 'TIMER_FIRED', 'WORKFLOW_COMPLETED']);
/** Where it is told at all, it is told with what it follows from. */
const WITH_THE_FORMER = 'WORKFLOW_RESUMED';

/** Reads from the server what it stored for an execution that has ended, commit by commit. */
export async function readSpecimen(http: string, id: string): Promise<readonly SpecimenCommit[]> {
  const history = splitCommits(await readHistory(http, id));
  const entries = splitCommits(await readEntries(http, id));
  if (history.length !== entries.length) {
    throw new Error(`Execution ${id} has ${history.length} commits in its history and ${entries.length} in its stream`);
  }
  return history.map((rows, index) => ({ history: rows, entries: entries[index] ?? [] }));
}

export function splitCommits(rows: readonly SpecimenRow[]): SpecimenRow[][] {
  const commits: SpecimenRow[][] = [[]];
  let isOver = false;
  for (const row of rows) {
    const isLast = lastOfCommit.has(row.type);
    const belongs = row.type === WITH_THE_FORMER;
    if (isOver && !belongs) commits.push([]);
    commits.at(-1)?.push(row);
    isOver = isLast || (isOver && belongs);
  }
  return commits;
}

async function readHistory(http: string, id: string): Promise<SpecimenRow[]> {
  const response = await get(http, pathTo(paths.workflowEvents, { org: organisation, id }));
  const { events } = (await response.json()) as { events: { eventType: string; data: unknown }[] };
  return events.map(({ eventType, data }) => ({ type: eventType, json: toJson(data) }));
}

async function readEntries(http: string, id: string): Promise<SpecimenRow[]> {
  const response = await get(http, pathTo(paths.workflowStream, { org: organisation, id }));
  const rows: SpecimenRow[] = [];
  for (const message of createSseDecoder().push(`${await response.text()}\n`)) {
    if (message.kind !== 'message' || message.event !== 'data') continue;
    const { event } = JSON.parse(message.data) as { event: { event: string } };
    rows.push({ type: event.event, json: toJson(event) });
  }
  return rows;
}

async function get(http: string, path: string): Promise<Response> {
  const response = await fetch(`${http}${path}`);
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
  return response;
}
