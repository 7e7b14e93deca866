import type { FastifyInstance } from 'fastify';
import { requireCaller } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { AuthError } from '../errors.ts';

/** Endpoints that clients know and this service does not offer: each answers with its own code. */
export function registerAnswersForAbsent(app: FastifyInstance, context: AuthContext): void {
  const linkingDisabled = () =>
    new AuthError(404, 'manual_linking_disabled', 'Manual linking is disabled');

  app.route({
    method: 'GET',
    url: '/user/identities/authorize',
    handler: async (request) => {
      await requireCaller(context, request);
      throw linkingDisabled();
    },
  });
  app.route({
    method: 'DELETE',
    url: '/user/identities/:identityId',
    handler: async (request) => {
      await requireCaller(context, request);
      throw linkingDisabled();
    },
  });
  app.post('/sso', () => {
    throw new AuthError(404, 'saml_provider_disabled', 'SAML 2.0 is disabled');
  });
  app.get('/authorize', () => {
    throw new AuthError(400, 'provider_disabled', 'Unsupported provider: provider is not enabled');
  });
}
