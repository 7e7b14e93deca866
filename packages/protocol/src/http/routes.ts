import { accountRoutes } from './account.ts';
import { chatRoutes } from './chats.ts';
import { deviceRoutes } from './devices.ts';
import { operationsRoutes } from './operations.ts';
import { peopleRoutes } from './people.ts';

/** Every HTTP endpoint with a schema; the OpenAPI document is made from this. */
export const routes = {
  ...operationsRoutes,
  ...accountRoutes,
  ...deviceRoutes,
  ...peopleRoutes,
  ...chatRoutes,
} as const;

export type RouteName = keyof typeof routes;
