import type { OrgId } from '@flovyn/engine';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../auth/principal.js';
import { createStreamPlaces } from './stream-places.js';

const acme = '11111111-0000-4000-8000-000000000001' as OrgId;
const other = '22222222-0000-4000-8000-000000000002' as OrgId;
const user = (id: string, orgId = acme): Principal => ({ type: 'User', id, orgId, role: 'MEMBER' });

const places = () => createStreamPlaces({ streamsPerPrincipal: 2, streamsPerOrg: 3, streamsPerProcess: 4 });

describe('L15 the places of streams', () => {
  it('are so many for a caller, an organisation and a process', () => {
    const { take } = places();
    take(user('ada'));
    take(user('ada'));
    expect(() => take(user('ada'))).toThrow(expect.objectContaining({ code: 'RESOURCE_EXHAUSTED', limit: 2 }));
    take({ type: 'Worker', id: 'ada', orgId: acme });
    expect(() => take(user('bob'))).toThrow(expect.objectContaining({ code: 'RESOURCE_EXHAUSTED', limit: 3 }));
    take(user('ada', other));
    expect(() => take(user('bob', other))).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', limit: 4, retryAfterSeconds: 5 }),
    );
  });

  it('that are refused take nothing, and each is given back once', () => {
    const { take } = places();
    const leave = take(user('ada'));
    const leaveToo = take(user('ada'));
    for (let round = 0; round < 10; round++) expect(() => take(user('ada'))).toThrow('Your API key');
    leave();
    leave();
    take(user('ada'));
    expect(() => take(user('ada'))).toThrow('Your API key');
    leaveToo();
    take(user('ada'));
  });
});
