import { ServiceError } from '@flovyn/protocol';
import type { AuthorizerName } from '../config/auth-config.js';
import type { Principal } from './principal.js';

/** Everything that can be asked of the server, by what it does to what. */
export type Action =
  | 'org:view'
  | 'org:create'
  | 'workflow:view'
  | 'workflow:start'
  | 'workflow:signal'
  | 'workflow:update'
  | 'promise:settle'
  | 'task:view'
  | 'task:start'
  | 'task:update'
  | 'task:delete'
  | 'worker:view'
  | 'worker:work'
  | 'worker-token:manage'
  | 'definition:view'
  | 'definition:configure';

type Actor = 'OWNER' | 'ADMIN' | 'MEMBER' | 'WORKER';

const VIEW = ['org:view', 'workflow:view', 'task:view', 'worker:view', 'definition:view'] as const;
const EXECUTE = ['workflow:start', 'workflow:signal', 'promise:settle', 'task:start'] as const;
const MANAGE = [
  'workflow:update',
  'task:update',
  'task:delete',
  'definition:configure',
  'org:create',
  'worker-token:manage',
] as const;

/** Who may do what within their own organisation; `org:create` belongs to none. What is not listed is denied. */
const ALLOWED: Readonly<Record<Actor, ReadonlySet<Action>>> = {
  OWNER: new Set([...VIEW, ...EXECUTE, ...MANAGE]),
  ADMIN: new Set([...VIEW, ...EXECUTE, ...MANAGE]),
  MEMBER: new Set([...VIEW, ...EXECUTE, 'workflow:update']),
  WORKER: new Set([...VIEW, ...EXECUTE, 'worker:work']),
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
