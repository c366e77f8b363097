export { hello, sayHello } from './01-hello.js';
export { type Trip, book, bookTrip, cancelBooking } from './02-saga.js';
export { type Expense, approveExpense } from './03-approval.js';
export { type Cart, remind, sendMail } from './04-reminder.js';
export { pack, ship, shipOrder } from './05-children.js';
export { type Item, basket } from './06-signals-and-queries.js';
export { answer, chat } from './07-token-stream.js';
export { charge, payV1, payV2, sendReceipt } from './08-versioning.js';
export { sightings, watchBirds } from './09-stream-of-your-own.js';
