import { accountRoutes } from './account.ts';
import { chatRoutes } from './chats.ts';
import { deviceLinkRoutes } from './device-links.ts';
import { deviceRoutes } from './devices.ts';
import { operationsRoutes } from './operations.ts';
import { ownAccountRoutes } from './own-account.ts';
import { peopleRoutes } from './people.ts';
import { preKeyRoutes } from './prekeys.ts';

/** Every HTTP endpoint with a schema; the OpenAPI document is made from this. */
export const routes = {
  ...operationsRoutes,
  ...accountRoutes,
  ...ownAccountRoutes,
  ...deviceRoutes,
  ...preKeyRoutes,
  ...deviceLinkRoutes,
  ...peopleRoutes,
  ...chatRoutes,
} as const;

export type RouteName = keyof typeof routes;
