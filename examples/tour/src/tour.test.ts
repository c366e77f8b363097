import { readStream } from '@flovyn/sdk';
import { FlovynTestEnvironment, cleanupTestHarness } from '@flovyn/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answer,
  approveExpense,
  basket,
  book,
  bookTrip,
  cancelBooking,
  charge,
  chat,
  hello,
  pack,
  payV1,
  payV2,
  remind,
  sayHello,
  sendMail,
  sendReceipt,
  ship,
  shipOrder,
  sightings,
  watchBirds,
} from './index.js';

const environment = new FlovynTestEnvironment();
for (const one of [hello, bookTrip, approveExpense, remind, ship, shipOrder, basket, chat]) {
  environment.registerWorkflow(one as typeof hello);
}
for (const one of [sayHello, book, cancelBooking, sendMail, pack, answer, watchBirds]) {
  environment.registerTask(one as typeof sayHello);
}

beforeAll(() => environment.start());
afterAll(async () => {
  await environment.stop();
  await cleanupTestHarness();
});

describe('the tour', () => {
  it('01 says hello', async () => {
    expect(await environment.startAndAwait(hello, { who: 'Ada' })).toBe('Hello Ada');
  });

  it('02 books everything, or undoes what it has booked', async () => {
    const all = await environment.startAndAwait(bookTrip, { traveller: 'Ada' });
    expect(all).toEqual({ bookings: ['flight-1', 'hotel-1', 'car-1'] });
    const none = await environment.startAndAwait(bookTrip, { traveller: 'Ada', fails: 'car' });
    expect(none).toEqual({ undone: ['hotel-1', 'flight-1'], because: 'no car left' });
  });

  it('03 waits for a person, but not for ever', async () => {
    expect(await environment.startAndAwait(approveExpense, { cents: 5, patienceMs: 1 })).toBe('approved: small');
    const asked = { cents: 5_000, patienceMs: 60_000 };
    const { handle } = await environment.startWorkflow(approveExpense, asked);
    await environment.resolvePromise(handle, 'approval', 'Grace');
    expect(await environment.awaitCompletion(handle)).toBe('approved by Grace');
    const { handle: other } = await environment.startWorkflow(approveExpense, asked);
    await environment.rejectPromise(other, 'approval', 'too much');
    expect(await environment.awaitCompletion(other)).toBe('refused: too much');
    const late = await environment.startAndAwait(approveExpense, { cents: 5_000, patienceMs: 50 });
    expect(late).toBe('refused: nobody answered');
  });

  it('04 reminds until somebody comes back', async () => {
    const cart = { customer: 'ada@example.com', remindAfterMs: 20, reminders: 2 };
    expect(await environment.startAndAwait(remind, cart)).toEqual({ reminders: 2, bought: false });
    const { handle } = await environment.startWorkflow(remind, { ...cart, remindAfterMs: 60_000 });
    await environment.signalWorkflow(handle, 'bought', null);
    expect(await environment.awaitCompletion(handle)).toEqual({ reminders: 0, bought: true });
  });

  it('05 sends parcels side by side', async () => {
    const parcels = await environment.startAndAwait(shipOrder, { items: ['books', 'piano', 'tea'] });
    expect(parcels).toEqual([
      'box of books is on its way',
      expect.stringMatching(/^piano stays here: .*too heavy/),
      'box of tea is on its way',
    ]);
  });

  it('06 listens and answers', async () => {
    const { handle } = await environment.startWorkflow(basket, { customer: 'Ada' });
    await environment.signalWorkflow(handle, 'add', { name: 'tea', cents: 300 });
    await environment.signalWorkflow(handle, 'add', { name: 'cup', cents: 900 });
    await expect.poll(() => handle.query<number>('total')).toBe(1_200);
    await environment.signalWorkflow(handle, 'checkout', null);
    expect(await environment.awaitCompletion(handle)).toEqual({ customer: 'Ada', cents: 1_200 });
  });

  it('07 streams an answer word by word, turn after turn', async () => {
    const { handle } = await environment.startWorkflow(chat, null);
    const stream = environment.client?.subscribeWorkflowStream(handle.workflowId);
    if (stream === undefined) throw new Error('it is started');
    await stream.ready;
    await environment.signalWorkflow(handle, 'message', 'why?');
    let text = '';
    for await (const { event } of stream) {
      if (event.type === 'token') text += event.text;
      if (text === 'You asked: why?') break;
    }
    await environment.signalWorkflow(handle, 'message', 'goodbye');
    expect(await environment.awaitCompletion(handle)).toEqual({ turns: 1 });
  });

  it('08 goes on with new code where old code left off', async () => {
    const queue = 'tour-versions';
    const old = new FlovynTestEnvironment({ queue }).registerWorkflow(payV1).registerTask(charge);
    await old.start();
    const { handle } = await old.startWorkflow(payV1, { cents: 5 });
    await expect.poll(async () => (await old.client?.getWorkflowEvents(handle.workflowId))?.length).toBeGreaterThan(3);
    await old.stop();
    const next = new FlovynTestEnvironment({ queue }).registerWorkflow(payV2);
    next.registerTask(charge).registerTask(sendReceipt);
    await next.start();
    await next.signalWorkflow(handle, 'delivered', null);
    const later = next.client?.getWorkflowHandle<string>(handle.workflowId);
    expect(await later?.result()).toBe('receipt: charged 5');
    await next.stop();
  });

  it('09 shows data with a name and a type', async () => {
    const { client } = environment;
    if (client === null) throw new Error('it is started');
    const { handle } = await client.startTask(watchBirds, { birds: ['wren', 'kestrel'] });
    const birds: string[] = [];
    const id = handle.taskExecutionId;
    for await (const event of client.subscribeTaskStream(id, id)) {
      const sighting = readStream(sightings, event);
      if (sighting?.ok) birds.push(`${sighting.value.count} ${sighting.value.bird}`);
    }
    expect(birds).toEqual(['1 wren', '2 kestrel']);
  });
});
