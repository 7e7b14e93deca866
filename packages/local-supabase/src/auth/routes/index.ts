import type { FastifyInstance } from 'fastify';
import type { AuthContext } from '../context.ts';
import { registerAdminFactors } from './admin-factors.ts';
import { registerAdminLinks } from './admin-links.ts';
import { registerAdminUsers } from './admin-users.ts';
import { registerAnswersForAbsent } from './absent.ts';
import { registerDiscovery } from './discovery.ts';
import { registerFactorChallenges } from './factor-challenges.ts';
import { registerFactors } from './factors.ts';
import { registerLogout } from './logout.ts';
import { registerMessages } from './messages.ts';
import { registerReauthenticate } from './reauthenticate.ts';
import { registerSignup } from './signup.ts';
import { registerToken } from './token.ts';
import { registerUser } from './user.ts';
import { registerVerify } from './verify.ts';

/** Adds every endpoint. */
export function registerRoutes(app: FastifyInstance, context: AuthContext): void {
  registerDiscovery(app, context);
  registerSignup(app, context);
  registerToken(app, context);
  registerLogout(app, context);
  registerUser(app, context);
  registerReauthenticate(app, context);
  registerMessages(app, context);
  registerVerify(app, context);
  registerFactors(app, context);
  registerFactorChallenges(app, context);
  registerAdminUsers(app, context);
  registerAdminFactors(app, context);
  registerAdminLinks(app, context);
  registerAnswersForAbsent(app, context);
}
