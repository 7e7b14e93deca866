/** Clocks, randomness and short ways for tests of the engine and of what is built on it. */
export { createSeededRandom } from './seeded-random.ts';
export { createSteppableClock, createTestClock } from './test-clock.ts';
export type { TestClock } from './test-clock.ts';
export { until } from './until.ts';
export {
  createTestClient,
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  untilDelivery,
  untilTexts,
} from './create-test-client.ts';
export type { TestClient, TestClientOptions, TestPerson } from './create-test-client.ts';
