import * as z from 'zod/mini';
import { handleSchema } from '../text.ts';
import { profileSchema } from './account.ts';
import { defineRoute } from './define.ts';

const none = z.object({});

export const peopleRoutes = {
  findPerson: defineRoute({
    method: 'GET',
    path: '/api/people',
    summary: 'The person with exactly this handle, if they have a certified device.',
    scope: 'device',
    cost: 'search',
    params: none,
    query: z.object({ handle: handleSchema }),
    body: none,
    response: z.object({ person: profileSchema }),
  }),
} as const;
