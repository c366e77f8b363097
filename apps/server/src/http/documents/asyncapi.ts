import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Json, toJson } from '@flovyn/protocol';
import { parse } from 'yaml';
import { asyncApiPage } from './asyncapi-page.js';

/** The part of JSON Schema that the contract of events is written in. */
export interface EventSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number;
  readonly anyOf?: readonly EventSchema[];
  readonly allOf?: readonly EventSchema[];
  readonly items?: EventSchema;
  readonly properties?: Readonly<Record<string, EventSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly 'x-open-enum'?: readonly string[];
}

/** One sort of message of a stream. */
export interface EventMessage {
  readonly name: string;
  readonly summary: string;
  readonly tags?: readonly { readonly name: string }[];
  readonly payload: EventSchema;
  readonly examples?: readonly { readonly payload: unknown }[];
}

/** A stream: where it stands and what it says. */
export interface EventChannel {
  readonly address: string;
  readonly title: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, unknown>>;
}

/** What asks for a stream, or publishes on it. */
export interface EventOperation {
  readonly channel: { readonly $ref: string };
  readonly bindings?: { readonly http?: { readonly query?: EventSchema } };
}

/** What this server reads of the AsyncAPI document that the contract of events publishes. */
export interface AsyncApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly channels: Readonly<Record<string, EventChannel>>;
  readonly operations: Readonly<Record<string, EventOperation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, EventMessage>>;
    readonly schemas: Readonly<Record<string, EventSchema>>;
  };
}

/** The AsyncAPI document in each form it is asked for. */
export interface AsyncApiDocuments {
  readonly yaml: string;
  readonly json: Json;
  readonly page: string;
}

let documents: AsyncApiDocuments | undefined;

/** The streams of this server as an AsyncAPI 3.0 document; read once, when it is first asked for. */
export function asyncApiDocuments(): AsyncApiDocuments {
  if (documents !== undefined) return documents;
  const yaml = readFileSync(createRequire(import.meta.url).resolve('@flovyn/events/contract/asyncapi.yaml'), 'utf8');
  const document = parse(yaml) as AsyncApi;
  documents = { yaml, json: toJson(document), page: asyncApiPage(document) };
  return documents;
}
