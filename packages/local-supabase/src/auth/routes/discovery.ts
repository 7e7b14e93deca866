import type { FastifyInstance } from 'fastify';
import type { AuthContext } from '../context.ts';

/** `GET /health`, `/settings` and `/.well-known/jwks.json`: open to everyone, secret-free. */
export function registerDiscovery(app: FastifyInstance, context: AuthContext): void {
  const { settings } = context;

  app.route({
    method: 'GET',
    url: '/health',
    handler: async () => {
      await context.pool.query('select 1');
      return {
        name: 'Sotto auth',
        version: '1',
        description: 'Auth service of the embedded stack',
      };
    },
  });

  app.get('/settings', () => ({
    external: { email: true, phone: false, anonymous_users: settings.allowAnonymous },
    disable_signup: !settings.allowSignup,
    mailer_autoconfirm: settings.autoconfirm,
    phone_autoconfirm: false,
    sms_provider: '',
    mfa_enabled: true,
    saml_enabled: false,
    passkeys_enabled: false,
  }));

  app.get('/.well-known/jwks.json', (_request, reply) =>
    reply.header('cache-control', 'public, max-age=600').send(context.jwks),
  );
}
