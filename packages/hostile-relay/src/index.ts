/** A relay that lies: it stands between one client and the real relay and edits what passes. */
export type { HttpAnswer, HttpRequest, Script } from './script.ts';
export { lost } from './script.ts';
export { startHostileRelay } from './start-hostile-relay.ts';
export type { HostileRelay } from './start-hostile-relay.ts';
