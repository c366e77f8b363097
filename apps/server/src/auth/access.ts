import { ServiceError } from '@flovyn/protocol';
import type { AuthorizerName } from '../config/auth-config.js';
import type { Principal } from './principal.js';

/** Everything that can be asked of the server, by what it does to what. */
export type Action =
  | 'session:view'
  | 'workflow:view'
  | 'workflow:start'
  | 'workflow:update'
  | 'task:view'
  | 'task:start'
  | 'task:update'
  | 'task:delete'
  | 'worker:work';

type Actor = 'OWNER' | 'ADMIN' | 'MEMBER' | 'WORKER';

const VIEW = ['session:view', 'workflow:view', 'task:view'] as const;
const START = ['workflow:start', 'task:start'] as const;
const MANAGE = ['workflow:update', 'task:update', 'task:delete'] as const;

/** Who may do what within their own organisation. What is not listed is denied. */
const ALLOWED: Readonly<Record<Actor, ReadonlySet<Action>>> = {
  OWNER: new Set([...VIEW, ...START, ...MANAGE]),
  ADMIN: new Set([...VIEW, ...START, ...MANAGE]),
  MEMBER: new Set([...VIEW, ...START, 'workflow:update']),
  WORKER: new Set([...VIEW, ...START, 'worker:work']),
};

/** Decides whether a known caller may do something. Throws PERMISSION_DENIED when not. */
export type Authorise = (principal: Principal, action: Action) => void;

/** `cedar` is the built-in table above; `noop` lets everybody do everything within their own organisation. */
export function authoriser(name: AuthorizerName): Authorise {
  if (name === 'noop') return () => undefined;
  return (principal, action) => {
    const actor = principal.type === 'Worker' ? 'WORKER' : principal.role;
    if (ALLOWED[actor].has(action)) return;
    const who = principal.type === 'Worker' ? 'A worker key' : `The role ${principal.role}`;
    throw new ServiceError('PERMISSION_DENIED', `${who} may not do this (${action}).`);
  };
}
