import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Json, toJson } from '@flovyn/protocol';

/** What a request is answered with, unless it is an error. */
export interface Answer {
  readonly status: number;
  /** Absent for an answer without a body. */
  readonly json?: Json;
  /** A body that is not JSON, or one that is made while it is sent. */
  readonly content?: {
    readonly type: string;
    readonly body: string | AsyncIterable<string | Buffer>;
  };
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(json: Json): Answer {
  return { status: 200, json };
}

export function okValue(value: unknown): Answer {
  return ok(toJson(value));
}

/** Sends an answer. Rejects when a body breaks off in the middle: nothing can be taken back then. */
export async function sendAnswer(
  response: ServerResponse,
  { status, json, content, headers = {} }: Answer,
): Promise<void> {
  const body = json ?? content?.body;
  if (body === undefined) {
    response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end();
    return;
  }
  const type = json === undefined ? content?.type : 'application/json; charset=utf-8';
  const common = { 'content-type': type, 'cache-control': 'no-store', ...headers };
  if (typeof body !== 'string') {
    response.writeHead(status, common);
    await pipeline(Readable.from(body), response);
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...common, 'content-length': bytes.length });
  response.end(bytes);
}
