import { randomUUID } from 'node:crypto';
import { foldFamilyView, emptyFamilyView } from '@flovyn/client';
import { parseCursor } from '@flovyn/events';
import { FlovynClient } from '@flovyn/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { expectMerged, expectOwn, expectTold, familyOf, membersOf, startDynasty, textsOf } from './support/family.js';
import { type House, devOrg, devUser, openHouse } from './support/house.js';
import { readInPieces, readStream } from './support/raw-stream.js';
import { startWithId } from './support/start-with-id.js';
import { expectFramed } from './support/story.js';

/** Three generations: one, two and four, with twenty words each. */
const dynasty = { generations: 2, children: 2, tokens: 20, paceMs: 3 };
const MEMBERS = 7;

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

describe('the stream of three generations', () => {
  it('tells everything of all of them in one order, live, and ends when all have', async () => {
    const id = await startDynasty(house, dynasty);
    const live = await readStream(familyOf(house, id));
    expectFramed(live);
    const members = await membersOf(house.client, id);
    expect(members).toHaveLength(MEMBERS);
    await expectMerged(house, live.entries, members);
    await expectTold(house.client, live.entries, members);
    expect(live.entries.at(-1)?.frame.executionId).toBe(id);
    expect(live.messages.at(-1)).toMatchObject({ kind: 'end', status: 'COMPLETED' });

    // A late reader sees the same, to the byte, and one who has it all nothing more.
    const late = await readStream(familyOf(house, id));
    expectFramed(late);
    expect(textsOf(late.entries)).toEqual(textsOf(live.entries));
    expect((await readStream(familyOf(house, id), { after: live.entries.at(-1)?.id })).status).toBe(204);
  });

  it('may be opened before its children exist, and be cut anywhere while it is written', async () => {
    const id = await startDynasty(house, dynasty);
    let cut = 1;
    const pieces = await readInPieces(familyOf(house, id), () => {
      cut = (cut * 5) % 23;
      return cut % 2 === 0 ? { bytes: 400 + cut * 97 } : { entries: cut };
    });
    expect(pieces.connections).toBeGreaterThan(10);
    expect(textsOf(pieces.entries)).toEqual(textsOf((await readStream(familyOf(house, id))).entries));
    await expectMerged(house, pieces.entries, await membersOf(house.client, id));
  });

  it('may be continued after every one of its entries, afterwards', async () => {
    const id = await startDynasty(house, { ...dynasty, tokens: 5, paceMs: 0 });
    const { entries } = await readStream(familyOf(house, id));
    const log = textsOf(entries);
    for (const [index, { id: after }] of entries.entries()) {
      const rest = await readStream(familyOf(house, id), { after });
      expect(textsOf(rest.entries)).toEqual(log.slice(index + 1));
    }
  });

  it('is shown below a child as the part of the whole that it is, live and late', async () => {
    const { path, open } = house.gate();
    const id = await startDynasty(house, { ...dynasty, gate: path });
    const [first] = await eventually('a child', async () => {
      const { children } = await house.client.workflows.children(id);
      return children.length > 0 && children;
    });
    if (first === undefined) throw new Error('There is no child');
    const childId = first.childWorkflowExecutionId;
    const reading = readStream(familyOf(house, childId));
    open();
    const live = await reading;
    expectFramed(live);
    expect(live.messages[0]).toMatchObject({ kind: 'ready', below: childId });
    const members = await membersOf(house.client, childId);
    expect(members).toHaveLength(3);
    await expectOwn(house, live.entries, members);

    const whole = await readStream(familyOf(house, id));
    const part = whole.entries.filter(({ frame }) => members.includes(frame.executionId));
    expect(textsOf(live.entries)).toEqual(textsOf(part));
    for (const at of [0, 3, Math.floor(part.length / 2), part.length - 2]) {
      const rest = await readStream(familyOf(house, childId), { after: part[at]?.id });
      expect(textsOf(rest.entries)).toEqual(textsOf(part.slice(at + 1)));
    }
    // A cursor of the whole is one of the part.
    expect((await readStream(familyOf(house, childId), { after: whole.entries.at(-1)?.id })).status).toBe(204);
  });

  it('R19 goes on after its root has ended, for as long as one of its descendants lives', async () => {
    const { path, open } = house.gate();
    const id = await startDynasty(house, { ...dynasty, children: 1, abandons: true, gate: path });
    const reading = readStream(familyOf(house, id));
    open();
    const live = await reading;
    const members = await membersOf(house.client, id);
    expect(members).toHaveLength(3);
    await expectMerged(house, live.entries, members);
    await expectTold(house.client, live.entries, members);
    expectFramed(live);
    const ends = live.entries.filter(
      ({ frame: { event } }) => event.type === 'Event' && event.event === 'WORKFLOW_COMPLETED',
    );
    expect(new Set(ends.map(({ frame }) => frame.executionId))).toEqual(new Set(members));
    expect(live.messages.at(-1)).toMatchObject({ kind: 'end', status: 'COMPLETED' });
  });

  it('selects by kind, and says in the plain form whose each value is', async () => {
    const id = await startDynasty(house, { ...dynasty, tokens: 10, paceMs: 0 });
    const all = await readStream(familyOf(house, id));
    const tokens = await readStream(`${familyOf(house, id)}?types=tokens`);
    const isToken = ({ frame }: (typeof all.entries)[number]): boolean => frame.event.type === 'token';
    expect(textsOf(tokens.entries)).toEqual(textsOf(all.entries.filter(isToken)));
    expect(tokens.hasEnded).toBe(true);
    const plain = await readStream(`${familyOf(house, id)}?format=plain&types=tokens`);
    const words = plain.messages.flatMap((message) => (message.kind === 'bare' ? [message] : []));
    expect(words.map((word) => [word.id, word.origin, word.event])).toEqual(
      tokens.entries.map(({ id: cursor, frame }) => [
        cursor,
        { workflowExecutionId: frame.executionId, taskExecutionId: frame.taskExecutionId },
        frame.event,
      ]),
    );
  });

  it('is the stream of one execution while there is no child, with the same cursors', async () => {
    const id = await startDynasty(house, { ...dynasty, generations: 0 });
    const family = await readStream(familyOf(house, id));
    expectFramed(family);
    await expectMerged(house, family.entries, [id]);
    const own = await readStream(familyOf(house, id).replace('/consolidated', ''));
    expect(textsOf(family.entries)).toEqual(textsOf(own.entries));
  });

  it('R23 may be opened before its root exists; a standalone task has none', async () => {
    const id = randomUUID();
    const reading = readStream(familyOf(house, id));
    await startWithId(house, id, 'dynasty', { name: 'a', ...dynasty });
    const live = await reading;
    expectFramed(live);
    await expectMerged(house, live.entries, await membersOf(house.client, id));
    const task = await house.client.tasks.start({ kind: 'narrate', input: { name: 'a', tokens: 1, paceMs: 0 } });
    expect((await readStream(familyOf(house, task.id))).status).toBe(404);
  });

  it('is heard by a subscriber of the SDK, with whose each word is', async () => {
    const id = await startDynasty(house, dynasty);
    const sdk = new FlovynClient({ serverUrl: house.grpc, httpUrl: house.http, orgId: devOrg, apiKey: devUser });
    const words = new Map<string, string>();
    for await (const { workflowExecutionId: whose, event } of sdk.subscribeWorkflowStream(id, { consolidated: true })) {
      if (event.type === 'token') words.set(whose, (words.get(whose) ?? '') + event.text);
    }
    expect(new Set(words.keys())).toEqual(new Set(await membersOf(house.client, id)));
    expect([...words.values()].map((text) => text.trim().split(' ').length)).toEqual(
      Array.from({ length: MEMBERS }, () => dynasty.tokens),
    );
  });

  it('is read by the client, which shows each of them by itself', async () => {
    const id = await startDynasty(house, dynasty);
    let family = emptyFamilyView;
    let seq = 0;
    for await (const message of house.client.stream({ workflowExecutionId: id, consolidated: true })) {
      family = foldFamilyView(family, message);
      if (message.kind === 'entry') expect(parseCursor(message.id ?? '')?.seq).toBe((seq += 1));
    }
    const members = await membersOf(house.client, id);
    expect(new Set(family.executions.keys())).toEqual(new Set(members));
    for (const [member, view] of family.executions) {
      expect(view).toMatchObject({ executionId: member, status: 'COMPLETED', freshness: 'ended', undecoded: 0 });
      const { tasks, asOf } = { ...view };
      expect([...tasks.values()].map(({ text }) => text.split(' ').length)).toEqual([dynasty.tokens + 1]);
      expect((await house.client.workflows.get(member)).asOf).toBe(asOf);
    }
    expect(family.parents.size).toBe(MEMBERS - 1);
  });
});
