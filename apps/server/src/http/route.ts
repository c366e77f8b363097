import type { Organisation } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import type { ParsedBody, Schema } from '@flovyn/protocol/http';
import type { z } from 'zod';
import type { Action } from '../auth/access.js';
import type { Principal } from '../auth/principal.js';
import type { Answer } from './answer.js';
import type { Call } from './call.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What people are told of one method of one address, and what it is held to. */
export interface Described {
  readonly method: Method;
  readonly path: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** What else there is to know. */
  readonly description?: string;
  /** Absent: parameters are not looked at. */
  readonly query?: Schema;
  /** Absent: a body is not looked at. */
  readonly body?: Schema;
  /** A body as somebody would send it; where there is a body there is one. */
  readonly example?: object;
  /** With the header `Idempotency-Key` it is carried out once, however often it is sent. */
  readonly repeatable?: true;
  /** By status; errors are the same everywhere and left out. */
  readonly answers: Answers;
}

export type Answers = Readonly<Partial<Record<number, AnswerShape>>>;

/** One kind of answer: its words, and what is in it unless it is empty. */
export interface AnswerShape {
  readonly what: string;
  readonly schema?: Schema;
  /** What it is when it is not JSON. */
  readonly type?: string;
}

/**
 * One method of one address, by who may ask: anyone at all; a known caller, who may need to be allowed to do it; or a
 * caller of the organisation in the path who may do it. What says nothing about that does not compile.
 */
export type Route =
  | (Described & { readonly access: 'anyone'; readonly handle: (call: Call) => Promise<Answer> })
  | (Described & {
      readonly access: 'caller';
      readonly action?: Action;
      readonly handle: (call: Call, principal: Principal) => Promise<Answer>;
    })
  | OrgRoute;

export interface OrgRoute extends Described {
  readonly access: 'org';
  readonly action: Action;
  readonly handle: (call: Call, principal: Principal, org: Organisation) => Promise<Answer>;
}

/** The query and the body of a request, read and checked. */
export interface Asked<Query extends Schema, Body extends Schema> {
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  /**
   * A member of the body as its author wrote it, under the first of these words that is there.
   *
   * @throws {ServiceError} PAYLOAD_TOO_LARGE
   */
  readonly payload: (...words: readonly string[]) => Json | undefined;
}

type Spec<Query extends Schema, Body extends Schema, More, Given> = Omit<Described, 'query' | 'body'> &
  More & {
    readonly query?: Query;
    readonly body?: Body;
    readonly handle: (call: Call & Given & Asked<Query, Body>) => Promise<Answer> | Answer;
  };

/** A route for everybody, known or not. */
export function openRoute<Query extends Schema = never, Body extends Schema = never>(
  spec: Spec<Query, Body, object, object>,
): Route {
  return {
    ...spec,
    access: 'anyone',
    handle: async (call) => spec.handle({ ...call, ...(await read(spec, call)) }),
  };
}

/** A route for every known caller, whatever their organisation. */
export function callerRoute<Query extends Schema = never, Body extends Schema = never>(
  spec: Spec<Query, Body, { readonly action?: Action }, { readonly principal: Principal }>,
): Route {
  return {
    ...spec,
    access: 'caller',
    handle: async (call, principal) => spec.handle({ ...call, principal, ...(await read(spec, call)) }),
  };
}

/** A route of the organisation in its path. */
export function orgRoute<Query extends Schema = never, Body extends Schema = never>(
  spec: Spec<
    Query,
    Body,
    { readonly action: Action },
    { readonly principal: Principal; readonly org: Organisation; readonly orgId: Organisation['id'] }
  >,
): OrgRoute {
  return {
    ...spec,
    access: 'org',
    handle: async (call, principal, org) =>
      spec.handle({ ...call, principal, org, orgId: org.id, ...(await read(spec, call)) }),
  };
}

async function read<Query extends Schema, Body extends Schema>(
  { query, body }: { readonly query?: Query; readonly body?: Body },
  call: Call,
): Promise<Asked<Query, Body>> {
  const parsed: ParsedBody<z.output<Body>> | undefined = body === undefined ? undefined : await call.readBody(body);
  return {
    // A route that takes none has a type for it that nothing can be read from.
    query: (query === undefined ? undefined : call.readQuery(query)) as z.output<Query>,
    body: parsed?.body as z.output<Body>,
    payload: (...words) => {
      for (const word of words) {
        const found = parsed?.payload(word);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
